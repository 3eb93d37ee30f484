import UsherContract

/// One call as the model sees it: who, when, and what it records.
final class Context {
    let now: Instant
    let role: Caller.Role
    let principal: String
    /// Nil for the operator's calls on the platform.
    let organisationID: String?
    let scopes: ScopeSet
    let expireTime: Instant?
    /// The operator lets the organisation sell vouchers.
    let sellsVouchers: Bool
    /// Ids that no answer tells: of the rows of a table that have another row's id in a column, in their order.
    var ids: (_ table: String, _ column: String, _ id: String) throws -> [String] = { _, _, _ in [] }
    private(set) var events: [Event] = []

    /// A row of the journal, without what every row of a call has.
    struct Event: Equatable {
        var name: String
        var resource: String
        /// When time alone did it; nil for what the call did.
        var passed: Instant?
    }

    init(
        now: Instant, role: Caller.Role, principal: String, organisationID: String?, scopes: ScopeSet,
        expireTime: Instant?, sellsVouchers: Bool
    ) {
        self.now = now
        self.role = role
        self.principal = principal
        self.organisationID = organisationID
        self.scopes = scopes
        self.expireTime = expireTime
        self.sellsVouchers = sellsVouchers
    }

    func record(_ name: String, _ resource: String) { events.append(Event(name: name, resource: resource)) }

    /// What time alone has done, and this call comes to tell.
    func recordPassing(_ name: String, _ resource: String, at time: Instant) {
        events.append(Event(name: name, resource: resource, passed: time))
    }
}
