import NIOCore
import Synchronization
import UsherContract

/// What other threads have for calls of one event loop, answers and streams with something to do: one lock and one
/// wake-up for a burst, one flush for each connection in it.
///
/// Nothing bounds it but what bounds the calls in flight: each has at most one answer here, or one or two notices.
final class Outbox: Sendable {
    private struct Entry: Sendable {
        let connection: any ServerConnection
        let key: CallKey
        /// Nil where a stream is to be attended to.
        let result: Result<[UInt8], Refusal>?
    }

    private struct State {
        var entries: [Entry] = []
        /// A wake-up is on its way; it takes whatever has come until then.
        var isScheduled = false
        var isClosed = false
    }

    let eventLoop: any EventLoop
    private let state = Mutex(State())

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func post(_ connection: any ServerConnection, _ key: CallKey, _ result: Result<[UInt8], Refusal>) {
        post(Entry(connection: connection, key: key, result: result))
    }

    func post(_ connection: any ServerConnection, attending key: CallKey) {
        post(Entry(connection: connection, key: key, result: nil))
    }

    private func post(_ entry: Entry) {
        let mustWake = state.withLock { state in
            guard !state.isClosed else { return false }
            state.entries.append(entry)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustWake { eventLoop.execute { self.deliver() } }
    }

    /// Drops what comes from now on: the event loop is about to end.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.entries = []
        }
    }

    private func deliver() {
        let entries = state.withLock { state in
            defer { state.entries = [] }
            state.isScheduled = false
            return state.entries
        }
        // Answers of one connection come in runs; finishing a turn twice does no harm.
        var touched: [any ServerConnection] = []
        for entry in entries {
            if let result = entry.result {
                entry.connection.answer(entry.key, result)
            } else {
                entry.connection.attend(entry.key)
            }
            if touched.last !== entry.connection { touched.append(entry.connection) }
        }
        for connection in touched { connection.finishTurn() }
    }
}
