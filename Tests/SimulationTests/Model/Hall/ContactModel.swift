import UsherAPI
import UsherContract

extension OrganisationModel {
    func contact(_ id: String) throws -> ModelContact {
        guard let contact = hall.contacts.first(where: { $0.id == id }) else {
            throw Expected.notFound("CONTACT_NOT_FOUND")
        }
        return contact
    }

    private func check(_ contact: Usher_Distribution_V1_Contact) throws {
        var mistakes = Mistakes()
        let parts = contact.email.split(separator: "@", omittingEmptySubsequences: false)
        mistakes.require(
            parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !contact.email.contains(" "), "contact.email")
        mistakes.requireText(contact.name, 0...200, "contact.name")
        mistakes.requireText(contact.structure, 0...200, "contact.structure")
        try mistakes.refuse()
    }

    /// Addresses are the same in any case.
    private func checkAddress(_ email: String, of contact: ModelContact?) throws {
        let isTaken = hall.contacts.contains { $0 !== contact && $0.message.email.lowercased() == email.lowercased() }
        if isTaken { throw Expected.exists("CONTACT_EXISTS") }
    }

    func createContact(
        _ request: Usher_Distribution_V1_CreateContactRequest, _ context: Context,
        _ made: Usher_Distribution_V1_Contact?
    ) throws -> Usher_Distribution_V1_Contact {
        try check(request.contact)
        try checkAddress(request.contact.email, of: nil)
        let contact = ModelContact(
            try .with { message in
                message.contactID = try adopt(made?.contactID, "ctc")
                message.organisationID = id
                (message.name, message.email) = (request.contact.name, request.contact.email)
                message.kind = request.contact.kind == .relay ? .relay : .individual
                message.structure = request.contact.structure
                (message.createTime, message.updateTime) = (context.now.timestamp, context.now.timestamp)
                message.etag = "v1"
            })
        hall.contacts.append(contact)
        context.record("contact.created", contact.id)
        return contact.message
    }

    func updateContact(
        _ request: Usher_Distribution_V1_UpdateContactRequest, _ context: Context
    ) throws -> Usher_Distribution_V1_Contact {
        let given = request.contact
        var mistakes = Mistakes()
        let paths = mistakes.mask(request.updateMask, ["name", "email", "kind", "structure"])
        try mistakes.refuse()
        let contact = try contact(given.contactID)
        let version = Int(contact.message.etag.dropFirst()) ?? -1
        try Expected.checkTag(given.etag, version)
        var message = contact.message
        if paths.contains("name") { message.name = given.name }
        if paths.contains("email") { message.email = given.email }
        if paths.contains("kind") { message.kind = given.kind == .relay ? .relay : .individual }
        if paths.contains("structure") { message.structure = given.structure }
        try check(message)
        guard message != contact.message else { return message }
        try checkAddress(message.email, of: contact)
        (message.updateTime, message.etag) = (context.now.timestamp, "v\(version + 1)")
        contact.message = message
        context.record("contact.updated", contact.id)
        return message
    }

    func listed(_ request: Usher_Distribution_V1_ListContactsRequest) throws -> [Usher_Distribution_V1_Contact] {
        hall.contacts.map(\.message).filter { contact in
            (request.structure.isEmpty || contact.structure == request.structure)
                && (request.email.isEmpty || contact.email.lowercased() == request.email.lowercased())
                && (request.kind == .unspecified || contact.kind == request.kind)
        }
    }

    // MARK: Tickets of a contact

    func registerTickets(
        _ request: Usher_Distribution_V1_RegisterTicketsRequest, _ context: Context,
        _ made: Usher_Distribution_V1_RegisterTicketsResponse?
    ) throws -> Usher_Distribution_V1_RegisterTicketsResponse {
        var mistakes = Mistakes()
        mistakes.require(!request.performanceID.isEmpty, "performance_id")
        mistakes.require(!request.ownerContactID.isEmpty, "owner_contact_id")
        mistakes.require((0...256).contains(request.transferLimit), "transfer_limit")
        mistakes.require(!request.tickets.isEmpty, "tickets")
        for (index, ticket) in request.tickets.enumerated() {
            mistakes.require((0...999_999_999_999).contains(ticket.number), "tickets[\(index)].number")
            mistakes.requireText(ticket.holderName, 0...200, "tickets[\(index)].holder_name")
        }
        try mistakes.refuse()
        let performance = try performance(request.performanceID)
        let owner = try contact(request.ownerContactID)
        try checkRows(request.tickets, performance)
        guard !request.validateOnly else { return .init() }
        let limit = request.transferLimit == 0 ? 256 : request.transferLimit
        let response = try Usher_Distribution_V1_RegisterTicketsResponse.with { response in
            for (index, given) in request.tickets.enumerated() {
                let told = made?.tickets.dropFirst(index).first
                let ticket = try issue(
                    told?.ticketID, ModelAdmission(performance, nil, .init(zone: given.zone, seat: given.seat)),
                    number: given.number, holder: given.holderName, at: context.now)
                // It opens the door at once.
                _ = print(ticket, at: context.now)
                let holding = ModelHolding(owner, limit: limit, at: context.now)
                holding.moves = [
                    .with {
                        ($0.kind, $0.toContactID) = (.registered, owner.id)
                        $0.moveTime = context.now.timestamp
                    }
                ]
                ticket.holding = holding
                response.tickets.append(
                    try .with {
                        ($0.ticketID, $0.number) = (ticket.id, ticket.number)
                        $0.barcode = try barcode(of: ticket, told?.barcode)
                    })
            }
        }
        context.record("tickets.registered", owner.id)
        return response
    }

