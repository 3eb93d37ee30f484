import UsherContract
import UsherStorage

/// Which events somebody wants: types as they are, `voucher.redeemed`, or all that begin alike, `voucher.*`. None names
/// them all.
struct EventFilter: Sendable {
    private let types: Set<String>
    private let prefixes: [String]

    static let maximumTypes = 50
    static let typeLengths = 1...100

    init(_ types: [String], _ violations: inout Violations) {
        violations.require(types.count <= Self.maximumTypes, "types", "must be at most \(Self.maximumTypes)")
        var (whole, prefixes): (Set<String>, [String]) = ([], [])
        for type in types.prefix(Self.maximumTypes) {
            violations.requireText(type, "types", Self.typeLengths)
            // The point stays, so that `voucher.*` is not `vouchers.imported`.
            if type.hasSuffix(".*") { prefixes.append(String(type.dropLast())) } else { whole.insert(type) }
        }
        self.types = whole
        self.prefixes = prefixes
    }

    func passes(_ type: String) -> Bool {
        types.isEmpty && prefixes.isEmpty || types.contains(type) || prefixes.contains(where: type.hasPrefix)
    }
}

/// A part of the journal that somebody has been shown.
struct EventBatch: Sendable {
    /// What of it passed.
    var entries: [JournalEntry]
    /// The last row that was looked at.
    var end: Int64
    /// Whether that is the last row there is.
    var isAtEnd: Bool

    /// Rows that one transaction looks at: few enough to be short, enough to catch up quickly.
    static let rows = 500

    /// - Throws: OUT_OF_RANGE `EVENTS_GONE` where rows after `sequence` have been given up.
    static func next(after sequence: Int64, _ filter: EventFilter, in tx: Transaction) throws -> EventBatch {
        let rows = try tx.journal(after: sequence, limit: Self.rows)
        let expected = sequence + 1
        if rows.first?.sequence != expected {
            let bounds = try tx.journalBounds()
            if bounds.retainedTo > sequence { throw EventRefusal.gone(bounds) }
        }
        return EventBatch(
            entries: rows.filter { filter.passes($0.event) }, end: rows.last?.sequence ?? sequence,
            isAtEnd: rows.count < Self.rows)
    }
}
