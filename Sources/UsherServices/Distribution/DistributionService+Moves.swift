import UsherAPI
import UsherContract
import UsherStorage

extension DistributionService {
    // MARK: Take-back

    func takeBackTickets(
        _ request: Usher_Distribution_V1_TakeBackTicketsRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_TakeBackTicketsResponse {
        try check(request)
        var contacts = ContactBook(tx)
        let acting = request.actingContactID.isEmpty ? nil : try contacts.named(request.actingContactID)
        let recipient = request.toContactID.isEmpty ? nil : try contacts.named(request.toContactID)
        var moves = try TicketMoves(by: acting, contacts, in: tx)
        var tickets: [HeldTicket]
        if let acting, !request.performanceID.isEmpty {
            tickets = try HeldTicketStore.takeBackCandidates(
                of: acting.id.number, performanceKey: try PerformanceStore.key(of: request.performanceID, in: tx),
                zone: request.zone, for: recipient?.id.number, upTo: moves.policy.furthest(for: acting.kind),
                limit: HeldTicket.callCounts.upperBound + 1, in: tx)
        } else {
            tickets = try named(request.ticketIds, for: recipient, &moves, in: tx)
        }
        var response = Usher_Distribution_V1_TakeBackTicketsResponse()
        if tickets.count > HeldTicket.callCounts.upperBound {
            tickets.removeLast()
            response.more = true
        }
        try moves.spendAllowance(tickets.count, commits: !request.validateOnly)
        response.takenBackCount = Int32(tickets.count)
        response.ticketIds = tickets.map(\.id.description)
        guard !request.validateOnly, !tickets.isEmpty else { return response }
        for ticket in tickets { try moves.takeBack(ticket, to: recipient, reason: request.reason) }
        try tx.record(
            "tickets.taken_back",
            tickets.count == 1 || acting == nil ? tickets[0].id.description : request.actingContactID,
            after: [
                "acting_contact_id": acting?.id.description, "to_contact_id": recipient?.id.description,
                "count": tickets.count, "reason": request.reason,
                "ticket_ids": response.ticketIds.joined(separator: " "),
            ])
        return response
    }

    private func check(_ request: Usher_Distribution_V1_TakeBackTicketsRequest) throws {
        var violations = Violations()
        violations.require(
            request.ticketIds.isEmpty != request.performanceID.isEmpty, "ticket_ids",
            "must be given, or else performance_id")
        violations.require(
            !request.actingContactID.isEmpty || request.performanceID.isEmpty, "performance_id",
            "must be absent where the organisation itself takes back: it names the tickets")
        violations.require(
            request.ticketIds.count <= HeldTicket.callCounts.upperBound, "ticket_ids",
            "must have at most 1,000 entries")
        violations.require(
            request.zone.isEmpty || !request.performanceID.isEmpty, "zone", "must be absent without performance_id")
        violations.requireText(request.zone, "zone", HeldTicket.textLengths)
        violations.requireProse(request.reason, "reason", HeldTicket.reasonLengths)
        try violations.refuse()
    }

    /// - Throws: where one of them cannot be taken back.
    private func named(
        _ ids: [String], for recipient: Contact?, _ moves: inout TicketMoves, in tx: Transaction
    ) throws -> [HeldTicket] {
        var seen: Set<String> = []
        return try ids.filter { seen.insert($0).inserted }.map { id in
            guard let ticket = try found(id, in: tx) else {
                throw DistributionRefusal.ticketNotFound.refusal(about: id)
            }
            if let refusal = try moves.judgeTakeBack(ticket) { throw refusal }
            let distributor = try moves.distributorKey(of: ticket)
            guard ticket.ownerKey != recipient?.id.number ?? distributor else {
                throw DistributionRefusal.alreadyOwner.refusal(about: id)
            }
            return ticket
        }
    }

    // MARK: Transfers

    func transferTicket(
        _ request: Usher_Distribution_V1_TransferTicketRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_Transfer {
        var contacts = ContactBook(tx)
        let acting = try contacts.named(request.actingContactID)
        let recipient = try contacts.named(request.toContactID)
        guard let ticket = try found(request.ticketID, in: tx) else {
            throw DistributionRefusal.ticketNotFound.refusal
        }
        if let refusal = TicketRules.judgeTransfer(of: ticket, by: acting, to: recipient.id.number) {
            throw refusal.refusal
        }
        let transfer = Transfer(
            id: tx.newID(Transfer.prefix), ticketKey: ticket.id.number, fromKey: acting.id.number,
            toKey: recipient.id.number, level: ticket.transferLevel + 1, state: .pending, createTime: tx.now,
            endTime: nil)
        try HeldTicketStore.insert(transfer, in: tx)
        try record("ticket.transfer_offered", transfer, by: acting, in: tx)
        return .init(transfer)
    }

    func acceptTransfer(
        _ request: Usher_Distribution_V1_AcceptTransferRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_Transfer {
        var contacts = ContactBook(tx)
        let acting = try contacts.named(request.actingContactID)
        let (transfer, ticket) = try transfer(request.transferID, in: tx)
        if let refusal = TicketRules.judgeAcceptance(of: transfer, ticket, by: acting) { throw refusal.refusal }
        try TicketMoves(by: acting, contacts, in: tx).transfer(ticket, to: acting)
        try record("ticket.transferred", transfer, by: acting, in: tx)
        return .init(try self.transfer(request.transferID, in: tx).transfer)
    }

    func rejectTransfer(
        _ request: Usher_Distribution_V1_RejectTransferRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_Transfer {
        var contacts = ContactBook(tx)
        let acting = try contacts.named(request.actingContactID)
        let (transfer, _) = try transfer(request.transferID, in: tx)
        if let refusal = TicketRules.judgeRejection(of: transfer, by: acting) { throw refusal.refusal }
        let isRecipient = transfer.toKey == acting.id.number
        try HeldTicketStore.end(transfer.id.number, as: isRecipient ? .rejected : .cancelled, in: tx)
        try record(
            isRecipient ? "ticket.transfer_rejected" : "ticket.transfer_cancelled", transfer, by: acting, in: tx)
        return .init(try self.transfer(request.transferID, in: tx).transfer)
    }

    private func transfer(_ id: String, in tx: Transaction) throws -> (transfer: Transfer, ticket: HeldTicket) {
        guard let id = ResourceID(id, prefix: Transfer.prefix),
            let transfer = try HeldTicketStore.transfer(id.number, in: tx)
        else { throw DistributionRefusal.transferNotFound.refusal }
        guard let ticket = try HeldTicketStore.find(transfer.ticketKey, in: tx) else {
            throw StorageError.inconsistent("transfer \(id) is of no ticket")
        }
        return (transfer, ticket)
    }

    private func record(
        _ event: String, _ transfer: Transfer, by acting: Contact, in tx: Transaction
    ) throws {
        try tx.record(
            event, HeldTicket.text(transfer.ticketKey),
            after: [
                "transfer_id": transfer.id.description, "from_contact_id": Contact.text(transfer.fromKey),
                "to_contact_id": Contact.text(transfer.toKey), "acting_contact_id": acting.id.description,
            ])
    }
}
