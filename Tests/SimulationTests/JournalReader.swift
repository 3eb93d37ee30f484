import UsherContract
import UsherStorage

/// Reads what was recorded since it last looked.
struct JournalReader {
    struct Row: Equatable {
        var event: String
        var resource: String
        var method: String
        var requestID: String
        var principal: String
        /// When time alone did it; nil for what a call did, which has the call's time.
        var passed: Instant?

        /// What a call recorded, or came to tell.
        init(_ event: Context.Event, method: String, requestID: String, principal: String) {
            (self.event, resource, passed) = (event.name, event.resource, event.passed)
            let isCalls = event.passed == nil
            (self.method, self.requestID) = (isCalls ? method : "", isCalls ? requestID : "")
            self.principal = isCalls ? principal : "system"
        }

        fileprivate init(_ row: SQLRow) throws {
            (event, resource, method) = (try row.text(1), try row.text(2), try row.text(3))
            (requestID, principal) = (try row.text(4), try row.text(5))
            passed = method.isEmpty ? try row.instant(6) : nil
        }
    }

    private var read: [String?: Int] = [:]

    /// Passes over what stands there already.
    mutating func skip(in world: World, _ database: String?) throws { _ = try new(in: world, database) }

    /// - Throws: where there is another row than expected, or one is missing.
    mutating func compare(_ expected: [Row], in world: World, _ database: String?) throws {
        let found = try new(in: world, database)
        guard found == expected else {
            throw Discrepancy(
                source: .journal, what: "in \(database ?? "the platform") there is\n\(found)\nexpected\n\(expected)")
        }
    }

    mutating func new(in world: World, _ database: String?) throws -> [Row] {
        let last = read[database] ?? 0
        let rows = try world.database(database).readBlocking(as: .system()) { tx in
            try tx.rows(
                """
                SELECT seq, event, resource, method, request_id, principal, time FROM journal
                WHERE seq > ? ORDER BY seq
                """, last
            ) { row in (seq: try row.int(0), row: try Row(row)) }
        }
        // No numbers are left out.
        guard rows.map(\.seq) == Array(last + 1..<last + 1 + rows.count) else {
            throw Discrepancy(source: .journal, what: "the numbers after \(last) are \(rows.map(\.seq))")
        }
        read[database] = last + rows.count
        return rows.map(\.row)
    }
}
