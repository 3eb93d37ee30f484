internal import Logging
internal import Synchronization

/// What all databases of a storage share.
final class StorageCore: Sendable {
    let ambient: Ambient
    let limits: StorageLimits
    let logger: Logger
    let platformSchema: Schema
    let organisationSchema: Schema
    let statistics = StatisticsCounters()
    let openSet: OpenSet
    let readers: LanePool
    let writers: LanePool
    /// The platform's write lane has a thread of its own: organisations' commits may wait for it.
    let platformWriter: LanePool
    let wakeUps = WakeUps()

    init(
        ambient: Ambient, limits: StorageLimits, platformSchema: Schema, organisationSchema: Schema, logger: Logger
    ) {
        self.ambient = ambient
        self.limits = limits
        self.logger = logger
        self.platformSchema = platformSchema
        self.organisationSchema = organisationSchema
        openSet = OpenSet(capacity: limits.resolvedOpenOrganisations, statistics: statistics)
        readers = LanePool("usher-read", threads: limits.resolvedReaderThreads) { $0.readTurn() }
        writers = LanePool("usher-write", threads: limits.resolvedWriterThreads) { $0.writeTurn() }
        platformWriter = LanePool("usher-platform", threads: 1) { $0.writeTurn() }
    }

    /// Waits until no lane has work. A read of a closed database passes through two pools: ask again.
    func waitUntilIdle() { for pool in pools { pool.waitUntilIdle() } }

    func stop() { for pool in pools { pool.stop() } }

    private var pools: [LanePool] { [writers, platformWriter, readers] }
}
