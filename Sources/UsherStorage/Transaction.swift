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
    private var changesBefore: Int64 = 0
    /// Whether the reply of the call that runs is to be kept under its request id.
    private(set) var keepsReply = true
    private var actions: [@Sendable () -> Void] = []
    private(set) var wakes = Wakes()
    /// Whom the reply of the call tells of.
    private(set) var toldOf: Int64?
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

    /// The same for one of many rows that have their last arguments in common.
    @discardableResult
    public func execute(
        _ sql: String, arguments: [(any SQLBindable)?], shared: SharedArguments
    ) throws -> Int {
        try use(sql)
        return try session.execute(sql, arguments, shared)
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
        try append(header, at: now, event, resource, before, after)
    }

    /// The same of what time alone has done, at `time`: whoever's call it is that writes it down, nobody did it.
    public func recordPassing(
        _ event: String, _ resource: String, at time: Instant, before: JournalState? = nil, after: JournalState? = nil
    ) throws {
        let nobody = JournalHeader(caller: .system(), method: "", requestID: "")
        try append(nobody, at: time, event, resource, before, after)
    }

    private func append(
        _ header: JournalHeader, at time: Instant, _ event: String, _ resource: String, _ before: JournalState?,
        _ after: JournalState?
    ) throws {
        guard !isReadOnly else { throw StorageError.readOnly }
        try checkUsable()
        try file.journal.append(
            header, at: time, event, resource, JournalState.changes(from: before, to: after), session)
        recorded += 1
    }

    /// Runs what is no change that anybody is told of, and needs no row in the journal.
    func unrecorded(_ body: () throws -> Void) throws {
        let before = session.totalChanges
        try body()
        changesBefore += session.totalChanges - before
    }

    /// Has `action` run once after the commit is durable, before the reply is sent; never if the call is rolled back.
    /// It runs on the lane's thread and must not block.
    public func afterCommit(_ action: @escaping @Sendable () -> Void) {
        actions.append(action)
    }

    /// Says that the call has changed nothing and that a repetition of it never will: its reply need not be kept.
    public func keepNoReply() { keepsReply = false }

    /// Has the organisation be woken at `time` or soon after, see ``Storage/organisationsToWake(at:)``. That is durable
    /// before the call is, and survives a restart. Asking for what is later than what was asked for before costs
    /// nothing.
    public func wake(at time: Instant) {
        if isReadOnly { failure = failure ?? StorageError.readOnly }
        wakes.ask(for: time)
    }

    /// For whoever was woken: all that was due is done, and the organisation need not be woken before `time`; nil for
    /// not at all, until somebody asks for it.
    public func rest(until time: Instant?) {
        if isReadOnly { failure = failure ?? StorageError.readOnly }
        wakes.rest(until: time)
    }

    /// Says that there is nothing by the code that the caller gave. Whoever comes to that too often is held up,
    /// whatever becomes of the call.
    ///
    /// - Throws: what the caller is to be told then, instead of that there is nothing.
    public func noteFailedLookup() throws { try call?.noteFailedLookup() }

    // MARK: Persons

    /// Says that the call's reply tells of a person: an e-mail address, an IP address, where somebody lives. It is kept
    /// for repetitions of the request as any other, until ``forgetReplies(of:)``.
    ///
    /// - Parameter personKey: of whom; the last one that is named counts.
    public func replyTells(of personKey: Int64?) { toldOf = personKey ?? toldOf }

    /// Blanks the kept replies that tell of a person. A repetition of such a request is refused `REPLY_NOT_KEPT` from
    /// then on.
    public func forgetReplies(of personKey: Int64) throws { try RequestLog.forget(personKey, in: self) }

    // MARK: The request log

    /// Removes stored replies that are older than they are kept, where their time has come: some of them, so that the
    /// transaction stays short. To be called by whoever was woken.
    ///
    /// - Returns: whether there is more to do now; when it is to be done again, nil for never as things stand.
    public func sweepRequestLog() throws -> (isMore: Bool, next: Instant?) {
        guard !isReadOnly else { throw StorageError.readOnly }
        try checkUsable()
        guard let due = file.requestLog.sweep.due, due <= now else { return (false, file.requestLog.sweep.due) }
        var isMore = false
        try unrecorded {
            isMore = try file.requestLog.sweep.step(
                at: now, olderThan: limits.requestLogAge, limit: limits.sweepKeys, session)
        }
        return (isMore, file.requestLog.sweep.due)
    }

    // MARK: For the lanes

    /// Runs one call. Throws what the call threw.
    func run(_ call: any LaneCall, _ decoded: DecodedCall, _ header: JournalHeader) throws -> EncodedReply {
        (caller, self.header, self.call) = (call.caller, header, call)
        (recorded, failure, keepsReply, toldOf) = (0, nil, true, nil)
        changesBefore = session.totalChanges
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
    var mark: Mark {
        Mark(
            journal: isReadOnly ? 0 : file.journal.next, sweep: isReadOnly ? nil : file.requestLog.sweep,
            actions: actions.count, wakes: wakes)
    }

    struct Mark {
        var journal: Int64
        var sweep: RequestLogSweep?
        var actions: Int
        var wakes: Wakes
    }

    func rewind(to mark: Mark) {
        // The journal's counter is the write lane's.
        if !isReadOnly { file.journal.rewind(to: mark.journal) }
        if let sweep = mark.sweep { file.requestLog.sweep = sweep }
        actions.removeSubrange(mark.actions...)
        wakes = mark.wakes
    }

    /// Ends all use. Returns what is to be done after the commit.
    func end() -> [@Sendable () -> Void] {
        isOpen = false
        return actions
    }
}
