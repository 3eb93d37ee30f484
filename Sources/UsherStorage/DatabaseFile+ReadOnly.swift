// Opening where nothing can be written: the disk is full, or fails, or may only be read. Doors stay open.
// - What is read is durable: a WAL that was left is written over itself and synced, which takes no room.
// - Without room for the index of a WAL, SQLite keeps it in memory for the one connection that there is then. Without
//   a WAL the file is all there is to read.

extension DatabaseFile {
    /// Empties the WAL that was left, and migrates. Returns why that was not possible where the file can be read all
    /// the same, as it is.
    static func bringUpToDate(
        _ writer: Connection, _ path: String, _ schema: Schema, hasWAL: Bool
    ) throws -> StorageError? {
        do {
            if hasWAL {
                try writer.checkpoint(.truncate)
                // SQLite does not sync the truncation: frames that a failed sync has holes in could come back.
                try FileSystem.sync(path + "-wal")
            }
            try writer.use { try schema.migrate($0) }
            return nil
        } catch let error as StorageError where error.isOfWriting {
            if hasWAL { try FileSystem.rewrite(path + "-wal") }
            try writer.use { try schema.verifyIsCurrent($0) }
            return error
        }
    }

    /// Opens with one connection that only reads; throws `cause` where that does not work either.
    static func readAlone(
        _ path: String, hasWAL: Bool, _ cacheKiB: Int, insteadOf cause: StorageError
    ) throws -> Connection {
        do {
            if hasWAL { try FileSystem.rewrite(path + "-wal") }
            return try Connection(hasWAL ? .lone : .frozen, path: path, cacheKiB: cacheKiB)
        } catch {
            throw cause
        }
    }
}

extension Connection {
    /// Whether it is the only connection to its file, and reads only.
    var isAlone: Bool { kind == .lone || kind == .frozen }
}
