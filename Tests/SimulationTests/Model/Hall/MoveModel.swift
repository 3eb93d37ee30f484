import UsherAPI
import UsherContract

/// How tickets get from one to another.
extension OrganisationModel {
    /// What moves a ticket to someone else.
    enum ModelWay { case distribution, takeBack }

    // MARK: Rules

    private func refusalToDistribute(_ ticket: ModelTicket, by acting: ModelContact) -> Expected? {
        if ticket.cancelled != nil { return .precondition("TICKET_CANCELLED") }
        guard let owner = ticket.holding?.owner, acting.acts(for: owner) else { return .denied("NOT_OWNER") }
        if hall.isControlled(ticket) { return .precondition("TICKET_CONTROLLED") }
        return hall.pendingTransfer(of: ticket) == nil ? nil : .precondition("TRANSFER_PENDING")
    }

    /// - Parameter acting: nil for the organisation itself.
    func refusalToTakeBack(_ ticket: ModelTicket, by acting: ModelContact?) -> Expected? {
        if ticket.cancelled != nil { return .precondition("TICKET_CANCELLED") }
        guard let holding = ticket.holding, holding.distributor != nil else {
            return .precondition("NOT_DISTRIBUTED")
        }
        if let acting, !mayTakeBack(holding.delivery, acting) { return .precondition("TAKE_BACK_NOT_ALLOWED") }
        if hall.isControlled(ticket) { return .precondition("TICKET_CONTROLLED") }
        return step(of: holding, acting) == nil ? .denied("NOT_DISTRIBUTOR") : nil
    }

    /// Which distribution would be undone: somebody's own, the latest of those that it acts for; the organisation's
    /// choice is the one by whom it is to go back to, or the latest of all. Not one by who has the ticket, if possible.
    func step(of holding: ModelHolding, _ acting: ModelContact?, to recipient: ModelContact? = nil) -> Int? {
        let steps = holding.distributions.indices.reversed().filter { step in
            acting.map { $0.acts(for: holding.distributions[step].by) } ?? true
        }
        let others = steps.filter { holding.distributions[$0].by !== holding.owner }
        let wanted = acting ?? recipient
        return others.first { holding.distributions[$0].by === wanted } ?? others.first ?? steps.first
    }

    /// Whether a ticket would come back from somebody else.
    func canTakeBack(_ ticket: ModelTicket, _ acting: ModelContact?) -> Bool {
        guard let acting, let holding = ticket.holding, let step = step(of: holding, acting),
            holding.owner !== holding.distributions[step].by
        else { return false }
        return refusalToTakeBack(ticket, by: acting) == nil
    }

    func mayTakeBack(_ delivery: Usher_Distribution_V1_Delivery, _ acting: ModelContact) -> Bool {
        let pointOfSales = settings.pointOfSales
        switch delivery {
        case .injected: return pointOfSales.allowTakeBackInjected
        case .downloaded:
            switch pointOfSales.takeBackDownloaded {
            case .relay: return pointOfSales.allowTakeBackInjected && acting.message.kind == .relay
            case .relayAndPublic: return pointOfSales.allowTakeBackInjected
            default: return false
            }
        default: return true
        }
    }

    /// How somebody can give a ticket to someone else: whoever acts for its owner distributes it.
    func way(_ ticket: ModelTicket, _ acting: ModelContact) throws -> ModelWay {
        guard let holding = ticket.holding else { throw Expected.notFound("TICKET_NOT_FOUND") }
        let distributes = acting.acts(for: holding.owner) || holding.distributor == nil
        let refusal = distributes ? refusalToDistribute(ticket, by: acting) : refusalToTakeBack(ticket, by: acting)
        if let refusal { throw refusal }
        return distributes ? .distribution : .takeBack
    }

    /// The 24 hours that go on, or begin now. One that was to begin later is no more: the clock was set back.
    private func period(of acting: ModelContact, at now: Instant) -> (start: Instant, count: Int) {
        guard let period = acting.takenBack, now >= period.start, now < period.start + .seconds(86_400) else {
            return (now, 0)
        }
        return period
    }

    /// How many somebody may take back now.
    func allowanceLeft(_ acting: ModelContact, at now: Instant) -> Int {
        max(0, Int(settings.pointOfSales.takeBacksPerDay) - period(of: acting, at: now).count)
    }

