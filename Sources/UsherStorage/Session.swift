internal import GRDB
internal import GRDBSQLite

// SQL on one connection, by the thread that uses the connection now.
// - Statements come from GRDB's cache, and are bound, stepped and read through SQLite's own pointer: GRDB's rows and
//   arguments allocate for each value, and its cache hashes the whole text of a statement with each use.
// - Every statement is reset before its function returns, because one that is still running holds up COMMIT,
//   ROLLBACK and checkpoints.

/// One connection for the duration of `Connection.use`.
struct Session {
    private let database: GRDB.Database
    private let statements: StatementCache
    let handle: OpaquePointer

    init(_ database: GRDB.Database, _ statements: StatementCache) throws {
        guard let handle = database.sqliteConnection else { throw StorageError.closed }
        self.database = database
        self.statements = statements
        self.handle = handle
    }

    /// Whether a transaction is open. SQLite ends it by itself after some errors.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rows changed since the connection was opened, by triggers too.
    var totalChanges: Int64 { sqlite3_total_changes64(handle) }

    /// Runs a statement to its end. Returns the number of rows that it changed.
    @discardableResult
    func execute(
        _ sql: String, _ arguments: [(any SQLBindable)?] = [], _ shared: SharedArguments? = nil
    ) throws -> Int {
        var changes = 0
        try withStatement(sql, arguments, shared) { statement in
            while try step(statement) {}
            changes = sqlite3_stmt_readonly(statement) != 0 ? 0 : Int(sqlite3_changes64(handle))
        }
        return changes
    }

    /// The first row, or nil. A statement with RETURNING has made and checked all its changes before its first row.
    /// Source: sqlite.org/lang_returning.html, 2.2.
    func row<T>(_ sql: String, _ arguments: [(any SQLBindable)?], _ read: (SQLRow) throws -> T) throws -> T? {
        var value: T?
        try visitFirst(sql, arguments) { value = try read($0) }
        return value
    }

    /// All rows.
    func rows<T>(_ sql: String, _ arguments: [(any SQLBindable)?], _ read: (SQLRow) throws -> T) throws -> [T] {
        var values: [T] = []
        try visitAll(sql, arguments) { values.append(try read($0)) }
        return values
    }

    /// The first row, if there is one.
    func visitFirst(
        _ sql: String, _ arguments: [(any SQLBindable)?], _ visit: (SQLRow) throws -> Void
    ) throws {
        try withStatement(sql, arguments) { if try step($0) { try visit(SQLRow($0)) } }
    }

    /// All rows, one after another.
    func visitAll(_ sql: String, _ arguments: [(any SQLBindable)?], _ visit: (SQLRow) throws -> Void) throws {
        try withStatement(sql, arguments) { while try step($0) { try visit(SQLRow($0)) } }
    }

    private func step(_ statement: OpaquePointer) throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw lastError
        }
    }

    private var lastError: StorageError {
        StorageError(code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)))
    }

    private func withStatement(
        _ sql: String, _ arguments: [(any SQLBindable)?], _ shared: SharedArguments? = nil,
        _ body: (OpaquePointer) throws -> Void
    ) throws {
        let owner = try prepare(sql)
        let statement = owner.sqliteStatement
        let size = try bind(arguments, shared, to: owner)
        defer {
            sqlite3_reset(statement)
            if size > StorageLimits.keptBinding {
                sqlite3_clear_bindings(statement)
                statements.bound = nil
            }
        }
        return try withExtendedLifetime(owner) { try body(statement) }
    }

    private func prepare(_ sql: String) throws -> Statement {
        do {
            let statement = try statements.statement(sql) { try database.cachedStatement(sql: sql) }
            // A reader of rows may run the same SQL again; it then needs a statement of its own.
            guard sqlite3_stmt_busy(statement.sqliteStatement) != 0 else { return statement }
            return try database.makeStatement(sql: sql)
        } catch let error as DatabaseError {
            throw StorageError(error)
        }
    }

    /// Returns the size of the largest value that was bound.
    private func bind(
        _ arguments: [(any SQLBindable)?], _ shared: SharedArguments?, to owner: Statement
    ) throws -> Int {
        let statement = owner.sqliteStatement
        let expected = sqlite3_bind_parameter_count(statement)
        let count = arguments.count + (shared?.values.count ?? 0)
        guard Int(expected) == count else {
            throw StorageError.sql(
                code: SQLITE_RANGE,
                message: "\(count) arguments for \(expected) parameters: " + String(cString: sqlite3_sql(statement)))
        }
        let isBound = statements.bound.map { $0.statement === owner && $0.shared === shared } ?? false
        // Whoever else runs the statement binds all of it.
        if !isBound, statements.bound?.statement === owner { statements.bound = nil }
        let largest = try bind(arguments, to: statement, behind: 0)
        guard let shared, !isBound else { return largest }
        let largestShared = try bind(shared.values, to: statement, behind: arguments.count)
        statements.bound = (owner, shared)
        return max(largest, largestShared)
    }

    private func bind(
        _ arguments: [(any SQLBindable)?], to statement: OpaquePointer, behind first: Int
    ) throws -> Int {
        var largest = 0
        var index = Int32(first)
        for position in arguments.indices {
            index += 1
            let result: Int32
            switch arguments[position]?.sqlValue ?? .null {
            case .null: result = sqlite3_bind_null(statement, index)
            case .integer(let value): result = sqlite3_bind_int64(statement, index, value)
            case .text(var value):
                largest = max(largest, value.utf8.count)
                result = value.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) { characters in
                        withNonNull(characters) {
                            sqlite3_bind_text(statement, index, $0, Int32(characters.count), transient)
                        }
                    }
                }
            case .blob(let value):
                largest = max(largest, value.count)
                result = value.withUnsafeBytes { bytes in
                    bytes.isEmpty
                        ? sqlite3_bind_zeroblob(statement, index, 0)
                        : sqlite3_bind_blob(statement, index, bytes.baseAddress, Int32(bytes.count), transient)
                }
            }
            guard result == SQLITE_OK else { throw lastError }
        }
        return largest
    }

    /// SQLite takes a null pointer for NULL, and an empty buffer may have one.
    private func withNonNull(
        _ buffer: UnsafeBufferPointer<CChar>, _ body: (UnsafePointer<CChar>) -> Int32
    ) -> Int32 {
        if let base = buffer.baseAddress { return body(base) }
        return "".withCString(body)
    }
}

/// SQLITE_TRANSIENT: SQLite copies the value. A macro that Swift does not import.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension StorageError {
    init(_ error: DatabaseError) {
        self.init(
            code: error.extendedResultCode.rawValue,
            message: [error.message, error.sql].compactMap(\.self).joined(separator: ": "))
    }
}
