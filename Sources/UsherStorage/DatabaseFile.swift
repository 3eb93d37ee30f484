internal import GRDB

// A database file that is open, and how files are made and opened.
// - A file appears under its name only when it is complete: temporary file, migrate, close, fsync, rename, fsync the
//   directory. An empty or missing file under the name is therefore damage, never a beginning.
// - Nothing is answered from a WAL that another life has left before its content is durable: it can be read, but its
//   last sync may have failed or never begun, and a repeated request would be told of a commit that power can take.
// - All of it is used by the write lane's turn only, except `reader`, which belongs to the read lane's turn.

final class DatabaseFile: @unchecked Sendable {
    let writer: Connection
    let reader: Connection
    var ids: IDSource
    var journal: Journal
    var requestLog = RequestLog()
    /// WAL frames that the last checkpoint found.
    var checkpointedFrames = 0

    init(path: String, schema: Schema, caches: (writer: Int, reader: Int)) throws {
        guard let size = try FileSystem.size(of: path) else { throw StorageError.corrupt("\(path) is missing") }
        guard size >= StorageLimits.smallestDatabase else { throw StorageError.corrupt("\(path) has \(size) bytes") }
        let hasLeftover = try FileSystem.size(of: path + "-wal") ?? 0 > 0
        writer = try Connection(.writer, path: path, cacheKiB: caches.writer)
        try writer.use { try schema.verify($0) }
        if hasLeftover {
            try writer.checkpoint(.truncate)
            // SQLite does not sync the truncation: frames that a failed sync has holes in could come back.
            try FileSystem.sync(path + "-wal")
        }
        (ids, journal) = try writer.use { session in
            try schema.migrate(session)
            return (try IDSource(session), try Journal(session))
        }
        reader = try Connection(.reader, path: path, cacheKiB: caches.reader)
    }

    /// Whether there is a database with anything recorded in its journal. What is no database of ours holds, for all
    /// that is known, somebody's data.
    static func holdsChanges(_ path: String, schema: Schema) throws -> Bool {
        guard let size = try FileSystem.size(of: path), size > 0 else { return false }
        let file = try DatabaseFile(path: path, schema: schema, caches: (512, 512))
        let count = try file.writer.use { try $0.integer("SELECT count(*) FROM (SELECT 1 FROM journal LIMIT 1)") }
        try file.close()
        return count > 0
    }

    /// Makes a complete, empty database at `path`, in the place of any file that is there.
    static func create(path: String, schema: Schema) throws {
        let temporary = path + ".new"
        for name in [temporary, path] {
            // A WAL that is left from another file would be replayed into the new one.
            for suffix in ["-wal", "-shm", "-journal"] { try FileSystem.remove(name + suffix) }
        }
        try FileSystem.remove(temporary)
        let builder = try Connection(.builder, path: temporary, cacheKiB: 1_024)
        do {
            try builder.use { session in
                try schema.claim(session)
                try schema.migrate(session)
            }
        } catch {
            try? builder.close()
            throw error
        }
        try builder.close()
        try FileSystem.sync(temporary)
        try FileSystem.move(temporary, to: path)
    }

    /// Closes the writer without a checkpoint of ours, after an error that makes its state doubtful. The reader is
    /// closed with its last use.
    func abandon() { writer.abandon() }

    /// Checkpoints and closes, the reader first. Reports the first thing that went wrong; what was acknowledged is in
    /// the WAL in any case.
    func close() throws {
        do {
            try reader.close()
        } catch {
            try? writer.close()
            throw error
        }
        try writer.close()
    }
}
