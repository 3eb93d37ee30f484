import NIOCore

/// A call that a client is about to make.
struct ClientCall: Sendable {
    typealias Completion = @Sendable (Result<[UInt8], any Error>) -> Void

    let service: String
    let method: String
    let payload: [UInt8]
    let metadata: [(String, String)]
    /// When the caller gives up; nil for never.
    let deadline: NIODeadline?
    /// What cancels the call; nil where nothing does.
    var answer: Answer?
    let completion: Completion
}

/// The calls of a client that wait for an answer, by stream id.
///
/// Invariant: ids are odd, grow, and wrap around past those that are in use.
struct PendingCalls {
    private struct Pending {
        let completion: ClientCall.Completion
        let deadline: NIODeadline?
        let answer: Answer?
    }

    private var calls: [UInt32: Pending] = [:]
    private var nextID: UInt32

    /// - Parameter firstID: odd.
    init(firstID: UInt32 = 1) { nextID = firstID }

    var isEmpty: Bool { calls.isEmpty }

    /// The id of the next call.
    ///
    /// - Parameter isTaken: whether something else has an id.
    mutating func claimID(_ isTaken: (UInt32) -> Bool = { _ in false }) -> UInt32 {
        while calls[nextID] != nil || isTaken(nextID) { nextID &+= 2 }
        defer { nextID &+= 2 }
        return nextID
    }

    mutating func insert(_ call: ClientCall, _ id: UInt32) {
        calls[id] = Pending(completion: call.completion, deadline: call.deadline, answer: call.answer)
    }

    mutating func remove(_ id: UInt32) -> ClientCall.Completion? { calls.removeValue(forKey: id)?.completion }

    /// Removes the call that waits for `answer`.
    mutating func remove(_ answer: Answer) -> (id: UInt32, completion: ClientCall.Completion)? {
        guard let (id, pending) = calls.first(where: { $0.value.answer === answer }) else { return nil }
        calls[id] = nil
        return (id, pending.completion)
    }

    /// Removes the calls whose callers have given up.
    mutating func removeExpired(at now: NIODeadline) -> [ClientCall.Completion] {
        let expired = calls.filter { $0.value.deadline.map { $0 <= now } ?? false }
        for id in expired.keys { calls[id] = nil }
        return expired.values.map(\.completion)
    }

    mutating func removeAll() -> [ClientCall.Completion] {
        defer { calls = [:] }
        return calls.values.map(\.completion)
    }

    var earliestDeadline: NIODeadline? { calls.values.compactMap(\.deadline).min() }
}
