import SwiftProtobuf
import UsherAPI
public import UsherContract
public import UsherStorage

/// The messages of one streaming call, as bytes: what a transport has for a streaming method.
public protocol MessageStream: Sendable {
    /// The next message; nil where the client sends no more.
    func receive() async throws -> [UInt8]?

    /// Sends a message; waits while the client does not take more.
    func send(_ message: [UInt8]) async throws
}

/// A streaming call whose caller has been established.
public struct StreamContext: Sendable {
    let caller: Caller
    let database: Database
    let messages: any MessageStream

    public init(caller: Caller, database: Database, messages: any MessageStream) {
        self.caller = caller
        self.database = database
        self.messages = messages
    }
}

/// A row of a service's table of streaming methods. They run on an organisation's database.
///
/// Functions are asynchronous: each runs in a task of its own, which is cancelled when the client goes away, and
/// touches data in small transactions on the lanes, between which other calls are served.
public struct StreamMethod: Sendable {
    public let descriptor: MethodDescriptor
    public let permission: Permission
    /// Whether the stream has no end of its own, so that a server that goes away need not wait for it.
    public let isEndless: Bool
    /// Answers a call; returns the reply of a client stream, nil otherwise.
    public let run: @Sendable (StreamContext) async throws -> [UInt8]?

    /// A server stream: one request, many responses.
    init<Request: Message, Response: Message>(
        _ method: TypedMethod<Request, Response>, _ permission: Permission, isEndless: Bool = false,
        _ function: @escaping @Sendable (Request, StreamCall<Request, Response>) async throws -> Void
    ) {
        descriptor = method.descriptor
        self.permission = permission
        self.isEndless = isEndless
        let outline = MessageOutline.of(method.descriptor.requestType)
        run = { context in
            let call = StreamCall<Request, Response>(context: context, outline: outline)
            // What comes without a message is the empty message, which has no bytes.
            try await function(call.receive() ?? Request(), call)
            return nil
        }
    }
}

/// What the function of a streaming method works with: the caller's messages and the organisation's data.
struct StreamCall<Request: Message, Response: Message>: Sendable {
    fileprivate let context: StreamContext
    fileprivate let outline: MessageOutline

    /// The next request; nil where the client sends no more.
    func receive() async throws -> Request? {
        guard let bytes = try await context.messages.receive() else { return nil }
        return try RequestDecoding.request(Request.self, from: bytes, outline).request
    }

    /// Sends a response; waits while the client does not take more.
    func send(_ response: Response) async throws { try await context.messages.send(response.serializedBytes()) }

    /// Runs `body` in a read transaction, which is to be short: other calls of the organisation wait for it.
    func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        try await context.database.read(as: context.caller, body)
    }

    /// Returns when the organisation's journal has a row above `sequence`.
    func committed(after sequence: Int64) async throws { try await context.database.committed(after: sequence) }
}
