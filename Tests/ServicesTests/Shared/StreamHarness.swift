import SwiftProtobuf
import Synchronization
import Testing
import UsherAPI
import UsherContract
import UsherServices

extension Harness {
    /// Calls a server stream as the operator acting for `organisation`. The call ends with its method, or when nobody
    /// holds the result any more.
    func stream<Request, Response>(
        _ method: TypedMethod<Request, Response>, _ request: Request, in organisation: String = "nordfilm"
    ) throws -> AsyncThrowingStream<Response, any Error> {
        let row = try #require(services.streams.first { $0.descriptor == method.descriptor })
        let caller = Caller(
            role: .platformOperator, principal: "key_test", organisationID: organisation, scopes: .all)
        let payload: [UInt8] = try request.serializedBytes()
        return AsyncThrowingStream { continuation in
            let messages = TestMessages(payload) { continuation.yield(try Response(serializedBytes: $0)) }
            let context = StreamContext(
                caller: caller, database: storage.organisation(organisation), messages: messages)
            let task = Task {
                do {
                    _ = try await row.run(context)
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Everything that a server stream sends before its end.
    func all<Request, Response>(
        _ method: TypedMethod<Request, Response>, _ request: Request
    ) async throws -> [Response] {
        try await stream(method, request).reduce(into: []) { $0.append($1) }
    }

    /// The refusal that a server stream ends with.
    func streamRefusal<Request, Response>(
        _ method: TypedMethod<Request, Response>, _ request: Request
    ) async throws -> Refusal? {
        do {
            for try await _ in try stream(method, request) {}
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }
}

/// The one request of a server stream, and where its responses go.
private final class TestMessages: MessageStream {
    private let request: Mutex<[UInt8]?>
    private let deliver: @Sendable ([UInt8]) throws -> Void

    init(_ request: [UInt8], _ deliver: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.request = Mutex(request)
        self.deliver = deliver
    }

    func receive() -> [UInt8]? { request.withLock { $0.take() } }
    func send(_ message: [UInt8]) throws { try deliver(message) }
}
