import SwiftProtobuf
import UsherAPI
import UsherContract

/// Who has which ticket, and how it gets from one to another.
enum DistributionSteps {
    typealias RPC = Usher_Distribution_V1_DistributionService

    static let all = [
        Step(weight: 7, prepare: register), Step(weight: 7, isWrite: false, prepare: getTicket),
        Step(weight: 7, prepare: markDownloaded), Step(weight: 2, prepare: createContact),
        Step(weight: 1, isWrite: false, prepare: getContact), Step(weight: 3, prepare: updateContact),
        Step(weight: 12, prepare: takeBack), Step(weight: 9, prepare: transfer), Step(weight: 8, prepare: accept),
        Step(weight: 4, prepare: reject), Step(weight: 2, prepare: allowTakeBack),
    ]

    /// Desks of two clubs and one of none, and the public.
    static let people: [(kind: Usher_Distribution_V1_ContactKind, structure: String)] = [
        (.relay, "club"), (.relay, "club"), (.relay, "other"), (.relay, ""), (.individual, "club"), (.individual, ""),
        (.unspecified, ""),
    ]

    // MARK: People

    static func create(
        _ number: Int, _ kind: (kind: Usher_Distribution_V1_ContactKind, structure: String),
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) throws -> PreparedCall {
        let request = Usher_Distribution_V1_CreateContactRequest.with { request in
            (request.contact.kind, request.contact.structure) = kind
            (request.contact.name, request.contact.email) = ("Contact \(number)", "c\(number)@example.org")
        }
        return try PreparedCall(
            RPC.createContact, request, by: simulation.root(in: tenant.id), tenant.createContact)
    }

    /// Another's address often, in capitals.
    private static func describe(_ contact: inout Usher_Distribution_V1_Contact, _ simulation: Simulation) {
        let email = "c\(simulation.dice.int(0...11))@example.org"
        contact.email = simulation.dice.chance(3) ? "c@d@e" : simulation.dice.one(email, email.uppercased())
        contact.name = simulation.text("Contact")
        contact.kind = simulation.dice.one(.relay, .relay, .individual, .unspecified)
        contact.structure = simulation.dice.one("club", "club", "other", "")
    }

    private static func createContact(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Distribution_V1_CreateContactRequest.with { request in
            describe(&request.contact, simulation)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.createContact, request, by: simulation.actor(in: tenant.id), tenant.createContact)
    }

    private static func getContact(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Distribution_V1_GetContactRequest.with { $0.contactID = simulation.contactID(tenant) }
        return try PreparedCall(RPC.getContact, request, by: simulation.actor(in: tenant.id)) { request, _, _ in
            try tenant.contact(request.contactID).message
        }
    }

    private static func updateContact(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Distribution_V1_UpdateContactRequest.with { request in
            describe(&request.contact, simulation)
            request.contact.contactID = simulation.contactID(tenant)
            let current = tenant.hall.contacts.first { $0.id == request.contact.contactID }
            request.contact.etag = simulation.tag(current?.message.etag)
            request.updateMask.paths = simulation.mask(["name", "kind", "structure"])
            if simulation.dice.chance(15) { request.updateMask.paths.append("email") }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.updateContact, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.updateContact(request, context)
        }
    }

    /// What the point of sale lets be taken back.
    static func allowTakeBack(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Organisations_V1_UpdateSettingsRequest.with { request in
            request.settings.pointOfSales.allowTakeBackInjected = true
            request.settings.pointOfSales.takeBackDownloaded = simulation.dice.one(.off, .relay, .relayAndPublic)
            request.settings.pointOfSales.takeBacksPerDay = simulation.dice.one(0, 3, 20)
            request.updateMask.paths = ["point_of_sales"]
        }
        return try PreparedCall(SettingsSteps.RPC.updateSettings, request, by: simulation.root(in: tenant.id)) {
            request, context, _ in
            try tenant.updateSettings(request, context)
        }
    }

    // MARK: Tickets

    private static func register(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Distribution_V1_RegisterTicketsRequest.with { request in
            request.performanceID = simulation.performanceID()
            request.ownerContactID = simulation.contactID(tenant)
            request.transferLimit = simulation.dice.one(0, 1, 2, 2, 256, 257, -1)
            if simulation.dice.chance(90) { request.transferLimit = simulation.dice.one(0, 1, 2) }
            request.tickets = (0..<simulation.dice.int(simulation.dice.chance(2) ? 0...0 : 1...4)).map { _ in
                .with { ticket in
                    ticket.zone = simulation.dice.one("A", "B", "")
                    ticket.seat = simulation.dice.chance(50) ? "" : "\(simulation.dice.int(1...40))"
                    if simulation.dice.chance(25) { ticket.number = Int64(simulation.dice.int(1...60)) }
                    if simulation.dice.chance(1) { ticket.number = simulation.dice.one(-1, 1_000_000_000_000) }
                    ticket.holderName = simulation.holderName()
                }
            }
            request.validateOnly = simulation.dice.chance(12)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.registerTickets, request, by: simulation.actor(in: tenant.id), tenant.registerTickets)
    }

