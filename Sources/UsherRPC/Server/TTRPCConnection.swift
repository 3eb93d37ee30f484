import Logging
import NIOCore
import UsherContract

// A ttrpc connection on its event loop: bytes in, calls out; replies in, bytes out. What to do is decided by
// `ConnectionState`; this performs it.
// - Everything is touched only on the event loop, but for `outbox`, which is thread-safe. That is what makes the class
//   Sendable.
// - Work is done in turns (`finishTurn`): decode what is admitted, write what is prepared, one flush. A turn never
//   begins within a turn, however handlers and the channel call back.

/// The end of a ttrpc connection's pipeline on the server.
final class TTRPCConnection: ChannelInboundHandler, ServerConnection, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let outbox: Outbox
    let core: ServerCore
    let connection: ConnectionContext
    var state: ConnectionState
    var decoder = FrameDecoder()
    let outgoing = OutgoingFrames()
    /// Those whose end has not been taken.
    var streams: [CallKey: OpenStream] = [:]
    /// What waits for the tasks of ``streams``, and of those that the client has dropped.
    let inboundBudget: InboundBudget
    /// Streams that have something to send, in the order of their turns.
    var ready = CircularBuffer<CallKey>()
    /// What streams sent last has not left yet.
    var isBatchLeaving = false
    /// Nil before the connection begins and after it ends.
    private(set) var context: ChannelHandlerContext?
    private(set) var isInTurn = false
    private var isReadPending = false
    /// Nothing is answered any more; what comes is dropped until the client closes.
    private var isFinishing = false
    private var drained: EventLoopPromise<Void>?
    private var alarm: (time: NIODeadline, scheduled: Scheduled<Void>)?
    /// The frame that is coming; nil between frames and while one is skipped.
    var incoming: IncomingFrame?
    /// What of the connection's account is for frames that are coming, and for what waits to be sent.
    var countedFrame = 0
    var countedUnsent = 0
    /// Bytes that have come, ever.
    private(set) var receivedBytes = 0
    var sending = StallWatch()
    var receiving = StallWatch()
    var stallAlarm: Scheduled<Void>?

    init(core: ServerCore, outbox: Outbox, connection: ConnectionContext) {
        self.core = core
        self.outbox = outbox
        self.connection = connection
        inboundBudget = InboundBudget(limit: core.configuration.streamBytesPerConnection)
        state = ConnectionState(core.configuration.connectionSettings, now: .now())
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.onDismissal = { [weak self, loop = context.eventLoop] in self?.dismiss(on: loop) }
        setAlarm()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isFinishing else { return }
        if !decoder.hasRest { state.active(.now()) }
        let bytes = unwrapInboundIn(data)
        receivedBytes += bytes.readableBytes
        decoder.feed(bytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReadPending = false
        finishTurn()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        state.writabilityChanged(context.channel.isWritable, now: .now())
        finishTurn()
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        core.logger.debug("connection failed", metadata: ["peer": "\(connection.peerAddress)", "error": "\(error)"])
        context.close(promise: nil)
    }

    private func end() {
        failStreams(.connectionLost)
        state.close()
        decoder.clear()
        outgoing.clear()
        uncount()
        alarm?.scheduled.cancel()
        alarm = nil
        stallAlarm?.cancel()
        stallAlarm = nil
        drained?.succeed()
        drained = nil
        context = nil
    }

    // MARK: Turns

    func finishTurn() {
        guard !isInTurn, let context else { return }
        isInTurn = true
        var wasBlocked: Bool
        repeat {
            decode()
            takeFromStreams(context)
            wasBlocked = !state.wantsInput
            outgoing.flush(context)
            // Flushing may have made room for frames that decoding had to leave.
        } while wasBlocked && state.wantsInput
        isInTurn = false
        decoder.settle()
        recount(context)
        setAlarm()
        if state.isDrained, let promise = drained {
            drained = nil
            outgoing.finish(context, promise)
        }
        if (state.wantsInput || isFinishing) && !isReadPending {
            isReadPending = true
            context.read()
        }
    }

    // MARK: Time

    /// Keeps one timer, at the state's wake-up or before it.
    private func setAlarm() {
        guard let context else { return }
        let wakeUp = state.wakeUp
        if let alarm {
            guard wakeUp < alarm.time else { return }
            alarm.scheduled.cancel()
        }
        alarm = (wakeUp, context.eventLoop.assumeIsolated().scheduleTask(deadline: wakeUp) { self.ring() })
    }

    private func ring() {
        alarm = nil
        guard !isFinishing else { return }
        let action = state.timePassed(.now())
        for streamID in action.expired { refuse(.unanswered, streamID) }
        for key in action.streams { fail(key, .unanswered) }
        guard !action.isIdle else {
            core.logger.debug("connection idle for too long", metadata: ["peer": "\(connection.peerAddress)"])
            context?.close(promise: nil)
            return
        }
        finishTurn()
    }

    // MARK: The end

    func drain(_ done: EventLoopPromise<Void>) {
        guard context != nil else { return done.succeed() }
        state.drain()
        if state.usesExtensions { outgoing.append(.goAway) }
        for stream in streams.values { stream.stream.drain() }
        drained?.succeed()
        drained = done
        finishTurn()
    }

    func finish() {
        guard !isFinishing, let context else { return }
        isFinishing = true
        cutStreams()
        state.close()
        decoder.clear()
        drained?.succeed()
        drained = nil
        // Closing while bytes come in would reset the connection, and what the client has not read yet would be lost.
        let channel = context.channel
        let sent = channel.eventLoop.makePromise(of: Void.self)
        sent.futureResult.whenComplete { _ in channel.close(mode: .output, promise: nil) }
        outgoing.finish(context, sent)
        channel.eventLoop.scheduleTask(in: RPCLimits.lingerAfterDrain) { channel.close(promise: nil) }
        finishTurn()
    }
}
