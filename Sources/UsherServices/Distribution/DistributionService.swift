public import UsherAPI
import UsherContract
import UsherStorage

/// `usher.distribution.v1.DistributionService`: who has which ticket, and how it gets from one to another.
public struct DistributionService: Sendable {
    private typealias RPC = Usher_Distribution_V1_DistributionService

    public init() {}

    public var methods: [Method] {
        let (read, write) = (Permission.scope(.distributionRead), Permission.scope(.distributionWrite))
        return [
            Method(RPC.registerTickets, on: .organisation, write, registerTickets),
            Method(RPC.getTicket, on: .organisation, read, getTicket),
            Method(RPC.listTickets, on: .organisation, read, listTickets),
            Method(RPC.markDownloaded, on: .organisation, write, markDownloaded),
            Method(RPC.createContact, on: .organisation, write, createContact),
            Method(RPC.getContact, on: .organisation, read, getContact),
            Method(RPC.listContacts, on: .organisation, read, listContacts),
            Method(RPC.updateContact, on: .organisation, write, updateContact),
            Method(RPC.getCart, on: .organisation, read, getCart),
            Method(RPC.addToCart, on: .organisation, write, addToCart),
            Method(RPC.removeFromCart, on: .organisation, write, removeFromCart),
            Method(RPC.allocateCartItems, on: .organisation, write, allocateCartItems),
            Method(RPC.validateCart, on: .organisation, write, validateCart),
            Method(RPC.takeBackTickets, on: .organisation, write, takeBackTickets),
            Method(RPC.getTicketingDashboard, on: .organisation, read, getTicketingDashboard),
            Method(RPC.listSeats, on: .organisation, read, listSeats),
            Method(RPC.transferTicket, on: .organisation, write, transferTicket),
            Method(RPC.acceptTransfer, on: .organisation, write, acceptTransfer),
            Method(RPC.rejectTransfer, on: .organisation, write, rejectTransfer),
            Method(RPC.exportTicketDetails, on: .organisation, read, exportTicketDetails),
            Method(RPC.importTicketDetails, on: .organisation, write, importTicketDetails),
        ]
    }

    // MARK: Tickets

