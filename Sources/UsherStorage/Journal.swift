internal import UsherContract

// The journal: one row for each thing that happened, in the commit of what happened, in commit order.
// Sequence numbers have no gaps: a rolled-back call gives its numbers back, before anyone can have seen them.

/// The state of a resource as the journal compares it: names and values, in order.
///
///     ["state": voucher.state, "used": voucher.used]
public struct JournalState: Sendable, ExpressibleByDictionaryLiteral {
    public var fields: [(name: String, value: SQLValue)]

    public init(_ fields: [(name: String, value: SQLValue)]) { self.fields = fields }

    public init(dictionaryLiteral elements: (String, (any SQLBindable)?)...) {
        fields = elements.map { ($0, $1?.sqlValue ?? .null) }
    }

    /// What differs, as compact JSON: `{"used":[2,3]}`. A missing state, and a missing field, is null throughout.
    static func changes(from before: JournalState?, to after: JournalState?) -> String {
        var json = JSONText()
        let old = before?.fields ?? []
        let new = after?.fields ?? []
        for (position, field) in new.enumerated() {
            // Both sides usually list the same fields in the same order.
            let same = position < old.count && old[position].name == field.name
            let match = same ? old[position] : old.first { $0.name == field.name }
            json.add(field.name, match?.value ?? .null, field.value)
        }
        for field in old where !new.contains(where: { $0.name == field.name }) {
            json.add(field.name, field.value, .null)
        }
        return json.finish()
    }
}

/// Who does what, the same for all rows of a call.
struct JournalHeader {
    var caller: Caller
    var method: String
    var requestID: String
}

struct Journal {
    private(set) var next: Int64

    init(_ session: Session) throws {
        let last = try session.integer(
            "SELECT max(coalesce((SELECT max(seq) FROM journal), 0), (SELECT retained_to FROM retention))")
        next = last + 1
    }

    mutating func append(
        _ header: JournalHeader, at now: Instant, _ event: String, _ resource: String, _ changes: String,
        _ session: Session
    ) throws {
        try session.execute(
            """
            INSERT INTO journal (seq, time, role, principal, method, request_id, event, resource, changes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                next, now, header.caller.role.stored, header.caller.principal, header.method,
                JournalGuard.withoutAddresses(header.requestID), event, resource, changes,
            ])
        next += 1
    }

    /// Takes back the numbers of a call that was rolled back.
    mutating func rewind(to number: Int64) { next = number }
}

extension Caller.Role {
    /// Part of the file format.
    var stored: Int {
        switch self {
        case .platformOperator: 1
        case .organisation: 2
        case .system: 3
        }
    }

    init?(stored: Int64) {
        switch stored {
        case 1: self = .platformOperator
        case 2: self = .organisation
        case 3: self = .system
        default: return nil
        }
    }
}