    /// Row by row: the number, then the seat.
    private func checkRows(_ rows: [Usher_Distribution_V1_NewTicket], _ performance: ModelAsset) throws {
        var seats = Set(
            hall.held.filter { $0.performance == performance && $0.cancelled == nil }
                .map { [$0.admission.place.zone, $0.admission.place.seat] })
        for (index, row) in rows.enumerated() {
            try checkNumbers(rows.prefix(index + 1).map { (performance, $0.number) })
            guard row.seat.isEmpty || seats.insert([row.zone, row.seat]).inserted else {
                throw Expected.exists("SEAT_TAKEN")
            }
        }
    }

    /// Whether a ticket is any of a contact's business.
    private func isVisible(_ ticket: ModelTicket, to reader: ModelContact?) -> Bool {
        guard let reader, let holding = ticket.holding else { return true }
        let near = [holding.owner, holding.first] + [holding.distributor].compactMap { $0 }
        return near.contains { reader.acts(for: $0) } || holding.distributions.contains { $0.by === reader }
            || hall.pendingTransfer(of: ticket)?.recipient === reader
    }

    func heldTicket(_ id: String) throws -> ModelTicket {
        let ticket = try ticket(id)
        guard ticket.holding != nil else { throw Expected.notFound("TICKET_NOT_FOUND") }
        return ticket
    }

    func getTicket(
        _ request: Usher_Distribution_V1_GetTicketRequest, _ made: Usher_Distribution_V1_Ticket?
    ) throws -> Usher_Distribution_V1_Ticket {
        let reader = request.actingContactID.isEmpty ? nil : try contact(request.actingContactID)
        let ticket = try heldTicket(request.ticketID)
        guard isVisible(ticket, to: reader) else { throw Expected.notFound("TICKET_NOT_FOUND") }
        var message = try message(ticket, for: reader, made)
        message.moves = ticket.holding?.moves.suffix(100) ?? []
        return message
    }

    func listed(
        _ request: Usher_Distribution_V1_ListTicketsRequest
    ) throws -> [Usher_Distribution_V1_Ticket] {
        let reader = request.actingContactID.isEmpty ? nil : try contact(request.actingContactID)
        let subject = request.contactID.isEmpty ? reader : try contact(request.contactID)
        if let reader, let subject, !reader.acts(for: subject) { throw Expected.denied("NOT_YOUR_STRUCTURE") }
        let chosen = hall.held.filter { ticket in
            let (owner, distributor) = (ticket.holding?.owner, ticket.holding?.distributor)
            let isRemaining = subject.map { $0 === owner } ?? (distributor == nil)
            let isDistributed = subject.map { ticket.holding?.isAway(from: $0) ?? false } ?? (distributor != nil)
            let fits =
                switch request.distribution {
                case .remaining: isRemaining
                case .distributed: isDistributed
                default: isRemaining || isDistributed
                }
            return fits && (request.zone.isEmpty || ticket.admission.place.zone == request.zone)
                && (request.performanceID.isEmpty || ticket.performance == liveAsset(request.performanceID))
                && (!request.takeBackPossible || canTakeBack(ticket, reader))
        }
        return try assets.flatMap { asset in chosen.filter { $0.performance == asset } }
            .map { try message($0, for: reader, nil) }
    }

    func markDownloaded(
        _ request: Usher_Distribution_V1_MarkDownloadedRequest, _ context: Context,
        _ made: Usher_Distribution_V1_Ticket?
    ) throws -> Usher_Distribution_V1_Ticket {
        let acting = try contact(request.actingContactID)
        let ticket = try heldTicket(request.ticketID)
        if ticket.cancelled != nil { throw Expected.precondition("TICKET_CANCELLED") }
        guard let holding = ticket.holding, holding.owner === acting else { throw Expected.denied("NOT_OWNER") }
        if holding.delivery != .downloaded {
            (holding.delivery, holding.updated) = (.downloaded, context.now)
            context.record("ticket.downloaded", ticket.id)
        }
        return try message(ticket, for: acting, made)
    }
}
