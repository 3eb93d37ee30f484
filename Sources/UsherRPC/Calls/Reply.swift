public import UsherContract

/// Where one call's answer goes.
public struct Reply: Sendable {
    let connection: any ServerConnection
    let key: CallKey

    /// Answers the call; from any thread.
    ///
    /// Only the first answer counts, and none does once the deadline has passed or the connection is gone. A reply
    /// larger than ``RPCLimits/replyPayloadBytes`` is answered RESOURCE_EXHAUSTED `REPLY_TOO_LARGE`.
    public func send(_ result: Result<[UInt8], Refusal>) {
        if connection.outbox.eventLoop.inEventLoop {
            connection.answer(key, result)
            connection.finishTurn()
        } else {
            connection.outbox.post(connection, key, result)
        }
    }
}

/// Names a call of a connection once: a slot is used again, its generation is not.
struct CallKey: Sendable, Hashable {
    let slot: Int32
    let generation: UInt32
}
