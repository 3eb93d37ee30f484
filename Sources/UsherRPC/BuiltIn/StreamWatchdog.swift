import NIOCore
import Synchronization
import UsherContract

/// Ends a stream when its time is over, or when nothing has happened on it for too long.
final class StreamWatchdog: Sendable {
    private struct State {
        var lastTouch: NIODeadline
        var alarm: Scheduled<Void>?
        var isOver = false
    }

    private let stream: ServerStream
    private let end: NIODeadline
    private let idle: TimeAmount
    private let refusal: Refusal
    private let state: Mutex<State>

    /// It watches from now on, until ``stop()``.
    init(_ stream: ServerStream, time: TimeAmount, idle: TimeAmount, refusal: Refusal) {
        let now = NIODeadline.now()
        self.stream = stream
        end = now + time
        self.idle = idle
        self.refusal = refusal
        state = Mutex(State(lastTouch: now))
        look()
    }

    /// Something has happened.
    func touch() { state.withLock { $0.lastTouch = .now() } }

    func stop() {
        let alarm = state.withLock { state in
            state.isOver = true
            return state.alarm.take()
        }
        alarm?.cancel()
    }

    private func look() {
        let now = NIODeadline.now()
        let isTimeOver = state.withLock { state in
            guard !state.isOver else { return false }
            let due = min(end, state.lastTouch + idle)
            guard due > now else { return true }
            state.alarm = stream.schedule(in: due - now) { self.look() }
            return false
        }
        if isTimeOver { stream.cut(refusal) }
    }
}
