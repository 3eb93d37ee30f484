import UsherAPI
import UsherContract

extension OrganisationModel {
    private static let lastNumber: Int64 = 999_999_999_999_999

    func ticket(_ id: String) throws -> ModelTicket {
        guard let ticket = hall.tickets.first(where: { $0.id == id }) else {
            throw Expected.notFound("TICKET_NOT_FOUND")
        }
        return ticket
    }

    private func valid(_ id: String) throws -> ModelTicket {
        let ticket = try ticket(id)
        guard ticket.cancelled == nil else { throw Expected.precondition("TICKET_CANCELLED") }
        return ticket
    }

    // MARK: Numbers

    /// Says whether tickets could get these numbers one after the other, 0 for the performance's next.
    func checkNumbers(_ wanted: [(performance: ModelAsset, number: Int64)]) throws {
        var taken = hall.numbers
        for (performance, number) in wanted {
            _ = try Self.take(number, of: performance, &taken)
        }
    }

    /// No number is ever given twice, dead ones included.
    private static func take(
        _ number: Int64, of performance: ModelAsset, _ taken: inout [ObjectIdentifier: Set<Int64>]
    ) throws -> Int64 {
        var numbers = taken[ObjectIdentifier(performance)] ?? []
        let number = number == 0 ? (numbers.max() ?? 0) + 1 : number
        guard number <= lastNumber else {
            throw Expected(code: .resourceExhausted, reason: "TICKET_NUMBERS_EXHAUSTED")
        }
        guard numbers.insert(number).inserted else { throw Expected.exists("TICKET_NUMBER_TAKEN") }
        taken[ObjectIdentifier(performance)] = numbers
        return number
    }

    // MARK: Making and printing

    func issue(
        _ made: String?, _ admission: ModelAdmission, number: Int64, holder: String, template: String = "",
        at now: Instant
    ) throws -> ModelTicket {
        let own = hall.doors[ObjectIdentifier(admission.performance)]?.ticketTemplate ?? ""
        let ticket = ModelTicket(
            try adopt(made, "tkt"), admission, holder: holder, template: template.isEmpty ? own : template, at: now)
        ticket.number = try Self.take(number, of: admission.performance, &hall.numbers)
        ticket.codes = [ModelCode(ticket)]
        hall.tickets.append(ticket)
        return ticket
    }

    /// - Returns: false where it was printed before, or cannot be.
    func print(_ ticket: ModelTicket, at now: Instant) -> Bool {
        guard ticket.state == .notPrinted else { return false }
        (ticket.printed, ticket.updated, ticket.admission.printed) = (now, now, now)
        hall.records.append(ModelRecord(.print, ticket, at: now))
        return true
    }

    /// The barcode dies, and a new one is made.
    ///
    /// - Parameter external: the new one where a third party made it.
    func reissue(_ ticket: ModelTicket, external: String? = nil, at now: Instant) {
        let old = ticket.live
        let new = ModelCode(ticket, external)
        ticket.codes.append(new)
        if let external { hall.codes[external] = new }
        ticket.updated = now
        guard ticket.printed != nil else { return }
        // What a third party made is not printed by us.
        if external == nil { (ticket.printed, ticket.admission.printed) = (now, now) }
        hall.records.append(ModelRecord(.reprint, ticket, replacing: old, at: now))
    }

    /// - Returns: false for one that was cancelled before.
    func cancel(_ ticket: ModelTicket, _ reason: String, at now: Instant) -> Bool {
        guard ticket.cancelled == nil else { return false }
        (ticket.cancelled, ticket.reason, ticket.updated) = (now, reason, now)
        ticket.admission.cancel(reason, at: now)
        if ticket.printed != nil { hall.records.append(ModelRecord(.cancel, ticket, at: now)) }
        leaveCart(ticket)
        hall.pendingTransfer(of: ticket)?.end(.cancelled, at: now)
        ticket.holding?.updated = now
        return true
    }

    // MARK: Calls