    private static func getTicket(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Distribution_V1_GetTicketRequest.with { request in
            request.ticketID = simulation.dice.chance(85) ? heldID(tenant, simulation) : simulation.ticketID(tenant)
            if simulation.dice.chance(60) { request.actingContactID = simulation.contactID(tenant) }
        }
        return try PreparedCall(RPC.getTicket, request, by: simulation.actor(in: tenant.id)) { request, _, made in
            try tenant.getTicket(request, made)
        }
    }

    private static func heldID(_ tenant: OrganisationModel, _ simulation: Simulation) -> String {
        simulation.dice.chance(4)
            ? simulation.unknownTicketID(tenant) : simulation.heldTicket(tenant)?.id ?? ""
    }

    private static func markDownloaded(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let ticket = simulation.heldTicket(tenant)
        let request = Usher_Distribution_V1_MarkDownloadedRequest.with { request in
            request.ticketID = simulation.dice.chance(96) ? ticket?.id ?? "" : simulation.unknownTicketID(tenant)
            request.actingContactID = simulation.contactID(tenant, mostly: ticket?.holding?.owner)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.markDownloaded, request, by: simulation.actor(in: tenant.id), tenant.markDownloaded)
    }

    // MARK: Take-back

    private static func takeBack(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let out = tenant.hall.held.filter { $0.holding?.distributor != nil }.suffix(20)
        if out.isEmpty, simulation.dice.chance(90) { return try CartSteps.validate(tenant, simulation) }
        let ticket = simulation.dice.chance(90) ? simulation.dice.pick(out) : simulation.heldTicket(tenant)
        let request = Usher_Distribution_V1_TakeBackTicketsRequest.with { request in
            let distributors = ticket?.holding?.distributions.map(\.by) ?? []
            request.actingContactID = simulation.contactID(tenant, mostly: simulation.dice.pick(distributors))
            if simulation.dice.chance(10) { request.actingContactID = "" }
            if simulation.dice.chance(65) {
                request.ticketIds = [simulation.dice.chance(96) ? ticket?.id ?? "" : simulation.unknownTicketID(tenant)]
                if simulation.dice.chance(25) { request.ticketIds.append(simulation.dice.pick(out)?.id ?? "") }
            }
            if request.ticketIds.isEmpty || simulation.dice.chance(2) {
                request.performanceID = ticket?.performance.message.assetID ?? simulation.performanceID()
            }
            if simulation.dice.chance(10) { request.zone = "A" }
            if simulation.dice.chance(40) { request.toContactID = simulation.contactID(tenant) }
            request.reason = simulation.reason()
            request.validateOnly = simulation.dice.chance(20)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.takeBackTickets, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.takeBackTickets(request, context)
        }
    }

    // MARK: Transfers

    private static func transfer(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let ticket = simulation.heldTicket(tenant)
        let request = Usher_Distribution_V1_TransferTicketRequest.with { request in
            request.ticketID = simulation.dice.chance(96) ? ticket?.id ?? "" : simulation.unknownTicketID(tenant)
            request.actingContactID = simulation.contactID(tenant, mostly: ticket?.holding?.owner)
            request.toContactID = simulation.contactID(tenant)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.transferTicket, request, by: simulation.actor(in: tenant.id), tenant.transferTicket)
    }

    private static func pending(_ tenant: OrganisationModel, _ simulation: Simulation) -> ModelTransfer? {
        let waiting = tenant.hall.transfers.filter { $0.state == .pending }
        return simulation.dice.pick(
            (simulation.dice.chance(85) && !waiting.isEmpty ? waiting : tenant.hall.transfers).suffix(10))
    }

    private static func accept(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        guard let transfer = pending(tenant, simulation) else { return try self.transfer(tenant, simulation) }
        let request = Usher_Distribution_V1_AcceptTransferRequest.with { request in
            request.transferID = simulation.dice.chance(96) ? transfer.id : "trf_0000000000001"
            request.actingContactID = simulation.contactID(tenant, mostly: transfer.recipient)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.acceptTransfer, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.acceptTransfer(request, context)
        }
    }

    private static func reject(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        guard let transfer = pending(tenant, simulation) else { return try self.transfer(tenant, simulation) }
        let end = simulation.dice.chance(50) ? transfer.recipient : transfer.sender
        let request = Usher_Distribution_V1_RejectTransferRequest.with { request in
            request.transferID = simulation.dice.chance(96) ? transfer.id : "trf_0000000000001"
            request.actingContactID = simulation.contactID(tenant, mostly: end)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.rejectTransfer, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.rejectTransfer(request, context)
        }
    }
}
