import Synchronization

/// The one answer that a waiting task gets: the server's, or its cancellation, whichever is first.
final class Answer: Sendable {
    typealias Continuation = CheckedContinuation<[UInt8], any Error>

    private enum State {
        case new
        case waiting(Continuation)
        case given
    }

    private let state = Mutex(State.new)

    /// Begins to wait; false where the task was cancelled before and has been told so.
    func await(_ continuation: Continuation) -> Bool {
        let isWaiting = state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(continuation)
            return true
        }
        if !isWaiting { continuation.resume(throwing: CancellationError()) }
        return isWaiting
    }

    @Sendable func give(_ result: Result<[UInt8], any Error>) {
        let waiting: Continuation? = state.withLock { state in
            defer { state = .given }
            guard case .waiting(let continuation) = state else { return nil }
            return continuation
        }
        waiting?.resume(with: result)
    }
}
