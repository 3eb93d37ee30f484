import NIOCore
import UsherContract

// What a gRPC connection holds counts in its account: requests that are coming, with their headers; replies and
// messages that wait for windows or for the socket; and what streams hold by themselves. And a client that owes
// something must move.

extension GRPCConnection {
    /// Counts what is about to be held, until the turn ends. False where it finds no room.
    func hold(_ size: Int) -> Bool {
        guard context != nil else { return true }
        guard connection.account.take(size) else { return false }
        counted += size
        return true
    }

    /// The turn ends: counts what is left. Where it finds no room, a stranger loses the connection; who has a
    /// credential was refused before that.
    func recount() {
        guard let context else { return }
        let buffered = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        let unsent = max(buffered, state.unsent + unsentByStreams)
        let more = state.held + unsent - counted
        if more < 0 {
            connection.account.giveBack(-more)
        } else if more > 0, !connection.account.take(more) {
            guard connection.account.isTrusted else {
                core.metrics.connectionsOverBudget.increment()
                return context.close(promise: nil)
            }
            connection.account.add(more)
        }
        counted += more
        watchStalls(context, unsent: unsent)
    }

    /// Nothing is held any more.
    func uncount() {
        connection.account.giveBack(counted)
        counted = 0
    }

    /// Looks whether the client owes something, and later again where it does.
    private func watchStalls(_ context: ChannelHandlerContext, unsent: Int) {
        let mayOweMessage = state.held > 0
        guard mayOweMessage || unsent > 0 || sending.since != nil || receiving.since != nil else { return }
        let now = now
        sending.note(owes: unsent > 0, moved: moved, now)
        receiving.note(owes: mayOweMessage, moved: receivedBytes, now)
        guard stallAlarm == nil, let since = [sending.since, receiving.since].compactMap(\.self).min() else { return }
        // What stands still is looked at when its time is over, not a whole one later.
        let time = since + stallLimit > now ? since + stallLimit : now + stallLimit
        stallAlarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: time) { self.lookForStall() }
    }

    private func lookForStall() {
        stallAlarm = nil
        recount()
        guard let context = self.context else { return }
        let now = now
        guard
            sending.isStalled(for: stallLimit, at: now)
                || (receiving.isStalled(for: stallLimit, at: now) && state.owesMessage)
        else { return }
        core.metrics.connectionsStalled.increment()
        core.logger.debug(
            "closed: it owes something and does not move", metadata: ["peer": "\(connection.peerAddress)"])
        context.close(promise: nil)
    }

    private var stallLimit: TimeAmount { TimeAmount(clamping: core.configuration.stallLimit) }

    func cut(_ key: CallKey, _ refusal: Refusal) { fail(key, refusal) }
}
