import UsherContract
import UsherStorage

/// Which tickets a list is of; the rest of its filters is judged on the rows.
struct TicketSelection: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        /// What the contact has.
        case remaining
        /// What it distributed, and others perhaps distributed on; not what it has again.
        case distributed
        case both
    }

    /// Nil for everybody.
    var contactKey: Int64?
    var part = Part.both
    var performanceKey: Int64?
}

/// A place in a list of tickets, which is ordered by performance and then by ticket.
struct TicketPosition: Hashable, Sendable {
    var performanceKey: Int64 = 0
    var ticketKey: Int64 = 0
}

/// How many tickets of one performance a contact has and distributed.
struct TicketCounts: Hashable, Sendable {
    var remaining = 0
    var inCart = 0
    var distributed = 0
    var downloaded = 0
    var controlled = 0
    var takeBackPossible = 0
    var cancelled = 0
}

extension HeldTicketStore {
    /// Up to `limit` tickets behind `after`.
    static func list(
        _ selection: TicketSelection, after: TicketPosition, limit: Int, in tx: Transaction
    ) throws -> [HeldTicket] {
        // Two seeks: a comparison of pairs would go through the performance from its beginning for every page.
        let here = try list(
            selection, where: "performance_key = ? AND ticket_key > ?",
            [selection.performanceKey ?? after.performanceKey, after.ticketKey], limit: limit, in: tx)
        guard selection.performanceKey == nil, here.count < limit else { return here }
        return try here
            + list(selection, where: "performance_key > ?", [after.performanceKey], limit: limit - here.count, in: tx)
    }

    private static func list(
        _ selection: TicketSelection, where place: String, _ bounds: [(any SQLBindable)?], limit: Int,
        in tx: Transaction
    ) throws -> [HeldTicket] {
        let order = "ORDER BY performance_key, ticket_key LIMIT ?"
        guard let contact = selection.contactKey else {
            return try tx.rows(
                "SELECT \(columns) FROM tickets WHERE \(place) \(order)", arguments: bounds + [limit], read: ticket)
        }
        let arguments: [(any SQLBindable)?] = [contact] + bounds + [limit]
        let away: [(any SQLBindable)?] = [contact] + bounds + [contact, limit]
        switch selection.part {
        case .remaining:
            return try tx.rows(
                "SELECT \(columns) FROM tickets WHERE owner_key = ? AND \(place) \(order)", arguments: arguments,
                read: ticket)
        case .distributed:
            return try tx.rows(
                "SELECT \(columns) FROM tickets WHERE ticket_key IN (\(Self.away(place, order))) \(order)",
                arguments: away + [limit], read: ticket)
        case .both:
            return try tx.rows(
                """
                SELECT \(columns) FROM tickets WHERE ticket_key IN (
                    SELECT ticket_key FROM (SELECT ticket_key FROM tickets WHERE owner_key = ? AND \(place) \(order))
                    UNION \(Self.away(place, order)))
                \(order)
                """, arguments: arguments + away + [limit], read: ticket)
        }
    }

    /// The tickets that a contact distributed and has no more.
    private static func away(_ place: String, _ order: String) -> String {
        """
        SELECT ticket_key FROM (
            SELECT DISTINCT performance_key, ticket_key FROM ticket_distributions WHERE distributor_key = ?
                AND \(place) AND NOT EXISTS (
                    SELECT 1 FROM tickets WHERE tickets.ticket_key = ticket_distributions.ticket_key
                        AND owner_key = ?)
            \(order))
        """
    }

    /// What a contact distributed of a performance and can take back, oldest first.
    ///
    /// - Parameters:
    ///   - recipientKey: who is to have them; what it has already is left out. Nil for their distributor.
    ///   - zone: empty for all.
    static func takeBackCandidates(
        of distributorKey: Int64, performanceKey: Int64, zone: String, for recipientKey: Int64?,
        upTo furthest: HeldTicket.Delivery, limit: Int, in tx: Transaction
    ) throws -> [HeldTicket] {
        try tx.rows(
            """
            SELECT \(columns) FROM tickets
            WHERE ticket_key IN (
                    SELECT ticket_key FROM ticket_distributions WHERE distributor_key = ? AND performance_key = ?)
                AND delivery <= ? AND is_cancelled = 0 AND (? = '' OR zone = ?) AND owner_key NOT IN (?, ?)
                AND NOT \(isControlled)
            ORDER BY ticket_key LIMIT ?
            """, distributorKey, performanceKey, furthest.rawValue, zone, zone, distributorKey,
            recipientKey ?? distributorKey, limit, read: ticket)
    }

    // MARK: Dashboard

    /// The first performance after `after` of which the contact has or distributed tickets.
    static func nextPerformance(of contactKey: Int64, after: Int64, in tx: Transaction) throws -> Int64? {
        let owned = try tx.row(
            """
            SELECT performance_key FROM tickets WHERE owner_key = ? AND performance_key > ?
            ORDER BY performance_key LIMIT 1
            """, contactKey, after
        ) { try $0.int64(0) }
        let distributed = try tx.row(
            """
            SELECT performance_key FROM ticket_distributions WHERE distributor_key = ? AND performance_key > ?
            ORDER BY performance_key LIMIT 1
            """, contactKey, after
        ) { try $0.int64(0) }
        return [owned, distributed].compactMap { $0 }.min()
    }

    /// - Parameter furthest: how far tickets may have got for who looks to take them back.
    static func counts(
        of contactKey: Int64, performanceKey: Int64, upTo furthest: HeldTicket.Delivery, in tx: Transaction
    ) throws -> TicketCounts {
        let held = try tx.row(
            """
            SELECT count(*) FILTER (WHERE is_cancelled = 0), count(*) FILTER (WHERE is_cancelled = 1),
                count(*) FILTER (WHERE is_cancelled = 0
                    AND EXISTS (SELECT 1 FROM cart_items WHERE cart_items.ticket_key = tickets.ticket_key))
            FROM tickets WHERE owner_key = ? AND performance_key = ?
            """, contactKey, performanceKey
        ) { TicketCounts(remaining: try $0.int(0), inCart: try $0.int(2), cancelled: try $0.int(1)) }
        let distributed = try tx.row(
            """
            SELECT count(*) FILTER (WHERE is_cancelled = 0), count(*) FILTER (WHERE is_cancelled = 1),
                count(*) FILTER (WHERE is_cancelled = 0 AND delivery = 3),
                count(*) FILTER (WHERE is_cancelled = 0 AND \(isControlled)),
                count(*) FILTER (WHERE is_cancelled = 0 AND delivery <= ? AND NOT \(isControlled))
            FROM tickets WHERE owner_key <> ? AND ticket_key IN (
                SELECT ticket_key FROM ticket_distributions WHERE distributor_key = ? AND performance_key = ?)
            """, furthest.rawValue, contactKey, contactKey, performanceKey
        ) { row in
            TicketCounts(
                distributed: try row.int(0), downloaded: try row.int(2), controlled: try row.int(3),
                takeBackPossible: try row.int(4), cancelled: try row.int(1))
        }
        var counts = distributed ?? TicketCounts()
        (counts.remaining, counts.inCart) = (held?.remaining ?? 0, held?.inCart ?? 0)
        counts.cancelled += held?.cancelled ?? 0
        return counts
    }
}
