import NIOCore
import Synchronization
public import UsherContract

// One streaming call, between the one task that answers it and the connection that it came by.
// - Both directions are queues with bounds. What comes in past its bound fails the stream, for the wire has no way to
//   say "wait"; what goes out past its bound makes the task wait.
// - The connection is told once that there is something to do (`ServerConnection.attend`), and then takes what it can
//   send. Whatever protocol it speaks, the order is: messages, then the end.
// - A stream ends once: by its task's result, or by its failure (deadline, cancellation, connection gone). After a
//   failure the task is cancelled, receives what had come before, and then the refusal.
// - Bytes that wait for the task count in the connection's budget until they are taken, or the task has ended, or the
//   stream is gone.
// - A connection keeps a stream until it has taken its end, so that tasks of streams that clients have dropped still
//   count.

/// One streaming call, as its handler sees it.
///
/// The messages of all streaming kinds come and go here: the request of a server stream is the first and only message
/// received; the reply of a client stream is the result of ``run(isEndless:_:)``.
public final class ServerStream: Sendable {
    /// What a connection is to send next.
    enum Outgoing {
        case message([UInt8])
        case end(Result<[UInt8]?, Refusal>)
    }

    fileprivate typealias Receiver = CheckedContinuation<[UInt8]?, any Error>
    fileprivate typealias Sender = CheckedContinuation<Void, any Error>

    fileprivate struct State {
        var inbound = CircularBuffer<[UInt8]>()
        var inboundBytes = 0
        /// Bytes that the task has taken since the connection last asked.
        var consumed = 0
        /// The connection knows that it has much to ask.
        var isConsumptionAnnounced = false
        var isHalfClosed = false
        var receiver: Receiver?

        var outbound = CircularBuffer<[UInt8]>()
        var outboundBytes = 0
        var sender: Sender?
        var result: Result<[UInt8]?, Refusal>?
        var isEndTaken = false

        var failure: Refusal?
        /// The connection knows that there is something to do.
        var isAnnounced = false
        var isEndless = false
        var isDraining = false
        var task: Task<Void, Never>?
    }

    private let connection: any ServerConnection
    private let key: CallKey
    private let limits: StreamLimits
    private let census: StreamCensus
    /// Nil where the protocol has windows, which bound the same.
    private let budget: InboundBudget?
    /// What waits in both directions counts here.
    private let account: HeldBytes
    private let state = Mutex(State())

    init(
        _ connection: any ServerConnection, _ key: CallKey, limits: StreamLimits, census: StreamCensus,
        account: HeldBytes, budget: InboundBudget? = nil
    ) {
        self.connection = connection
        self.key = key
        self.limits = limits
        self.census = census
        self.account = account
        self.budget = budget
        census.streamBegan()
    }

    deinit {
        let (inbound, outbound) = state.withLock { ($0.inboundBytes, $0.outboundBytes) }
        budget?.giveBack(inbound)
        account.giveBack(inbound + outbound)
        census.streamEnded()
    }
}

// MARK: - The handler's side

extension ServerStream {
    /// Begins the stream's one task and ends the stream with its result: with nil, or a client stream with its reply.
    ///
    /// - Parameter isEndless: the stream has no end of its own; a drain does not wait for it and ends it with
    ///   UNAVAILABLE `SERVER_DRAINING`.
    public func run(isEndless: Bool = false, _ body: @escaping @Sendable () async -> Result<[UInt8]?, Refusal>) {
        census.taskBegan()
        let task = Task(executorPreference: ThreadExecutor.shared) {
            self.finish(await body())
            self.census.taskEnded()
        }
        let (isFailed, isDraining) = state.withLock { state in
            if state.result == nil { state.task = task }
            state.isEndless = isEndless
            return (state.failure != nil, state.isDraining)
        }
        if isFailed { task.cancel() }
        if isDraining { drain() }
    }

