import NIOCore
import UsherContract

/// What the server and its replies need of a connection, whatever it speaks. All functions are called on its event
/// loop.
protocol ServerConnection: AnyObject, Sendable {
    /// Where answers from other threads go.
    var outbox: Outbox { get }

    /// What its calls see of it.
    var connection: ConnectionContext { get }

    /// Prepares a call's answer for sending.
    func answer(_ key: CallKey, _ result: Result<[UInt8], Refusal>)

    /// A stream has something to send, has ended, or its task has taken much: see ``ServerStream/nextOutgoing()`` and
    /// ``ServerStream/takeConsumed()``.
    func attend(_ key: CallKey)

    /// Ends a stream for its client, at once: what was not sent is dropped.
    func cut(_ key: CallKey, _ refusal: Refusal)

    /// Sends what is prepared, and goes on reading where the answers made room for it.
    func finishTurn()

    /// Refuses new calls from now on; `done` is fulfilled when those in flight are answered and sent.
    func drain(_ done: EventLoopPromise<Void>)

    /// Sends what is prepared and closes, so that the client sees every answer.
    func finish()
}

extension ServerConnection {
    /// Refuses new calls, answers those in flight, for a moment, and closes. From the next turn of the event loop on,
    /// so that the answer that is being given is the last.
    func dismiss(on eventLoop: any EventLoop) {
        eventLoop.execute {
            let drained = eventLoop.makePromise(of: Void.self)
            let limit = eventLoop.scheduleTask(in: RPCLimits.lingerAfterDrain) { self.finish() }
            drained.futureResult.whenComplete { _ in
                limit.cancel()
                self.finish()
            }
            self.drain(drained)
        }
    }
}
