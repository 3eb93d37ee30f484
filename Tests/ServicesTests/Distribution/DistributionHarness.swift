import UsherAPI
import UsherContract

typealias Distributions = Usher_Distribution_V1_DistributionService

extension Harness {
    /// An organisation with the performances `match-1` and `match-2`.
    static func withMatches() async throws -> Harness {
        let harness = try Harness()
        try await harness.call(
            Organisations.createOrganisation,
            .with { ($0.organisation.organisationID, $0.organisation.name) = ("nordfilm", "Nord Film") }, in: nil)
        for id in ["match-1", "match-2"] { try await harness.createAsset(id) { $0.type = .performance } }
        return harness
    }

    /// A new contact's id.
    func contact(
        _ name: String, _ kind: Usher_Distribution_V1_ContactKind = .individual, structure: String = ""
    ) async throws -> String {
        try await call(
            Distributions.createContact,
            .with {
                ($0.contact.name, $0.contact.email) = (name, "\(name)@example.org")
                ($0.contact.kind, $0.contact.structure) = (kind, structure)
            }
        ).contactID
    }

    /// The ids of new tickets, in seats of their own.
    func tickets(
        _ count: Int, of performance: String = "match-1", zone: String = "A", for owner: String,
        _ change: (inout Usher_Distribution_V1_RegisterTicketsRequest) -> Void = { _ in }
    ) async throws -> [String] {
        var request = Usher_Distribution_V1_RegisterTicketsRequest()
        (request.performanceID, request.ownerContactID) = (performance, owner)
        request.tickets = (1...count).map { number in .with { ($0.zone, $0.seat) = (zone, "\(owner) \(number)") } }
        change(&request)
        return try await call(Distributions.registerTickets, request).tickets.map(\.ticketID)
    }

    func ticket(_ id: String, for acting: String = "") async throws -> Usher_Distribution_V1_Ticket {
        try await call(Distributions.getTicket, .with { ($0.ticketID, $0.actingContactID) = (id, acting) })
    }

    /// Distributes tickets by way of the cart.
    func distribute(_ ids: [String], from sender: String, to guest: String, defers: Bool = false) async throws {
        try await call(
            Distributions.addToCart, .with { ($0.actingContactID, $0.ticketIds) = (sender, ids) })
        try await call(
            Distributions.allocateCartItems,
            .with { ($0.actingContactID, $0.ticketIds, $0.guestContactID) = (sender, ids, guest) })
        try await call(
            Distributions.validateCart,
            .with { ($0.actingContactID, $0.guestContactIds, $0.deferDelivery) = (sender, [guest], defers) })
    }

    func takeBack(_ id: String, by acting: String, to recipient: String = "") async throws -> Refusal? {
        try await refusal(
            Distributions.takeBackTickets,
            .with {
                ($0.actingContactID, $0.ticketIds, $0.toContactID) = (acting, [id], recipient)
                $0.reason = "a test"
            })
    }

    func pointOfSales(
        injected: Bool = true, downloaded: Usher_Organisations_V1_TakeBackDownloaded = .relayAndPublic,
        perDay: Int32 = 0
    ) async throws {
        try await call(
            Organisations.updateSettings,
            .with {
                $0.settings.pointOfSales.allowTakeBackInjected = injected
                $0.settings.pointOfSales.takeBackDownloaded = downloaded
                $0.settings.pointOfSales.takeBacksPerDay = perDay
                $0.updateMask.paths = ["point_of_sales"]
            })
    }

    /// What a scan at the ticket's door comes to.
    @discardableResult
    func enter(
        _ barcode: String, at performance: String = "match-1"
    ) async throws -> Usher_Admission_V1_ScanVerdict {
        try await call(
            Admissions.scanBarcode,
            .with { ($0.barcode, $0.performanceID, $0.deviceID) = (barcode, performance, "gate-1") }
        ).verdict
    }

    func cart(of contact: String) async throws -> Usher_Distribution_V1_Cart {
        try await call(Distributions.getCart, .with { $0.actingContactID = contact })
    }
}