    /// The next message; nil where the client will send no more. One task at a time may wait here.
    ///
    /// - Throws: the `Refusal` that the stream has failed with; `CancellationError` where the task was cancelled.
    public func receive() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { receive($0) }
        } onCancel: {
            let waiting = state.withLock { $0.receiver.take() }
            waiting?.resume(throwing: CancellationError())
        }
    }

    /// Queues a message for the client, and waits while the queue is full.
    ///
    /// - Throws: RESOURCE_EXHAUSTED `STRANGERS_HOLD_TOO_MUCH`, `CALLER_HOLDS_TOO_MUCH` where too much is held already;
    ///   the `Refusal` that the stream has failed with; `CancellationError` where the task was cancelled.
    public func send(_ message: [UInt8]) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { send(message, $0) }
        } onCancel: {
            let waiting = state.withLock { $0.sender.take() }
            waiting?.resume(throwing: CancellationError())
        }
    }

    /// Ends the stream, after what was sent before. Only the first end counts. For streams that are refused without a
    /// task; ``run(isEndless:_:)`` does it by itself.
    public func finish(_ result: Result<[UInt8]?, Refusal>) {
        let (mustAnnounce, dropped) = state.withLock { state in
            guard state.result == nil else { return (false, 0) }
            state.result = result
            state.task = nil
            return (state.announce(), state.dropInbound())
        }
        budget?.giveBack(dropped)
        account.giveBack(dropped)
        if mustAnnounce { announce() }
    }

    /// Ends the stream for a reason that its task does not know: a credential that is good no longer. The task is
    /// cancelled.
    public func abort(_ refusal: Refusal) {
        let (receiver, sender, task) = state.withLock { state in
            (state.receiver.take(), state.sender.take(), state.task.take()) as Waiting
        }
        finish(.failure(refusal))
        receiver?.resume(throwing: refusal)
        sender?.resume(throwing: refusal)
        task?.cancel()
    }

    /// The client is told that the stream is over, and what it has not read is dropped. From any thread; the task is
    /// cancelled.
    func cut(_ refusal: Refusal) {
        connection.outbox.eventLoop.execute { [connection, key] in
            connection.cut(key, refusal)
            connection.finishTurn()
        }
    }

    /// Runs `work` later, on the connection's event loop.
    func schedule(in time: TimeAmount, _ work: @escaping @Sendable () -> Void) -> Scheduled<Void> {
        connection.outbox.eventLoop.scheduleTask(in: time, work)
    }

    private func receive(_ continuation: Receiver) {
        let (answer, mustAnnounce): (Result<[UInt8]?, any Error>?, Bool) = state.withLock { state in
            precondition(state.receiver == nil, "one task at a time receives")
            if let message = state.inbound.popFirst() {
                state.inboundBytes -= message.count
                budget?.giveBack(message.count)
                account.giveBack(message.count)
                return (.success(message), state.consume(message.count, limits))
            }
            if let failure = state.failure { return (.failure(failure), false) }
            if state.isHalfClosed { return (.success(nil), false) }
            // Under the lock: a cancellation that is not seen here finds the continuation.
            if Task.isCancelled { return (.failure(CancellationError()), false) }
            state.receiver = continuation
            return (nil, false)
        }
        if let answer { continuation.resume(with: answer) }
        if mustAnnounce { announce() }
    }

    private func send(_ message: [UInt8], _ continuation: Sender) {
        let (answer, mustAnnounce): (Result<Void, any Error>?, Bool) = state.withLock { state in
            precondition(state.sender == nil, "one task at a time sends")
            if let failure = state.failure { return (.failure(failure), false) }
            guard state.result == nil, !Task.isCancelled else { return (.failure(CancellationError()), false) }
            guard account.take(message.count) else {
                return (.failure(Refusal.tooMuchHeld(isTrusted: account.isTrusted)), false)
            }
            state.outbound.append(message)
            state.outboundBytes += message.count
            let mustAnnounce = state.announce()
            if !state.isFull(limits) { return (.success(()), mustAnnounce) }
            state.sender = continuation
            return (nil, mustAnnounce)
        }
        if let answer { continuation.resume(with: answer) }
        if mustAnnounce { announce() }
    }

    private func announce() {
        let outbox = connection.outbox
        if outbox.eventLoop.inEventLoop {
            connection.attend(key)
            connection.finishTurn()
        } else {
            outbox.post(connection, attending: key)
        }
    }
}

extension ServerStream.State {
    /// Whether the connection must be told that there is something to do.
    fileprivate mutating func announce() -> Bool {
        defer { isAnnounced = true }
        return !isAnnounced
    }

