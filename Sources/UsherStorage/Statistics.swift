internal import Synchronization

/// What storage has done since it began, for metrics and tests. Every number only grows.
public struct StorageStatistics: Sendable, Hashable {
    /// Transactions of write lanes that were committed; at most one fsync for all of its calls.
    public var commits = 0
    /// Transactions of write lanes that were lost, with all of their calls.
    public var failedBatches = 0
    /// Writes that succeeded.
    public var writtenCalls = 0
    /// Writes that were answered from the request log.
    public var replayedCalls = 0
    public var readBatches = 0
    /// Reads that succeeded.
    public var readCalls = 0
    /// Calls whose deadline passed before they began.
    public var droppedCalls = 0
    /// Calls that were refused because a lane was full.
    public var overloadedCalls = 0
    /// Databases opened.
    public var opens = 0
    /// Organisations closed to make room, or because they were idle.
    public var evictions = 0
    public var checkpoints = 0
}

/// Counts for all lanes.
final class StatisticsCounters: Sendable {
    private let counts = Mutex(StorageStatistics())

    func update(_ change: (inout StorageStatistics) -> Void) {
        counts.withLock { change(&$0) }
    }

    var snapshot: StorageStatistics { counts.withLock { $0 } }
}
