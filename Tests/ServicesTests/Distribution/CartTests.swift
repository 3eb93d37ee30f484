import Testing
import UsherAPI
import UsherContract

@Suite struct CartTests {
    @Test func validatingGivesTheChosenGuestsTheirTicketsOfAllPerformancesAndKeepsTheRest() async throws {
        let harness = try await Harness.withMatches()
        let sponsor = try await harness.contact("sponsor", .relay, structure: "fc")
        let (anna, bob) = (try await harness.contact("anna"), try await harness.contact("bob"))
        let first = try await harness.tickets(2, for: sponsor)
        let second = try await harness.tickets(2, of: "match-2", for: sponsor)
        try await harness.call(
            Distributions.addToCart, .with { ($0.actingContactID, $0.ticketIds) = (sponsor, first + second) })
        for (index, guest) in [anna, bob].enumerated() {
            try await harness.call(
                Distributions.allocateCartItems,
                .with {
                    $0.actingContactID = sponsor
                    ($0.ticketIds, $0.guestContactID) = ([first[index], second[index]], guest)
                    if index == 0 { $0.holderName = "Anna A." }
                })
        }
        // Allocating is not distributing.
        #expect(try await harness.ticket(first[0]).ownerContactID == sponsor)
        let barcode = try await harness.ticket(first[0]).barcode
        var request = Usher_Distribution_V1_ValidateCartRequest()
        (request.actingContactID, request.guestContactIds, request.validateOnly) = (sponsor, [anna], true)
        let planned = try await harness.call(Distributions.validateCart, request)
        #expect(planned.distributedCount == 2 && planned.remainingCount == 2 && planned.takenBackCount == 0)
        #expect(try await harness.ticket(first[0]).ownerContactID == sponsor)
        request.validateOnly = false
        let done = try await harness.call(Distributions.validateCart, request)
        #expect(done == planned && Set(done.ticketIds) == [first[0], second[0]])
        let ticket = try await harness.ticket(first[0])
        #expect(ticket.ownerContactID == anna && ticket.initialOwnerContactID == sponsor && ticket.distributed)
        #expect(ticket.distributorContactID == sponsor && ticket.delivery == .injected && ticket.cartID.isEmpty)
        #expect(ticket.holderName == "Anna A." && ticket.barcode != barcode)
        #expect(try await harness.enter(barcode) == .superseded)
        #expect(try await harness.enter(ticket.barcode) == .ok)
        let cart = try await harness.cart(of: sponsor)
        #expect(cart.items.map(\.ticketID) == [first[1], second[1]])
        #expect(cart.items.allSatisfy { $0.guestContactID == bob && !$0.distributed })
        let again = try await harness.refusal(Distributions.validateCart, request)
        #expect(again?.reason == "NOTHING_ALLOCATED" && again?.metadata == ["contact_id": anna])
        #expect(ticket.moves.map(\.kind) == [.registered, .distributed] && ticket.moves[1].toContactID == anna)
    }

    @Test func oneTicketThatCannotGoKeepsAllOfThem() async throws {
        let harness = try await Harness.withMatches()
        let sponsor = try await harness.contact("sponsor", .relay)
        let guests = [try await harness.contact("anna"), try await harness.contact("bob")]
        let ids = try await harness.tickets(2, for: sponsor)
        try await harness.call(
            Distributions.addToCart, .with { ($0.actingContactID, $0.ticketIds) = (sponsor, ids) })
        for (id, guest) in zip(ids, guests) {
            try await harness.call(
                Distributions.allocateCartItems,
                .with { ($0.actingContactID, $0.ticketIds, $0.guestContactID) = (sponsor, [id], guest) })
        }
        let before = try await harness.ticket(ids[0])
        try await harness.enter(try await harness.ticket(ids[1]).barcode)
        let refusal = try await harness.refusal(
            Distributions.validateCart, .with { ($0.actingContactID, $0.guestContactIds) = (sponsor, guests) })
        #expect(refusal?.reason == "TICKET_CONTROLLED" && refusal?.metadata == ["ticket_id": ids[1]])
        #expect(try await harness.ticket(ids[0]) == before)
        #expect(try await harness.cart(of: sponsor).items.count == 2)
    }

    @Test func aTicketIsInOneCart() async throws {
        let harness = try await Harness.withMatches()
        let (one, two) = (
            try await harness.contact("one", .relay, structure: "fc"),
            try await harness.contact("two", .relay, structure: "fc")
        )
        let ids = try await harness.tickets(3, for: one)
        func add(_ acting: String, _ ids: [String], cart: String = "") async throws -> Refusal? {
            try await harness.refusal(
                Distributions.addToCart,
                .with { ($0.actingContactID, $0.ticketIds, $0.cartID) = (acting, ids, cart) })
        }
        #expect(try await add(one, [ids[0]]) == nil)
        // Once more changes nothing; a fellow relay's cart is another one, and its owner's can be used.
        #expect(try await add(one, [ids[0], ids[0]]) == nil)
        let other = try await add(two, [ids[1], ids[0]])
        #expect(other?.reason == "TICKET_IN_CART" && other?.metadata == ["ticket_id": ids[0]])
        #expect(try await harness.cart(of: two).items.isEmpty)
        let cart = try await harness.cart(of: one)
        #expect(try await add(two, [ids[1], ids[0]], cart: cart.cartID) == nil)
        #expect(try await harness.cart(of: one).items.map(\.ticketID) == [ids[0], ids[1]])
        #expect(try await harness.ticket(ids[1]).cartID == cart.cartID)
        let removed = try await harness.call(
            Distributions.removeFromCart,
            .with { ($0.actingContactID, $0.ticketIds) = (one, [ids[0], ids[2], "tkt_nothing"]) })
        #expect(removed.items.map(\.ticketID) == [ids[1]])
        #expect(try await add(two, [ids[0]]) == nil)
        // It never expires.
        harness.now = harness.now + .hours(24 * 365)
        #expect(try await harness.cart(of: one).items.count == 1)
    }

