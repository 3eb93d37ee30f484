internal import GRDB
internal import GRDBSQLite

// Opening, configuring and closing a connection.
// - One writer per database, which alone checkpoints; readers are read-only and open after the writer has read once.
// - synchronous is FULL, set after opening (GRDB's own WAL mode sets NORMAL then) and read back: no promise without it.
// - A connection is used by one thread at a time: the one that runs its lane's turn.

final class Connection: @unchecked Sendable {
    enum Kind {
        case writer
        /// A writer of a file that nobody else can see yet; it is synced once when it is complete.
        case builder
        case reader
    }

    enum Checkpoint {
        /// As far as readers allow, without waiting.
        case passive
        /// Waits for readers, so that the WAL begins anew, and gives its space back.
        case truncate
    }

    private let queue: DatabaseQueue
    private let kind: Kind
    private let statements = StatementCache()
    private let wal = WALSize()

    /// Opens the file at `path`; a writer makes it where there is none.
    init(_ kind: Kind, path: String, cacheKiB: Int) throws {
        var configuration = Configuration()
        configuration.readonly = kind == .reader
        configuration.busyMode = .timeout(StorageLimits.busyTimeoutSeconds)
        configuration.foreignKeysEnabled = true
        self.kind = kind
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch let error as DatabaseError {
            throw StorageError(error)
        }
        try use { session in
            try configure(session, cacheKiB: cacheKiB)
            try verify(session)
        }
    }

    /// Lends the connection. Traps if `body` leaves a transaction open.
    func use<T>(_ body: (Session) throws -> T) throws -> T {
        try queue.writeWithoutTransaction { try body(Session($0, statements)) }
    }

    /// WAL frames after the last commit; writers only.
    var walFrames: Int { wal.frames }

    /// Copies the WAL's frames into the database file. Returns whether all of them were copied.
    @discardableResult
    func checkpoint(_ mode: Checkpoint) throws -> Bool {
        try use { session in
            var frames: Int32 = 0
            var copied: Int32 = 0
            let code = sqlite3_wal_checkpoint_v2(
                session.handle, nil, mode == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE,
                &frames, &copied)
            // Busy means that readers hold some frames: the next checkpoint takes them.
            if code == SQLITE_BUSY { return false }
            guard code == SQLITE_OK else {
                throw StorageError(code: code, message: String(cString: sqlite3_errmsg(session.handle)))
            }
            if mode == .truncate { wal.frames = 0 }
            return copied == frames
        }
    }

    /// Closes, after a last checkpoint of the whole WAL on a writer. Reports the first thing that went wrong.
    func close() throws {
        var failure: (any Error)?
        if kind != .reader {
            do {
                // No `PRAGMA optimize`: plans are tested without statistics, and those of a table that was small when
                // they were made had it read whole when it was large.
                try checkpoint(.truncate)
            } catch {
                failure = error
            }
        }
        statements.removeAll()
        do {
            try queue.close()
        } catch {
            failure = failure ?? error
        }
        if let error = failure as? DatabaseError { throw StorageError(error) }
        if let failure { throw failure }
    }

    /// Closes without a checkpoint of our own, and without a report: the error that led here has been reported.
    func abandon() {
        statements.removeAll()
        try? queue.close()
    }

    private func configure(_ session: Session, cacheKiB: Int) throws {
        try session.pragma("trusted_schema", "OFF")
        try session.pragma("cell_size_check", "ON")
        try session.pragma("mmap_size", "0")
        try session.pragma("cache_size", "-\(cacheKiB)")
        // The journal of savepoints stays in memory; it would be a file in /tmp once it grows.
        try session.pragma("temp_store", "MEMORY")
        guard kind != .reader else { return }
        // REPLACE must not get around the journal's triggers.
        try session.pragma("recursive_triggers", "ON")
        // Of an existing file it is only verified: a file that is not ours must not be changed before that shows.
        if kind == .builder { try session.pragma("journal_mode", "WAL") }
        try session.pragma("wal_autocheckpoint", "0")
        try session.pragma("synchronous", kind == .builder ? "OFF" : "FULL")
        sqlite3_wal_hook(
            session.handle,
            { context, _, _, frames in
                Unmanaged<WALSize>.fromOpaque(context!).takeUnretainedValue().frames = Int(frames)
                return SQLITE_OK
            }, Unmanaged.passUnretained(wal).toOpaque())
    }

    /// SQLite ignores a PRAGMA that it does not like; what promises rest on is therefore read back.
    private func verify(_ session: Session) throws {
        var expected = [("foreign_keys", "1"), ("trusted_schema", "0"), ("journal_mode", "wal")]
        if kind == .writer { expected.append(("synchronous", "2")) }
        for (name, value) in expected {
            let found = try session.pragma(name)
            guard found == value else {
                throw StorageError.setting("PRAGMA \(name) is \(found ?? "nothing") instead of \(value)")
            }
        }
    }

    /// Written by SQLite's hook on the thread that commits.
    private final class WALSize {
        var frames = 0
    }
}

extension Session {
    /// The value of a setting, as text.
    func pragma(_ name: String) throws -> String? {
        try row("PRAGMA \(name)", []) { row in try (try? row.int64(0)).map(String.init) ?? row.text(0) }
    }

    func pragma(_ name: String, _ value: String) throws {
        try execute("PRAGMA \(name) = \(value)")
    }
}
