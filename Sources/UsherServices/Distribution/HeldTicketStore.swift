import UsherContract
import UsherStorage

/// The tables `tickets`, `ticket_distributions`, `ticket_moves`, `cart_items` and `transfers`.
///
/// - A ticket has one owner: a column. It is in at most one cart, and has at most one pending transfer: keys.
/// - Its first owner never changes: a trigger.
/// - `ticket_distributions` has a row for each level of distribution that was not taken back, from 1; the latest is
///   the ticket's `distributor_key`.
enum HeldTicketStore {
    static let migration = Migration(24, "tickets") { type in
        tables(type) + carts(type)
    }

    private static func tables(_ type: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE tickets (
                ticket_key \(type.key),
                performance_key \(type.integer) NOT NULL REFERENCES assets (key),
                zone \(type.text) NOT NULL,
                seat \(type.text) NOT NULL,
                owner_key \(type.integer) NOT NULL REFERENCES contacts (contact_key),
                initial_owner_key \(type.integer) NOT NULL REFERENCES contacts (contact_key),
                delivery \(type.integer) NOT NULL CHECK (delivery BETWEEN 1 AND 3),
                distributor_key \(type.integer) REFERENCES contacts (contact_key),
                distribution_level \(type.integer) NOT NULL CHECK (distribution_level >= 0),
                transfer_level \(type.integer) NOT NULL CHECK (transfer_level BETWEEN 0 AND transfer_limit),
                transfer_limit \(type.integer) NOT NULL CHECK (transfer_limit BETWEEN 1 AND 256),
                is_cancelled \(type.integer) NOT NULL CHECK (is_cancelled IN (0, 1)),
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                CHECK ((distributor_key IS NULL) = (distribution_level = 0))
            ) \(type.strict)
            """,
            "CREATE INDEX tickets_by_performance ON tickets (performance_key, ticket_key)",
            "CREATE INDEX tickets_by_owner ON tickets (owner_key, performance_key, ticket_key)",
            """
            CREATE UNIQUE INDEX tickets_by_seat ON tickets (performance_key, zone, seat)
            WHERE seat <> '' AND is_cancelled = 0
            """,
            """
            CREATE TRIGGER tickets_keep_their_first_owner BEFORE UPDATE OF initial_owner_key ON tickets
            WHEN NEW.initial_owner_key <> OLD.initial_owner_key
            BEGIN SELECT RAISE(ABORT, 'the first owner of a ticket never changes'); END
            """,
            """
            CREATE TABLE ticket_distributions (
                ticket_key \(type.integer) NOT NULL REFERENCES tickets (ticket_key),
                level \(type.integer) NOT NULL CHECK (level > 0),
                distributor_key \(type.integer) NOT NULL REFERENCES contacts (contact_key),
                performance_key \(type.integer) NOT NULL REFERENCES assets (key),
                transfer_level \(type.integer) NOT NULL,
                PRIMARY KEY (ticket_key, level)
            ) \(type.withoutRowID)
            """,
            """
            CREATE INDEX ticket_distributions_by_distributor
            ON ticket_distributions (distributor_key, performance_key, ticket_key)
            """,
            """
            CREATE TABLE ticket_moves (
                move_key \(type.key),
                ticket_key \(type.integer) NOT NULL REFERENCES tickets (ticket_key),
                kind \(type.integer) NOT NULL CHECK (kind BETWEEN 1 AND 4),
                acting_key \(type.integer) REFERENCES contacts (contact_key),
                from_key \(type.integer) REFERENCES contacts (contact_key),
                to_key \(type.integer) NOT NULL REFERENCES contacts (contact_key),
                reason \(type.text) NOT NULL,
                move_time \(type.integer) NOT NULL,
                CHECK (kind <> 3 OR reason <> '')
            ) \(type.strict)
            """,
            "CREATE INDEX ticket_moves_by_ticket ON ticket_moves (ticket_key, move_key)",
        ]
    }

    private static func carts(_ type: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE cart_items (
                ticket_key \(type.key) REFERENCES tickets (ticket_key),
                cart_key \(type.integer) NOT NULL REFERENCES contacts (contact_key),
                guest_key \(type.integer) REFERENCES contacts (contact_key),
                holder_name \(type.text) NOT NULL
            ) \(type.strict)
            """,
            "CREATE INDEX cart_items_by_cart ON cart_items (cart_key, guest_key, ticket_key)",
            """
            CREATE TABLE transfers (
                transfer_key \(type.key),
                ticket_key \(type.integer) NOT NULL REFERENCES tickets (ticket_key),
                from_key \(type.integer) NOT NULL REFERENCES contacts (contact_key),
                to_key \(type.integer) NOT NULL REFERENCES contacts (contact_key),
                level \(type.integer) NOT NULL CHECK (level BETWEEN 1 AND 256),
                state \(type.integer) NOT NULL CHECK (state BETWEEN 1 AND 4),
                create_time \(type.integer) NOT NULL,
                end_time \(type.integer),
                CHECK (from_key <> to_key),
                CHECK ((state = 1) = (end_time IS NULL))
            ) \(type.strict)
            """,
            "CREATE UNIQUE INDEX transfers_pending ON transfers (ticket_key) WHERE state = 1",
        ]
    }

    /// Whether someone came in with the ticket of the row.
    static let isControlled = "EXISTS (\(AdmissionStore.controlledTicket))"

    static let columns = """
        ticket_key, performance_key, zone, seat, owner_key, initial_owner_key, delivery, distributor_key,
        distribution_level, transfer_level, transfer_limit, is_cancelled, create_time, update_time, \(isControlled),
        (SELECT cart_key FROM cart_items WHERE cart_items.ticket_key = tickets.ticket_key),
        (SELECT transfer_key FROM transfers WHERE transfers.ticket_key = tickets.ticket_key AND state = 1)
        """

    static func ticket(_ row: SQLRow) throws -> HeldTicket {
        HeldTicket(
            id: try row.id(0, prefix: Ticket.prefix), performanceKey: try row.int64(1), zone: try row.text(2),
            seat: try row.text(3), ownerKey: try row.int64(4), initialOwnerKey: try row.int64(5),
            delivery: try row.state(6), distributorKey: try row.int64OrNil(7), distributionLevel: try row.int(8),
            transferLevel: try row.int(9), transferLimit: try row.int(10), isCancelled: try row.bool(11),
            createTime: try row.instant(12), updateTime: try row.instant(13), isControlled: try row.bool(14),
            cartKey: try row.int64OrNil(15), pendingTransferKey: try row.int64OrNil(16))
    }

    static func find(_ key: Int64, in tx: Transaction) throws -> HeldTicket? {
        try tx.row("SELECT \(columns) FROM tickets WHERE ticket_key = ?", key, read: ticket)
    }

    /// - Returns: false where there is a valid ticket for the seat already.
    static func insert(_ ticket: HeldTicket, in tx: Transaction) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO tickets (ticket_key, performance_key, zone, seat, owner_key, initial_owner_key, delivery,
                distributor_key, distribution_level, transfer_level, transfer_limit, is_cancelled, create_time,
                update_time)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            ticket.id, ticket.performanceKey, ticket.zone, ticket.seat, ticket.ownerKey, ticket.initialOwnerKey,
            ticket.delivery.rawValue, ticket.distributorKey, ticket.distributionLevel, ticket.transferLevel,
            ticket.transferLimit, ticket.isCancelled, ticket.createTime, ticket.updateTime) == 1
    }

    /// Whether there is a valid ticket for the seat.
    static func isTaken(zone: String, seat: String, of performanceKey: Int64, in tx: Transaction) throws -> Bool {
        try tx.row(
            """
            SELECT 1 FROM tickets WHERE performance_key = ? AND zone = ? AND seat = ? AND seat <> ''
                AND is_cancelled = 0
            """, performanceKey, zone, seat
        ) { _ in true } ?? false
    }

    /// Writes what can change of a ticket.
    static func update(_ ticket: HeldTicket, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE tickets SET owner_key = ?, delivery = ?, distributor_key = ?, distribution_level = ?,
                transfer_level = ?, is_cancelled = ?, update_time = ?
            WHERE ticket_key = ?
            """,
            ticket.ownerKey, ticket.delivery.rawValue, ticket.distributorKey, ticket.distributionLevel,
            ticket.transferLevel, ticket.isCancelled, ticket.updateTime, ticket.id)
    }

    // MARK: Levels of distribution

    /// The ticket's distributions, the latest first.
    static func distributions(of ticket: HeldTicket, in tx: Transaction) throws -> [TicketDistribution] {
        try tx.rows(
            """
            SELECT level, distributor_key, transfer_level FROM ticket_distributions WHERE ticket_key = ?
            ORDER BY level DESC
            """, ticket.id
        ) { row in
            TicketDistribution(
                level: try row.int(0), distributorKey: try row.int64(1), transferLevel: try row.int(2))
        }
    }

    /// The distribution that a take-back undoes: the acting contact's own, the latest by somebody whom it acts for, and
    /// for the organisation itself the one by whom the ticket is to go back to, or the latest of all. One by who has
    /// the ticket comes last: there is nothing to take.
    ///
    /// - Parameter acting: nil for the organisation itself.
    static func distribution(
        of ticket: HeldTicket, by acting: Contact?, to recipient: Contact? = nil, _ contacts: inout ContactBook,
        in tx: Transaction
    ) throws -> TicketDistribution? {
        guard ticket.distributorKey != nil else { return nil }
        var chain = try distributions(of: ticket, in: tx)
        if let acting {
            chain = try chain.filter { try acting.acts(for: contacts.contact($0.distributorKey)) }
        }
        let others = chain.filter { $0.distributorKey != ticket.ownerKey }
        let wanted = (acting ?? recipient)?.id.number
        return others.first { $0.distributorKey == wanted } ?? others.first ?? chain.first
    }

    static func insertDistribution(
        of ticket: HeldTicket, level: Int, by distributorKey: Int64, transferLevel: Int, in tx: Transaction
    ) throws {
        try tx.execute(
            """
            INSERT INTO ticket_distributions (ticket_key, level, distributor_key, performance_key, transfer_level)
            VALUES (?, ?, ?, ?, ?)
            """, ticket.id, level, distributorKey, ticket.performanceKey, transferLevel)
    }

    /// Deletes those from a level on.
    static func deleteDistributions(of ticket: HeldTicket, from level: Int, in tx: Transaction) throws {
        try tx.execute("DELETE FROM ticket_distributions WHERE ticket_key = ? AND level >= ?", ticket.id, level)
    }

    /// Whether the contact distributed the ticket, at any level.
    static func hasDistributed(_ ticket: HeldTicket, _ contactKey: Int64, in tx: Transaction) throws -> Bool {
        try tx.row(
            "SELECT 1 FROM ticket_distributions WHERE distributor_key = ? AND performance_key = ? AND ticket_key = ?",
            contactKey, ticket.performanceKey, ticket.id
        ) { _ in true } ?? false
    }

    // MARK: Moves

    static func insertMove(_ move: TicketMove, of ticket: ResourceID, in tx: Transaction) throws {
        try tx.execute(
            """
            INSERT INTO ticket_moves (move_key, ticket_key, kind, acting_key, from_key, to_key, reason, move_time)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            tx.newID("mov"), ticket, move.kind.rawValue, move.actingKey, move.fromKey, move.toKey, move.reason,
            move.time)
    }

    /// The latest moves, oldest first.
    static func moves(of ticket: ResourceID, limit: Int, in tx: Transaction) throws -> [TicketMove] {
        try tx.rows(
            """
            SELECT kind, acting_key, from_key, to_key, reason, move_time FROM ticket_moves WHERE ticket_key = ?
            ORDER BY move_key DESC LIMIT ?
            """, ticket, limit
        ) { row in
            TicketMove(
                kind: try row.state(0), actingKey: try row.int64OrNil(1), fromKey: try row.int64OrNil(2),
                toKey: try row.int64(3), reason: try row.text(4), time: try row.instant(5))
        }.reversed()
    }
}
