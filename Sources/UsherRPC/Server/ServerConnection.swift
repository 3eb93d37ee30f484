import NIOCore
import UsherContract

/// What the server and its replies need of a connection, whatever it speaks. All functions are called on its event
/// loop.
protocol ServerConnection: AnyObject, Sendable {
    /// Where answers from other threads go.
    var outbox: Outbox { get }

    /// Prepares a call's answer for sending.
    func answer(_ key: CallKey, _ result: Result<[UInt8], Refusal>)

    /// A stream has something to send, has ended, or its task has taken much: see ``ServerStream/nextOutgoing()`` and
    /// ``ServerStream/takeConsumed()``.
    func attend(_ key: CallKey)

    /// Sends what is prepared, and goes on reading where the answers made room for it.
    func finishTurn()

    /// Refuses new calls from now on; `done` is fulfilled when those in flight are answered and sent.
    func drain(_ done: EventLoopPromise<Void>)

    /// Sends what is prepared and closes, so that the client sees every answer.
    func finish()
}
