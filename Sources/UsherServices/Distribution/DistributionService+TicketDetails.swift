import Foundation
import UsherAPI
import UsherContract
import UsherStorage

extension DistributionService {
    func exportTicketDetails(
        _ request: Usher_Distribution_V1_ExportTicketDetailsRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_ExportTicketDetailsResponse {
        let page = try Page(of: request, in: tx)
        try requireSubject(request.actingContactID, request.contactID)
        var contacts = ContactBook(tx)
        let (acting, subject) = try reader(request.actingContactID, of: request.contactID, &contacts)
        var selection = TicketSelection(contactKey: subject?.id.number)
        if !request.performanceID.isEmpty {
            selection.performanceKey = try PerformanceStore.key(of: request.performanceID, in: tx)
        }
        var presenter = try TicketPresenter(tx, for: acting, contacts)
        var (writer, rows) = (CSVWriter(), 0)
        if page.after == nil { writer.write(TicketDetails.allCases.map(\.rawValue)) }
        let token = try scan(selection, page, in: tx) { ticket in
            let before = writer.count
            let message = try presenter.message(ticket)
            writer.write([
                message.ticketID, String(message.number), message.performanceID, TicketDetails.plain(message.zone),
                TicketDetails.plain(message.seat), try contacts.contact(ticket.ownerKey).email,
                TicketDetails.plain(message.holderName), "\(ticket.delivery)".uppercased(),
                TicketDetails.word(message.distributed), TicketDetails.word(message.controlled),
                TicketDetails.word(message.cancelled), "",
            ])
            rows += 1
            return writer.count - before
        }
        return .with {
            ($0.csv, $0.rowCount) = (String(decoding: writer.take(), as: UTF8.self), Int32(rows))
            $0.nextPageToken = token
        }
    }

    // MARK: Import

    /// What a row asks for.
    private struct Change {
        var row: Int
        var ticket: HeldTicket
        var recipient: Contact
        var way: TicketMoves.Way
    }

    /// What a file comes to.
    private struct Plan {
        var rows = 0
        var unchanged = 0
        var changes: [Change] = []
        var refusals: [(row: Int, refusal: Refusal)] = []

        func count(_ way: TicketMoves.Way) -> Int { changes.count { $0.way == way } }
    }

    func importTicketDetails(
        _ request: Usher_Distribution_V1_ImportTicketDetailsRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_ImportTicketDetailsResponse {
        var violations = Violations()
        violations.require(!request.csv.isEmpty, "csv", "must be given")
        violations.requireProse(request.reason, "reason", HeldTicket.reasonLengths)
        try violations.refuse()
        var contacts = ContactBook(tx)
        let acting = try contacts.named(request.actingContactID)
        var moves = try TicketMoves(by: acting, contacts, in: tx)
        let plan = try plan(request.csv, &moves, in: tx)
        if request.atomic, !request.validateOnly, let first = plan.refusals.first {
            throw first.refusal.at(row: first.row)
        }
        var response = Usher_Distribution_V1_ImportTicketDetailsResponse()
        (response.rowCount, response.unchangedCount) = (Int32(plan.rows), Int32(plan.unchanged))
        response.distributedCount = Int32(plan.count(.distribution))
        response.takenBackCount = Int32(plan.count(.takeBack))
        response.refusedRows = plan.refusals.map { row, refusal in
            .with { ($0.row, $0.reason, $0.message) = (Int32(row), refusal.reason, refusal.message) }
        }
        guard !request.validateOnly, !plan.changes.isEmpty else { return response }
        try moves.spendAllowance(plan.count(.takeBack), commits: true)
        for change in plan.changes {
            switch change.way {
            case .distribution: try moves.distribute(change.ticket, to: change.recipient, holderName: "", defers: false)
            case .takeBack: try moves.takeBack(change.ticket, to: change.recipient, reason: request.reason)
            }
        }
        try tx.record(
            "tickets.imported", acting.id.description,
            after: [
                "distributed": plan.count(.distribution), "taken_back": plan.count(.takeBack),
                "refused": plan.refusals.count, "reason": request.reason,
                "ticket_ids": plan.changes.map(\.ticket.id.description).joined(separator: " "),
            ])
        return response
    }

    /// - Throws: for a file that is none; what is wrong with a row is in the plan.
    private func plan(_ csv: String, _ moves: inout TicketMoves, in tx: Transaction) throws -> Plan {
        var (plan, seen) = (Plan(), Set<Int64>())
        let allowance = try moves.allowance()
        var left = allowance.left(moves.policy, at: tx.now)
        func take(_ result: Result<CSVRecord<TicketDetails>, CSVProblem>) throws {
            plan.rows += 1
            guard plan.rows <= HeldTicket.importLimit else { throw DistributionRefusal.tooManyRows }
            switch result {
            case .failure(let problem): plan.refusals.append((problem.row, problem.refusal("csv")))
            case .success(let record):
                do {
                    guard let change = try change(record, &seen, &moves, in: tx) else {
                        plan.unchanged += 1
                        return
                    }
                    if change.way == .takeBack {
                        guard left > 0 else {
                            throw DistributionRefusal.takeBackLimitReached(allowance, moves.policy, at: tx.now)
                        }
                        left -= 1
                    }
                    plan.changes.append(change)
                } catch let refusal as Refusal {
                    plan.refusals.append((record.row, refusal))
                }
            }
        }
        var reader = CSVTableReader<TicketDetails>(unknownColumns: .ignored)
        do {
            try reader.feed(Array(csv.utf8), take)
            try reader.finish(take)
        } catch let problem as CSVProblem {
            throw problem.refusal("csv")
        }
        return plan
    }

    /// Nil for a row that changes nothing.
    private func change(
        _ record: CSVRecord<TicketDetails>, _ seen: inout Set<Int64>, _ moves: inout TicketMoves, in tx: Transaction
    ) throws -> Change? {
        func address(_ column: TicketDetails) -> String {
            Contact.folded(record[column].trimmingCharacters(in: .whitespaces))
        }
        let (old, new) = (address(.email), address(.newEmail))
        guard !new.isEmpty, new != old else { return nil }
        guard let ticket = try found(record[.ticketID].trimmingCharacters(in: .whitespaces), in: tx) else {
            throw DistributionRefusal.ticketNotFound.refusal
        }
        guard seen.insert(ticket.id.number).inserted else { throw DistributionRefusal.rowRepeated.refusal }
        guard Contact.folded(try moves.contacts.contact(ticket.ownerKey).email) == old else {
            throw DistributionRefusal.rowStale.refusal
        }
        guard let recipient = try ContactStore.find(email: new, in: tx) else {
            throw DistributionRefusal.contactNotFound.refusal
        }
        return Change(row: record.row, ticket: ticket, recipient: recipient, way: try moves.judge(ticket).get())
    }
}
