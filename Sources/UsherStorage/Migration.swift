/// The names that an engine has for the column types that we use.
public struct SQLDialect: Sendable {
    /// Integers, times (microseconds since 1970), booleans (0, 1).
    public let integer: String
    public let text: String
    public let blob: String
    /// The column that is the primary key and an integer.
    public let key: String
    /// After a table's closing parenthesis: columns hold what they declare.
    public let strict: String
    /// The same, for a table with a small primary key that is not an integer.
    public let withoutRowID: String

    public static let sqlite = SQLDialect(
        integer: "INTEGER", text: "TEXT", blob: "BLOB", key: "INTEGER PRIMARY KEY", strict: "STRICT",
        withoutRowID: "STRICT, WITHOUT ROWID")
}

/// One step of a schema. A list of them is append-only: what has been released is never changed.
public struct Migration: Sendable {
    /// 1, 2, 3, … in its list, without gaps; at most 65,535.
    public let number: Int
    /// For people and logs.
    public let name: String
    /// Statements that run in one transaction.
    public let statements: @Sendable (SQLDialect) -> [String]

    public init(_ number: Int, _ name: String, _ statements: @escaping @Sendable (SQLDialect) -> [String]) {
        self.number = number
        self.name = name
        self.statements = statements
    }
}
