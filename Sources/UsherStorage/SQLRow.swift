internal import GRDBSQLite
public import UsherContract

/// A row's columns, by position from 0. Valid only inside the closure that it is given to.
///
/// Every function throws ``StorageError/typeMismatch(_:)`` where the column holds another type, NULL included; the
/// `…OrNil` variants take NULL for nil.
public struct SQLRow {
    private let statement: OpaquePointer

    init(_ statement: OpaquePointer) { self.statement = statement }

    public func int64(_ column: Int) throws -> Int64 {
        try expect(SQLITE_INTEGER, column)
        return sqlite3_column_int64(statement, Int32(column))
    }

    public func int(_ column: Int) throws -> Int { Int(try int64(column)) }

    /// Throws for anything but 0 and 1.
    public func bool(_ column: Int) throws -> Bool {
        switch try int64(column) {
        case 0: return false
        case 1: return true
        case let other: throw StorageError.typeMismatch("column \(column): \(other) is neither 0 nor 1")
        }
    }

    public func text(_ column: Int) throws -> String {
        try expect(SQLITE_TEXT, column)
        guard let base = sqlite3_column_text(statement, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
    }

    public func blob(_ column: Int) throws -> [UInt8] {
        try expect(SQLITE_BLOB, column)
        let base = sqlite3_column_blob(statement, Int32(column))
        return [UInt8](UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(statement, Int32(column)))))
    }

    public func instant(_ column: Int) throws -> Instant { Instant(microseconds: try int64(column)) }

    /// The id of that kind whose number the column holds.
    public func id(_ column: Int, prefix: String) throws -> ResourceID {
        ResourceID(prefix: prefix, number: try int64(column))
    }

    public func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    public func int64OrNil(_ column: Int) throws -> Int64? { isNull(column) ? nil : try int64(column) }
    public func intOrNil(_ column: Int) throws -> Int? { isNull(column) ? nil : try int(column) }
    public func boolOrNil(_ column: Int) throws -> Bool? { isNull(column) ? nil : try bool(column) }
    public func textOrNil(_ column: Int) throws -> String? { isNull(column) ? nil : try text(column) }
    public func blobOrNil(_ column: Int) throws -> [UInt8]? { isNull(column) ? nil : try blob(column) }
    public func instantOrNil(_ column: Int) throws -> Instant? { isNull(column) ? nil : try instant(column) }

    public func idOrNil(_ column: Int, prefix: String) throws -> ResourceID? {
        isNull(column) ? nil : try id(column, prefix: prefix)
    }

    private func expect(_ type: Int32, _ column: Int) throws {
        let found = sqlite3_column_type(statement, Int32(column))
        guard found == type else {
            let sql = String(cString: sqlite3_sql(statement))
            throw StorageError.typeMismatch("column \(column): type \(found) instead of \(type) in \(sql)")
        }
    }
}
