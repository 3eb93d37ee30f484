import UsherAPI
import UsherContract
import UsherStorage

extension DistributionService {
    func listTickets(
        _ request: Usher_Distribution_V1_ListTicketsRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_ListTicketsResponse {
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        let part = TicketSelection.Part(request.distribution, "distribution", &violations)
        try violations.refuse()
        var contacts = ContactBook(tx)
        let (acting, subject) = try reader(request.actingContactID, of: request.contactID, &contacts)
        var presenter = try TicketPresenter(tx, for: acting, contacts)
        var response = Usher_Distribution_V1_ListTicketsResponse()
        var selection = TicketSelection(contactKey: subject?.id.number, part: part)
        if !request.performanceID.isEmpty {
            guard let key = try AssetStore.key(of: request.performanceID, in: tx) else { return response }
            selection.performanceKey = key
        }
        response.nextPageToken = try scan(selection, page, in: tx) { ticket in
            guard request.zone.isEmpty || ticket.zone == request.zone,
                try !request.takeBackPossible || presenter.canTakeBack(ticket),
                subject != nil || part == .both || (ticket.distributorKey != nil) == (part == .distributed)
            else { return 0 }
            let message = try presenter.message(ticket)
            response.tickets.append(message)
            return try (message.serializedBytes() as [UInt8]).count
        }
        return response
    }

    func listSeats(
        _ request: Usher_Distribution_V1_ListSeatsRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_ListSeatsResponse {
        let page = try Page(of: request, in: tx)
        try requireSubject(request.actingContactID, request.contactID) { violations in
            violations.require(!request.performanceID.isEmpty, "performance_id", "must be given")
        }
        var contacts = ContactBook(tx)
        let (acting, subject) = try reader(request.actingContactID, of: request.contactID, &contacts)
        guard let subject else { preconditionFailure("somebody was named") }
        let selection = TicketSelection(
            contactKey: subject.id.number, part: request.includeDistributed ? .both : .remaining,
            performanceKey: try PerformanceStore.key(of: request.performanceID, in: tx))
        var presenter = try TicketPresenter(tx, for: acting, contacts)
        var response = Usher_Distribution_V1_ListSeatsResponse()
        response.nextPageToken = try scan(selection, page, in: tx) { ticket in
            guard !ticket.isCancelled, request.zone.isEmpty || ticket.zone == request.zone else { return 0 }
            let message = try presenter.seat(ticket, on: subject)
            response.seats.append(message)
            return try (message.serializedBytes() as [UInt8]).count
        }
        return response
    }

    func getTicketingDashboard(
        _ request: Usher_Distribution_V1_GetTicketingDashboardRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_GetTicketingDashboardResponse {
        let page = try Page(of: request, in: tx)
        try requireSubject(request.actingContactID, request.contactID)
        var contacts = ContactBook(tx)
        let (acting, subject) = try reader(request.actingContactID, of: request.contactID, &contacts)
        guard let subject = subject?.id.number else { preconditionFailure("somebody was named") }
        let furthest = try TicketPresenter(tx, for: acting ?? contacts.contact(subject), contacts).furthest
        var response = Usher_Distribution_V1_GetTicketingDashboardResponse()
        var last = try page.afterNumber()
        while let key = try HeldTicketStore.nextPerformance(of: subject, after: last, in: tx) {
            guard response.performances.count < page.size else {
                response.nextPageToken = page.token(after: String(last))
                break
            }
            let counts = try HeldTicketStore.counts(of: subject, performanceKey: key, upTo: furthest, in: tx)
            response.performances.append(
                try .with {
                    $0.performanceID = try AssetStore.id(of: key, in: tx) ?? ""
                    $0.title = try AssetStore.title(of: key, in: tx) ?? ""
                    ($0.remainingCount, $0.inCartCount) = (Int32(counts.remaining), Int32(counts.inCart))
                    ($0.distributedCount, $0.downloadedCount) = (Int32(counts.distributed), Int32(counts.downloaded))
                    $0.controlledCount = Int32(counts.controlled)
                    $0.takeBackPossibleCount = Int32(counts.takeBackPossible)
                    $0.cancelledCount = Int32(counts.cancelled)
                })
            last = key
        }
        return response
    }

    // MARK: Shared

    /// - Throws: where neither who acts nor whose things it is about is said.
    func requireSubject(
        _ actingID: String, _ contactID: String, _ more: (inout Violations) -> Void = { _ in }
    ) throws {
        var violations = Violations()
        violations.require(
            !actingID.isEmpty || !contactID.isEmpty, "contact_id", "must be given where nobody acts")
        more(&violations)
        try violations.refuse()
    }

    /// Goes through a selection of tickets from the page's beginning.
    ///
    /// - Parameter take: takes a ticket that passes the list's other filters, and returns what it adds to the reply,
    ///   in bytes; 0 for one that does not pass.
    /// - Returns: the token of the next page; empty on the last.
    func scan(
        _ selection: TicketSelection, _ page: Page, in tx: Transaction, _ take: (HeldTicket) throws -> Int
    ) throws -> String {
        let (performance, ticket) = try page.afterPair()
        var last = TicketPosition(performanceKey: performance, ticketKey: ticket)
        var (taken, scanned, bytes) = (0, 0, 0)
        func token() -> String { page.token(after: "\(last.performanceKey):\(last.ticketKey)") }
        while true {
            let chunk = min(page.size + 1, Self.scanLimit - scanned)
            let rows = try HeldTicketStore.list(selection, after: last, limit: chunk, in: tx)
            for ticket in rows {
                if taken == page.size || bytes >= Page.maximumBytes { return token() }
                last = TicketPosition(performanceKey: ticket.performanceKey, ticketKey: ticket.id.number)
                let size = try take(ticket)
                (taken, bytes) = (taken + (size > 0 ? 1 : 0), bytes + size)
            }
            scanned += rows.count
            if rows.count < chunk { return "" }
            if scanned >= Self.scanLimit { return token() }
        }
    }
}
