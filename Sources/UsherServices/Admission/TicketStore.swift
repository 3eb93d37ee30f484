import UsherContract
import UsherStorage

/// The table `ticket_numbers`: every number that a performance's tickets have or had. What else a ticket is lies with
/// the admissions.
enum TicketStore {
    static let migration = Migration(18, "ticket numbers") { type in
        [
            """
            CREATE TABLE ticket_numbers (
                performance_key \(type.integer) NOT NULL REFERENCES assets (key),
                number \(type.integer) NOT NULL CHECK (number > 0),
                ticket_id \(type.integer) NOT NULL,
                PRIMARY KEY (performance_key, number)
            ) \(type.withoutRowID)
            """
        ]
    }

    /// Gives a ticket its number.
    ///
    /// - Parameter number: nil for the next after all that the performance has had.
    /// - Throws: ALREADY_EXISTS `TICKET_NUMBER_TAKEN`, also where the number is dead; RESOURCE_EXHAUSTED
    ///   `TICKET_NUMBERS_EXHAUSTED` where somebody has given the performance its last number.
    static func take(
        _ number: Int64?, of performanceKey: Int64, for id: ResourceID, in tx: Transaction
    ) throws -> Int64 {
        let taken = try number ?? next(after: last(of: performanceKey, in: tx))
        let inserted = try tx.execute(
            """
            INSERT INTO ticket_numbers (performance_key, number, ticket_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
            """, performanceKey, taken, id.number)
        guard inserted == 1 else { throw AdmissionRefusal.ticketNumberTaken(taken) }
        return taken
    }

    /// Whether the performance has or had a ticket with the number.
    static func isTaken(_ number: Int64, of performanceKey: Int64, in tx: Transaction) throws -> Bool {
        try tx.row(
            "SELECT 1 FROM ticket_numbers WHERE performance_key = ? AND number = ?", performanceKey, number
        ) { _ in true } ?? false
    }

    /// The highest number that the performance has had; 0 for none.
    static func last(of performanceKey: Int64, in tx: Transaction) throws -> Int64 {
        try tx.row(
            "SELECT number FROM ticket_numbers WHERE performance_key = ? ORDER BY number DESC LIMIT 1", performanceKey
        ) { try $0.int64(0) } ?? 0
    }

    /// - Throws: RESOURCE_EXHAUSTED `TICKET_NUMBERS_EXHAUSTED`.
    static func next(after last: Int64) throws -> Int64 {
        guard last < Ticket.numbers.upperBound else { throw AdmissionRefusal.ticketNumbersExhausted }
        return last + 1
    }

    static func find(_ ticketID: Int64, in tx: Transaction) throws -> Ticket? {
        guard let found = try AdmissionStore.ofTicket(ticketID, in: tx), let number = found.admission.number else {
            return nil
        }
        return Ticket(
            id: ResourceID(prefix: Ticket.prefix, number: ticketID), admission: found.admission, number: number,
            barcode: found.barcode)
    }

    /// By its id as text. Nil for anything that is none.
    static func find(_ id: String, in tx: Transaction) throws -> Ticket? {
        guard let id = ResourceID(id, prefix: Ticket.prefix) else { return nil }
        return try find(id.number, in: tx)
    }

    /// Whether the ticket's holder has come in; going out again does not undo that, an annulled scan does.
    static func isControlled(_ ticketID: Int64, in tx: Transaction) throws -> Bool {
        try AdmissionStore.ofTicket(ticketID, in: tx).map { $0.admission.presence != .neverIn } ?? false
    }
}
