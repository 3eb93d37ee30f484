import UsherContract
import UsherStorage

// The verbs over tickets. Each does all that belongs to it, the record for the third party's system included, in the
// caller's transaction. None writes to the journal: callers do it once for all tickets of a call.

/// Makes a ticket with its number and its first barcode.
enum TicketIssue {
    /// - Throws: ALREADY_EXISTS `TICKET_NUMBER_TAKEN`.
    static func apply(_ draft: TicketDraft, in tx: Transaction) throws -> Ticket {
        let id = tx.newID(Ticket.prefix)
        let doors = try PerformanceStore.doors(of: draft.performanceKey, in: tx)
        let number = try TicketStore.take(draft.number, of: draft.performanceKey, for: id, in: tx)
        let admission = Admission(
            bearerKey: id.number, performanceKey: draft.performanceKey, orderKey: draft.orderKey, number: number,
            zone: draft.zone, seat: draft.seat, gates: draft.gates, holderName: draft.holderName,
            template: draft.template.isEmpty ? doors.template : draft.template,
            printTime: draft.isPrinted ? tx.now : nil, cancelTime: nil, cancelReason: "",
            presence: .neverIn, createTime: tx.now, updateTime: tx.now)
        try AdmissionStore.insert(admission, in: tx)
        let barcode = try BarcodeIssue.apply(id.number, state: draft.isPrinted ? .printed : .notPrinted, in: tx)
        let ticket = Ticket(id: id, admission: admission, number: number, barcode: barcode)
        if draft.isPrinted { try AccessControlFeed.add(.print, ticket, in: tx) }
        return ticket
    }
}

/// Makes the first barcode of a ticket or pass, which has none that is live.
enum BarcodeIssue {
    static func apply(
        _ bearerKey: Int64, isPass: Bool = false, state: Barcode.State, in tx: Transaction
    ) throws -> Barcode {
        let barcode = Barcode(
            text: Barcode.generate(in: tx), bearerKey: bearerKey, isPass: isPass, state: state, isExternal: false)
        guard try AdmissionStore.insert(barcode, in: tx) else {
            throw StorageError.inconsistent("79 random bits were drawn twice")
        }
        return barcode
    }
}

/// Prints a ticket for the first time.
enum TicketPrint {
    /// - Returns: nil for one that is printed already.
    static func apply(_ ticket: Ticket, in tx: Transaction) throws -> Ticket? {
        guard ticket.admission.printTime == nil else { return nil }
        var printed = ticket
        (printed.admission.printTime, printed.admission.updateTime) = (tx.now, tx.now)
        printed.barcode?.state = .printed
        try AdmissionStore.update(printed.admission, in: tx)
        try AdmissionStore.printBarcode(of: ticket.id.number, in: tx)
        try AccessControlFeed.add(.print, printed, in: tx)
        return printed
    }
}

/// Kills a ticket's barcode and makes a new one, in the same commit.
enum TicketReissue {
    /// - Parameters:
    ///   - renumbers: whether the ticket's number dies too.
    ///   - holderName: whose name is on it from now on; nil for whose it is.
    /// - Throws: NOT_FOUND `TICKET_NOT_FOUND`; FAILED_PRECONDITION `TICKET_CANCELLED`.
    static func apply(
        _ ticketID: Int64, renumbers: Bool = false, holderName: String? = nil, in tx: Transaction
    ) throws -> Ticket {
        guard let before = try TicketStore.find(ticketID, in: tx) else { throw AdmissionRefusal.ticketNotFound }
        guard let old = before.barcode else { throw AdmissionRefusal.ticketCancelled }
        var ticket = before
        if renumbers {
            ticket.number = try TicketStore.take(nil, of: ticket.admission.performanceKey, for: ticket.id, in: tx)
            ticket.admission.number = ticket.number
        }
        if let holderName { ticket.admission.holderName = holderName }
        if ticket.admission.printTime != nil { ticket.admission.printTime = tx.now }
        ticket.admission.updateTime = tx.now
        try AdmissionStore.update(ticket.admission, in: tx)
        try AdmissionStore.supersede(old, in: tx)
        ticket.barcode = try BarcodeIssue.apply(ticketID, state: old.state, in: tx)
        if old.state == .printed { try AccessControlFeed.add(.reprint, ticket, replacing: old.text, in: tx) }
        return ticket
    }
}

/// Gives a ticket the barcode that a third party's system made for it.
enum BarcodeAttachment {
    /// - Throws: ALREADY_EXISTS `BARCODE_TAKEN`; FAILED_PRECONDITION `TICKET_CANCELLED`.
    static func apply(_ text: String, to before: Ticket, in tx: Transaction) throws -> Ticket {
        guard let old = before.barcode else { throw AdmissionRefusal.ticketCancelled }
        var ticket = before
        ticket.admission.updateTime = tx.now
        try AdmissionStore.update(ticket.admission, in: tx)
        try AdmissionStore.supersede(old, in: tx)
        let barcode = Barcode(
            text: text, bearerKey: ticket.id.number, isPass: false, state: old.state, isExternal: true)
        guard try AdmissionStore.insert(barcode, in: tx) else { throw AdmissionRefusal.barcodeTaken }
        ticket.barcode = barcode
        if old.state == .printed { try AccessControlFeed.add(.reprint, ticket, replacing: old.text, in: tx) }
        return ticket
    }
}

/// Ends a ticket.
enum TicketCancellation {
    /// - Returns: false for one that is cancelled already.
    /// - Throws: NOT_FOUND `TICKET_NOT_FOUND`.
    static func apply(_ ticketID: Int64, reason: String, in tx: Transaction) throws -> Bool {
        guard var ticket = try TicketStore.find(ticketID, in: tx) else { throw AdmissionRefusal.ticketNotFound }
        guard ticket.admission.cancelTime == nil else { return false }
        (ticket.admission.cancelTime, ticket.admission.cancelReason) = (tx.now, reason)
        ticket.admission.updateTime = tx.now
        try AdmissionStore.update(ticket.admission, in: tx)
        try AdmissionStore.cancelBarcodes(of: ticketID, in: tx)
        // Whom nobody told of a ticket need not be told of its end.
        if ticket.admission.printTime != nil { try AccessControlFeed.add(.cancel, ticket, in: tx) }
        try HeldTicketEnding.apply(ticketID, in: tx)
        return true
    }
}
