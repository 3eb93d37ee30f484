import NIOCore
import Synchronization
import UsherContract

// The client's end of a connection.
// - `queue` may be touched from any thread; everything else only on the event loop. That is what makes the class
//   Sendable.
// - A call is in the queue, or pending, or completed; it is completed once, on the event loop or, where the connection
//   was closed before, by whoever submits it.

/// Pipelines the calls of any thread over one connection.
final class ClientHandler: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Queue {
        var calls: [ClientCall] = []
        /// Calls that are not completed, queued or pending.
        var unanswered = 0
        /// A wake-up is on its way; it takes whatever has come until then.
        var isScheduled = false
        var isClosed = false
    }

    private enum Admission {
        case queued, mustWake, refused(TransportError)
    }

    private let eventLoop: any EventLoop
    private let queue = Mutex(Queue())
    private var context: ChannelHandlerContext?
    private var decoder = FrameDecoder()
    private var pending = PendingCalls()
    private var isInTurn = false
    private var alarm: (time: NIODeadline, scheduled: Scheduled<Void>)?

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

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

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.feed(unwrapInboundIn(data))
        // What completions submit is sent together, at the end of the turn.
        isInTurn = true
        receive(context)
        isInTurn = false
        decoder.settle()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        finishTurn()
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: Answers

    private func receive(_ context: ChannelHandlerContext) {
        while let event = decoder.next() {
            switch event {
            case .frame(let header, let body):
                guard header.type == .response, let completion = pending.remove(header.streamID) else { continue }
                complete(completion, Self.result(of: body))
            case .oversized(let header):
                guard let completion = pending.remove(header.streamID) else { continue }
                complete(completion, .failure(TransportError.malformedReply))
            case .foreign:
                decoder.clear()
                context.close(promise: nil)
                return
            }
        }
    }

    private static func result(of body: ByteBuffer) -> Result<[UInt8], any Error> {
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

    private func complete(_ completion: ClientCall.Completion, _ result: Result<[UInt8], any Error>) {
        queue.withLock { $0.unanswered -= 1 }
        completion(result)
    }

    // MARK: Calls

    /// Sends what is queued, with one flush, and what calls that failed at once have led to.
    private func finishTurn() {
        guard !isInTurn else { return }
        isInTurn = true
        while let calls = takeQueued() { send(calls) }
        isInTurn = false
    }

    private func takeQueued() -> [ClientCall]? {
        queue.withLock { queue in
            defer { queue.calls = [] }
            queue.isScheduled = false
            return queue.calls.isEmpty ? nil : queue.calls
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
        let streamID = pending.claimID()
        guard
            RequestFrame.write(
                service: call.service, method: call.method, payload: call.payload, timeoutNanoseconds: timeout,
                metadata: call.metadata, streamID: streamID, to: &buffer)
        else { return complete(call.completion, .failure(TransportError.requestTooLarge)) }
        pending.insert(call, streamID)
        if let deadline = call.deadline { setAlarm(deadline) }
    }

    // MARK: Time and end

    /// Keeps one timer, at the earliest deadline or before it.
    private func setAlarm(_ deadline: NIODeadline) {
        if let alarm {
            guard deadline < alarm.time else { return }
            alarm.scheduled.cancel()
        }
        alarm = (deadline, eventLoop.scheduleTask(deadline: deadline) { self.ring() })
    }

    private func ring() {
        alarm = nil
        for completion in pending.removeExpired(at: .now()) {
            complete(completion, .failure(TransportError.timedOut))
        }
        if let earliest = pending.earliestDeadline { setAlarm(earliest) }
    }

    private func end() {
        let unsent = queue.withLock { queue in
            defer { queue.calls = [] }
            queue.isClosed = true
            return queue.calls
        }
        context = nil
        decoder.clear()
        alarm?.scheduled.cancel()
        alarm = nil
        for call in unsent { complete(call.completion, .failure(TransportError.notSent)) }
        for completion in pending.removeAll() { complete(completion, .failure(TransportError.connectionLost)) }
    }
}