    /// So many in 24 hours, which begin with the first.
    func checkAllowance(_ count: Int, _ acting: ModelContact?, commits: Bool, at now: Instant) throws {
        // The organisation's own limit is more than a simulation takes back.
        guard count > 0, let acting else { return }
        let period = period(of: acting, at: now)
        guard period.count + count <= Int(settings.pointOfSales.takeBacksPerDay) else {
            throw Expected(code: .resourceExhausted, reason: "TAKE_BACK_LIMIT_REACHED")
        }
        if commits { acting.takenBack = (period.start, period.count + count) }
    }

    // MARK: Moves

    func leaveCart(_ ticket: ModelTicket) {
        for contact in hall.contacts { contact.cart.removeAll { $0.ticket === ticket } }
    }

    /// - Parameter name: what stands on it from now on; empty for the recipient's own.
    private func move(
        _ ticket: ModelTicket, _ holding: ModelHolding, to recipient: ModelContact,
        _ kind: Usher_Distribution_V1_TicketMoveKind, by acting: ModelContact?, name: String = "",
        reason: String = "", at now: Instant
    ) {
        holding.moves.append(
            .with { move in
                (move.kind, move.reason, move.actingContactID) = (kind, reason, acting?.id ?? "")
                (move.fromContactID, move.toContactID) = (holding.owner.id, recipient.id)
                move.moveTime = now.timestamp
            })
        (holding.owner, holding.updated) = (recipient, now)
        leaveCart(ticket)
        hall.pendingTransfer(of: ticket)?.end(kind == .transferred ? .accepted : .cancelled, at: now)
        ticket.holder = name.isEmpty ? recipient.message.name : name
        reissue(ticket, at: now)
    }

    func distribute(
        _ ticket: ModelTicket, to guest: ModelContact, name: String, defers: Bool, by acting: ModelContact,
        at now: Instant
    ) {
        guard let holding = ticket.holding else { return }
        holding.distributions.append(.init(by: holding.owner, transferLevel: holding.transferLevel))
        holding.delivery = defers ? .none : .injected
        move(ticket, holding, to: guest, .distributed, by: acting, name: name, at: now)
    }

    /// Whoever distributed it, or acts in that place, has it as before; anybody else has it from the same distributor.
    func takeBack(
        _ ticket: ModelTicket, to recipient: ModelContact?, name: String = "", defers: Bool = false, reason: String,
        by acting: ModelContact?, at now: Instant
    ) {
        guard let holding = ticket.holding, let step = step(of: holding, acting, to: recipient) else { return }
        let level = holding.distributions[step]
        let recipient = recipient ?? level.by
        holding.transferLevel = level.transferLevel
        if recipient === level.by || recipient === acting {
            holding.distributions.removeSubrange(step...)
            holding.delivery = .none
        } else {
            holding.distributions.removeSubrange((step + 1)...)
            holding.delivery = defers ? .none : .injected
        }
        move(ticket, holding, to: recipient, .takenBack, by: acting, name: name, reason: reason, at: now)
    }

    // MARK: Take-back

    func takeBackTickets(
        _ request: Usher_Distribution_V1_TakeBackTicketsRequest, _ context: Context
    ) throws -> Usher_Distribution_V1_TakeBackTicketsResponse {
        var mistakes = Mistakes()
        mistakes.require(request.ticketIds.isEmpty != request.performanceID.isEmpty, "ticket_ids")
        mistakes.require(!request.actingContactID.isEmpty || request.performanceID.isEmpty, "performance_id")
        mistakes.require(request.zone.isEmpty || !request.performanceID.isEmpty, "zone")
        mistakes.requireText(request.reason, 1...500, "reason", hasLines: true)
        try mistakes.refuse()
        let acting = request.actingContactID.isEmpty ? nil : try contact(request.actingContactID)
        let recipient = request.toContactID.isEmpty ? nil : try contact(request.toContactID)
        let tickets =
            if let acting, !request.performanceID.isEmpty {
                try candidates(try performance(request.performanceID), request.zone, recipient, acting)
            } else {
                try named(request.ticketIds, recipient, acting)
            }
        try checkAllowance(tickets.count, acting, commits: !request.validateOnly, at: context.now)
        if !request.validateOnly, !tickets.isEmpty {
            for ticket in tickets {
                takeBack(ticket, to: recipient, reason: request.reason, by: acting, at: context.now)
            }
            context.record("tickets.taken_back", tickets.count == 1 ? tickets[0].id : acting?.id ?? tickets[0].id)
        }
        return .with { ($0.takenBackCount, $0.ticketIds) = (Int32(tickets.count), tickets.map(\.id)) }
    }

