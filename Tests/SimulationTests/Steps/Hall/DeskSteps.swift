import SwiftProtobuf
import UsherAPI
import UsherContract

/// What a desk sees of its tickets, and the file by which it hands them out and takes them back.
enum DeskSteps {
    typealias RPC = Usher_Distribution_V1_DistributionService

    static let all = [Step(weight: 7, prepare: importDetails)]

    /// Somebody with tickets, mostly.
    private static func subjectID(_ tenant: OrganisationModel, _ simulation: Simulation) -> String {
        simulation.contactID(tenant, mostly: simulation.heldTicket(tenant)?.holding?.owner)
    }

    // MARK: Lists

    static func seats(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> Walk<
        Usher_Distribution_V1_ListSeatsRequest, Usher_Distribution_V1_ListSeatsResponse, Usher_Distribution_V1_Seat
    > {
        let request = Usher_Distribution_V1_ListSeatsRequest.with { request in
            if simulation.dice.chance(85) { request.actingContactID = subjectID(tenant, simulation) }
            if simulation.dice.chance(30) { request.contactID = subjectID(tenant, simulation) }
            request.performanceID = simulation.performanceID()
            if simulation.dice.chance(20) { request.zone = "A" }
            request.includeDistributed = simulation.dice.chance(70)
        }
        return Walk(
            method: RPC.listSeats, request: request, page: { ($0.pageSize, $0.pageToken) = ($1, $2) },
            items: \.seats, token: \.nextPageToken, mayBeShort: true
        ) { _ in try tenant.listed(request) }
    }

    static func dashboard(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> Walk<
        Usher_Distribution_V1_GetTicketingDashboardRequest, Usher_Distribution_V1_GetTicketingDashboardResponse,
        Usher_Distribution_V1_PerformanceCounts
    > {
        let request = Usher_Distribution_V1_GetTicketingDashboardRequest.with { request in
            if simulation.dice.chance(85) { request.actingContactID = subjectID(tenant, simulation) }
            if simulation.dice.chance(30) { request.contactID = subjectID(tenant, simulation) }
        }
        return Walk(
            method: RPC.getTicketingDashboard, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.performances, token: \.nextPageToken
        ) { _ in try tenant.listed(request) }
    }

    // MARK: The file

    /// Page after page, which together are one file.
    static func export(
        _ tenant: OrganisationModel, _ simulation: Simulation, by actor: Actor, size: Int32
    ) throws {
        var request = Usher_Distribution_V1_ExportTicketDetailsRequest()
        if simulation.dice.chance(85) { request.actingContactID = subjectID(tenant, simulation) }
        if simulation.dice.chance(30) { request.contactID = subjectID(tenant, simulation) }
        if simulation.dice.chance(50) { request.performanceID = simulation.performanceID() }
        request.pageSize = size
        var offset = 0
        repeat {
            var next = ""
            try simulation.run([
                PreparedCall(RPC.exportTicketDetails, request, by: actor) { request, _, made in
                    let page = try self.page(tenant, request, after: offset, made)
                    (offset, next) = (offset + Int(page.rowCount), page.nextPageToken)
                    return page
                }
            ])
            request.pageToken = next
        } while !request.pageToken.isEmpty
    }

    private static func page(
        _ tenant: OrganisationModel, _ request: Usher_Distribution_V1_ExportTicketDetailsRequest, after offset: Int,
        _ made: Usher_Distribution_V1_ExportTicketDetailsResponse?
    ) throws -> Usher_Distribution_V1_ExportTicketDetailsResponse {
        guard request.pageSize >= 0 else {
            throw Expected(code: .invalidArgument, reason: "FIELD_INVALID", fields: ["page_size"])
        }
        let rest = try tenant.details(request).dropFirst(offset)
        let lines = rest.prefix(request.pageSize == 0 ? 100 : min(Int(request.pageSize), 1_000))
        let isLast = lines.count == rest.count
        if let made, made.nextPageToken.isEmpty != isLast {
            throw Discrepancy(source: .answer, what: "\(rest.count) rows were left\n\(made.textFormatString())")
        }
        return .with { page in
            page.csv = (offset == 0 ? OrganisationModel.detailsHeader : "") + lines.joined()
            page.rowCount = Int32(lines.count)
            page.nextPageToken = made?.nextPageToken ?? ""
        }
    }

    /// A few rows of somebody's file, edited, and what people do to files.
    private static func importDetails(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let ticket = simulation.heldTicket(tenant)
        let acting = simulation.dice.chance(50) ? ticket?.holding?.owner : ticket?.holding?.distributor
        let near = tenant.hall.held.filter { $0.holding?.owner === acting || $0.holding?.distributor === acting }
        let chosen = simulation.dice.some(near.suffix(20), percent: 25).prefix(6)
        var rows: [OrganisationModel.DetailRow?] = chosen.map { row($0, tenant, simulation) }
        if simulation.dice.chance(15), let first = rows.first { rows.append(first) }
        if simulation.dice.chance(8) { rows.append(nil) }
        if simulation.dice.chance(8) {
            let id = simulation.unknownTicketID(tenant)
            rows.append(.init(ticketID: id, old: "c1@example.org", new: "c2@example.org"))
        }
        let isWhole = simulation.dice.chance(98)
        let request = Usher_Distribution_V1_ImportTicketDetailsRequest.with { request in
            request.actingContactID = simulation.contactID(tenant, mostly: acting)
            request.csv = simulation.dice.chance(99) ? file(rows, isWhole) : ""
            request.reason = simulation.reason()
            request.atomic = simulation.dice.chance(30)
            request.validateOnly = simulation.dice.chance(15)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.importTicketDetails, request, by: simulation.actor(in: tenant.id)) {
            [rows] request, context, made in
            try tenant.importDetails(request, isWhole ? rows : nil, context, made)
        }
    }

    private static func row(
        _ ticket: ModelTicket, _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> OrganisationModel.DetailRow {
        var row = OrganisationModel.DetailRow(ticketID: ticket.id)
        row.old = ticket.holding?.owner.message.email ?? ""
        if simulation.dice.chance(4) { row.old = "c\(simulation.dice.int(0...11))@example.org" }
        if simulation.dice.chance(20) { row.old = row.old.uppercased() }
        row.new = simulation.dice.pick(tenant.hall.contacts)?.message.email ?? ""
        if simulation.dice.chance(8) { row.new = simulation.dice.one("", "nobody@example.org", row.old) }
        return row
    }

    /// Columns stand in any order, and others among them.
    private static func file(_ rows: [OrganisationModel.DetailRow?], _ isWhole: Bool) -> String {
        let header = isWhole ? "[NEW] CC Email,Note, ticket id ,\"CC EMAIL\"" : "Note,Ticket ID,CC Email"
        let lines = rows.map { row in row.map { " \($0.new) ,\"a, \"\"b\"\"\",\($0.ticketID),\($0.old)" } ?? "x,y" }
        return ([header] + lines).joined(separator: "\r\n") + "\r\n"
    }
}
