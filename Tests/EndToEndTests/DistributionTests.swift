import Testing
import UsherAPI
import UsherClient
import UsherContract

/// Distribution over TCP.
@Suite struct DistributionTests {
    /// Scenario 8. Sponsor reclaim.
    @Test func sponsorReclaim() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("fcgeneva")
            let conflict = try await reason {
                try await client.pointOfSales(injected: false, downloaded: .relay)
            }
            #expect(conflict == "SETTING_CONFLICT")
            let desk = try await client.contact("desk", .relay)
            let fan = try await client.contact("fan", .individual)
            let seats = try await client.registerMatches(seats: 100, owner: desk)
            #expect(seats.joined().count == 200)

            // A cart for 40 guests over two matches: one seat in each.
            var guests: [String] = []
            for number in 1...40 { guests.append(try await client.contact("guest-\(number)", .individual)) }
            _ = try await client.distribution.addToCart(
                .with {
                    $0.actingContactID = desk
                    $0.ticketIds = Array(seats[0].prefix(40) + seats[1].prefix(40))
                })
            for (index, guest) in guests.enumerated() {
                _ = try await client.distribution.allocateCartItems(
                    .with {
                        ($0.actingContactID, $0.guestContactID) = (desk, guest)
                        $0.ticketIds = [seats[0][index], seats[1][index]]
                    })
            }
            let validated = try await client.distribution.validateCart(
                .with { ($0.actingContactID, $0.guestContactIds) = (desk, Array(guests[..<25])) })
            #expect(validated.distributedCount == 50 && validated.remainingCount == 30)
            let kept = try await client.distribution.getCart(.with { $0.actingContactID = desk })
            #expect(Set(kept.items.map(\.guestContactID)) == Set(guests[25...]) && kept.items.count == 30)

            // A guest downloads. What an individual has distributed it does not get back under RELAY; a relay does.
            let ticket = seats[0][0]
            _ = try await client.distribution.markDownloaded(
                .with { ($0.actingContactID, $0.ticketID) = (guests[0], ticket) })
            let fans = try await client.registerTickets(1, "match-1", zone: "fans", owner: fan)[0]
            try await client.distribute([fans], from: fan, to: guests[1])
            _ = try await client.distribution.markDownloaded(
                .with { ($0.actingContactID, $0.ticketID) = (guests[1], fans) })
            try await client.pointOfSales(injected: true, downloaded: .relay)
            let refused = try await reason { try await client.takeBack(fans, by: fan) }
            #expect(refused == "TAKE_BACK_NOT_ALLOWED")
            let old = try await client.distribution.getTicket(.with { $0.ticketID = ticket })
            try await client.takeBack(ticket, by: desk, to: guests[30])
            let new = try await client.distribution.getTicket(.with { $0.ticketID = ticket })
            #expect(new.ownerContactID == guests[30] && new.delivery == .injected && new.barcode != old.barcode)
            #expect(try await client.scan(old.barcode) == .superseded)
            #expect(try await client.scan(new.barcode) == .ok)
            #expect(try await reason { try await client.takeBack(ticket, by: desk) } == "TICKET_CONTROLLED")
            await client.close()
        }
    }

    /// 64 callers take back, validate and transfer one ticket: it has one owner, whom everybody agrees on.
    @Test func oneHolderUnder64Callers() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("fcgeneva")
            try await client.pointOfSales(injected: true, downloaded: .relay)
            let desk = try await client.contact("desk", .relay)
            let (anna, bob) = (
                try await client.contact("anna", .individual), try await client.contact("bob", .individual)
            )
            let ticket = try await client.registerMatches(seats: 1, owner: desk)[0][0]
            try await client.distribute([ticket], from: desk, to: anna)
            let done = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        try await reason {
                            switch number % 3 {
                            case 0: try await client.takeBack(ticket, by: desk)
                            case 1: try await client.distribute([ticket], from: desk, to: bob)
                            default: try await client.transfer(ticket, from: bob, to: anna)
                            }
                        } == nil
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            let last = try await client.distribution.getTicket(.with { $0.ticketID = ticket })
            #expect(last.moves.count == 2 + done && done > 0)
            for (before, after) in zip(last.moves, last.moves.dropFirst()) {
                #expect(before.toContactID == after.fromContactID)
            }
            #expect(last.moves.last?.toContactID == last.ownerContactID && last.initialOwnerContactID == desk)
            #expect(try await client.scan(last.barcode) == .ok)
            await client.close()
        }
    }
}

extension UsherClient {
    fileprivate func contact(
        _ name: String, _ kind: Usher_Distribution_V1_ContactKind
    ) async throws -> String {
        try await distribution.createContact(
            .with { $0.contact = .with { ($0.name, $0.email, $0.kind) = (name, "\(name)@example.org", kind) } }
        ).contactID
    }

    fileprivate func pointOfSales(
        injected: Bool, downloaded: Usher_Organisations_V1_TakeBackDownloaded
    ) async throws {
        _ = try await organisations.updateSettings(
            .with {
                $0.settings.pointOfSales.allowTakeBackInjected = injected
                $0.settings.pointOfSales.takeBackDownloaded = downloaded
                $0.updateMask.paths = ["point_of_sales"]
            })
    }

    fileprivate func registerTickets(
        _ count: Int, _ performance: String, zone: String, owner: String
    ) async throws -> [String] {
        try await distribution.registerTickets(
            .with {
                ($0.performanceID, $0.ownerContactID) = (performance, owner)
                $0.tickets = (1...count).map { seat in .with { ($0.zone, $0.seat) = (zone, String(seat)) } }
            }
        ).tickets.map(\.ticketID)
    }

    /// So many seats of each of two matches.
    fileprivate func registerMatches(seats: Int, owner: String) async throws -> [[String]] {
        var tickets: [[String]] = []
        for match in ["match-1", "match-2"] {
            _ = try await catalog.createAsset(
                .with { $0.asset = .with { ($0.assetID, $0.type, $0.title) = (match, .performance, match) } })
            tickets.append(try await registerTickets(seats, match, zone: "A", owner: owner))
        }
        return tickets
    }

    fileprivate func distribute(_ tickets: [String], from sender: String, to guest: String) async throws {
        _ = try await distribution.addToCart(.with { ($0.actingContactID, $0.ticketIds) = (sender, tickets) })
        _ = try await distribution.allocateCartItems(
            .with { ($0.actingContactID, $0.ticketIds, $0.guestContactID) = (sender, tickets, guest) })
        _ = try await distribution.validateCart(
            .with { ($0.actingContactID, $0.guestContactIds, $0.reason) = (sender, [guest], "a test") })
    }

    fileprivate func takeBack(_ ticket: String, by acting: String, to recipient: String = "") async throws {
        _ = try await distribution.takeBackTickets(
            .with {
                ($0.actingContactID, $0.ticketIds, $0.toContactID) = (acting, [ticket], recipient)
                $0.reason = "a test"
            })
    }

    fileprivate func transfer(_ ticket: String, from sender: String, to recipient: String) async throws {
        let transfer = try await distribution.transferTicket(
            .with { ($0.actingContactID, $0.ticketID, $0.toContactID) = (sender, ticket, recipient) })
        _ = try await distribution.acceptTransfer(
            .with { ($0.actingContactID, $0.transferID) = (recipient, transfer.transferID) })
    }

    fileprivate func scan(_ barcode: String) async throws -> Usher_Admission_V1_ScanVerdict {
        try await admissions.scanBarcode(
            .with { ($0.barcode, $0.performanceID, $0.deviceID) = (barcode, "match-1", "gate-1") }
        ).verdict
    }
}
