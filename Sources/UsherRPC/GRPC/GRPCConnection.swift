import Logging
import NIOCore
import NIOHPACK
import NIOHTTP2
import UsherContract

// A gRPC connection on its event loop: frames in, calls out; replies in, frames out. What to do is decided by
// `GRPCState`; this performs it.
// - Everything is touched only on the event loop, but for `outbox`, which is thread-safe. That is what makes the class
//   Sendable.
// - Work is done in turns, as on a ttrpc connection: what a read brought is handled, then one flush.
// - A write can call back at once (a stream closes); so `state` is never being changed while something is written.

/// The end of a gRPC connection's pipeline on the server, behind swift-nio-http2's handler.
final class GRPCConnection: ChannelInboundHandler, ServerConnection, @unchecked Sendable {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    let outbox: Outbox
    let core: ServerCore
    let connection: ConnectionContext
    var state: GRPCState
    /// Those whose end has not been taken.
    var streams: [CallKey: GRPCOpenStream] = [:]
    /// Nil before the connection begins and after it ends.
    private(set) var context: ChannelHandlerContext?
    private let errors: ConnectionErrors
    private let loop: any EventLoop
    private var isInTurn = false
    private var isReadPending = false
    private var hasUnflushed = false
    /// Nothing is answered any more; what comes is dropped until the client closes.
    private(set) var isFinishing = false
    private var drained: EventLoopPromise<Void>?
    /// Bytes of streams' messages that were written and have not left yet.
    var unsentByStreams = 0
    /// What of the connection's account is for requests that are coming and for what waits to be sent.
    var counted = 0
    /// Numbers that grow when something has left, or has come.
    var moved = 0
    var receivedBytes = 0
    var sending = StallWatch()
    var receiving = StallWatch()
    var stallAlarm: Scheduled<Void>?
    private var alarm: (time: NIODeadline, scheduled: Scheduled<Void>)?

    init(
        core: ServerCore, outbox: Outbox, connection: ConnectionContext, errors: ConnectionErrors, loop: any EventLoop
    ) {
        self.core = core
        self.outbox = outbox
        self.errors = errors
        self.connection = connection
        self.loop = loop
        state = GRPCState(core.configuration.connectionSettings, now: loop.now)
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.onDismissal = { [weak self, loop] in self?.dismiss(on: loop) }
        write(.rootStream, .windowUpdate(windowSizeIncrement: RPCLimits.connectionWindow - 65_535))
        setAlarm()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isFinishing else { return }
        // Frames come one by one; the turn ends when all of a read were handled.
        let wasInTurn = isInTurn
        isInTurn = true
        receive(unwrapInboundIn(data))
        isInTurn = wasInTurn
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReadPending = false
        finishTurn()
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as NIOHTTP2WindowUpdatedEvent: windowUpdated(event)
        case let event as StreamClosedEvent:
            moved += 1
            if let key = state.streamClosed(event.streamID, now: now) { fail(key, .cancelled) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        state.writabilityChanged(context.channel.isWritable, now: now)
        finishTurn()
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        core.logger.debug("connection failed", metadata: ["peer": "\(connection.peerAddress)", "error": "\(error)"])
        if errors.areFatal {
            core.foreign.note(
                .frame, "closed: it breaks the rules of HTTP/2", peer: connection.peerAddress, ["error": "\(error)"])
            fail()
        } else if !(error is any NIOHTTP2Error) {
            context.close(promise: nil)
        }
    }

    private func end() {
        failStreams(.connectionLost)
        state.close()
        uncount()
        stallAlarm?.cancel()
        stallAlarm = nil
        alarm?.scheduled.cancel()
        alarm = nil
        drained?.succeed()
        drained = nil
        context = nil
    }

    // MARK: Turns

    func write(_ id: HTTP2StreamID, _ payload: HTTP2Frame.FramePayload, promise: EventLoopPromise<Void>? = nil) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        hasUnflushed = true
        context.write(wrapOutboundOut(HTTP2Frame(streamID: id, payload: payload)), promise: promise)
    }

