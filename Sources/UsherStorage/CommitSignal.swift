internal import Synchronization
internal import UsherContract

// How those who follow the journal learn that there is more of it.
// - What was committed before this process began is not known here: whoever waits has read the journal before, up to
//   where it waits from.

/// Wakes those who wait for a commit, on the lane's thread and after the commit.
final class CommitSignal: Sendable {
    private typealias Waiting = CheckedContinuation<Void, any Error>

    private struct State {
        /// The journal's last row that a commit of this process has brought.
        var last: Int64 = 0
        var waiting: [UInt64: (after: Int64, continuation: Waiting)] = [:]
        var nextTicket: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Rows up to `sequence` are committed.
    func raise(to sequence: Int64) {
        let awake: [Waiting] = state.withLock { state in
            guard sequence > state.last else { return [] }
            state.last = sequence
            let awake = state.waiting.filter { $0.value.after < sequence }
            for ticket in awake.keys { state.waiting[ticket] = nil }
            return awake.values.map(\.continuation)
        }
        for continuation in awake { continuation.resume() }
    }

    /// Returns when a row above `sequence` is committed.
    func wait(after sequence: Int64) async throws {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait(after: sequence, ticket, $0) }
        } onCancel: {
            let waiting = state.withLock { $0.waiting.removeValue(forKey: ticket) }
            waiting?.continuation.resume(throwing: CancellationError())
        }
    }

    private func wait(after sequence: Int64, _ ticket: UInt64, _ continuation: Waiting) {
        let answer: Result<Void, any Error>? = state.withLock { state in
            if state.isClosed { return .failure(Refusal.shuttingDown) }
            if state.last > sequence { return .success(()) }
            // Under the lock: a cancellation that is not seen here finds the continuation.
            if Task.isCancelled { return .failure(CancellationError()) }
            state.waiting[ticket] = (sequence, continuation)
            return nil
        }
        if let answer { continuation.resume(with: answer) }
    }

    /// There will be no more commits.
    func close() {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            state.isClosed = true
            return state.waiting.values.map(\.continuation)
        }
        for continuation in waiting { continuation.resume(throwing: Refusal.shuttingDown) }
    }
}
