import Testing
import UsherAPI
import UsherContract

@Suite struct TakeBackTests {
    /// Legacy: filter distributed, zone, ticket, take back, confirm.
    @Test func oneTicketOfTheSeatMap() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales(downloaded: .off)
        let (relay, guest) = (try await harness.contact("relay", .relay), try await harness.contact("guest"))
        let ids = try await harness.tickets(3, for: relay)
        _ = try await harness.tickets(1, zone: "B", for: relay)
        try await harness.distribute([ids[1]], from: relay, to: guest)
        let found = try await harness.call(
            Distributions.listTickets,
            .with {
                ($0.actingContactID, $0.performanceID, $0.zone) = (relay, "match-1", "A")
                ($0.distribution, $0.takeBackPossible) = (.distributed, true)
            })
        #expect(found.tickets.map(\.ticketID) == [ids[1]] && found.tickets[0].takeBackPossible)
        // Whoever distributed a ticket must not come in with it.
        #expect(found.tickets[0].barcode.isEmpty)
        let before = try await harness.ticket(ids[1])
        var request = Usher_Distribution_V1_TakeBackTicketsRequest()
        (request.actingContactID, request.ticketIds, request.validateOnly) = (relay, [ids[1]], true)
        request.reason = "not used"
        #expect(try await harness.call(Distributions.takeBackTickets, request).takenBackCount == 1)
        #expect(try await harness.ticket(ids[1]) == before)
        request.validateOnly = false
        #expect(try await harness.call(Distributions.takeBackTickets, request).ticketIds == [ids[1]])
        let after = try await harness.ticket(ids[1])
        #expect(after.ownerContactID == relay && after.holderName == "relay" && after.transferLevel == 0)
        #expect(try await harness.enter(before.barcode) == .superseded)
        #expect(try await harness.enter(after.barcode) == .ok)
        #expect(try await harness.takeBack(ids[1], by: relay)?.reason == "NOT_DISTRIBUTED")
    }

    /// The dashboard: the count of a performance, then all of it.
    @Test func allOfAPerformance() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales(downloaded: .off)
        let (relay, guest) = (try await harness.contact("relay", .relay), try await harness.contact("guest"))
        let ids = try await harness.tickets(6, for: relay)
        let others = try await harness.tickets(1, of: "match-2", for: relay)
        try await harness.distribute(Array(ids[0..<5]) + others, from: relay, to: guest)
        try await harness.enter(try await harness.ticket(ids[0]).barcode)
        try await harness.call(
            Distributions.markDownloaded, .with { ($0.actingContactID, $0.ticketID) = (guest, ids[1]) })
        try await harness.call(Admissions.cancelTicket, .with { $0.ticketID = ids[2] })
        try await harness.call(
            Distributions.addToCart, .with { ($0.actingContactID, $0.ticketIds) = (relay, [ids[5]]) })
        let board = try await harness.call(Distributions.getTicketingDashboard, .with { $0.actingContactID = relay })
        #expect(board.performances.map(\.performanceID) == ["match-1", "match-2"])
        let counts = board.performances[0]
        #expect(counts.remainingCount == 1 && counts.inCartCount == 1 && counts.distributedCount == 4)
        #expect(counts.controlledCount == 1 && counts.downloadedCount == 1 && counts.cancelledCount == 1)
        #expect(counts.takeBackPossibleCount == 2 && counts.title == "Opening Night")
        var request = Usher_Distribution_V1_TakeBackTicketsRequest()
        (request.actingContactID, request.performanceID, request.reason) = (relay, "match-1", "rain")
        request.validateOnly = true
        let planned = try await harness.call(Distributions.takeBackTickets, request)
        #expect(planned.ticketIds == [ids[3], ids[4]] && planned.takenBackCount == 2 && !planned.more)
        request.validateOnly = false
        #expect(try await harness.call(Distributions.takeBackTickets, request) == planned)
        let after = try await harness.call(Distributions.getTicketingDashboard, .with { $0.actingContactID = relay })
        #expect(after.performances[0].takeBackPossibleCount == 0 && after.performances[0].remainingCount == 3)
        #expect(after.performances[1].takeBackPossibleCount == 1)
        #expect(try await harness.call(Distributions.takeBackTickets, request).takenBackCount == 0)
        // A performance that is no more keeps its tickets, and its name among them.
        try await harness.call(Catalog.deleteAsset, .with { $0.assetID = "match-2" })
        let late = try await harness.call(Distributions.getTicketingDashboard, .with { $0.actingContactID = relay })
        #expect(late.performances.map(\.performanceID) == ["match-1", "match-2"])
        #expect(late.performances.map(\.title) == ["Opening Night", "Opening Night"])
    }

    /// By a transfer a distributor has what it distributed itself: there is nothing to take back, and no list says so.
    @Test func whatCameBackByATransferIsNotTakenBack() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales()
        let (relay, guest) = (try await harness.contact("relay", .relay), try await harness.contact("guest"))
        let ids = try await harness.tickets(2, for: relay)
        try await harness.distribute(ids, from: relay, to: guest)
        let offer = try await harness.call(
            Distributions.transferTicket,
            .with { ($0.actingContactID, $0.ticketID, $0.toContactID) = (guest, ids[0], relay) })
        try await harness.call(
            Distributions.acceptTransfer,
            .with { ($0.actingContactID, $0.transferID) = (relay, offer.transferID) })
        let listed = try await harness.call(
            Distributions.listTickets, .with { ($0.actingContactID, $0.takeBackPossible) = (relay, true) })
        #expect(listed.tickets.map(\.ticketID) == [ids[1]])
        let board = try await harness.call(Distributions.getTicketingDashboard, .with { $0.actingContactID = relay })
        #expect(board.performances.map(\.takeBackPossibleCount) == [1])
        let seats = try await harness.call(
            Distributions.listSeats,
            .with { ($0.actingContactID, $0.performanceID, $0.includeDistributed) = (relay, "match-1", true) }
        ).seats
        #expect(seats.map(\.takeBackPossible) == [false, true] && seats.map(\.state) == [.remaining, .distributed])
        #expect(try await harness.ticket(ids[0], for: relay).takeBackPossible == false)
        #expect(try await harness.takeBack(ids[0], by: relay)?.reason == "ALREADY_OWNER")
        #expect(try await harness.takeBack(ids[1], by: relay) == nil)
    }

    @Test func straightToSomeoneElseOrAFellowRelayOrTheDistributor() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales()
        let one = try await harness.contact("one", .relay, structure: "fc")
        let two = try await harness.contact("two", .relay, structure: "fc")
        let (anna, bob) = (try await harness.contact("anna"), try await harness.contact("bob"))
        let ids = try await harness.tickets(3, for: one)
        try await harness.distribute(ids, from: one, to: anna)
        #expect(try await harness.takeBack(ids[0], by: two, to: bob) == nil)
        #expect(try await harness.takeBack(ids[1], by: two, to: two) == nil)
        #expect(try await harness.takeBack(ids[2], by: two) == nil)
        let tickets = [
            try await harness.ticket(ids[0]), try await harness.ticket(ids[1]), try await harness.ticket(ids[2]),
        ]
        #expect(tickets.map(\.ownerContactID) == [bob, two, one])
        #expect(tickets.map(\.distributorContactID) == [one, "", ""])
        #expect(tickets.allSatisfy { $0.moves.last?.actingContactID == two && $0.initialOwnerContactID == one })
        #expect(try await harness.takeBack(ids[0], by: one, to: bob)?.reason == "ALREADY_OWNER")
    }

    /// A ticket that was distributed further comes back the way it went.
    @Test func levelByLevel() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales()
        let (a, b) = (try await harness.contact("a", .relay), try await harness.contact("b", .relay))
        let c = try await harness.contact("c")
        let id = try await harness.tickets(1, for: a)[0]
        try await harness.distribute([id], from: a, to: b)
        try await harness.distribute([id], from: b, to: c)
        #expect(try await harness.takeBack(id, by: c)?.reason == "NOT_DISTRIBUTOR")
        #expect(try await harness.takeBack(id, by: b) == nil)
        #expect(try await harness.ticket(id).distributorContactID == a)
        #expect(try await harness.takeBack(id, by: b)?.reason == "NOT_DISTRIBUTOR")
        #expect(try await harness.takeBack(id, by: a) == nil)
        let ticket = try await harness.ticket(id)
        #expect(ticket.ownerContactID == a && !ticket.distributed)
        #expect(ticket.moves.map(\.kind) == [.registered, .distributed, .distributed, .takenBack, .takenBack])
    }

    @Test func aContactTakesBackSoManyADay() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales(perDay: 3)
        let (one, two) = (
            try await harness.contact("one", .relay, structure: "fc"),
            try await harness.contact("two", .relay, structure: "fc")
        )
        let guest = try await harness.contact("guest")
        let ids = try await harness.tickets(5, for: one)
        try await harness.distribute(ids, from: one, to: guest)
        #expect(try await harness.takeBack(ids[0], by: one) == nil)
        harness.now = harness.now + .hours(1)
        let refusal = try await harness.refusal(
            Distributions.takeBackTickets,
            .with { ($0.actingContactID, $0.performanceID, $0.reason) = (one, "match-1", "all") })
        #expect(refusal?.reason == "TAKE_BACK_LIMIT_REACHED" && refusal?.code == .resourceExhausted)
        #expect(refusal?.metadata == ["allowed": "2"] && refusal?.retryAfter == .hours(23))
        #expect(try await harness.takeBack(ids[1], by: one) == nil)
        #expect(try await harness.takeBack(ids[2], by: one) == nil)
        #expect(try await harness.takeBack(ids[3], by: one)?.reason == "TAKE_BACK_LIMIT_REACHED")
        #expect(try await harness.takeBack(ids[3], by: two) == nil)
        harness.now = harness.now + .hours(23)
        #expect(try await harness.takeBack(ids[4], by: one) == nil)
    }

    private static let badRequests: [(String, @Sendable (inout Usher_Distribution_V1_TakeBackTicketsRequest) -> Void)] =
        [
            ("ticket_ids", { $0.performanceID = "match-1" }), ("ticket_ids", { $0.ticketIds = [] }),
            ("ticket_ids", { $0.ticketIds = Array(repeating: "tkt_0000000000001", count: 1_001) }),
            ("performance_id", { ($0.actingContactID, $0.performanceID, $0.ticketIds) = ("", "match-1", []) }),
            ("zone", { $0.zone = "A" }), ("reason", { $0.reason = "" }),
            ("reason", { $0.reason = String(repeating: "x", count: 501) }),
        ]

    @Test(arguments: badRequests)
    func fieldsThatCannotBeAccepted(
        field: String, change: @Sendable (inout Usher_Distribution_V1_TakeBackTicketsRequest) -> Void
    ) async throws {
        let harness = try await Harness.withMatches()
        var request = Usher_Distribution_V1_TakeBackTicketsRequest()
        (request.ticketIds, request.reason) = (["tkt_0000000000001"], "why")
        request.actingContactID = "ctc_0000000000001"
        change(&request)
        let refusal = try await harness.refusal(Distributions.takeBackTickets, request)
        #expect(refusal?.code == .invalidArgument && refusal?.violations.map(\.field) == [field])
    }

    @Test func theSettingOfDownloadedTicketsNeedsThatOfInjectedOnes() async throws {
        let harness = try await Harness.withMatches()
        let refusal = try await harness.refusal(
            Organisations.updateSettings,
            .with {
                $0.settings.pointOfSales.takeBackDownloaded = .relay
                $0.updateMask.paths = ["point_of_sales"]
            })
        #expect(refusal?.reason == "SETTING_CONFLICT" && refusal?.code == .failedPrecondition)
    }
}