    func finishTurn() {
        guard !isInTurn, context != nil else { return }
        isInTurn = true
        for (id, increment) in state.enlargements() { write(id, .windowUpdate(windowSizeIncrement: increment)) }
        flush()
        isInTurn = false
        recount()
        setAlarm()
        if state.isDrained, let promise = drained {
            drained = nil
            goAway(.noError, promise: promise)
            flush()
        }
        // Performing any of it may have ended the connection.
        guard let context else { return }
        if state.wantsInput || isFinishing, !isReadPending, !errors.areFatal {
            isReadPending = true
            context.read()
        }
    }

    private func flush() {
        guard hasUnflushed else { return }
        hasUnflushed = false
        context?.flush()
    }

    private func windowUpdated(_ event: NIOHTTP2WindowUpdatedEvent) {
        // A client that opens its window is about to take something.
        if event.outboundWindowSize != nil { moved += 1 }
        guard let size = event.inboundWindowSize, !isFinishing else { return }
        let increment =
            event.streamID == .rootStream
            ? state.connectionWindowChanged(size) : state.windowChanged(event.streamID, size)
        if increment > 0 { write(event.streamID, .windowUpdate(windowSizeIncrement: increment)) }
    }

    // MARK: Time

    /// The event loop's clock, which a test may hold.
    var now: NIODeadline { loop.now }

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
        let action = state.timePassed(now)
        for call in action.expired {
            refuse(call.isExecuting ? .unanswered : .requestUnfinished, call.id, mustReset: call.mustReset)
        }
        for key in action.streams { fail(key, .unanswered) }
        guard !action.isIdle else {
            core.logger.debug("connection idle for too long", metadata: ["peer": "\(connection.peerAddress)"])
            return finish()
        }
        finishTurn()
    }

    // MARK: The end

    private static let drainPing = HTTP2PingData(withInteger: 0x7573_6865_725F_6279)

    func drain(_ done: EventLoopPromise<Void>) {
        guard context != nil else { return done.succeed() }
        if state.drain(now) {
            // What the client sends before it reads this is refused in a way that it may safely repeat elsewhere.
            write(.rootStream, .goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil))
            write(.rootStream, .ping(Self.drainPing, ack: false))
        }
        for open in streams.values { open.stream.drain() }
        drained?.succeed()
        drained = done
        finishTurn()
    }

    func acknowledged(_ ping: HTTP2PingData) {
        if ping == Self.drainPing { state.goAwayAcknowledged() }
    }

    private func goAway(_ code: HTTP2ErrorCode, _ reason: String = "", promise: EventLoopPromise<Void>? = nil) {
        let data = reason.isEmpty ? nil : ByteBuffer(string: reason)
        write(
            .rootStream, .goAway(lastStreamID: state.lastStreamID, errorCode: code, opaqueData: data), promise: promise)
    }

    /// Ends the connection of a client that makes work for nothing.
    func calm(_ reason: String) {
        core.foreign.note(.tooMuchWork, "closed: \(reason)", peer: connection.peerAddress)
        goAway(.enhanceYourCalm, reason)
        fail()
    }

    /// The client was told what is wrong; it has a moment to read that, and nothing of it is read any more.
    private func fail() {
        guard let context, beginEnd() else { return }
        context.flush()
        linger(context.channel)
    }

    func finish() {
        guard let context else { return }
        for key in streams.keys { fail(key, .draining) }
        guard beginEnd() else { return }
        // Closing while bytes come in would reset the connection, and what the client has not read yet would be lost.
        let channel = context.channel
        let sent = channel.eventLoop.makePromise(of: Void.self)
        sent.futureResult.whenComplete { _ in channel.close(mode: .output, promise: nil) }
        goAway(.noError, promise: sent)
        flush()
        linger(channel)
        finishTurn()
    }

    private func beginEnd() -> Bool {
        guard !isFinishing else { return false }
        isFinishing = true
        failStreams(.connectionLost)
        state.close()
        drained?.succeed()
        drained = nil
        return true
    }

    private func linger(_ channel: any Channel) {
        channel.eventLoop.scheduleTask(in: RPCLimits.lingerAfterDrain) { channel.close(promise: nil) }
    }
}
