public import UsherContract

/// One thing that happened, as the journal has it.
public struct JournalEntry: Sendable, Hashable {
    /// Where it stands in the order of commits; from 1, without gaps.
    public var sequence: Int64
    public var time: Instant
    public var role: Caller.Role
    /// The key that made the call, or `system`.
    public var principal: String
    /// The method's full name; empty for the server's own work.
    public var method: String
    public var requestID: String
    /// The event's type: `voucher.redeemed`.
    public var event: String
    /// The id of what it happened to.
    public var resource: String
    /// What changed, as compact JSON: `{"used":[2,3]}`.
    public var changes: String
}

/// Which part of the journal there is.
public struct JournalBounds: Sendable, Hashable {
    /// Rows up to this one have been given up, or may be at any time; 0 where none has.
    public var retainedTo: Int64
    /// The last row; `retainedTo` where there is none above it.
    public var last: Int64

    public init(retainedTo: Int64, last: Int64) {
        self.retainedTo = retainedTo
        self.last = last
    }
}

extension Transaction {
    private static let columns = "seq, time, role, principal, method, request_id, event, resource, changes"

    /// The journal's rows after `sequence`, in the order of their commits.
    public func journal(after sequence: Int64, limit: Int) throws -> [JournalEntry] {
        try rows(
            "SELECT \(Self.columns) FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", sequence, limit,
            read: JournalEntry.init)
    }

    /// The journal's rows before `sequence`, the newest first.
    public func journal(before sequence: Int64, limit: Int) throws -> [JournalEntry] {
        try rows(
            "SELECT \(Self.columns) FROM journal WHERE seq < ? ORDER BY seq DESC LIMIT ?", sequence, limit,
            read: JournalEntry.init)
    }

    public func journalBounds() throws -> JournalBounds {
        let retainedTo = try row("SELECT retained_to FROM retention WHERE id = 1") { try $0.int64(0) } ?? 0
        let last = try row("SELECT max(seq) FROM journal") { try $0.int64OrNil(0) } ?? nil
        return JournalBounds(retainedTo: retainedTo, last: max(retainedTo, last ?? 0))
    }
}

extension JournalEntry {
    fileprivate init(_ row: SQLRow) throws {
        let role = try row.int64(2)
        guard let known = Caller.Role(stored: role) else {
            throw StorageError.typeMismatch("the journal holds \(role), which is no role")
        }
        try self.init(
            sequence: row.int64(0), time: row.instant(1), role: known, principal: row.text(3), method: row.text(4),
            requestID: row.text(5), event: row.text(6), resource: row.text(7), changes: row.text(8))
    }
}
