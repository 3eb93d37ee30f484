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
        /// Reads a file and nothing beside it, as if nobody could change it: takes no lock and makes no file.
        case frozen
        /// Reads alone, with the index of the WAL in memory: needs no room on the disk for it.
        case lone
    }

    enum Checkpoint {
        /// As far as readers allow.
        case passive
        /// All of it, so that the WAL begins anew and gives its space back; as far as readers allow if there are any.
        case truncate
    }

    private let queue: DatabaseQueue
    let kind: Kind
    private let statements = StatementCache()
    private let wal = WALSize()

    /// Opens the file at `path`; a writer makes it where there is none.
    init(_ kind: Kind, path: String, cacheKiB: Int) throws {
        var configuration = Configuration()
        configuration.readonly = kind == .reader || kind == .frozen
        configuration.busyMode = .timeout(StorageLimits.busyTimeoutSeconds)
        configuration.foreignKeysEnabled = true
        if kind == .lone {
            // Before the file is read for the first time; its locks are then kept, and the index is in memory.
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA locking_mode = EXCLUSIVE") }
        }
        self.kind = kind
        do {
            let path = kind == .frozen ? Self.immutable(path) : path
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

    /// Copies the WAL's frames into the database file. Returns whether all of them were copied. Waits for nobody.
    @discardableResult
    func checkpoint(_ mode: Checkpoint) throws -> Bool {
        try use { session in
            // SQLite polls for a reader's lock, which the next reader may have by then.
            sqlite3_busy_timeout(session.handle, 0)
            defer { sqlite3_busy_timeout(session.handle, Int32(StorageLimits.busyTimeoutSeconds * 1_000)) }
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
        if kind == .writer || kind == .builder {
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

    /// Has closing leave the WAL where it is, whatever becomes of its content: it may be evidence, or another file's.
    func keepWAL() {
        try? use { session in
            var isKept: Int32 = 1
            sqlite3_file_control(session.handle, "main", SQLITE_FCNTL_PERSIST_WAL, &isKept)
        }
    }

    /// The path as a URI with `immutable`. Source: sqlite.org/uri.html.
    private static func immutable(_ path: String) -> String {
        var text = "file:"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0..<0x21, 0x7f...:
                let hex = String(byte, radix: 16)
                text += "%" + (hex.count == 1 ? "0" : "") + hex
            default: text.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return text + "?immutable=1"
    }

    private func configure(_ session: Session, cacheKiB: Int) throws {
        try session.pragma("trusted_schema", "OFF")
        try session.pragma("cell_size_check", "ON")
        try session.pragma("mmap_size", "0")
        try session.pragma("cache_size", "-\(cacheKiB)")
        // The journal of savepoints stays in memory; it would be a file in /tmp once it grows.
        try session.pragma("temp_store", "MEMORY")
        if kind == .lone { try session.pragma("query_only", "ON") }
        guard kind == .writer || kind == .builder else { return }
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
        var expected = [("foreign_keys", "1"), ("trusted_schema", "0")]
        // Without its WAL a file has no journal mode to be read back.
        if kind != .frozen { expected.append(("journal_mode", "wal")) }
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
