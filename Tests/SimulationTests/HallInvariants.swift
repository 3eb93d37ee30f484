import UsherContract
import UsherStorage

/// Compares what an organisation's tables say of tickets, passes and doors with the model, after every step: who has
/// which ticket, what is in which cart, which barcode is good, and who is inside.
///
/// It takes over what no answer tells: the ids of the feed's records, and barcodes that nobody has asked for yet.
enum HallInvariants {
    static func check(_ tenant: OrganisationModel, _ database: Database) throws {
        let tables = try database.readBlocking(as: .system()) { tx in
            Tables(
                barcodes: try tx.rows("SELECT bearer_key, barcode, state FROM barcodes ORDER BY barcode") {
                    (try $0.int64(0), try $0.text(1), try $0.int64(2))
                },
                holders: try tx.rows(
                    """
                    SELECT ticket_key, owner_key, initial_owner_key, coalesce(distributor_key, 0), distribution_level
                    FROM tickets ORDER BY ticket_key
                    """
                ) { row in try (0..<5).map { try row.int64($0) } },
                carts: try tx.rows(
                    "SELECT ticket_key, cart_key, coalesce(guest_key, 0) FROM cart_items ORDER BY ticket_key"
                ) { row in try (0..<3).map { try row.int64($0) } },
                presences: try tx.rows(
                    """
                    SELECT bearer_key, presence FROM admissions ORDER BY bearer_key, performance_key
                    """
                ) { row in try (0..<2).map { try row.int64($0) } },
                passages: try tx.rows("SELECT id, annul_time IS NULL FROM scans WHERE verdict = 1 ORDER BY id") { row in
                    try (0..<2).map { try row.int64($0) }
                },
                records: try tx.rows("SELECT id FROM access_control_records ORDER BY id") { try $0.int64(0) },
                transfers: try tx.rows("SELECT ticket_key FROM transfers WHERE state = 1 ORDER BY ticket_key") {
                    [try $0.int64(0)]
                })
        }
        try checkBarcodes(tenant, tables.barcodes)
        try checkRecords(tenant, tables.records)
        try compare("holders", tables.holders, holders(tenant))
        try compare("carts", tables.carts, carts(tenant))
        try compare("presences", tables.presences, presences(tenant))
        let hall = tenant.hall
        try compare(
            "passages", tables.passages,
            hall.scans.filter { $0.verdict == .ok }.map { [key($0.id), $0.annulled == nil ? 1 : 0] })
        try compare(
            "pending transfers", tables.transfers,
            hall.transfers.filter { $0.state == .pending }.map { [key($0.ticket.id)] }.sorted { $0[0] < $1[0] })
    }

    private struct Tables {
        var barcodes: [(bearer: Int64, text: String, state: Int64)]
        var holders: [[Int64]]
        var carts: [[Int64]]
        var presences: [[Int64]]
        var passages: [[Int64]]
        var records: [Int64]
        var transfers: [[Int64]]
    }

    private static func key(_ id: String) -> Int64 { ResourceID(id, prefix: String(id.prefix(3)))?.number ?? -1 }

    private static func compare(_ what: String, _ found: [[Int64]], _ wanted: [[Int64]]) throws {
        guard found != wanted else { return }
        throw Discrepancy(
            source: .invariant,
            what: """
                \(what): the tables have \(found.filter { !wanted.contains($0) }), \
                the model \(wanted.filter { !found.contains($0) })
                """)
    }

    private static func holders(_ tenant: OrganisationModel) -> [[Int64]] {
        tenant.hall.held.compactMap { ticket in
            ticket.holding.map { holding in
                [
                    key(ticket.id), key(holding.owner.id), key(holding.first.id),
                    holding.distributor.map { key($0.id) } ?? 0, Int64(holding.distributions.count),
                ]
            }
        }
    }

    private static func carts(_ tenant: OrganisationModel) -> [[Int64]] {
        tenant.hall.contacts.flatMap { contact in
            contact.cart.map { item in
                [key(item.ticket.id), key(contact.id), item.guest.map { key($0.id) } ?? 0]
            }
        }.sorted { $0[0] < $1[0] }
    }

    private static func presences(_ tenant: OrganisationModel) -> [[Int64]] {
        tenant.hall.bearers.sorted { key($0.id) < key($1.id) }.flatMap { bearer in
            tenant.inOrder(bearer.admissions.map(\.performance)).map { performance in
                [key(bearer.id), Int64(tenant.hall.presence(bearer, performance).rawValue) - 1]
            }
        }
    }

    /// At most one live barcode, and none but the last that was made.
    private static func checkBarcodes(
        _ tenant: OrganisationModel, _ rows: [(bearer: Int64, text: String, state: Int64)]
    ) throws {
        var rest = Dictionary(grouping: rows, by: \.bearer)
        for bearer in tenant.hall.bearers {
            let own = rest.removeValue(forKey: key(bearer.id)) ?? []
            let live = own.filter { $0.state <= 2 }
            var isRight = own.count == bearer.codes.count && live.count == (bearer.live == nil ? 0 : 1)
            if isRight, let code = bearer.live {
                if code.text == nil { try tenant.learn(code, live[0].text) }
                isRight = code.text == live[0].text && (live[0].state == 2) == (bearer.printed != nil)
            }
            guard isRight else {
                throw Discrepancy(
                    source: .invariant,
                    what: "\(bearer.id) has \(own.map { ($0.text, $0.state) }), not \(bearer.codes.map(\.text))")
            }
            // Those that were replaced before anybody saw them.
            var unseen = own.map(\.text).filter { tenant.hall.codes[$0] == nil }
            for code in bearer.codes where code.text == nil { try tenant.learn(code, unseen.removeFirst()) }
        }
        guard rest.isEmpty else { throw Discrepancy(source: .invariant, what: "nobody has the barcodes \(rest)") }
    }

    private static func checkRecords(_ tenant: OrganisationModel, _ ids: [Int64]) throws {
        let records = tenant.hall.records
        guard ids.count == records.count else {
            throw Discrepancy(source: .invariant, what: "there are \(ids.count) records instead of \(records.count)")
        }
        for (id, record) in zip(ids, records) where record.id.isEmpty {
            record.id = try tenant.adopt(ResourceID(prefix: "acr", number: id).description, "acr")
        }
    }
}