    func issueTickets(
        _ request: Usher_Admission_V1_IssueTicketsRequest, _ context: Context,
        _ made: Usher_Admission_V1_IssueTicketsResponse?
    ) throws -> Usher_Admission_V1_IssueTicketsResponse {
        var mistakes = Mistakes()
        mistakes.require(
            request.seats.isEmpty ? (1...1_000).contains(request.count) : request.count == 0, "count")
        mistakes.requireGates(request.gates)
        mistakes.requireText(request.ticketTemplate, 0...100, "ticket_template")
        try mistakes.refuse()
        for (index, seat) in request.seats.enumerated() {
            mistakes.requireText(seat.holderName, 0...200, "seats[\(index)].holder_name")
            mistakes.require((0...Self.lastNumber).contains(seat.number), "seats[\(index)].number")
        }
        try mistakes.refuse()
        let order = request.orderID.isEmpty ? nil : try order(request.orderID)
        let performance = try performance(request.performanceID)
        let seats = request.seats.isEmpty ? Array(repeating: .init(), count: Int(request.count)) : request.seats
        try checkNumbers(seats.map { (performance, $0.number) })
        let tickets = try seats.enumerated().map { index, seat in
            let place = ModelAdmission.Place(zone: seat.zone, seat: seat.seat, gates: request.gates)
            return try issue(
                made?.tickets.dropFirst(index).first?.ticketID, ModelAdmission(performance, order, place),
                number: seat.number, holder: seat.holderName, template: request.ticketTemplate, at: context.now)
        }
        context.record("tickets.issued", tickets[0].id)
        return try .with { response in
            response.tickets = try tickets.enumerated().map { index, ticket in
                try message(ticket, made?.tickets.dropFirst(index).first)
            }
        }
    }

    func printTickets(
        _ request: Usher_Admission_V1_PrintTicketsRequest, _ context: Context,
        _ made: Usher_Admission_V1_PrintTicketsResponse?
    ) throws -> Usher_Admission_V1_PrintTicketsResponse {
        var mistakes = Mistakes()
        mistakes.require(!request.ticketIds.isEmpty, "ticket_ids")
        try mistakes.refuse()
        let tickets = try request.ticketIds.map(valid)
        let response = try Usher_Admission_V1_PrintTicketsResponse.with { response in
            for (index, ticket) in tickets.enumerated() {
                if print(ticket, at: context.now) { response.printedCount += 1 }
                response.tickets.append(try message(ticket, made?.tickets.dropFirst(index).first))
            }
        }
        if response.printedCount > 0 { context.record("tickets.printed", request.ticketIds[0]) }
        return response
    }

    func reprintTicket(
        _ request: Usher_Admission_V1_ReprintTicketRequest, _ context: Context, _ made: Usher_Admission_V1_Ticket?
    ) throws -> Usher_Admission_V1_Ticket {
        try Mistakes.checkReason(request.reason)
        let ticket = try valid(request.ticketID)
        guard ticket.printed != nil else { throw Expected.precondition("TICKET_NOT_PRINTED") }
        ticket.number = try Self.take(0, of: ticket.performance, &hall.numbers)
        reissue(ticket, at: context.now)
        context.record("ticket.reprinted", ticket.id)
        return try message(ticket, made)
    }

    func cancelTicket(
        _ request: Usher_Admission_V1_CancelTicketRequest, _ context: Context, _ made: Usher_Admission_V1_Ticket?
    ) throws -> Usher_Admission_V1_Ticket {
        try Mistakes.checkReason(request.reason)
        let ticket = try ticket(request.ticketID)
        if !request.validateOnly, cancel(ticket, request.reason, at: context.now) {
            context.record("ticket.cancelled", ticket.id)
        }
        return try message(ticket, made)
    }

    func attachBarcode(
        _ request: Usher_Admission_V1_AttachExternalBarcodeRequest, _ context: Context,
        _ made: Usher_Admission_V1_Ticket?
    ) throws -> Usher_Admission_V1_Ticket {
        let text = CodeText.trimmed(request.barcode)
        var mistakes = Mistakes()
        mistakes.requireText(text, 1...200, "barcode")
        try mistakes.refuse()
        let ticket = try valid(request.ticketID)
        if ticket.live?.text != text {
            if hall.codes[text] != nil { throw Expected.exists("BARCODE_TAKEN") }
            reissue(ticket, external: text, at: context.now)
            context.record("ticket.barcode_attached", ticket.id)
        }
        return try message(ticket, made)
    }
}