    /// Notes that the task has taken bytes. Returns whether the connection must be told.
    fileprivate mutating func consume(_ count: Int, _ limits: StreamLimits) -> Bool {
        consumed += count + limits.messageOverhead
        guard consumed >= limits.consumedNotice, !isConsumptionAnnounced else { return false }
        isConsumptionAnnounced = true
        return true
    }

    /// Nobody will take what waits. Returns how many bytes that were.
    fileprivate mutating func dropInbound() -> Int {
        defer { inboundBytes = 0 }
        inbound = CircularBuffer()
        return inboundBytes
    }

    fileprivate func isFull(_ limits: StreamLimits) -> Bool {
        outbound.count >= limits.outboundMessages || outboundBytes >= limits.outboundBytes
    }

    /// A task that waited goes on when half of the queue is gone, so that it does not wake up for each message.
    fileprivate func isHalfEmpty(_ limits: StreamLimits) -> Bool {
        outbound.count <= limits.outboundMessages / 2 && outboundBytes <= limits.outboundBytes / 2
    }
}

// MARK: - The connection's side, on its event loop

extension ServerStream {
    /// A message came.
    ///
    /// - Returns: why the connection is to fail the stream, where its task takes messages too slowly.
    func deliver(_ message: [UInt8]) -> Refusal? {
        let (receiver, refusal, mustAnnounce): (Receiver?, Refusal?, Bool) = state.withLock { state in
            guard state.failure == nil, state.result == nil else { return (nil, nil, false) }
            if let receiver = state.receiver.take() { return (receiver, nil, state.consume(message.count, limits)) }
            guard state.inbound.count < limits.inboundMessages,
                state.inbound.isEmpty || state.inboundBytes + message.count <= limits.inboundBytes
            else { return (nil, .streamOverflow, false) }
            guard budget?.take(message.count) ?? true else { return (nil, .connectionOverflow, false) }
            guard account.take(message.count) else {
                budget?.giveBack(message.count)
                return (nil, .tooMuchHeld(isTrusted: account.isTrusted), false)
            }
            state.inbound.append(message)
            state.inboundBytes += message.count
            return (nil, nil, false)
        }
        receiver?.resume(returning: message)
        if mustAnnounce { announce() }
        return refusal
    }

    /// The client sends no more.
    func halfClose() {
        let receiver = state.withLock { state in
            state.isHalfClosed = true
            return state.receiver.take()
        }
        receiver?.resume(returning: nil)
    }

    /// The stream is over, whatever its task does: the connection has told the client, or there is nobody to tell.
    func fail(_ refusal: Refusal) {
        let (receiver, sender, task) = state.withLock { state in
            guard state.failure == nil else { return (nil, nil, nil) as Waiting }
            state.failure = refusal
            state.outbound = CircularBuffer()
            account.giveBack(state.outboundBytes)
            state.outboundBytes = 0
            return (state.receiver.take(), state.sender.take(), state.task.take())
        }
        receiver?.resume(throwing: refusal)
        sender?.resume(throwing: refusal)
        task?.cancel()
    }

    private typealias Waiting = (Receiver?, Sender?, Task<Void, Never>?)

    /// What to send next; taking a message makes room for the task's next one. Nil until
    /// ``ServerConnection/attend(_:)`` is called again. After a failure there is only the end, once the task has ended:
    /// whoever fails a stream asks at once, and again when it is told.
    func nextOutgoing() -> Outgoing? {
        let (outgoing, sender): (Outgoing?, Sender?) = state.withLock { state in
            if let message = state.outbound.popFirst() {
                state.outboundBytes -= message.count
                account.giveBack(message.count)
                return (.message(message), state.isHalfEmpty(limits) ? state.sender.take() : nil)
            }
            state.isAnnounced = false
            guard let result = state.result, !state.isEndTaken else { return (nil, nil) }
            state.isEndTaken = true
            return (.end(result), nil)
        }
        sender?.resume()
        return outgoing
    }

    /// The bytes of messages that the task has taken since this was last asked.
    func takeConsumed() -> Int {
        state.withLock { state in
            defer { (state.consumed, state.isConsumptionAnnounced) = (0, false) }
            return state.consumed
        }
    }

    /// The server goes away.
    func drain() {
        let refuses = state.withLock { state in
            state.isDraining = true
            return state.isEndless && state.result == nil && state.failure == nil
        }
        if refuses { abort(.draining) }
    }
}
