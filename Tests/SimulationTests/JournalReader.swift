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
                "SELECT seq, event, resource, method, request_id, principal FROM journal WHERE seq > ? ORDER BY seq",
                last
            ) { row in
                (
                    seq: try row.int(0),
                    row: Row(
                        event: try row.text(1), resource: try row.text(2), method: try row.text(3),
                        requestID: try row.text(4), principal: try row.text(5))
                )
            }
        }
        // No numbers are left out.
        guard rows.map(\.seq) == Array(last + 1..<last + 1 + rows.count) else {
            throw Discrepancy(source: .journal, what: "the numbers after \(last) are \(rows.map(\.seq))")
        }
        read[database] = last + rows.count
        return rows.map(\.row)
    }
}
