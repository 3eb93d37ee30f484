import NIOCore
import Synchronization
import UsherContract

/// One streaming call of a client: messages out, messages in.
///
/// ttrpc has no way to slow down one stream of a connection: when too many messages wait to be received, the
/// connection is not read, and its other calls wait too. Who reads slowly takes a connection of its own. A stream that
/// nobody holds any more is cancelled.
public final class ClientStream: Sendable {
    let state: ClientStreamState

    init(_ state: ClientStreamState) { self.state = state }

    deinit { state.cancel() }

    /// Sends a message; waits while the server does not read.
    ///
    /// - Throws: ``TransportError/streamEnded`` where the server has ended the stream, or the `Refusal` that it has
    ///   ended it with; ``TransportError`` where the connection has failed; `CancellationError`, after which the stream
    ///   is over.
    public func send(_ message: [UInt8]) async throws { try await state.send(message) }

    /// Sends no more.
    public func closeSend() { state.closeSend() }

    /// The next message; nil at the end. The reply of a client stream is its only message.
    ///
    /// - Throws: `Refusal` where the server has ended the stream with one; ``TransportError`` where the connection has
    ///   failed; `CancellationError`, after which the stream is over.
    public func receive() async throws -> [UInt8]? { try await state.receive() }

    /// Drops the stream: a server that knows the extensions is told, and its task ends.
    public func cancel() { state.cancel() }
}

/// What a stream's user and its connection share.
///
/// Invariants: there is at most one who receives and one who sends; a stream ends once, and what came before its end is
/// received before the end is.
final class ClientStreamState: Sendable {
    typealias Receiver = CheckedContinuation<[UInt8]?, any Error>
    typealias Sender = CheckedContinuation<Void, any Error>

    struct Head: Sendable {
        let service: String
        let method: String
        let streaming: StreamingKind
        /// The request of a server stream; empty otherwise.
        let request: [UInt8]
        let metadata: [(String, String)]
        let deadline: NIODeadline?
    }

    private struct State {
        var inbound = CircularBuffer<[UInt8]>()
        var inboundBytes = 0
        /// The connection is not read until this stream's messages are taken.
        var isPausing = false
        var receiver: Receiver?
        var sender: Sender?
        var isSendClosed = false
        var end: Result<Void, any Error>?
    }

    let head: Head
    private let handler: ClientHandler
    private let state = Mutex(State())

    init(_ head: Head, _ handler: ClientHandler) {
        self.head = head
        self.handler = handler
    }
}

// MARK: - The user's side

extension ClientStreamState {
    func receive() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { receive($0) }
        } onCancel: {
            cancel()
        }
    }

    private func receive(_ continuation: Receiver) {
        let (answer, mustResume): (Result<[UInt8]?, any Error>?, Bool) = state.withLock { state in
            precondition(state.receiver == nil, "one task at a time receives")
            if let message = state.inbound.popFirst() {
                state.inboundBytes -= message.count
                let mustResume =
                    state.isPausing && state.inboundBytes <= RPCLimits.clientStreamBytes / 2
                    && state.inbound.count <= RPCLimits.clientStreamMessages / 2
                if mustResume { state.isPausing = false }
                return (.success(message), mustResume)
            }
            if let end = state.end { return (end.map { nil }, false) }
            // Under the lock: a cancellation that is not seen here finds the continuation.
            if Task.isCancelled { return (.failure(CancellationError()), false) }
            state.receiver = continuation
            return (nil, false)
        }
        if let answer { continuation.resume(with: answer) }
        if mustResume { handler.submit(.resume(self)) }
    }

    func send(_ message: [UInt8]) async throws {
        guard message.count <= RPCLimits.frameBytes else { throw TransportError.requestTooLarge }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Sender) in
                let error: (any Error)? = state.withLock { state in
                    precondition(state.sender == nil, "one task at a time sends")
                    if let end = state.end { return end.failure ?? TransportError.streamEnded }
                    if state.isSendClosed { return TransportError.streamEnded }
                    if Task.isCancelled { return CancellationError() }
                    state.sender = continuation
                    return nil
                }
                if let error { continuation.resume(throwing: error) } else { handler.submit(.message(self, message)) }
            }
        } onCancel: {
            cancel()
        }
    }

    func closeSend() {
        let isNew = state.withLock { state in
            defer { state.isSendClosed = true }
            return !state.isSendClosed && state.end == nil
        }
        if isNew { handler.submit(.close(self)) }
    }

    func cancel() {
        if end(.failure(CancellationError())) { handler.submit(.cancel(self)) }
    }
}

// MARK: - The connection's side

extension ClientStreamState {
    /// A message came. Returns whether the connection is not to be read for now.
    func deliver(_ message: [UInt8]) -> Bool {
        let (receiver, pauses): (Receiver?, Bool) = state.withLock { state in
            guard state.end == nil else { return (nil, false) }
            if let receiver = state.receiver.take() { return (receiver, false) }
            state.inbound.append(message)
            state.inboundBytes += message.count
            guard !state.isPausing,
                state.inboundBytes >= RPCLimits.clientStreamBytes
                    || state.inbound.count >= RPCLimits.clientStreamMessages
            else { return (nil, false) }
            state.isPausing = true
            return (nil, true)
        }
        receiver?.resume(returning: message)
        return pauses
    }

    /// The message that the user waits to send has been handed to the socket.
    func sent() {
        let sender = state.withLock { $0.sender.take() }
        sender?.resume()
    }

    /// The stream is over. Returns whether it was not before.
    @discardableResult
    func end(_ result: Result<Void, any Error>) -> Bool {
        let (receiver, sender, isNew): (Receiver?, Sender?, Bool) = state.withLock { state in
            guard state.end == nil else { return (nil, nil, false) }
            state.end = result
            return (state.receiver.take(), state.sender.take(), true)
        }
        receiver?.resume(with: result.map { nil })
        sender?.resume(throwing: result.failure ?? TransportError.streamEnded)
        return isNew
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
