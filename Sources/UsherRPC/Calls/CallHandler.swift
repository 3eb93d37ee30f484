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
