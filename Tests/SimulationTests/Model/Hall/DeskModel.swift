import UsherAPI
import UsherContract

/// What a desk sees of its tickets: the seat map, the dashboard, and the file that goes out and comes back.
extension OrganisationModel {
    /// Who looks, nil for the organisation itself, and at whose things.
    private func looking(
        _ actingID: String, _ contactID: String, _ more: (inout Mistakes) -> Void = { _ in }
    ) throws -> (reader: ModelContact?, subject: ModelContact) {
        var mistakes = Mistakes()
        mistakes.require(!actingID.isEmpty || !contactID.isEmpty, "contact_id")
        more(&mistakes)
        try mistakes.refuse()
        let reader = actingID.isEmpty ? nil : try contact(actingID)
        let subject = contactID.isEmpty ? reader : try contact(contactID)
        guard let subject else { throw Expected.notFound("CONTACT_NOT_FOUND") }
        if let reader, !reader.acts(for: subject) { throw Expected.denied("NOT_YOUR_STRUCTURE") }
        return (reader, subject)
    }

    // MARK: The seat map

    func listed(_ request: Usher_Distribution_V1_ListSeatsRequest) throws -> [Usher_Distribution_V1_Seat] {
        let (reader, subject) = try looking(request.actingContactID, request.contactID) {
            $0.require(!request.performanceID.isEmpty, "performance_id")
        }
        let performance = try performance(request.performanceID)
        return hall.held.filter { ticket in
            let isShown =
                ticket.holding?.owner === subject
                || request.includeDistributed && ticket.holding?.isAway(from: subject) ?? false
            return isShown && ticket.performance == performance && ticket.cancelled == nil
                && (request.zone.isEmpty || ticket.admission.place.zone == request.zone)
        }.map { ticket in
            .with { seat in
                seat.ticketID = ticket.id
                (seat.zone, seat.seat) = (ticket.admission.place.zone, ticket.admission.place.seat)
                seat.state = state(of: ticket, on: subject)
                seat.ownerContactID = ticket.holding?.owner.id ?? ""
                seat.holderName = ticket.holder
                seat.delivery = ticket.holding?.delivery ?? .unspecified
                seat.cartID = hall.cart(with: ticket)?.cartID ?? ""
                seat.takeBackPossible = canTakeBack(ticket, reader)
            }
        }
    }

    private func state(of ticket: ModelTicket, on map: ModelContact) -> Usher_Distribution_V1_SeatState {
        if ticket.holding?.owner !== map { return .distributed }
        if hall.isControlled(ticket) || hall.pendingTransfer(of: ticket) != nil { return .held }
        return hall.cart(with: ticket) == nil ? .remaining : .inCart
    }

    // MARK: The dashboard

    func listed(
        _ request: Usher_Distribution_V1_GetTicketingDashboardRequest
    ) throws -> [Usher_Distribution_V1_PerformanceCounts] {
        let (reader, subject) = try looking(request.actingContactID, request.contactID)
        return assets.compactMap { asset in
            let tickets = hall.held.filter { $0.performance == asset }
            let own = tickets.filter { $0.holding?.owner === subject }
            // Wherever they have got to since.
            let out = tickets.filter { $0.holding?.isAway(from: subject) ?? false }
            return own.isEmpty && out.isEmpty ? nil : counts(asset, own, out, subject, reader ?? subject)
        }
    }

    private func counts(
        _ asset: ModelAsset, _ own: [ModelTicket], _ out: [ModelTicket], _ subject: ModelContact,
        _ reader: ModelContact
    ) -> Usher_Distribution_V1_PerformanceCounts {
        let (held, away) = (own.filter { $0.cancelled == nil }, out.filter { $0.cancelled == nil })
        return .with { counts in
            (counts.performanceID, counts.title) = (asset.message.assetID, asset.message.title)
            counts.remainingCount = Int32(held.count)
            counts.inCartCount = Int32(held.filter { hall.cart(with: $0) != nil }.count)
            counts.distributedCount = Int32(away.count)
            counts.downloadedCount = Int32(away.filter { $0.holding?.delivery == .downloaded }.count)
            counts.controlledCount = Int32(away.filter(hall.isControlled).count)
            counts.takeBackPossibleCount = Int32(away.filter { canTakeBack($0, reader) }.count)
            counts.cancelledCount = Int32(own.count + out.count - held.count - away.count)
        }
    }

    // MARK: The file

    static let detailsHeader =
        "Ticket ID,Ticket number,Performance,Zone,Seat,CC Email,Holder name,Delivery,Distributed,Controlled,"
        + "Cancelled,[NEW] CC Email\r\n"

    /// The lines of a contact's file.
    func details(_ request: Usher_Distribution_V1_ExportTicketDetailsRequest) throws -> [String] {
        let (_, subject) = try looking(request.actingContactID, request.contactID)
        let performance = request.performanceID.isEmpty ? nil : try performance(request.performanceID)
        let tickets = hall.held.filter { ticket in
            (ticket.holding?.owner === subject || ticket.holding?.isAway(from: subject) ?? false)
                && (performance == nil || ticket.performance == performance)
        }
        return assets.flatMap { asset in tickets.filter { $0.performance == asset } }.map(line)
    }

