import Synchronization
import UsherAPI
import UsherClient

/// Distributed tickets that are taken back from one guest and given to another, over and over: each time the old
/// barcode dies and a new one is made.
final class Tickets: Sendable {
    private static let performanceID = "final"

    /// One call for each part of the tickets and each of the two guests.
    private let requests: [[UInt8]]
    private let position = Mutex(0)

    init(_ transport: any UnaryTransport) async throws {
        _ = try await Usher_Catalog_V1_CatalogServiceClient(transport: transport).createAsset(
            .with { ($0.asset.assetID, $0.asset.type, $0.asset.title) = (Self.performanceID, .performance, "Final") })
        _ = try await Usher_Organisations_V1_OrganisationServiceClient(transport: transport).updateSettings(
            .with {
                $0.settings.pointOfSales.allowTakeBackInjected = true
                $0.settings.pointOfSales.takeBacksPerDay = 1_000_000
                $0.updateMask.paths = ["point_of_sales"]
            })
        let distribution = Usher_Distribution_V1_DistributionServiceClient(transport: transport)
        var contacts: [String] = []
        for name in ["desk", "anna", "bob"] {
            contacts.append(
                try await distribution.createContact(
                    .with { $0.contact = .with { ($0.email, $0.kind) = ("\(name)@example.org", .relay) } }
                ).contactID)
        }
        var parts: [[String]] = []
        for part in 0..<BenchLimits.ticketParts {
            let tickets = try await distribution.registerTickets(
                .with {
                    ($0.performanceID, $0.ownerContactID) = (Self.performanceID, contacts[0])
                    $0.tickets = (1...BenchLimits.ticketsPerCall).map { seat in
                        .with { ($0.zone, $0.seat) = ("zone \(part)", String(seat)) }
                    }
                }
            ).tickets.map(\.ticketID)
            try await Self.distribute(tickets, from: contacts[0], to: contacts[1], distribution)
            parts.append(tickets)
        }
        requests = try [contacts[2], contacts[1]].flatMap { guest in
            try parts.map { part in
                try Usher_Distribution_V1_TakeBackTicketsRequest.with {
                    ($0.actingContactID, $0.ticketIds, $0.toContactID) = (contacts[0], part, guest)
                    $0.reason = "bench"
                }.serializedBytes()
            }
        }
    }

    /// The next call. Calls must be made one after another.
    func next() -> [UInt8]? {
        position.withLock { position in
            defer { position = (position + 1) % requests.count }
            return requests[position]
        }
    }

    private static func distribute(
        _ tickets: [String], from sender: String, to guest: String,
        _ distribution: Usher_Distribution_V1_DistributionServiceClient
    ) async throws {
        _ = try await distribution.addToCart(.with { ($0.actingContactID, $0.ticketIds) = (sender, tickets) })
        _ = try await distribution.allocateCartItems(
            .with { ($0.actingContactID, $0.ticketIds, $0.guestContactID) = (sender, tickets, guest) })
        _ = try await distribution.validateCart(
            .with { ($0.actingContactID, $0.guestContactIds) = (sender, [guest]) })
    }
}
