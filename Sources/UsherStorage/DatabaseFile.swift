internal import GRDB
internal import Synchronization

// A database file that is open, and how files are made and opened.
// - A file appears under its name only when it is complete: temporary file, migrate, close, fsync, rename, fsync the
//   directory. An empty or missing file under the name is therefore damage, never a beginning.
// - Nothing is answered from a WAL that another life has left before its content is durable: it can be read, but its
//   last sync may have failed or never begun, and a repeated request would be told of a commit that power can take.
// - Whatever shows that the file is not what belongs here is found before SQLite may write anything, closing included.
// - Opening needs no room on the disk: what cannot be written is open for reading, see `DatabaseFile+ReadOnly`.
// - All of it is used by the write lane's turn only, except `reader`, which belongs to the read lane's turn.

final class DatabaseFile: @unchecked Sendable {
    let writer: Connection
    let reader: Connection
    /// Why it is open for reading only; nil where it can be written.
    let readOnlyCause: StorageError?
    let identity: FileIdentity
    let place: FilePlace
    var ids: IDSource
    var journal: Journal
    var requestLog: RequestLog
    var plan = CheckpointPlan()
    /// When a file that is open for reading only is opened anew.
    var retryTime = ContinuousClock.now

    init(
        path: String, schema: Schema, caches: (writer: Int, reader: Int), expecting expected: FileExpectation
    ) throws {
        guard let size = try FileSystem.size(of: path) else { throw StorageError.corrupt("\(path) is missing") }
        guard size >= StorageLimits.smallestDatabase else { throw StorageError.corrupt("\(path) has \(size) bytes") }
        let leftover = try WALFile(path: path + "-wal")
        if let damage = leftover?.damage { throw StorageError.corrupt("its WAL is damaged: \(damage)") }
        if leftover != nil { try expected.checkWithoutWAL(path) }
        var cause: StorageError?
        do {
            writer = try Connection(.writer, path: path, cacheKiB: caches.writer)
        } catch let error as StorageError where error.isOfWriting {
            writer = try Self.readAlone(path, hasWAL: leftover != nil, caches.writer, insteadOf: error)
            cause = error
        }
        do {
            (identity, ids, journal, requestLog) = try writer.use { session in
                try schema.verify(session)
                let identity = try FileIdentity(session)
                let journal = try Journal(session)
                try expected.check(identity, lastSequence: journal.next - 1)
                return (identity, try IDSource(session), journal, try RequestLog(path: path, session))
            }
            if cause == nil {
                cause = try Self.bringUpToDate(writer, path, schema, hasWAL: leftover != nil)
            } else {
                try writer.use { try schema.verifyIsCurrent($0) }
            }
            requestLog = try writer.use { try RequestLog(path: path, $0) }
            reader = writer.isAlone ? writer : try Connection(.reader, path: path, cacheKiB: caches.reader)
        } catch {
            // What SQLite does not take from the WAL stays there to be looked at.
            writer.keepWAL()
            writer.abandon()
            throw error
        }
        readOnlyCause = cause
        place = FilePlace(path)
    }

    /// Whether there is a database with anything recorded in its journal. What is no database of ours holds, for all
    /// that is known, somebody's data.
    static func holdsChanges(_ path: String, schema: Schema, organisationID: String?) throws -> Bool {
        guard let size = try FileSystem.size(of: path), size > 0 else { return false }
        let expected = FileExpectation(organisationID: organisationID, mark: nil)
        let file = try DatabaseFile(path: path, schema: schema, caches: (512, 512), expecting: expected)
        let count = try file.reader.use { try $0.integer("SELECT count(*) FROM (SELECT 1 FROM journal LIMIT 1)") }
        try file.close()
        return count > 0
    }

    /// Makes a complete, empty database at `path`, in the place of any file that is there.
    @discardableResult
    static func create(
        path: String, schema: Schema, organisationID: String?, _ ambient: Ambient
    ) throws -> FileIdentity {
        let temporary = path + ".new"
        for name in [temporary, path] {
            // A WAL that is left from another file would be replayed into the new one.
            for suffix in ["-wal", "-shm", "-journal"] { try FileSystem.remove(name + suffix) }
        }
        try FileSystem.remove(temporary)
        let identity = FileIdentity(
            organisationID: organisationID, fileID: ambient.randomBytes(FileIdentity.idBytes))
        let builder = try Connection(.builder, path: temporary, cacheKiB: 1_024)
        do {
            try builder.use { session in
                try schema.claim(session)
                try schema.migrate(session)
                try identity.write(session)
            }
        } catch {
            try? builder.close()
            throw error
        }
        try builder.close()
        // The files beside it, made by whoever opens it, have its mode.
        _ = FileSystem.tighten(temporary)
        try FileSystem.sync(temporary)
        try FileSystem.move(temporary, to: path)
        return identity
    }

    /// Closes the writer without a checkpoint of ours, after an error that makes its state doubtful. The reader is
    /// closed with its last use.
    func abandon() {
        guard place.isUnchanged else { return abandonPlace() }
        if !writer.isAlone { writer.abandon() }
    }

    /// The same where the files are not those under the name any more: nothing is written into, or removed from, what
    /// is there now. A WAL that is still ours is put aside, because SQLite would write it into the file beside it.
    private func abandonPlace() {
        writer.keepWAL()
        writer.abandon()
        place.putWALAside()
    }

    /// Checkpoints and closes, the reader first. Reports the first thing that went wrong; what was acknowledged is in
    /// the WAL in any case.
    func close() throws {
        guard place.isUnchanged else { return abandonPlace() }
        do {
            try reader.close()
        } catch {
            if !writer.isAlone { try? writer.close() }
            throw error
        }
        guard !writer.isAlone else { return }
        guard readOnlyCause == nil else { return writer.abandon() }
        try writer.close()
    }
}
