internal import GRDB

// A connection's statements by where their text is, in front of GRDB's cache, which finds them by the text itself:
// of a thousand characters that costs as much as running the statement. Most texts are constants, which stay where
// they are. A text that is kept here cannot go, so that no other one can come to be in its place.

/// Used by the thread that uses the connection now.
final class StatementCache {
    private struct Entry {
        var address: UnsafeRawPointer
        var count: Int
        var text: String
        var statement: Statement
    }

    /// One place for each remainder of the address: whoever comes later takes it, so that nothing piles up.
    private var entries = [Entry?](repeating: nil, count: StorageLimits.keptStatements)
    /// The statement that has its last arguments bound already, and what they are.
    var bound: (statement: Statement, shared: SharedArguments)?

    /// - Parameter prepare: called where the text is not known, or has no place of its own.
    func statement(_ sql: String, prepare: () throws -> Statement) throws -> Statement {
        // Short texts have no place in memory.
        guard sql.utf8.count >= StorageLimits.shortestKeptStatement,
            let address = sql.utf8.withContiguousStorageIfAvailable({ $0.baseAddress }), let address
        else { return try prepare() }
        let place = UnsafeRawPointer(address)
        // Texts begin on a multiple of 16 or close to it.
        let index = Int((UInt(bitPattern: place) >> 4) % UInt(StorageLimits.keptStatements))
        if let entry = entries[index], entry.address == place, entry.count == sql.utf8.count { return entry.statement }
        let statement = try prepare()
        entries[index] = Entry(address: place, count: sql.utf8.count, text: sql, statement: statement)
        return statement
    }

    /// Before the connection closes, which finalizes the statements.
    func removeAll() {
        for index in entries.indices { entries[index] = nil }
        bound = nil
    }
}