    private func line(_ ticket: ModelTicket) -> String {
        func word(_ value: Bool) -> String { value ? "yes" : "no" }
        func plain(_ text: String) -> String {
            "=+-@\t\r".contains(text.prefix(1)) && !text.isEmpty ? "'" + text : text
        }
        let holding = ticket.holding
        let delivery =
            switch holding?.delivery {
            case .injected: "INJECTED"
            case .downloaded: "DOWNLOADED"
            default: "NONE"
            }
        let place = ticket.admission.place
        let fields = [
            ticket.id, "\(ticket.number)", ticket.performance.message.assetID, plain(place.zone), plain(place.seat),
            holding?.owner.message.email ?? "", plain(ticket.holder), delivery, word(holding?.distributor != nil),
            word(hall.isControlled(ticket)), word(ticket.cancelled != nil), "",
        ]
        return fields.map(Self.quoted).joined(separator: ",") + "\r\n"
    }

    private static func quoted(_ field: String) -> String {
        guard field.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// A row of a file that comes back; nil stands for one that cannot be read.
    struct DetailRow {
        var ticketID = ""
        var old = ""
        var new = ""
    }

    /// - Parameter rows: what stands in the file; nil where its header lacks a column.
    func importDetails(
        _ request: Usher_Distribution_V1_ImportTicketDetailsRequest, _ rows: [DetailRow?]?, _ context: Context,
        _ made: Usher_Distribution_V1_ImportTicketDetailsResponse?
    ) throws -> Usher_Distribution_V1_ImportTicketDetailsResponse {
        var mistakes = Mistakes()
        mistakes.require(!request.csv.isEmpty, "csv")
        mistakes.requireText(request.reason, 1...500, "reason", hasLines: true)
        try mistakes.refuse()
        let acting = try contact(request.actingContactID)
        guard let rows else { throw Expected(code: .invalidArgument, reason: "CSV_COLUMN_MISSING") }
        let (changes, refusals) = judge(rows, acting, at: context.now)
        if request.atomic, !request.validateOnly, let first = refusals.first { throw first.refusal }
        let takeBacks = changes.filter { $0.way == .takeBack }.count
        if !request.validateOnly, !changes.isEmpty {
            try checkAllowance(takeBacks, acting, commits: true, at: context.now)
            for change in changes {
                if change.way == .distribution {
                    distribute(
                        change.ticket, to: change.recipient, name: "", defers: false, by: acting, at: context.now)
                } else {
                    takeBack(
                        change.ticket, to: change.recipient, reason: request.reason, by: acting, at: context.now)
                }
            }
            context.record("tickets.imported", acting.id)
        }
        return .with { response in
            response.rowCount = Int32(rows.count)
            (response.distributedCount, response.takenBackCount) = (
                Int32(changes.count - takeBacks), Int32(takeBacks)
            )
            response.unchangedCount = Int32(rows.count - changes.count - refusals.count)
            response.refusedRows = refusals.enumerated().map { index, refused in
                .with {
                    ($0.row, $0.reason) = (Int32(refused.row), refused.refusal.reason)
                    // For people.
                    $0.message = made?.refusedRows.dropFirst(index).first?.message ?? ""
                }
            }
        }
    }

    private typealias DetailChange = (ticket: ModelTicket, recipient: ModelContact, way: ModelWay)

    private func judge(
        _ rows: [DetailRow?], _ acting: ModelContact, at now: Instant
    ) -> (changes: [DetailChange], refusals: [(row: Int, refusal: Expected)]) {
        var (changes, refusals) = ([DetailChange](), [(row: Int, refusal: Expected)]())
        var (seen, left) = (Set<String>(), allowanceLeft(acting, at: now))
        for (index, row) in rows.enumerated() {
            do {
                guard let change = try change(row, &seen, acting) else { continue }
                if change.way == .takeBack {
                    guard left > 0 else { throw Expected(code: .resourceExhausted, reason: "TAKE_BACK_LIMIT_REACHED") }
                    left -= 1
                }
                changes.append(change)
            } catch {
                // The header is the first.
                if let refusal = error as? Expected { refusals.append((index + 2, refusal)) }
            }
        }
        return (changes, refusals)
    }

    /// Nil for a row that changes nothing.
    private func change(
        _ row: DetailRow?, _ seen: inout Set<String>, _ acting: ModelContact
    ) throws -> DetailChange? {
        guard let row else { throw Expected(code: .invalidArgument, reason: "CSV_FIELDS_MISSING") }
        let (old, new) = (row.old.lowercased(), row.new.lowercased())
        guard !new.isEmpty, new != old else { return nil }
        let ticket = try heldTicket(row.ticketID)
        guard seen.insert(ticket.id).inserted else { throw Expected.precondition("ROW_REPEATED") }
        guard ticket.holding?.owner.message.email.lowercased() == old else {
            throw Expected.precondition("ROW_STALE")
        }
        guard let recipient = hall.contacts.first(where: { $0.message.email.lowercased() == new }) else {
            throw Expected.notFound("CONTACT_NOT_FOUND")
        }
        return (ticket, recipient, try way(ticket, acting))
    }
}
