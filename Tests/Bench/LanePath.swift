import Foundation
import Logging
import SwiftProtobuf
import UsherAPI
import UsherClient
import UsherContract
import UsherServices
import UsherStorage

/// Storage and services in this process, without a wire: calls go straight to the organisation's lanes.
final class LanePath: CallPath, UnaryTransport {
    private let storage: Storage
    private let services: Services

    init(directory: String) throws {
        storage = try Storage(
            directory: directory, platformMigrations: Schema.platform, organisationMigrations: Schema.organisation,
            logger: Logger(label: "usher-bench", factory: { _ in SwiftLogNoOpLogHandler() }))
        services = Services(storage: storage, credentials: CredentialTable())
    }

    func shutdown() { storage.shutdown() }

    var database: Database { storage.organisation(TestBed.organisationID) }

    /// Of this process: the callers' part is small.
    var processorSeconds: Double? {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    func row(of method: MethodDescriptor) throws -> UsherServices.Method {
        guard let row = services.methods.first(where: { $0.descriptor == method }) else {
            throw BenchFailure("no service has \(method.fullName)")
        }
        return row
    }

    func withCallers(
        of method: MethodDescriptor, _ shape: Shape, _ body: ([ClosedLoop.Call]) async throws -> Sample
    ) async throws -> Sample {
        let row = try row(of: method)
        let call: ClosedLoop.Call = { [database] payload, done in
            database.submit(DirectCall(row, .bench, payload, done))
        }
        return try await body(Array(repeating: call, count: shape.connections * shape.inFlight))
    }

    func unary<Request, Response>(
        _ method: TypedMethod<Request, Response>, _ request: Request, options: CallOptions
    ) async throws -> Response {
        let row = try row(of: method.descriptor)
        let payload: [UInt8] = try request.serializedBytes()
        let isPlatform = row.database == .platform
        let reply = try await withCheckedThrowingContinuation { continuation in
            (isPlatform ? storage.platform : database).submit(
                DirectCall(row, isPlatform ? .system() : .bench, payload) { continuation.resume(with: $0) })
        }
        return try Response(serializedBytes: reply)
    }
}

extension Caller {
    /// The organisation's key, as the wire's dispatcher would establish it.
    static let bench = Caller(
        role: .organisation, principal: "key_0000000000000", organisationID: TestBed.organisationID, scopes: .all)
}

/// A call on its way to a lane.
private final class DirectCall: LaneCall {
    let caller: Caller
    let deadline = ContinuousClock.now + BenchLimits.callTimeout
    private let row: UsherServices.Method
    private let payload: [UInt8]
    private let completion: @Sendable (Result<[UInt8], any Error>) -> Void

    init(
        _ row: UsherServices.Method, _ caller: Caller, _ payload: [UInt8],
        _ completion: @escaping @Sendable (Result<[UInt8], any Error>) -> Void
    ) {
        self.row = row
        self.caller = caller
        self.payload = payload
        self.completion = completion
    }

    var method: MethodDescriptor { row.descriptor }
    var cost: Int { payload.count }
    func decode() throws -> DecodedCall { try row.decode(payload) }
    func complete(_ result: Result<[UInt8], any Error>) { completion(result) }
}
