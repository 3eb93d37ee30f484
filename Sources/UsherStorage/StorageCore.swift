internal import Logging
internal import Synchronization
internal import UsherContract

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
    /// Opens organisations: those that are open do not wait for it, and it does not wait for them.
    let openers: LanePool
    /// The platform's write lane has a thread of its own: organisations' commits may wait for it.
    let platformWriter: LanePool
    let wakeUps = WakeUps()
    let marks: JournalMarks
    let platformMark: PlatformMark
    /// Lines that tell of a full disk, by what could not be done.
    let fullLines = LogThrottle<String>()
    private let shortages = LogThrottle<Int>()

    init(
        ambient: Ambient, limits: StorageLimits, platformSchema: Schema, organisationSchema: Schema,
        platformMark: PlatformMark, logger: Logger
    ) {
        self.platformMark = platformMark
        self.ambient = ambient
        self.limits = limits
        self.logger = logger
        self.platformSchema = platformSchema
        self.organisationSchema = organisationSchema
        marks = JournalMarks(interval: limits.journalMarksAfter)
        openSet = OpenSet(capacity: limits.resolvedOpenOrganisations, statistics: statistics)
        func pool(_ name: String, _ threads: Int, spares: Int? = nil, _ turn: @escaping LanePool.Turn) -> LanePool {
            LanePool(
                name, threads: threads, spares: spares ?? limits.spareThreads, longTurn: limits.longTurn, turn: turn)
        }
        readers = pool("usher-read", limits.resolvedReaderThreads) { $0.readTurn() }
        writers = pool("usher-write", limits.resolvedWriterThreads) { $0.writeTurn() }
        openers = pool("usher-open", limits.openerThreads) { database in
            database.openTurn()
            return false
        }
        platformWriter = pool("usher-platform", 1, spares: 0) { $0.writeTurn() }
    }

    /// Opens files; where the descriptors for it are short, others are closed and it is tried again.
    ///
    /// - Throws: what `body` throws; UNAVAILABLE `TOO_MANY_OPEN_FILES` where none can be closed.
    func withDescriptors<T>(_ body: () throws -> T) throws -> T {
        var attempt = 0
        while true {
            attempt += 1
            do {
                return try body()
            } catch {
                guard Self.isShortage(error) else { throw error }
                guard attempt < StorageLimits.descriptorAttempts, openSet.giveWay(StorageLimits.closedForDescriptors)
                else { throw tooManyOpenFiles(error) }
            }
        }
    }

    private static func isShortage(_ error: any Error) -> Bool {
        !(error is Refusal) && FileSystem.descriptorsAreShort
    }

    private func tooManyOpenFiles(_ error: any Error) -> Refusal {
        if let untold = shortages.admit(0) {
            logger.error(
                "too few descriptors to open a file: raise the limit on open files",
                metadata: ["error": "\(error)", "untold": "\(untold)"])
        }
        return .tooManyOpenFiles
    }

    /// Waits until no lane has work. A call of a closed database passes through two pools: ask again.
    func waitUntilIdle() { for pool in pools { pool.waitUntilIdle() } }

    func stop() { for pool in pools { pool.stop() } }

    private var pools: [LanePool] { [openers, writers, platformWriter, readers] }
}
