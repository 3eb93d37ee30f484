import Testing
import UsherAPI
import UsherContract

/// 64 callers at once want one ticket for themselves. One gets it, and nobody else thinks so.
@Suite struct TicketRaceTests {
    @Test func oneHolderWhoeverValidatesTakesBackOrTransfers() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales()
        let relays = [
            try await harness.contact("one", .relay, structure: "fc"),
            try await harness.contact("two", .relay, structure: "fc"),
        ]
        let guests = [try await harness.contact("anna"), try await harness.contact("bob")]
        let id = try await harness.tickets(1, for: relays[0])[0]
        try await harness.distribute([id], from: relays[0], to: guests[0])
        let first = try await harness.ticket(id)
        let moved = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<64 {
                group.addTask {
                    switch number % 4 {
                    case 0: return try await harness.takeBack(id, by: relays[number / 4 % 2]) == nil
                    case 1: return try await harness.takeBack(id, by: relays[0], to: guests[1]) == nil
                    case 2: return try await Self.validate(id, by: relays[1], for: guests[1], harness)
                    default: return try await Self.transfer(id, from: guests[0], to: guests[1], harness)
                    }
                }
            }
            return try await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        let last = try await harness.ticket(id)
        // Registered, distributed, and one move for each caller who was told that it had moved the ticket.
        #expect(last.moves.count == min(100, 2 + moved.count { $0 }) && moved.contains(true))
        for (before, after) in zip(last.moves, last.moves.dropFirst()) {
            #expect(before.toContactID == after.fromContactID)
        }
        #expect(last.moves.last?.toContactID == last.ownerContactID && last.initialOwnerContactID == relays[0])
        #expect(try await harness.enter(first.barcode) == .superseded)
        #expect(try await harness.enter(last.barcode) == .ok)
    }

    private static func validate(
        _ id: String, by acting: String, for guest: String, _ harness: Harness
    ) async throws -> Bool {
        _ = try await harness.refusal(
            Distributions.addToCart, .with { ($0.actingContactID, $0.ticketIds) = (acting, [id]) })
        _ = try await harness.refusal(
            Distributions.allocateCartItems,
            .with { ($0.actingContactID, $0.ticketIds, $0.guestContactID) = (acting, [id], guest) })
        return try await harness.refusal(
            Distributions.validateCart,
            .with { ($0.actingContactID, $0.guestContactIds, $0.reason) = (acting, [guest], "race") }) == nil
    }

    private static func transfer(
        _ id: String, from sender: String, to recipient: String, _ harness: Harness
    ) async throws -> Bool {
        do {
            let transfer = try await harness.call(
                Distributions.transferTicket,
                .with { ($0.actingContactID, $0.ticketID, $0.toContactID) = (sender, id, recipient) })
            try await harness.call(
                Distributions.acceptTransfer,
                .with { ($0.actingContactID, $0.transferID) = (recipient, transfer.transferID) })
            return true
        } catch is Refusal {
            return false
        }
    }

    @Test func oneOf64TakesItBack() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales()
        let (relay, guest) = (try await harness.contact("relay", .relay), try await harness.contact("guest"))
        let id = try await harness.tickets(1, for: relay)[0]
        try await harness.distribute([id], from: relay, to: guest)
        let reasons = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<64 {
                group.addTask { try await harness.takeBack(id, by: relay)?.reason ?? "" }
            }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(reasons.count { $0.isEmpty } == 1 && reasons.count { $0 == "NOT_DISTRIBUTED" } == 63)
    }
}
