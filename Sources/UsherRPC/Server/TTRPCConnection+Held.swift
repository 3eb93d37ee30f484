import NIOCore
import UsherContract

// What a ttrpc connection holds counts in its account: the frame that is coming, the replies that wait to be sent, and
// what streams hold by themselves. And a client that owes something must move.

/// The frame that is coming.
struct IncomingFrame {
    /// When its header came.
    let since: NIODeadline
    /// What is set aside for all of it, in bytes; 0 where only what has come counts.
    var reserved = 0
}

extension TTRPCConnection {
    /// Finds room for the frame that is coming, or skips it with a refusal.
    func admitUnfinished() {
        guard let header = decoder.unfinished else { return endIncoming() }
        if incoming == nil {
            incoming = IncomingFrame(since: .now())
            let size = FrameHeader.size + Int(header.length)
            if Int(header.length) > core.configuration.strangerFrameBytes, !connection.account.isTrusted {
                guard core.largeFrames.take(size) else { return skip(header, .credentialFirst) }
                incoming?.reserved = size
            }
        }
        guard count(&countedFrame, frameBytes) else {
            return skip(header, .tooMuchHeld(isTrusted: connection.account.isTrusted))
        }
    }

    /// The frame that was coming is whole, or is given up.
    func endIncoming() {
        core.largeFrames.giveBack(incoming?.reserved ?? 0)
        incoming = nil
    }

    private var frameBytes: Int { max(incoming?.reserved ?? 0, decoder.restBytes) }

    private func skip(_ header: FrameHeader, _ refusal: Refusal) {
        decoder.skipUnfinished()
        endIncoming()
        perform(state.receiveSkipped(header, refusal), header.streamID, ByteBuffer(), .now())
    }

    /// Counts a reply that is about to wait to be sent, until the turn ends. False where it finds no room.
    func hold(_ size: Int) -> Bool { context == nil || count(&countedUnsent, countedUnsent + size) }

    /// Changes what is counted. False, with nothing changed, where more finds no room.
    private func count(_ counted: inout Int, _ held: Int) -> Bool {
        if held < counted {
            connection.account.giveBack(counted - held)
        } else if held > counted {
            guard connection.account.take(held - counted) else { return false }
        }
        counted = held
        return true
    }

    /// The turn ends: counts what is left. Where it finds no room, a stranger loses the connection; who has a
    /// credential was refused before that.
    func recount(_ context: ChannelHandlerContext) {
        let unsent = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        let frame = frameBytes
        if count(&countedFrame, frame), count(&countedUnsent, unsent) { return watchStalls(context) }
        guard connection.account.isTrusted else {
            core.metrics.connectionsOverBudget.increment()
            return context.close(promise: nil)
        }
        connection.account.add(frame - countedFrame + unsent - countedUnsent)
        (countedFrame, countedUnsent) = (frame, unsent)
        watchStalls(context)
    }

    /// Nothing is held any more.
    func uncount() {
        endIncoming()
        connection.account.giveBack(countedFrame + countedUnsent)
        (countedFrame, countedUnsent) = (0, 0)
    }

    // MARK: Stalls

    /// Looks whether the client owes something, and later again where it does.
    private func watchStalls(_ context: ChannelHandlerContext) {
        let owesFrame = state.wantsInput && decoder.hasRest
        guard owesFrame || countedUnsent > 0 || sending.since != nil || receiving.since != nil else { return }
        let now = NIODeadline.now()
        sending.note(owes: countedUnsent > 0, moved: outgoing.handedOver - countedUnsent, now)
        receiving.note(owes: owesFrame, moved: receivedBytes, now)
        guard stallAlarm == nil, owesFrame || countedUnsent > 0 else { return }
        let limit = connection.account.isTrusted ? stallLimit : min(stallLimit, strangerFrameTime)
        let since = [sending.since, receiving.since].compactMap(\.self).min() ?? now
        // What stands still is looked at when its time is over, not a whole one later.
        let time = since + limit > now ? since + limit : now + limit
        stallAlarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: time) { self.lookForStall() }
    }

    private func lookForStall() {
        stallAlarm = nil
        guard let context = self.context else { return }
        recount(context)
        let now = NIODeadline.now()
        let isSlowStranger =
            !connection.account.isTrusted && state.wantsInput
            && (incoming.map { $0.since + strangerFrameTime <= now } ?? false)
        guard
            isSlowStranger || sending.isStalled(for: stallLimit, at: now)
                || receiving.isStalled(for: stallLimit, at: now)
        else { return }
        core.metrics.connectionsStalled.increment()
        core.logger.debug(
            "closed: it owes something and does not move", metadata: ["peer": "\(connection.peerAddress)"])
        context.close(promise: nil)
    }

    private var stallLimit: TimeAmount { TimeAmount(clamping: core.configuration.stallLimit) }
    private var strangerFrameTime: TimeAmount { TimeAmount(clamping: core.configuration.strangerFrameTime) }

    // MARK: Streams

    func cut(_ key: CallKey, _ refusal: Refusal) {
        guard let open = streams[key] else { return }
        if state.isOpen(key, open.streamID), state.failStream(open.streamID) != nil { refuse(refusal, open.streamID) }
        fail(key, refusal)
    }
}