    private func registerTickets(
        _ request: Usher_Distribution_V1_RegisterTicketsRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_RegisterTicketsResponse {
        let limit = try check(request)
        let performance = try PerformanceStore.key(of: request.performanceID, in: tx)
        var contacts = ContactBook(tx)
        let owner = try contacts.named(request.ownerContactID).id.number
        var response = Usher_Distribution_V1_RegisterTicketsResponse()
        if request.validateOnly {
            try judge(request.tickets, of: performance, in: tx)
            return response
        }
        for (index, given) in request.tickets.enumerated() {
            let made = try issue(given, of: performance, row: index + 1, in: tx)
            let ticket = HeldTicket(
                id: made.id, performanceKey: performance, zone: given.zone, seat: given.seat, ownerKey: owner,
                initialOwnerKey: owner, delivery: .none, distributorKey: nil, distributionLevel: 0, transferLevel: 0,
                transferLimit: limit, isCancelled: false, createTime: tx.now, updateTime: tx.now, isControlled: false,
                cartKey: nil, pendingTransferKey: nil)
            guard try HeldTicketStore.insert(ticket, in: tx) else {
                throw DistributionRefusal.seatTaken(row: index + 1)
            }
            try HeldTicketStore.insertMove(
                TicketMove(kind: .registered, actingKey: nil, fromKey: nil, toKey: owner, reason: "", time: tx.now),
                of: made.id, in: tx)
            response.tickets.append(
                .with {
                    ($0.ticketID, $0.number) = (made.id.description, made.number)
                    $0.barcode = made.barcode?.text ?? ""
                })
        }
        try tx.record(
            "tickets.registered", request.ownerContactID,
            after: ["performance_id": request.performanceID, "count": response.tickets.count])
        return response
    }

    /// - Returns: how often each ticket may be transferred.
    private func check(_ request: Usher_Distribution_V1_RegisterTicketsRequest) throws -> Int {
        var violations = Violations()
        let limit = request.transferLimit == 0 ? HeldTicket.transferLimits.upperBound : Int(request.transferLimit)
        violations.require(!request.performanceID.isEmpty, "performance_id", "must be given")
        violations.require(!request.ownerContactID.isEmpty, "owner_contact_id", "must be given")
        violations.require(
            HeldTicket.transferLimits.contains(limit), "transfer_limit", "must be 1 to 256, or 0 for 256")
        violations.require(
            HeldTicket.registrationCounts.contains(request.tickets.count), "tickets", "must have 1 to 10,000 entries")
        for (index, ticket) in request.tickets.prefix(HeldTicket.registrationCounts.upperBound).enumerated() {
            let field = "tickets[\(index)]"
            violations.require(
                ticket.number == 0 || HeldTicket.numbers.contains(ticket.number), "\(field).number",
                "must be 1 to 999,999,999,999, or 0 for the next")
            violations.requireText(ticket.zone, "\(field).zone", HeldTicket.textLengths)
            violations.requireText(ticket.seat, "\(field).seat", HeldTicket.textLengths)
            violations.requireText(ticket.holderName, "\(field).holder_name", HeldTicket.holderNameLengths)
        }
        try violations.refuse()
        return limit
    }

    /// Refuses what registering would refuse.
    private func judge(
        _ tickets: [Usher_Distribution_V1_NewTicket], of performance: Int64, in tx: Transaction
    ) throws {
        var (numbers, seats) = (Set<Int64>(), Set<[String]>())
        var last = try TicketStore.last(of: performance, in: tx)
        for (index, given) in tickets.enumerated() {
            let number =
                given.number == 0 ? try refusing(row: index + 1) { try TicketStore.next(after: last) } : given.number
            guard numbers.insert(number).inserted, try !TicketStore.isTaken(number, of: performance, in: tx) else {
                throw AdmissionRefusal.ticketNumberTaken(number).at(row: index + 1)
            }
            last = max(last, number)
            guard !given.seat.isEmpty else { continue }
            let isTaken = try HeldTicketStore.isTaken(zone: given.zone, seat: given.seat, of: performance, in: tx)
            guard seats.insert([given.zone, given.seat]).inserted, !isTaken else {
                throw DistributionRefusal.seatTaken(row: index + 1)
            }
        }
    }

    private func issue(
        _ given: Usher_Distribution_V1_NewTicket, of performance: Int64, row: Int, in tx: Transaction
    ) throws -> Ticket {
        try refusing(row: row) {
            try TicketIssue.apply(
                TicketDraft(
                    performanceKey: performance, number: given.number == 0 ? nil : given.number, zone: given.zone,
                    seat: given.seat, holderName: given.holderName, isPrinted: true), in: tx)
        }
    }

    /// A refusal names the row.
    private func refusing<Value>(row: Int, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let refusal as Refusal {
            throw refusal.at(row: row)
        }
    }

    private func getTicket(
        _ request: Usher_Distribution_V1_GetTicketRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_Ticket {
        var contacts = ContactBook(tx)
        let acting = request.actingContactID.isEmpty ? nil : try contacts.named(request.actingContactID)
        guard let ticket = try found(request.ticketID, in: tx), try isVisible(ticket, to: acting, &contacts, in: tx)
        else { throw DistributionRefusal.ticketNotFound.refusal }
        var presenter = try TicketPresenter(tx, for: acting, contacts)
        var message = try presenter.message(ticket)
        message.moves = try HeldTicketStore.moves(of: ticket.id, limit: HeldTicket.movesShown, in: tx).map {
            .init($0)
        }
        return message
    }

    /// Whether the ticket is any of the contact's business: it has it, had it first, distributed it, or is offered it;
    /// or a fellow relay has or distributed it.
    private func isVisible(
        _ ticket: HeldTicket, to acting: Contact?, _ contacts: inout ContactBook, in tx: Transaction
    ) throws -> Bool {
        guard let acting else { return true }
        for key in [ticket.ownerKey, ticket.initialOwnerKey, ticket.distributorKey].compactMap({ $0 }) {
            if acting.acts(for: try contacts.contact(key)) { return true }
        }
        if try HeldTicketStore.hasDistributed(ticket, acting.id.number, in: tx) { return true }
        guard let transfer = ticket.pendingTransferKey else { return false }
        return try HeldTicketStore.transfer(transfer, in: tx)?.toKey == acting.id.number
    }

    private func markDownloaded(
        _ request: Usher_Distribution_V1_MarkDownloadedRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_Ticket {
        var contacts = ContactBook(tx)
        let acting = try contacts.named(request.actingContactID)
        guard let before = try found(request.ticketID, in: tx) else {
            throw DistributionRefusal.ticketNotFound.refusal
        }
        guard !before.isCancelled else { throw DistributionRefusal.ticketCancelled.refusal }
        guard before.ownerKey == acting.id.number else { throw DistributionRefusal.notOwner.refusal }
        var ticket = before
        if before.delivery != .downloaded {
            (ticket.delivery, ticket.updateTime) = (.downloaded, tx.now)
            try HeldTicketStore.update(ticket, in: tx)
            try tx.record(
                "ticket.downloaded", ticket.id.description, before: ["delivery": before.delivery.rawValue],
                after: ["delivery": ticket.delivery.rawValue, "acting_contact_id": request.actingContactID])
        }
        var presenter = try TicketPresenter(tx, for: acting, contacts)
        return try presenter.message(ticket)
    }

    // MARK: Shared

    /// By its id as text. Nil for anything that is none.
    func found(_ id: String, in tx: Transaction) throws -> HeldTicket? {
        guard let id = ResourceID(id, prefix: Ticket.prefix) else { return nil }
        return try HeldTicketStore.find(id.number, in: tx)
    }

    /// Who acts in a read, nil for the organisation itself, and whose things it is about: the contact that is named,
    /// or the acting one.
    ///
    /// - Throws: NOT_FOUND `CONTACT_NOT_FOUND`; PERMISSION_DENIED `NOT_YOUR_STRUCTURE`.
    func reader(
        _ actingID: String, of contactID: String, _ contacts: inout ContactBook
    ) throws -> (acting: Contact?, subject: Contact?) {
        let acting = actingID.isEmpty ? nil : try contacts.named(actingID)
        guard !contactID.isEmpty else { return (acting, acting) }
        let subject = try contacts.named(contactID)
        guard acting?.acts(for: subject) ?? true else { throw DistributionRefusal.notYourStructure.refusal }
        return (acting, subject)
    }
}

extension Refusal {
    /// The refusal of a call with many rows, for one of them.
    func at(row: Int) -> Refusal {
        var refusal = self
        refusal.metadata["row"] = String(row)
        return refusal
    }
}
