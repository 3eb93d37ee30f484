import NIOCore
import Synchronization

// A closed loop: each caller makes its next call when the last one was answered, so that the number of calls in flight
// never changes.
// - A slow answer delays the caller's next call: the percentiles are those of callers who wait, and not those of a
//   stream of independent arrivals.
// - No task and no thread per call: a caller is a chain of completions.

final class ClosedLoop: Sendable {
    /// Makes one call and says when it was answered; never from within itself.
    typealias Call =
        @Sendable (_ payload: [UInt8], _ done: @escaping @Sendable (Result<[UInt8], any Error>) -> Void) -> Void

    private struct State {
        var sample = Sample()
        var running: Int
        var last: NIODeadline
        var failure: (any Error)?
        var waiting: CheckedContinuation<Sample, any Error>?
    }

    private let countFrom: NIODeadline
    private let end: NIODeadline
    private let next: @Sendable () -> [UInt8]?
    private let isRight: @Sendable ([UInt8]) -> Bool
    private let state: Mutex<State>

    private init(
        callers: Int, duration: Duration, next: @escaping @Sendable () -> [UInt8]?,
        isRight: @escaping @Sendable ([UInt8]) -> Bool
    ) {
        let time = TimeAmount(duration)
        let start = NIODeadline.now()
        countFrom = start + .nanoseconds(Int64(Double(time.nanoseconds) * BenchLimits.warmUp))
        end = start + time
        self.next = next
        self.isRight = isRight
        state = Mutex(State(running: callers, last: countFrom))
    }

    /// Runs `callers`, each in its own way, until the time is over or the payloads are.
    ///
    /// - Parameters:
    ///   - next: the payload of the next call, of whichever caller; nil when there are no more.
    ///   - isRight: looks at a reply, quickly: it runs between an answer and the next call.
    /// - Throws: the first failure of a call, after which nothing that was measured means anything.
    static func run(
        _ callers: [Call], for duration: Duration, next: @escaping @Sendable () -> [UInt8]?,
        isRight: @escaping @Sendable ([UInt8]) -> Bool = { _ in true }
    ) async throws -> Sample {
        let loop = ClosedLoop(callers: callers.count, duration: duration, next: next, isRight: isRight)
        return try await withCheckedThrowingContinuation { continuation in
            loop.state.withLock { $0.waiting = continuation }
            for call in callers { loop.turn(call) }
        }
    }

    private func turn(_ call: @escaping Call) {
        let started = NIODeadline.now()
        guard started < end, state.withLock({ $0.failure == nil }), let payload = next() else { return leave() }
        call(payload) { [self] result in
            record(result, since: started)
            turn(call)
        }
    }

    private func record(_ result: Result<[UInt8], any Error>, since started: NIODeadline) {
        let now = NIODeadline.now()
        let failure: (any Error)?
        switch result {
        case .success(let reply): failure = isRight(reply) ? nil : WrongAnswer(reply: reply)
        case .failure(let error): failure = error
        }
        state.withLock { state in
            state.failure = state.failure ?? failure
            guard failure == nil, started >= countFrom else { return }
            state.sample.count += 1
            state.sample.latency.record(UInt64((now - started).nanoseconds))
            state.last = now
        }
    }

    private func leave() {
        let outcome = state.withLock { state -> (CheckedContinuation<Sample, any Error>, Result<Sample, any Error>)? in
            state.running -= 1
            guard state.running == 0, let waiting = state.waiting else { return nil }
            state.sample.seconds = Double((state.last - countFrom).nanoseconds) / 1e9
            return (waiting, state.failure.map { .failure($0) } ?? .success(state.sample))
        }
        if let (waiting, result) = outcome { waiting.resume(with: result) }
    }
}

/// A call succeeded and said what it should not.
struct WrongAnswer: Error {
    var reply: [UInt8]
}
