import Foundation
import Logging
import Synchronization
import Testing
import UsherAPI
import UsherContract
import UsherServices
import UsherStorage

/// The services on a temporary data directory, without a wire: calls go through the method tables and the lanes.
final class Harness: Sendable {
    let storage: Storage
    let services: Services
    let credentials = CredentialTable()
    private let time: Clock
    let directory: String

    /// 2026-11-20T18:00:00Z.
    static let start = Instant(microseconds: 1_795_197_600_000_000)

    init(keys: ApiKeyLimits = ApiKeyLimits()) throws {
        let clock = Clock(Self.start)
        directory = "\(NSTemporaryDirectory())usher-services-\(UUID().uuidString)"
        storage = try Storage(
            directory: directory,
            ambient: Ambient(
                now: { clock.now }, fillRandom: Ambient.system.fillRandom,
                noteStatement: { StatementPlans.shared.note($0) }),
            platformMigrations: Schema.platform, organisationMigrations: Schema.organisation,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        services = Services(storage: storage, credentials: credentials, keys: keys)
        time = clock
    }

    deinit {
        StatementPlans.shared.judge(in: storage)
        storage.shutdown()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// The time that calls see.
    var now: Instant {
        get { time.now }
        set { time.now = newValue }
    }

    /// Calls a method as the operator acting for `organisation`, or for the platform.
    @discardableResult
    func call<Request, Response>(
        _ method: TypedMethod<Request, Response>, _ request: Request, in organisation: String? = "nordfilm",
        as caller: Caller? = nil
    ) async throws -> Response {
        let row = try #require(services.methods.first { $0.descriptor == method.descriptor })
        let caller =
            caller
            ?? Caller(
                role: .platformOperator, principal: "key_test", organisationID: organisation, scopes: .all)
        let database = row.database == .platform ? storage.platform : storage.organisation(try #require(organisation))
        let reply = try await withCheckedThrowingContinuation { continuation in
            database.submit(
                TestCall(method: row, caller: caller, payload: try! request.serializedBytes()) {
                    continuation.resume(with: $0)
                })
        }
        return try Response(serializedBytes: reply)
    }

    /// The refusal that a call meets.
    func refusal<Request, Response>(
        _ method: TypedMethod<Request, Response>, _ request: Request, in organisation: String? = "nordfilm",
        as caller: Caller? = nil
    ) async throws -> Refusal? {
        do {
            try await call(method, request, in: organisation, as: caller)
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }

    /// An organisation `nordfilm` with the live event `opening`.
    static func withOpening() async throws -> Harness {
        let harness = try Harness()
        try await harness.call(
            Organisations.createOrganisation,
            .with {
                $0.organisation.organisationID = "nordfilm"
                $0.organisation.name = "Nord Film"
            }, in: nil)
        try await harness.createAsset("opening")
        return harness
    }

    func createAsset(_ id: String, _ change: (inout Usher_Catalog_V1_Asset) -> Void = { _ in }) async throws {
        var request = Usher_Catalog_V1_CreateAssetRequest()
        request.asset.assetID = id
        request.asset.type = .liveEvent
        request.asset.title = "Opening Night"
        change(&request.asset)
        try await call(Catalog.createAsset, request)
    }

    func createVoucher(
        _ code: String, _ change: (inout Usher_Vouchers_V1_Voucher) -> Void = { _ in }
    ) async throws -> Usher_Vouchers_V1_Voucher {
        var request = Usher_Vouchers_V1_CreateVoucherRequest()
        request.voucher.code = code
        change(&request.voucher)
        return try await call(Vouchers.createVoucher, request)
    }

    func redeem(_ code: String, _ viewer: String = "anna", asset: String = "") async throws
        -> Usher_Vouchers_V1_RedeemVoucherResponse
    {
        try await call(
            Vouchers.redeemVoucher,
            .with {
                $0.code = code
                $0.viewerID = viewer
                $0.assetID = asset
            })
    }

    /// The reason that redeeming is refused with; nil where it succeeds.
    func redeemReason(_ code: String, _ viewer: String = "anna", asset: String = "") async throws -> String? {
        do {
            _ = try await redeem(code, viewer, asset: asset)
            return nil
        } catch let refusal as Refusal {
            return refusal.reason
        }
    }

    func check(_ asset: String, _ change: (inout Usher_Access_V1_CheckAccessRequest) -> Void) async throws
        -> Usher_Access_V1_CheckAccessResponse
    {
        var request = Usher_Access_V1_CheckAccessRequest()
        request.assetID = asset
        change(&request)
        return try await call(Accesses.checkAccess, request)
    }
}

typealias Organisations = Usher_Organisations_V1_OrganisationService
typealias Catalog = Usher_Catalog_V1_CatalogService
typealias Vouchers = Usher_Vouchers_V1_VoucherService
typealias Accesses = Usher_Access_V1_AccessService

/// A clock that stands still until it is set.
private final class Clock: Sendable {
    private let value: Mutex<Instant>

    init(_ start: Instant) { value = Mutex(start) }

    var now: Instant {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}

private final class TestCall: LaneCall {
    let caller: Caller
    let deadline = ContinuousClock.now + .seconds(600)
    private let row: UsherServices.Method
    private let payload: [UInt8]
    private let completion: @Sendable (Result<[UInt8], any Error>) -> Void

    init(
        method: UsherServices.Method, caller: Caller, payload: [UInt8],
        completion: @escaping @Sendable (Result<[UInt8], any Error>) -> Void
    ) {
        row = method
        self.caller = caller
        self.payload = payload
        self.completion = completion
    }

    var method: MethodDescriptor { row.descriptor }
    var cost: Int { payload.count }
    func decode() throws -> DecodedCall { try row.decode(payload) }
    func complete(_ result: Result<[UInt8], any Error>) { completion(result) }
}