    @Test func everyRefusalOfACart() async throws {
        let harness = try await Harness.withMatches()
        let relay = try await harness.contact("relay", .relay, structure: "fc")
        let stranger = try await harness.contact("stranger", .relay, structure: "other")
        let guest = try await harness.contact("guest")
        let ids = try await harness.tickets(2, for: relay)
        let cart = try await harness.cart(of: relay).cartID
        func add(_ change: (inout Usher_Distribution_V1_AddToCartRequest) -> Void) async throws -> String? {
            var request = Usher_Distribution_V1_AddToCartRequest()
            (request.actingContactID, request.ticketIds) = (relay, [ids[0]])
            change(&request)
            return try await harness.refusal(Distributions.addToCart, request)?.reason
        }
        #expect(try await add { $0.ticketIds = [] } == "FIELD_INVALID")
        #expect(try await add { $0.ticketIds = Array(repeating: ids[0], count: 1_001) } == "FIELD_INVALID")
        #expect(try await add { $0.actingContactID = "" } == "CONTACT_NOT_FOUND")
        #expect(try await add { $0.cartID = "crt_0000000000001" } == "CART_NOT_FOUND")
        #expect(try await add { ($0.actingContactID, $0.cartID) = (stranger, cart) } == "NOT_YOUR_STRUCTURE")
        #expect(try await add { $0.ticketIds = ["tkt_0000000000001"] } == "TICKET_NOT_FOUND")
        #expect(try await add { $0.actingContactID = stranger } == "NOT_OWNER")
        #expect(try await add { _ in } == nil)

        func allocate(
            _ change: (inout Usher_Distribution_V1_AllocateCartItemsRequest) -> Void
        ) async throws -> String? {
            var request = Usher_Distribution_V1_AllocateCartItemsRequest()
            (request.actingContactID, request.ticketIds, request.guestContactID) = (relay, [ids[0]], guest)
            change(&request)
            return try await harness.refusal(Distributions.allocateCartItems, request)?.reason
        }
        #expect(try await allocate { ($0.guestContactID, $0.holderName) = ("", "X") } == "FIELD_INVALID")
        #expect(try await allocate { $0.guestContactID = "ctc_0000000000001" } == "CONTACT_NOT_FOUND")
        #expect(try await allocate { $0.ticketIds = [ids[1]] } == "TICKET_NOT_IN_CART")
        #expect(try await allocate { $0.guestContactID = relay } == "ALREADY_OWNER")
        #expect(try await allocate { _ in } == nil)
        // Nobody any more.
        #expect(try await allocate { $0.guestContactID = "" } == nil)
        let refusal = try await harness.refusal(
            Distributions.validateCart, .with { ($0.actingContactID, $0.guestContactIds) = (relay, [guest]) })
        #expect(refusal?.reason == "NOTHING_ALLOCATED")
    }

    @Test func alreadyDistributedTicketsAreReclaimedThroughTheCart() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales()
        let relay = try await harness.contact("relay", .relay)
        let (anna, bob) = (try await harness.contact("anna"), try await harness.contact("bob"))
        let ids = try await harness.tickets(2, for: relay)
        try await harness.distribute(ids, from: relay, to: anna)
        let cart = try await harness.call(
            Distributions.addToCart, .with { ($0.actingContactID, $0.ticketIds) = (relay, ids) })
        #expect(cart.items.allSatisfy { $0.distributed })
        for (id, guest) in zip(ids, [relay, bob]) {
            try await harness.call(
                Distributions.allocateCartItems,
                .with { ($0.actingContactID, $0.ticketIds, $0.guestContactID) = (relay, [id], guest) })
        }
        var request = Usher_Distribution_V1_ValidateCartRequest()
        (request.actingContactID, request.guestContactIds) = (relay, [relay, bob])
        #expect(try await harness.refusal(Distributions.validateCart, request)?.reason == "REASON_REQUIRED")
        request.reason = "anna cannot come"
        let done = try await harness.call(Distributions.validateCart, request)
        #expect(done.takenBackCount == 2 && done.distributedCount == 0 && done.remainingCount == 0)
        let (mine, bobs) = (try await harness.ticket(ids[0]), try await harness.ticket(ids[1]))
        #expect(mine.ownerContactID == relay && !mine.distributed && mine.delivery == .none)
        #expect(bobs.ownerContactID == bob && bobs.distributorContactID == relay && bobs.delivery == .injected)
        #expect(bobs.moves.last?.kind == .takenBack && bobs.moves.last?.reason == "anna cannot come")
        #expect(bobs.moves.last?.fromContactID == anna)
    }
}
