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
    let completion: Completion
}

/// The calls of a client that wait for an answer, by stream id.
///
/// Invariant: ids are odd, grow, and wrap around past those that are in use.
struct PendingCalls {
    private struct Pending {
        let completion: ClientCall.Completion
        let deadline: NIODeadline?
    }

    private var calls: [UInt32: Pending] = [:]
    private var nextID: UInt32

    /// - Parameter firstID: odd.
    init(firstID: UInt32 = 1) { nextID = firstID }

    /// The id of the next call.
    mutating func claimID() -> UInt32 {
        while calls[nextID] != nil { nextID &+= 2 }
        defer { nextID &+= 2 }
        return nextID
    }

    mutating func insert(_ call: ClientCall, _ id: UInt32) {
        calls[id] = Pending(completion: call.completion, deadline: call.deadline)
    }

    mutating func remove(_ id: UInt32) -> ClientCall.Completion? { calls.removeValue(forKey: id)?.completion }

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
