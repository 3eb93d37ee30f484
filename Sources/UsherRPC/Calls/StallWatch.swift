import NIOCore

/// Notices a peer that owes something and does not move: it takes nothing of what is to be sent to it, or brings
/// nothing of what it has begun to send.
struct StallWatch: Sendable {
    /// Since when nothing has moved; nil while nothing is owed.
    private(set) var since: NIODeadline?
    private var moved = 0

    /// Notes how it is.
    ///
    /// - Parameters:
    ///   - owes: whether the peer owes something.
    ///   - moved: a number that grows when something has moved.
    mutating func note(owes: Bool, moved: Int, _ now: @autoclosure () -> NIODeadline) {
        defer { self.moved = moved }
        guard owes else { return since = nil }
        if since == nil || moved > self.moved { since = now() }
    }

    /// Whether the peer has not moved for so long.
    func isStalled(for limit: TimeAmount, at now: NIODeadline) -> Bool { since.map { $0 + limit <= now } ?? false }
}
