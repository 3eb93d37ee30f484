import UsherAPI
import UsherContract
import UsherStorage

extension AdmissionService {
    func issueTickets(_ request: Usher_Admission_V1_IssueTicketsRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_IssueTicketsResponse
    {
        let drafts = try drafts(request)
        let order = request.orderID.isEmpty ? nil : try OrderStore.find(request.orderID, in: tx)
        if !request.orderID.isEmpty, order == nil { throw AdmissionRefusal.orderNotFound }
        let performanceKey = try PerformanceStore.key(of: request.performanceID, in: tx)
        if let order {
            let count = try AdmissionStore.countOfOrder(order.id.number, in: tx)
            guard count + drafts.count <= Order.admissionLimit else { throw AdmissionRefusal.orderTooLarge }
        }
        var (response, presenter) = (Usher_Admission_V1_IssueTicketsResponse(), AdmissionPresenter(tx))
        for var draft in drafts {
            (draft.performanceKey, draft.orderKey) = (performanceKey, order?.id.number)
            response.tickets.append(try presenter.message(try TicketIssue.apply(draft, in: tx)))
        }
        try tx.record(
            "tickets.issued", response.tickets[0].ticketID,
            after: [
                "performance_id": request.performanceID, "count": drafts.count, "order_id": request.orderID,
            ])
        return response
    }

    /// What the request describes, without the keys that are to be looked up.
    private func drafts(_ request: Usher_Admission_V1_IssueTicketsRequest) throws -> [TicketDraft] {
        var violations = Violations()
        let limit = Ticket.callLimit
        violations.require(
            request.seats.isEmpty ? (1...limit).contains(Int(request.count)) : request.count == 0, "count",
            "must be 1 to \(limit) where no seats are given, and left out where they are")
        violations.require(request.seats.count <= limit, "seats", "must be at most \(limit)")
        violations.requireGates(request.gates)
        violations.requireText(request.ticketTemplate, "ticket_template", Admission.templateLengths)
        try violations.refuse()
        let count = request.seats.isEmpty ? Int(request.count) : request.seats.count
        let seats = request.seats.isEmpty ? Array(repeating: .init(), count: count) : request.seats
        return try seats.enumerated().map { position, seat in
            violations.requireText(seat.zone, "seats[\(position)].zone", Admission.placeLengths)
            violations.requireText(seat.seat, "seats[\(position)].seat", Admission.placeLengths)
            violations.requireText(seat.holderName, "seats[\(position)].holder_name", Admission.nameLengths)
            violations.require(
                seat.number == 0 || Ticket.numbers.contains(seat.number), "seats[\(position)].number",
                "must be 1 to \(Ticket.numbers.upperBound), or 0 for the next")
            try violations.refuse()
            return TicketDraft(
                performanceKey: 0, number: seat.number == 0 ? nil : seat.number, zone: seat.zone, seat: seat.seat,
                holderName: seat.holderName, gates: request.gates, template: request.ticketTemplate, isPrinted: false)
        }
    }

    func printTickets(_ request: Usher_Admission_V1_PrintTicketsRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_PrintTicketsResponse
    {
        var violations = Violations()
        violations.require(
            (1...Ticket.callLimit).contains(request.ticketIds.count), "ticket_ids", "must be 1 to \(Ticket.callLimit)")
        try violations.refuse()
        var (response, presenter) = (Usher_Admission_V1_PrintTicketsResponse(), AdmissionPresenter(tx))
        for id in request.ticketIds {
            let ticket = try ticket(id, in: tx)
            guard ticket.barcode != nil else { throw AdmissionRefusal.ticketCancelled }
            let printed = try TicketPrint.apply(ticket, in: tx)
            if printed != nil { response.printedCount += 1 }
            response.tickets.append(try presenter.message(printed ?? ticket))
        }
        if response.printedCount > 0 {
            try tx.record("tickets.printed", request.ticketIds[0], after: ["count": response.printedCount])
        }
        return response
    }

    func reprintTicket(_ request: Usher_Admission_V1_ReprintTicketRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Ticket
    {
        var violations = Violations()
        violations.requireProse(request.reason, "reason", Admission.reasonLengths)
        try violations.refuse()
        let before = try ticket(request.ticketID, in: tx)
        guard before.barcode != nil else { throw AdmissionRefusal.ticketCancelled }
        guard before.admission.printTime != nil else { throw AdmissionRefusal.ticketNotPrinted }
        let ticket = try TicketReissue.apply(before.id.number, renumbers: true, in: tx)
        try tx.record(
            "ticket.reprinted", ticket.id.description, before: ["number": before.number],
            after: ["number": ticket.number, "reason": request.reason])
        var presenter = AdmissionPresenter(tx)
        return try presenter.message(ticket)
    }

    func cancelTicket(_ request: Usher_Admission_V1_CancelTicketRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Ticket
    {
        var violations = Violations()
        violations.requireProse(request.reason, "reason", Admission.reasonLengths)
        try violations.refuse()
        let before = try ticket(request.ticketID, in: tx)
        var presenter = AdmissionPresenter(tx)
        if request.validateOnly { return try presenter.message(before) }
        if try TicketCancellation.apply(before.id.number, reason: request.reason, in: tx) {
            try tx.record(
                "ticket.cancelled", before.id.description, after: ["cancel_time": tx.now, "reason": request.reason])
        }
        return try presenter.message(try ticket(request.ticketID, in: tx))
    }

    func attachExternalBarcode(_ request: Usher_Admission_V1_AttachExternalBarcodeRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Ticket
    {
        var violations = Violations()
        let text = Barcode.trimmed(request.barcode)
        violations.requireText(text, "barcode", Barcode.lengths)
        try violations.refuse()
        let before = try ticket(request.ticketID, in: tx)
        guard before.barcode != nil else { throw AdmissionRefusal.ticketCancelled }
        var presenter = AdmissionPresenter(tx)
        if before.barcode?.text == text { return try presenter.message(before) }
        let ticket = try BarcodeAttachment.apply(text, to: before, in: tx)
        try tx.record("ticket.barcode_attached", ticket.id.description)
        return try presenter.message(ticket)
    }

    private func ticket(_ id: String, in tx: Transaction) throws -> Ticket {
        guard let ticket = try TicketStore.find(id, in: tx) else { throw AdmissionRefusal.ticketNotFound }
        return ticket
    }
}
