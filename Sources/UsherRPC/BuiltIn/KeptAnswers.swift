import Synchronization

/// Answers to questions that were asked before: encoded once, and shared by all who wait for the same.
final class KeptAnswers: Sendable {
    private struct Question: Hashable {
        let dialect: ObjectIdentifier
        let payload: [UInt8]
    }

    private struct State {
        var answers: [Question: [UInt8]] = [:]
        var bytes = 0
    }

    private let state = Mutex(State())

    /// The answer to an encoded question; `make` makes it where it is not kept. Nil where that makes none.
    func answer(
        to payload: [UInt8], _ dialect: any ReflectionDialect.Type, _ make: ([UInt8]) -> [UInt8]?
    ) -> [UInt8]? {
        guard payload.count <= RPCLimits.keptReflectionQuestion else { return make(payload) }
        let question = Question(dialect: ObjectIdentifier(dialect), payload: payload)
        if let kept = state.withLock({ $0.answers[question] }) { return kept }
        guard let made = make(payload) else { return nil }
        return state.withLock { state in
            if let kept = state.answers[question] { return kept }
            let size = payload.count + made.count
            // Rather all than the oldest: whoever asks for everything once would push out one after the other.
            if state.bytes + size > RPCLimits.keptReflectionBytes { state = State() }
            state.answers[question] = made
            state.bytes += size
            return made
        }
    }
}
