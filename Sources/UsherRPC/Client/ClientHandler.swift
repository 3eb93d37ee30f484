import NIOCore
import Synchronization
import UsherContract

// The client's end of a connection.
// - `queue` may be touched from any thread; everything else only on the event loop. That is what makes the class
//   Sendable.
// - A call is in the queue, or pending, or completed; it is completed once, on the event loop or, where the connection
//   was closed before, by whoever submits it. The same holds for streams.

/// Pipelines the calls and streams of any thread over one connection.
final class ClientHandler: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What is to be done for a stream, or beside a call.
    enum Work: Sendable {
        case open(ClientStreamState)
        case message(ClientStreamState, [UInt8])
        case close(ClientStreamState)
        case cancel(ClientStreamState)
        /// Its messages have been taken: the connection may be read again.
        case resume(ClientStreamState)
        case cancelCall(Answer)
    }

    private struct Queue {
        var calls: [ClientCall] = []
        var work: [Work] = []
        /// Calls that are not completed, queued or pending.
        var unanswered = 0
        /// A wake-up is on its way; it takes whatever has come until then.
        var isScheduled = false
        /// No more calls are taken.
        var isClosed = false
    }

    private enum Admission {
        case queued, mustWake, refused(TransportError)
    }

    let eventLoop: any EventLoop
    /// Whether the server is asked for the extensions.
    let extensions: ClientExtensions?
    private let queue = Mutex(Queue())
    private(set) var context: ChannelHandlerContext?
    private var decoder = FrameDecoder()
    var pending = PendingCalls()
    var streams = ClientStreams()
    var keepalive = KeepaliveState()
    private var hasCalled = false
    private var isInTurn = false
    private var alarm: (time: NIODeadline, scheduled: Scheduled<Void>)?

    init(eventLoop: any EventLoop, extensions: ClientExtensions? = nil) {
        self.eventLoop = eventLoop
        self.extensions = extensions
    }

    var isOpen: Bool { queue.withLock { !$0.isClosed } }

    func submit(_ call: ClientCall) {
        let isOnLoop = eventLoop.inEventLoop
        let admission: Admission = queue.withLock { queue in
            guard !queue.isClosed else { return .refused(.notSent) }
            guard queue.unanswered < RPCLimits.clientCalls else { return .refused(.tooManyCalls) }
            queue.calls.append(call)
            queue.unanswered += 1
            if isOnLoop || queue.isScheduled { return .queued }
            queue.isScheduled = true
            return .mustWake
        }
        switch admission {
        case .queued: if isOnLoop { finishTurn() }
        case .mustWake: eventLoop.execute { self.finishTurn() }
        case .refused(let error): call.completion(.failure(error))
        }
    }

    func submit(_ work: Work) {
        let (isRefused, mustWake) = queue.withLock { queue in
            if queue.isClosed, case .open = work { return (true, false) }
            queue.work.append(work)
            defer { queue.isScheduled = true }
            return (false, !queue.isScheduled)
        }
        if mustWake { eventLoop.execute { self.finishTurn() } }
        if isRefused, case .open(let stream) = work { stream.end(.failure(TransportError.notSent)) }
    }

    /// Takes no more calls; the connection ends with the last that is unanswered.
    func goAway() {
        queue.withLock { $0.isClosed = true }
        closeIfDone()
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        keepalive.received()
        decoder.feed(unwrapInboundIn(data))
        // What completions submit is sent together, at the end of the turn.
        isInTurn = true
        receive(context)
        isInTurn = false
        decoder.settle()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        finishTurn()
        closeIfDone()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        finishTurn()
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: Answers

    private func receive(_ context: ChannelHandlerContext) {
        while let event = decoder.next() {
            switch event {
            case .frame(let header, let body):
                if header.type == .response, let completion = pending.remove(header.streamID) {
                    complete(completion, Self.result(of: body))
                } else {
                    receiveOther(header, body)
                }
            case .oversized(let header):
                if let completion = pending.remove(header.streamID) {
                    complete(completion, .failure(TransportError.malformedReply))
                } else {
                    endStream(header.streamID, .failure(TransportError.malformedReply))
                }
            case .foreign:
                decoder.clear()
                context.close(promise: nil)
                return
            }
        }
    }

    static func result(of body: ByteBuffer) -> Result<[UInt8], any Error> {
        guard let envelope = ResponseEnvelope(scanning: body) else { return .failure(TransportError.malformedReply) }
        if envelope.status.readableBytes > 0 {
            do {
                if let refusal = try Refusal.decode(statusBytes: envelope.status.readableBytesView) {
                    return .failure(refusal)
                }
            } catch {
                return .failure(TransportError.malformedReply)
            }
        }
        return .success(Array(envelope.payload.readableBytesView))
    }

    func complete(_ completion: ClientCall.Completion, _ result: Result<[UInt8], any Error>) {
        queue.withLock { $0.unanswered -= 1 }
        completion(result)
    }

    // MARK: Calls

    /// Sends what is queued, with one flush, and what calls that failed at once have led to.
    private func finishTurn() {
        guard !isInTurn else { return }
        isInTurn = true
        while let (calls, work) = takeQueued() {
            if !calls.isEmpty { send(calls) }
            for item in work { perform(item) }
        }
        sendMessages()
        isInTurn = false
    }

    private func takeQueued() -> ([ClientCall], [Work])? {
        queue.withLock { queue in
            defer { (queue.calls, queue.work) = ([], []) }
            queue.isScheduled = false
            return queue.calls.isEmpty && queue.work.isEmpty ? nil : (queue.calls, queue.work)
        }
    }

    private func send(_ calls: [ClientCall]) {
        guard let context else {
            for call in calls { complete(call.completion, .failure(TransportError.notSent)) }
            return
        }
        var buffer = ByteBuffer()
        var now: NIODeadline?
        for call in calls {
            write(call, &now, to: &buffer)
            if buffer.readableBytes >= RPCLimits.outgoingChunk {
                context.write(wrapOutboundOut(buffer), promise: nil)
                buffer = ByteBuffer()
            }
        }
        if buffer.readableBytes > 0 { context.write(wrapOutboundOut(buffer), promise: nil) }
        context.flush()
    }

    private func write(_ call: ClientCall, _ now: inout NIODeadline?, to buffer: inout ByteBuffer) {
        var timeout: Int64 = 0
        if let deadline = call.deadline {
            let time = now ?? .now()
            now = time
            timeout = (deadline - time).nanoseconds
            guard timeout > 0 else { return complete(call.completion, .failure(TransportError.timedOut)) }
        }
        let streamID = pending.claimID(streams.contains)
        guard
            RequestFrame.write(
                service: call.service, method: call.method, payload: call.payload, timeoutNanoseconds: timeout,
                metadata: metadata(call.metadata), streamID: streamID, to: &buffer)
        else { return complete(call.completion, .failure(TransportError.requestTooLarge)) }
        pending.insert(call, streamID)
        if let deadline = call.deadline { setAlarm(deadline) }
        called(&buffer)
    }

    /// What a request says, and besides it what the first one of a connection does.
    func metadata(_ own: [(String, String)]) -> [(String, String)] {
        hasCalled || extensions == nil ? own : own + [ExtensionFrame.metadata]
    }

    /// A request was written. Behind the first comes a ping: its pong says that the server knows the extensions.
    func called(_ buffer: inout ByteBuffer) {
        guard !hasCalled else { return }
        hasCalled = true
        guard extensions != nil else { return }
        ExtensionFrame.write(.ping, to: &buffer)
        keepAlive()
    }

    // MARK: Time and end

    /// Keeps one timer, at the earliest deadline or before it.
    func setAlarm(_ deadline: NIODeadline) {
        if let alarm {
            guard deadline < alarm.time else { return }
            alarm.scheduled.cancel()
        }
        alarm = (deadline, eventLoop.scheduleTask(deadline: deadline) { self.ring() })
    }

    private func ring() {
        alarm = nil
        let now = NIODeadline.now()
        for completion in pending.removeExpired(at: now) {
            complete(completion, .failure(TransportError.timedOut))
        }
        for (id, stream) in streams.removeExpired(at: now) {
            stream.end(.failure(TransportError.timedOut))
            tellCancelled(id)
        }
        if let earliest = [pending.earliestDeadline, streams.earliestDeadline].compactMap(\.self).min() {
            setAlarm(earliest)
        }
    }

    func closeIfDone() {
        guard let context, !isOpen, pending.isEmpty, streams.isEmpty else { return }
        context.close(promise: nil)
    }

    private func end() {
        let (unsent, work) = queue.withLock { queue in
            defer { (queue.calls, queue.work) = ([], []) }
            queue.isClosed = true
            return (queue.calls, queue.work)
        }
        context = nil
        decoder.clear()
        keepalive.end()
        alarm?.scheduled.cancel()
        alarm = nil
        for call in unsent { complete(call.completion, .failure(TransportError.notSent)) }
        for item in work {
            if case .open(let stream) = item { stream.end(.failure(TransportError.notSent)) }
        }
        for completion in pending.removeAll() { complete(completion, .failure(TransportError.connectionLost)) }
        for stream in streams.removeAll() { stream.end(.failure(TransportError.connectionLost)) }
    }
}
