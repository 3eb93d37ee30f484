import Foundation
import Logging
import Synchronization
import UsherAPI
import UsherClient
import UsherContract
import UsherRPC
import UsherServer
import UsherStorage

/// A server in this process, over TCP, with a clock that stands still until it is set.
final class RunningServer: Sendable {
    let server: UsherServer
    let port: Int
    let directory: String
    let operatorKey: String
    private let clock: TestClock

    /// 2026-11-20T18:00:00Z.
    static let start = Instant(microseconds: 1_795_197_600_000_000)

    private init(_ server: UsherServer, port: Int, directory: String, clock: TestClock) throws {
        self.server = server
        self.port = port
        self.directory = directory
        self.clock = clock
        operatorKey = try String(contentsOfFile: OperatorKeyFile.path(in: directory), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Runs `work` against a new server, which is then drained and its data removed.
    ///
    /// - Parameters:
    ///   - lookups: tests look up much that does not exist; only those of the limit are limited.
    ///   - authentications: likewise for keys that are not good.
    static func with(
        storage: StorageLimits = StorageLimits(), lookups: LookupLimits = .generous,
        held: HeldBytesLimits = HeldBytesLimits(),
        authentications: AuthenticationLimits = .generous,
        _ work: (RunningServer) async throws -> Void
    ) async throws {
        let directory = "\(NSTemporaryDirectory())usher-server-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let clock = TestClock(start)
        var rpc = RPCServerConfiguration()
        rpc.port = 0
        // A busy machine is no stranger.
        rpc.firstCallLimit = .seconds(600)
        var configuration = ServerConfiguration(
            dataDirectory: directory, rpc: rpc, admin: nil, storage: storage, lookups: lookups)
        configuration.held = held
        configuration.authentications = authentications
        // The clock jumps: nobody should have to wait for the next look at it.
        configuration.sweepInterval = .milliseconds(10)
        let server = try UsherServer(
            configuration,
            ambient: Ambient(now: { clock.now }, fillRandom: Ambient.system.fillRandom),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let bound = try await server.start()
        do {
            try await work(RunningServer(server, port: bound.rpc.port, directory: directory, clock: clock))
        } catch {
            await server.drain()
            throw error
        }
        await server.drain()
    }

    var now: Instant {
        get { clock.now }
        set { clock.now = newValue }
    }

    func client(key: String? = nil, organisation: String? = nil) -> UsherClient {
        UsherClient(
            host: "127.0.0.1", port: port, key: key ?? operatorKey, defaults: CallOptions(organisation: organisation))
    }

    /// An organisation with a key of its own, and a client that calls with it.
    func organisation(_ id: String) async throws -> UsherClient {
        let platform = client()
        let organisations = Usher_Organisations_V1_OrganisationServiceClient(transport: platform)
        _ = try await organisations.createOrganisation(
            .with { $0.organisation = .with { ($0.organisationID, $0.name) = (id, id) } })
        let key = try await organisations.createApiKey(
            .with { $0.apiKey.name = "test" }, options: .init(organisation: id))
        await platform.close()
        return client(key: key.secret)
    }
}

extension LookupLimits {
    /// More than any test fails.
    static var generous: Self {
        var limits = Self()
        (limits.perKey.count, limits.perProxy.count, limits.perAddress.count) = (1_000_000, 1_000_000, 1_000_000)
        return limits
    }
}

extension AuthenticationLimits {
    /// More than any test shows keys that are not good.
    static var generous: Self {
        var limits = Self()
        (limits.perConnection, limits.perAddress) = (1_000_000, 1_000_000)
        return limits
    }
}

private final class TestClock: Sendable {
    private let value: Mutex<Instant>

    init(_ start: Instant) { value = Mutex(start) }

    var now: Instant {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}

extension UsherClient {
    var events: Usher_Events_V1_EventServiceClient { .init(transport: self) }
    var vouchers: Usher_Vouchers_V1_VoucherServiceClient { .init(transport: self) }
    var catalog: Usher_Catalog_V1_CatalogServiceClient { .init(transport: self) }
    var accesses: Usher_Access_V1_AccessServiceClient { .init(transport: self) }
    var subscriptions: Usher_Subscriptions_V1_SubscriptionServiceClient { .init(transport: self) }
    var distribution: Usher_Distribution_V1_DistributionServiceClient { .init(transport: self) }
    var admissions: Usher_Admission_V1_AdmissionServiceClient { .init(transport: self) }
    var session: Usher_Session_V1_SessionServiceClient { .init(transport: self) }
    var organisations: Usher_Organisations_V1_OrganisationServiceClient { .init(transport: self) }

    /// The encoded response of any method; of a server stream the first one, or none.
    func answer(_ method: MethodDescriptor, _ payload: [UInt8]) async throws -> [UInt8] {
        guard method.streaming == .serverStreaming else { return try await call(method, payload: payload) }
        struct Enough: Error {}
        var first: [UInt8] = []
        do {
            try await serverStream(method, payload: payload) { response in
                first = response
                throw Enough()
            }
        } catch is Enough {}
        return first
    }

    func createOpening() async throws {
        _ = try await catalog.createAsset(
            .with { $0.asset = .with { ($0.assetID, $0.type, $0.title) = ("opening", .liveEvent, "Opening Night") } })
    }

    func generate(_ count: Int, _ change: (inout Usher_Vouchers_V1_GenerateVouchersRequest) -> Void = { _ in })
        async throws -> [String]
    {
        var request = Usher_Vouchers_V1_GenerateVouchersRequest()
        (request.assetID, request.count) = ("opening", Int32(count))
        change(&request)
        return try await vouchers.generateVouchers(request).vouchers.map(\.code)
    }
}

/// The reason that `work` is refused with; nil where it succeeds.
func reason(_ work: () async throws -> Void) async throws -> String? {
    do {
        try await work()
        return nil
    } catch let refusal as Refusal {
        return refusal.reason
    }
}