    private func named(
        _ ids: [String], _ recipient: ModelContact?, _ acting: ModelContact?
    ) throws -> [ModelTicket] {
        var tickets: [ModelTicket] = []
        for id in ids {
            let ticket = try heldTicket(id)
            if tickets.contains(where: { $0 === ticket }) { continue }
            if let refusal = refusalToTakeBack(ticket, by: acting) { throw refusal }
            let undone = ticket.holding.flatMap { holding in
                step(of: holding, acting).map { holding.distributions[$0].by }
            }
            guard ticket.holding?.owner !== recipient ?? undone else { throw Expected.precondition("ALREADY_OWNER") }
            tickets.append(ticket)
        }
        return tickets
    }

    /// All that somebody distributed and can take back; what the recipient has already is left out.
    private func candidates(
        _ performance: ModelAsset, _ zone: String, _ recipient: ModelContact?, _ acting: ModelContact
    ) throws -> [ModelTicket] {
        hall.held.filter { ticket in
            guard let holding = ticket.holding, ticket.performance == performance else { return false }
            return holding.distributions.contains { $0.by === acting } && holding.owner !== acting
                && (zone.isEmpty || ticket.admission.place.zone == zone)
                && holding.owner !== recipient ?? acting && refusalToTakeBack(ticket, by: acting) == nil
        }
    }

    // MARK: Transfers

    func transferTicket(
        _ request: Usher_Distribution_V1_TransferTicketRequest, _ context: Context,
        _ made: Usher_Distribution_V1_Transfer?
    ) throws -> Usher_Distribution_V1_Transfer {
        let acting = try contact(request.actingContactID)
        let recipient = try contact(request.toContactID)
        let ticket = try heldTicket(request.ticketID)
        if ticket.cancelled != nil { throw Expected.precondition("TICKET_CANCELLED") }
        guard let holding = ticket.holding, holding.owner === acting else { throw Expected.denied("NOT_OWNER") }
        if hall.isControlled(ticket) { throw Expected.precondition("TICKET_CONTROLLED") }
        if hall.pendingTransfer(of: ticket) != nil { throw Expected.precondition("TRANSFER_PENDING") }
        if hall.cart(with: ticket) != nil { throw Expected.precondition("TICKET_IN_CART") }
        if recipient === acting { throw Expected.precondition("ALREADY_OWNER") }
        guard holding.transferLevel < holding.transferLimit else {
            throw Expected.precondition("TRANSFER_LIMIT_REACHED")
        }
        let transfer = ModelTransfer(
            try adopt(made?.transferID, "trf"), ticket, from: acting, to: recipient,
            level: holding.transferLevel + 1, at: context.now)
        hall.transfers.append(transfer)
        context.record("ticket.transfer_offered", ticket.id)
        return message(transfer)
    }

    private func transfer(_ id: String) throws -> ModelTransfer {
        guard let transfer = hall.transfers.first(where: { $0.id == id }) else {
            throw Expected.notFound("TRANSFER_NOT_FOUND")
        }
        return transfer
    }

    func acceptTransfer(
        _ request: Usher_Distribution_V1_AcceptTransferRequest, _ context: Context
    ) throws -> Usher_Distribution_V1_Transfer {
        let acting = try contact(request.actingContactID)
        let transfer = try transfer(request.transferID)
        guard transfer.recipient === acting else { throw Expected.denied("NOT_RECIPIENT") }
        guard transfer.state == .pending else { throw Expected.precondition("TRANSFER_ENDED") }
        if hall.isControlled(transfer.ticket) { throw Expected.precondition("TICKET_CONTROLLED") }
        if let holding = transfer.ticket.holding {
            holding.transferLevel += 1
            holding.delivery = .injected
            move(transfer.ticket, holding, to: acting, .transferred, by: acting, at: context.now)
        }
        context.record("ticket.transferred", transfer.ticket.id)
        return message(transfer)
    }

    func rejectTransfer(
        _ request: Usher_Distribution_V1_RejectTransferRequest, _ context: Context
    ) throws -> Usher_Distribution_V1_Transfer {
        let acting = try contact(request.actingContactID)
        let transfer = try transfer(request.transferID)
        let isRecipient = transfer.recipient === acting
        guard isRecipient || transfer.sender === acting else { throw Expected.denied("NOT_RECIPIENT") }
        guard transfer.state == .pending else { throw Expected.precondition("TRANSFER_ENDED") }
        transfer.end(isRecipient ? .rejected : .cancelled, at: context.now)
        context.record(
            isRecipient ? "ticket.transfer_rejected" : "ticket.transfer_cancelled", transfer.ticket.id)
        return message(transfer)
    }
}
