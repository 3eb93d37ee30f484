internal import Foundation
public import Logging
internal import Synchronization
public import UsherContract

// A data directory:
//     LOCK                              held while the server runs
//     platform.sqlite                   organisations, keys, what only the operator may switch
//     organisations/<id>/usher.sqlite   everything of one organisation
// Nothing joins across files. Which organisations exist is what the platform database says; a file alone means
// nothing.

public final class Storage: Sendable {
    /// The platform's database.
    public let platform: Database

    private let directory: String
    let core: StorageCore
    private let lock: Mutex<DirectoryLock?>
    private let organisations = Mutex<[String: Database]>([:])

    /// Opens a data directory, or makes a new one.
    ///
    /// - Throws: ``StorageError/locked(_:)`` where another process uses it; ``StorageError/newerVersion(found:known:)``
    ///   or ``StorageError/corrupt(_:)`` where the platform's database cannot be used.
    public init(
        directory: String, ambient: Ambient = .system, limits: StorageLimits = .init(),
        platformMigrations: [Migration], organisationMigrations: [Migration], logger: Logger
    ) throws {
        try FileSystem.makeDirectory(directory)
        let lock = try DirectoryLock(directory: directory)
        try FileSystem.makeDirectory(directory + "/organisations")
        Permissions(logger: logger).tighten(directory: directory)
        let platformSchema = Schema(.platform, platformMigrations)
        let path = directory + "/platform.sqlite"
        let platformMark = PlatformMark(directory: directory)
        if try FileSystem.size(of: path) == nil {
            guard try FileSystem.isEmptyDirectory(directory + "/organisations") else {
                throw StorageError.corrupt("platform.sqlite is missing, and there are organisations")
            }
            try platformMark.remove()
            try DatabaseFile.create(path: path, schema: platformSchema, organisationID: nil, ambient)
            try FileSystem.sync(directory)
        }
        core = StorageCore(
            ambient: ambient, limits: limits, platformSchema: platformSchema,
            organisationSchema: Schema(.organisation, organisationMigrations), platformMark: platformMark,
            logger: logger)
        self.directory = directory
        self.lock = Mutex(lock)
        platform = Database(organisationID: nil, path: path, core: core, platform: nil)
        do {
            try platform.openNow()
            core.wakeUps.load(try platform.readBlocking(as: .system()) { try $0.wakeUps() })
            core.marks.load(try platform.readBlocking(as: .system()) { try $0.journalMarks() })
        } catch {
            core.stop()
            throw error
        }
    }

    /// What storage has done so far.
    public var statistics: StorageStatistics { core.statistics.snapshot }

    /// The database of an organisation. Cheap, never blocks: the file is opened by the first call. If it cannot be
    /// opened (missing, damaged, written by a newer Usher), calls are refused `ORGANISATION_UNAVAILABLE`.
    ///
    /// - Parameter id: an organisation that the platform's database knows; handles are kept.
    public func organisation(_ id: String) -> Database {
        organisations.withLock { organisations in
            if let known = organisations[id] { return known }
            // A text that is no id must not become a path; the empty path is refused like a missing file.
            let path = Self.isOrganisationID(id) ? file(of: id) : ""
            let database = Database(organisationID: id, path: path, core: core, platform: platform)
            organisations[id] = database
            return database
        }
    }

    /// The organisations that asked to be woken by `now`, see ``Transaction/wake(at:)``; those that wait longest first.
    /// Each is told of until its ``Transaction/rest(until:)``; now and then one that has nothing to do.
    /// None while the clock is so wrong that nothing can be written.
    public func organisationsToWake(at now: Instant) -> [String] {
        IDSource.moments.contains(now) ? core.wakeUps.due(at: now) : []
    }

    /// Makes the files of a new organisation, durably. Called from within the write transaction of the platform's
    /// database whose commit brings the organisation into being; files that an attempt without commit has left are
    /// replaced.
    ///
    /// - Parameter id: 1 to 63 characters `[A-Za-z0-9._-]`, the first of them no dot.
    /// - Throws: ``StorageError/invalidOrganisationID(_:)``; ``StorageError/busy(_:)`` where calls run on such a file;
    ///   a Refusal FAILED_PRECONDITION `ORGANISATION_DATA_EXISTS` where the files hold what somebody has stored.
    public func createOrganisation(_ id: String) throws {
        guard Self.isOrganisationID(id) else { throw StorageError.invalidOrganisationID(id) }
        do {
            try organisation(id).replaceFile { try core.withDescriptors { try makeFiles(of: id) } }
        } catch let error as StorageError where error.isOfWriting {
            // The platform's own database is not what fails.
            throw Refusal.notWritable(error, core.limits)
        } catch StorageError.corrupt {
            // Nor is it damaged: what lies in the new one's place is, and may be somebody's data.
            throw Refusal.organisationDataExists
        }
    }

    private func makeFiles(of id: String) throws {
        let parent = "\(directory)/organisations"
        try FileSystem.makeDirectory("\(parent)/\(id)")
        let schema = core.organisationSchema
        if try DatabaseFile.holdsChanges(file(of: id), schema: schema, organisationID: id) {
            throw Refusal.organisationDataExists
        }
        let made = try DatabaseFile.create(path: file(of: id), schema: schema, organisationID: id, core.ambient)
        try FileSystem.sync("\(parent)/\(id)")
        try FileSystem.sync(parent)
        core.marks.note(JournalMark(fileID: made.fileID, sequence: 0), of: id)
    }

    /// The organisations that were used since the start.
    var known: [Database] { organisations.withLock { Array($0.values) } }

    /// Closes the organisations that were not used since the last time that this was called: their WAL is emptied and
    /// their memory given back. To be called now and then; blocks for file operations.
    public func closeIdleOrganisations() { core.openSet.closeIdle() }

    /// Refuses new calls, finishes those that wait, closes everything and releases the directory. Blocks. Must be
    /// called once: the threads and the lock live until then.
    public func shutdown() {
        let databases = organisations.withLock { Array($0.values) }
        // The platform last: the organisations' last commits may have wake-ups to be kept there.
        for group in [databases, [platform]] {
            if group.first === platform { core.keepJournalMarks(in: platform, isForced: true) }
            for database in group { database.shut() }
            repeat { core.waitUntilIdle() } while !group.allSatisfy(\.isQuiet)
        }
        core.stop()
        for database in databases + [platform] {
            if let file = database.claimForClosing() { database.finishClosing(file) }
            if database === platform { keepPlatformMark() }
        }
        lock.withLock { $0 = nil }
    }

    /// Whether a text can be an organisation's id, and thus a directory's name.
    public static func isOrganisationID(_ id: String) -> Bool {
        let utf8 = id.utf8
        return 1...StorageLimits.organisationIDLength ~= utf8.count && utf8.first != UInt8(ascii: ".")
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private func file(of id: String) -> String { "\(directory)/organisations/\(id)/usher.sqlite" }
}
