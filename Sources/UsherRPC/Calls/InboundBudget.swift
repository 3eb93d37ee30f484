import Synchronization

/// The bytes that wait for the tasks of one connection's streams, all together. Each stream's own queue is bounded too;
/// this is what many streams at once are bounded by.
final class InboundBudget: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)

    init(limit: Int) { self.limit = limit }

    /// Counts bytes that begin to wait; false where that would be too many. Where none waits, any message is taken.
    ///
    /// Called on the connection's event loop only, so that nothing else counts up meanwhile.
    func take(_ count: Int) -> Bool {
        let before = used.load(ordering: .acquiring)
        guard before == 0 || before + count <= limit else { return false }
        used.add(count, ordering: .relaxed)
        return true
    }

    /// Bytes wait no longer; from any thread.
    func giveBack(_ count: Int) { used.subtract(count, ordering: .releasing) }
}
