public import UsherContract

// What a service sees of a database, for the duration of one call.
// - Used on the lane's thread only, inside the closure that it is given to; later uses throw.
// - Once SQLite has ended the transaction by itself, every statement throws: it would commit on its own.

public final class Transaction {
    /// The time of the call, read once.
    public private(set) var now: Instant
    /// Who makes the call.
    public private(set) var caller: Caller

    private let file: DatabaseFile
    private let ambient: Ambient
    private let limits: StorageLimits
    private let isReadOnly: Bool
    private let session: Session
    private var header: JournalHeader
    private var call: (any LaneCall)?
    private var isOpen = true
    private var recorded = 0
    private var actions: [@Sendable () -> Void] = []
    /// What a function that cannot throw ran into; thrown at the call's end.
    private var failure: (any Error)?

    init(_ file: DatabaseFile, _ session: Session, _ ambient: Ambient, _ limits: StorageLimits, isReadOnly: Bool) {
        self.file = file
        self.session = session
        self.ambient = ambient
        self.limits = limits
        self.isReadOnly = isReadOnly
        now = ambient.now()
        caller = .system()
        header = JournalHeader(caller: caller, method: "", requestID: "")
    }

    // MARK: Made here

    /// A new id: unique in this database, above every id before it.
    public func newID(_ prefix: String) -> ResourceID {
        guard !isReadOnly, isOpen else {
            failure = failure ?? StorageError.readOnly
            return ResourceID(prefix: prefix, number: 1)
        }
        return ResourceID(prefix: prefix, number: file.ids.next(at: now, ambient))
    }

    /// Cryptographic random bytes.
    public func randomBytes(_ count: Int) -> [UInt8] { ambient.randomBytes(count) }

    // MARK: SQL

    /// Runs a statement. Returns the number of rows that it changed, without those that triggers changed.
    ///
    /// A statement is prepared once per connection and kept: `sql` must come from a small set of texts, with values
    /// passed as `arguments` only.
    @discardableResult
    public func execute(_ sql: String, _ arguments: (any SQLBindable)?...) throws -> Int {
        try execute(sql, arguments: arguments)
    }

    /// The same with a list of arguments.
    @discardableResult
    public func execute(_ sql: String, arguments: [(any SQLBindable)?]) throws -> Int {
        try use(sql)
        return try session.execute(sql, arguments)
    }

    // What depends on the type of a row's value is inlined where that type is known: unspecialised it costs more than
    // SQLite does for a row.

    /// The first row of a query, or of a statement with RETURNING; nil where there is none.
    @inlinable
    public func row<T>(
        _ sql: String, _ arguments: (any SQLBindable)?..., read: (SQLRow) throws -> T
    ) throws -> T? {
        try row(sql, arguments: arguments, read: read)
    }

    /// The same with a list of arguments.
    @inlinable
    public func row<T>(
        _ sql: String, arguments: [(any SQLBindable)?], read: (SQLRow) throws -> T
    ) throws -> T? {
        var value: T?
        try visitFirst(sql, arguments) { value = try read($0) }
        return value
    }

    /// All rows of a query; the caller bounds them with LIMIT.
    @inlinable
    public func rows<T>(
        _ sql: String, _ arguments: (any SQLBindable)?..., read: (SQLRow) throws -> T
    ) throws -> [T] {
        try rows(sql, arguments: arguments, read: read)
    }

    /// The same with a list of arguments.
    @inlinable
    public func rows<T>(
        _ sql: String, arguments: [(any SQLBindable)?], read: (SQLRow) throws -> T
    ) throws -> [T] {
        var values: [T] = []
        try visitAll(sql, arguments) { values.append(try read($0)) }
        return values
    }

    @usableFromInline
    func visitFirst(
        _ sql: String, _ arguments: [(any SQLBindable)?], _ visit: (SQLRow) throws -> Void
    ) throws {
        try use(sql)
        try session.visitFirst(sql, arguments, visit)
    }

    @usableFromInline
    func visitAll(_ sql: String, _ arguments: [(any SQLBindable)?], _ visit: (SQLRow) throws -> Void) throws {
        try use(sql)
        try session.visitAll(sql, arguments, visit)
    }

    /// Before each statement.
    private func use(_ sql: String) throws {
        if let noteStatement = ambient.noteStatement { noteStatement(sql) }
        try checkUsable()
    }

    private func checkUsable() throws {
        guard isOpen else { throw StorageError.closed }
        guard session.isInTransaction else { throw StorageError.transactionLost }
    }

    // MARK: What happened

    /// Appends a row to the journal: what happened, to what, and which fields changed.
    ///
    /// - Parameters:
    ///   - event: the event's type, `voucher.redeemed`.
    ///   - resource: the resource's id in text form.
    ///   - before: nil for a resource that is new.
    ///   - after: nil for a resource that is gone.
    public func record(
        _ event: String, _ resource: String, before: JournalState? = nil, after: JournalState? = nil
    ) throws {
        guard !isReadOnly else { throw StorageError.readOnly }
        try checkUsable()
        try file.journal.append(
            header, at: now, event, resource, JournalState.changes(from: before, to: after), session)
        recorded += 1
    }

    /// Has `action` run once after the commit is durable, before the reply is sent; never if the call is rolled back.
    /// It runs on the lane's thread and must not block.
    public func afterCommit(_ action: @escaping @Sendable () -> Void) {
        actions.append(action)
    }

    /// Says that there is nothing by the code that the caller gave. Whoever says so too often is held up, whatever
    /// becomes of the call.
    public func noteFailedLookup() { call?.noteFailedLookup() }

    // MARK: For the lanes

    /// Runs one call. Throws what the call threw.
    func run(_ call: any LaneCall, _ decoded: DecodedCall, _ header: JournalHeader) throws -> EncodedReply {
        (caller, self.header, self.call) = (call.caller, header, call)
        (recorded, failure) = (0, nil)
        let changesBefore = session.totalChanges
        let reply = try decoded.run(self)
        if let failure { throw failure }
        guard session.isInTransaction else { throw StorageError.transactionLost }
        guard reply.bytes.count <= limits.replyBytes else { throw Refusal.replyTooLarge(limits) }
        if limits.requireJournal, recorded == 0, session.totalChanges != changesBefore {
            throw StorageError.unrecordedChange(header.method)
        }
        return reply
    }

    /// Reads the clock for the next call.
    func advance() { now = ambient.now() }

    /// Where a rolled-back call returns to.
    var mark: (journal: Int64, actions: Int) { (isReadOnly ? 0 : file.journal.next, actions.count) }

    func rewind(to mark: (journal: Int64, actions: Int)) {
        // The journal's counter is the write lane's.
        if !isReadOnly { file.journal.rewind(to: mark.journal) }
        actions.removeSubrange(mark.actions...)
    }

    /// Ends all use. Returns what is to be done after the commit.
    func end() -> [@Sendable () -> Void] {
        isOpen = false
        return actions
    }
}
