import SwiftProtobuf
import UsherAPI
import UsherContract

/// Lists of tickets, passes and what happened at the doors.
enum HallListSteps {
    typealias Admission = Usher_Admission_V1_AdmissionService
    typealias Distribution = Usher_Distribution_V1_DistributionService

    static func run(_ tenant: OrganisationModel, _ simulation: Simulation) throws {
        let size = Int32(simulation.dice.one(0, 7, 20, 1_001, -1))
        let actor = simulation.actor(in: tenant.id)
        switch simulation.dice.int(1...13) {
        case 1...3: try tickets(tenant, filter(tenant, simulation)).run(simulation, by: actor, size: size)
        case 4: try contacts(tenant, contactFilter(simulation)).run(simulation, by: actor, size: size)
        case 5: try products(tenant).run(simulation, by: actor, size: size)
        case 6: try passes(tenant, passFilter(tenant, simulation)).run(simulation, by: actor, size: size)
        case 7: try DeskSteps.seats(tenant, simulation).run(simulation, by: actor, size: size)
        case 8: try DeskSteps.dashboard(tenant, simulation).run(simulation, by: actor, size: size)
        case 9: try DeskSteps.export(tenant, simulation, by: actor, size: size)
        case 10, 11: try scans(tenant, scanFilter(tenant, simulation)).run(simulation, by: actor, size: size)
        default:
            let all = Usher_Admission_V1_ListAccessControlRecordsRequest.with {
                $0.includeAcknowledged = simulation.dice.chance(50)
            }
            try records(tenant, all).run(simulation, by: actor, size: size)
        }
    }

    static func audit(_ tenant: OrganisationModel, _ simulation: Simulation, by actor: Actor) throws {
        try tickets(tenant, .init()).run(simulation, by: actor)
        try contacts(tenant, .init()).run(simulation, by: actor)
        try passes(tenant, .init()).run(simulation, by: actor)
        try scans(tenant, .init()).run(simulation, by: actor)
        try records(tenant, .with { $0.includeAcknowledged = true }).run(simulation, by: actor)
    }

    private static func tickets(
        _ tenant: OrganisationModel, _ request: Usher_Distribution_V1_ListTicketsRequest
    ) -> Walk<
        Usher_Distribution_V1_ListTicketsRequest, Usher_Distribution_V1_ListTicketsResponse,
        Usher_Distribution_V1_Ticket
    > {
        Walk(
            method: Distribution.listTickets, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.tickets, token: \.nextPageToken,
            mayBeShort: true
        ) { _ in try tenant.listed(request) }
    }

    private static func filter(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> Usher_Distribution_V1_ListTicketsRequest {
        .with { request in
            if simulation.dice.chance(60) { request.actingContactID = simulation.contactID(tenant) }
            if simulation.dice.chance(40) { request.contactID = simulation.contactID(tenant) }
            if simulation.dice.chance(40) { request.performanceID = simulation.performanceID() }
            if simulation.dice.chance(20) { request.zone = "A" }
            request.distribution = simulation.dice.one(.unspecified, .remaining, .distributed)
            request.takeBackPossible = simulation.dice.chance(30)
        }
    }

    private static func contacts(
        _ tenant: OrganisationModel, _ request: Usher_Distribution_V1_ListContactsRequest
    ) -> Walk<
        Usher_Distribution_V1_ListContactsRequest, Usher_Distribution_V1_ListContactsResponse,
        Usher_Distribution_V1_Contact
    > {
        Walk(
            method: Distribution.listContacts, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.contacts, token: \.nextPageToken,
            mayBeShort: true
        ) { _ in try tenant.listed(request) }
    }

    private static func contactFilter(_ simulation: Simulation) -> Usher_Distribution_V1_ListContactsRequest {
        .with { request in
            request.structure = simulation.dice.one("", "", "club")
            request.kind = simulation.dice.one(.unspecified, .relay, .individual)
            if simulation.dice.chance(30) { request.email = "C\(simulation.dice.int(0...9))@example.org" }
        }
    }

    private static func products(
        _ tenant: OrganisationModel
    ) -> Walk<
        Usher_Admission_V1_ListPassProductsRequest, Usher_Admission_V1_ListPassProductsResponse,
        Usher_Admission_V1_PassProduct
    > {
        Walk(
            method: Admission.listPassProducts, request: .init(),
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.passProducts, token: \.nextPageToken
        ) { _ in tenant.hall.products.map(tenant.message) }
    }

    private static func passes(
        _ tenant: OrganisationModel, _ request: Usher_Admission_V1_ListPassesRequest
    ) -> Walk<Usher_Admission_V1_ListPassesRequest, Usher_Admission_V1_ListPassesResponse, Usher_Admission_V1_Pass> {
        Walk(
            method: Admission.listPasses, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.passes, token: \.nextPageToken
        ) { _ in
            try tenant.hall.passes.filter { pass in
                (request.orderID.isEmpty || pass.order.id == request.orderID)
                    && (request.passProductID.isEmpty || pass.product?.id == request.passProductID)
            }.map { try tenant.message($0, nil) }
        }
    }

    private static func passFilter(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> Usher_Admission_V1_ListPassesRequest {
        .with { request in
            switch simulation.dice.int(1...3) {
            case 1: request.orderID = simulation.orderID(tenant)
            case 2: request.passProductID = simulation.productID(tenant)
            default: break
            }
        }
    }

    private static func scans(
        _ tenant: OrganisationModel, _ request: Usher_Admission_V1_ListScansRequest
    ) -> Walk<Usher_Admission_V1_ListScansRequest, Usher_Admission_V1_ListScansResponse, Usher_Admission_V1_Scan> {
        Walk(
            method: Admission.listScans, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.scans, token: \.nextPageToken,
            mayBeShort: true
        ) { _ in try tenant.listed(request) }
    }

    private static func scanFilter(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> Usher_Admission_V1_ListScansRequest {
        .with { request in
            if simulation.dice.chance(30) { request.performanceID = simulation.performanceID() }
            if simulation.dice.chance(40) { request.barcode = simulation.barcode(tenant) }
            if simulation.dice.chance(20) { request.deviceID = "d1" }
            request.verdict = simulation.dice.one(.unspecified, .unspecified, .ok, .alreadyUsed, .superseded)
            if simulation.dice.chance(25) { request.receivedFrom = (simulation.now + .seconds(-3_600)).timestamp }
            if simulation.dice.chance(25) { request.receivedUntil = (simulation.now + .seconds(-60)).timestamp }
        }
    }

    private static func records(
        _ tenant: OrganisationModel, _ request: Usher_Admission_V1_ListAccessControlRecordsRequest
    ) -> Walk<
        Usher_Admission_V1_ListAccessControlRecordsRequest, Usher_Admission_V1_ListAccessControlRecordsResponse,
        Usher_Admission_V1_AccessControlRecord
    > {
        Walk(
            method: Admission.listAccessControlRecords, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.records, token: \.nextPageToken
        ) { _ in tenant.listed(request) }
    }
}
