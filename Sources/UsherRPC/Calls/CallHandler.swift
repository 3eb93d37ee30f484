public import NIOCore

/// What answers the calls of a server.
public protocol CallHandler: Sendable {
    /// Takes a call. It is called on the connection's event loop and must not block.
    ///
    /// Whatever is needed of `call` afterwards is copied before returning: it consists of slices of the receive buffer.
    /// The call is answered exactly once through `reply`, from any thread, now or later; a second answer is dropped,
    /// and so is one that comes after the call's deadline.
    func handle(_ call: InboundCall, reply: Reply)

    /// Takes a streaming call. It is called on the connection's event loop and must not block.
    ///
    /// The same rules as for ``handle(_:reply:)``; the call ends with ``ServerStream/run(isEndless:_:)`` or
    /// ``ServerStream/finish(_:)``.
    func begin(_ call: InboundCall, stream: ServerStream)

    /// Whether peers are strangers until they have shown a good credential, which the handler says with
    /// ``HeldBytes/belong(to:)``. Where it does not, nobody is a stranger.
    var distinguishesStrangers: Bool { get }

    /// Whether a call, whose message has not come yet, shows a good credential in its metadata or by its connection. It
    /// is called on the connection's event loop, must not block, and the answer is remembered for the connection.
    func isTrusted(_ call: InboundCall) -> Bool
}

extension CallHandler {
    public var distinguishesStrangers: Bool { false }
    public func isTrusted(_ call: InboundCall) -> Bool { true }
}

extension CallHandler {
    /// For handlers without streaming methods.
    public func begin(_ call: InboundCall, stream: ServerStream) { stream.finish(.failure(.streamingUnsupported)) }
}

/// A call that was admitted. Bound to its connection's event loop.
public struct InboundCall {
    /// The index of the method in the `methods` that the server was given.
    public let method: Int
    /// The encoded request message, a slice of the receive buffer. Empty for a streaming call, whose messages all come
    /// by its stream.
    public let payload: ByteBuffer
    /// When the caller is told DEADLINE_EXCEEDED, whatever the handler does: the earlier of what the caller asked for
    /// and the configured maximum.
    public let deadline: NIODeadline
    public let metadata: Metadata
    public let connection: ConnectionContext
}

@available(*, unavailable)
extension InboundCall: Sendable {}
