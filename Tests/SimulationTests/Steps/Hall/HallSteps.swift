import UsherAPI
import UsherContract

/// One organisation has more to do with tickets than with vouchers.
enum HallSteps {
    typealias Catalog = Usher_Catalog_V1_CatalogService

    static let organisationID = "org-hall"
    static let performances = ["perf-1", "perf-2", "perf-3"]

    static let all =
        DistributionSteps.all + CartSteps.all + DeskSteps.all + OrderSteps.all + PassSteps.all + DoorSteps.all + [
            Step(weight: 1, prepare: closePerformance), Step(weight: 4, prepare: openPerformance),
        ]

    /// What every run comes to, however short.
    static let methods = [
        "RegisterTickets", "GetTicket", "ListTickets", "MarkDownloaded", "CreateContact", "GetContact",
        "ListContacts", "UpdateContact", "GetCart", "AddToCart", "RemoveFromCart", "AllocateCartItems",
        "ValidateCart", "TakeBackTickets", "TransferTicket", "AcceptTransfer", "RejectTransfer", "GetDoors",
        "UpdateDoors", "CreatePassProduct", "GetPassProduct", "ListPassProducts", "UpdatePassProduct", "CreateOrder",
        "GetOrder", "UpdateOrder", "PrintOrder", "AssignPass", "GetPass", "ListPasses", "UpdatePassAdmissions",
        "ReprintPass", "CancelPass", "CancelAdmissions", "CancelPerformance", "IssueTickets", "PrintTickets",
        "ReprintTicket",
        "CancelTicket", "AttachExternalBarcode", "ScanBarcode", "CheckBarcode", "AnnulScan", "ListScans",
        "ListAccessControlRecords", "AcknowledgeAccessControlRecord", "ListSeats", "GetTicketingDashboard",
        "ExportTicketDetails", "ImportTicketDetails",
    ]

    /// What there is to begin with: halls, people, and leave to take tickets back.
    static func begin(_ tenant: OrganisationModel, _ simulation: Simulation) throws {
        for id in performances { try simulation.run([create(id, tenant, simulation)]) }
        for (number, kind) in DistributionSteps.people.enumerated() {
            try simulation.run([DistributionSteps.create(number, kind, tenant, simulation)])
        }
        try simulation.run([DistributionSteps.allowTakeBack(tenant, simulation)])
    }

    private static func create(
        _ id: String, _ tenant: OrganisationModel, _ simulation: Simulation
    ) throws -> PreparedCall {
        let request = Usher_Catalog_V1_CreateAssetRequest.with { request in
            (request.asset.assetID, request.asset.type, request.asset.title) = (id, .performance, id)
        }
        return try PreparedCall(Catalog.createAsset, request, by: simulation.root(in: tenant.id), tenant.createAsset)
    }

    /// A performance that is deleted keeps its tickets; another one may have its id.
    private static func closePerformance(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) throws -> PreparedCall {
        let request = Usher_Catalog_V1_DeleteAssetRequest.with {
            $0.assetID = simulation.dice.chance(15) ? simulation.performanceID() : "nowhere"
        }
        return try PreparedCall(Catalog.deleteAsset, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.deleteAsset(request, context)
            return .init()
        }
    }

    private static func openPerformance(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) throws -> PreparedCall {
        let missing = performances.first { tenant.liveAsset($0) == nil }
        return try create(missing ?? performances[0], tenant, simulation)
    }
}

extension Simulation {
    func performanceID() -> String {
        dice.chance(98) ? dice.pick(HallSteps.performances) ?? "" : dice.one("", "nowhere", "asset-1")
    }

    /// Some of the performances, none of them twice, mostly.
    func performanceIDs(percent: Int) -> [String] {
        let some = dice.some(HallSteps.performances, percent: percent)
        return dice.chance(3) ? some + [performanceID()] : some
    }

    func contactID(_ tenant: OrganisationModel) -> String {
        if dice.chance(2) { return dice.one("", "ctc_0000000000001", "nothing") }
        return dice.pick(tenant.hall.contacts)?.id ?? ""
    }

    /// Somebody in particular, mostly.
    func contactID(_ tenant: OrganisationModel, mostly contact: ModelContact?) -> String {
        dice.chance(80) ? contact?.id ?? contactID(tenant) : contactID(tenant)
    }

    /// One that distribution knows, and that something may still happen to, mostly.
    func heldTicket(_ tenant: OrganisationModel) -> ModelTicket? {
        let valid = tenant.hall.held.filter { $0.cancelled == nil && !tenant.hall.isControlled($0) }
        return dice.pick(dice.chance(80) ? valid.suffix(25) : tenant.hall.held.suffix(25))
    }

    func unknownTicketID(_ tenant: OrganisationModel) -> String {
        let others = tenants.flatMap(\.hall.passes).suffix(3).map(\.id)
        return dice.pick(others + ["", "tkt_0000000000001", "nothing"]) ?? ""
    }

    /// Any ticket's.
    func ticketID(_ tenant: OrganisationModel) -> String {
        if dice.chance(4) { return unknownTicketID(tenant) }
        let all = dice.chance(70) ? tenant.hall.tickets.filter { $0.cancelled == nil } : tenant.hall.tickets
        return dice.pick(all.suffix(25))?.id ?? ""
    }

    func orderID(_ tenant: OrganisationModel) -> String {
        if dice.chance(4) { return dice.one("", "ord_0000000000001", "nothing") }
        return dice.pick(tenant.hall.orders.suffix(8))?.id ?? ""
    }

    func passID(_ tenant: OrganisationModel) -> String {
        if dice.chance(4) { return dice.one("", "pas_0000000000001", "nothing") }
        let all = dice.chance(80) ? tenant.hall.passes.filter { $0.cancelled == nil } : tenant.hall.passes
        return dice.pick(all.suffix(8))?.id ?? ""
    }

    func holderName() -> String { dice.chance(60) ? "" : text("Holder") }

    func reason() -> String { dice.chance(97) ? dice.one("lost", "ill", "moved") : dice.one("", "\u{7}") }

    func gates() -> [String] { dice.chance(85) ? [] : dice.chance(95) ? dice.some(["N", "S"]) : ["a b"] }
}
