import Testing
import UsherAPI
import UsherContract

@Suite struct HeldTicketTests {
    @Test func ticketsAreRegisteredAllOrNone() async throws {
        let harness = try await Harness.withMatches()
        let owner = try await harness.contact("owner", .relay)
        var request = Usher_Distribution_V1_RegisterTicketsRequest()
        (request.performanceID, request.ownerContactID) = ("match-1", owner)
        request.tickets = [
            .with { ($0.number, $0.zone, $0.seat, $0.holderName) = (7, "A", "1", "Anna") },
            .with { ($0.zone, $0.seat) = ("A", "2") }, .with { $0.zone = "standing" }, .with { $0.zone = "standing" },
        ]
        request.validateOnly = true
        #expect(try await harness.call(Distributions.registerTickets, request).tickets.isEmpty)
        request.validateOnly = false
        let made = try await harness.call(Distributions.registerTickets, request).tickets
        #expect(made.map(\.number) == [7, 8, 9, 10] && Set(made.map(\.barcode)).count == 4)
        let ticket = try await harness.ticket(made[0].ticketID)
        #expect(ticket.number == 7 && ticket.zone == "A" && ticket.seat == "1" && ticket.holderName == "Anna")
        #expect(ticket.ownerContactID == owner && ticket.initialOwnerContactID == owner && !ticket.distributed)
        #expect(ticket.delivery == .none && ticket.transferLimit == 256 && ticket.barcode == made[0].barcode)
        #expect(ticket.performanceID == "match-1" && ticket.organisationID == "nordfilm")
        #expect(!ticket.controlled && !ticket.cancelled && ticket.moves.map(\.kind) == [.registered])
        for (change, reason, row) in [
            ({ $0.tickets = [.with { $0.number = 11 }, .with { $0.number = 7 }] }, "TICKET_NUMBER_TAKEN", "2"),
            ({ $0.tickets = [.with { $0.number = 12 }, .with { $0.number = 12 }] }, "TICKET_NUMBER_TAKEN", "2"),
            ({ $0.tickets = [.with { ($0.zone, $0.seat) = ("A", "2") }] }, "SEAT_TAKEN", "1"),
            (
                { $0.tickets = Array(repeating: .with { ($0.zone, $0.seat) = ("B", "2") }, count: 2) }, "SEAT_TAKEN",
                "2"
            ),
        ] as [((inout Usher_Distribution_V1_RegisterTicketsRequest) -> Void, String, String)] {
            for validates in [true, false] {
                var bad = request
                change(&bad)
                bad.validateOnly = validates
                let refusal = try await harness.refusal(Distributions.registerTickets, bad)
                #expect(refusal?.reason == reason && refusal?.metadata["row"] == row)
                #expect(refusal?.code == .alreadyExists)
            }
        }
        // The next number of one is the own number of another.
        request.tickets = [.init(), .with { $0.number = 11 }]
        for validates in [true, false] {
            request.validateOnly = validates
            let refusal = try await harness.refusal(Distributions.registerTickets, request)
            #expect(refusal?.reason == "TICKET_NUMBER_TAKEN" && refusal?.metadata["row"] == "2")
        }
    }

    @Test func whatCannotBeRegistered() async throws {
        let harness = try await Harness.withMatches()
        try await harness.createAsset("film") { $0.type = .video }
        let owner = try await harness.contact("owner")
        func reason(
            _ change: (inout Usher_Distribution_V1_RegisterTicketsRequest) -> Void
        ) async throws -> String? {
            var request = Usher_Distribution_V1_RegisterTicketsRequest()
            (request.performanceID, request.ownerContactID, request.tickets) = ("match-1", owner, [.init()])
            change(&request)
            let refusal = try await harness.refusal(Distributions.registerTickets, request)
            return refusal?.violations.first?.field ?? refusal?.reason
        }
        #expect(try await reason { $0.tickets = [] } == "tickets")
        #expect(try await reason { $0.tickets = Array(repeating: .init(), count: 10_001) } == "tickets")
        #expect(try await reason { $0.transferLimit = 257 } == "transfer_limit")
        #expect(try await reason { $0.transferLimit = -1 } == "transfer_limit")
        #expect(try await reason { $0.performanceID = "" } == "performance_id")
        #expect(try await reason { $0.tickets[0].number = -1 } == "tickets[0].number")
        #expect(try await reason { $0.tickets[0].zone = "a\u{7}" } == "tickets[0].zone")
        #expect(try await reason { $0.performanceID = "film" } == "PERFORMANCE_NOT_FOUND")
        #expect(try await reason { $0.ownerContactID = "ctc_0000000000001" } == "CONTACT_NOT_FOUND")
        #expect(try await reason { _ in } == nil)
    }

    @Test func onlyTheOwnerDownloadsAndOnce() async throws {
        let harness = try await Harness.withMatches()
        let (owner, other) = (try await harness.contact("owner"), try await harness.contact("other"))
        let id = try await harness.tickets(1, for: owner)[0]
        func mark(_ acting: String, _ id: String) async throws -> String? {
            try await harness.refusal(
                Distributions.markDownloaded, .with { ($0.actingContactID, $0.ticketID) = (acting, id) })?.reason
        }
        #expect(try await mark("", id) == "CONTACT_NOT_FOUND")
        #expect(try await mark(owner, "tkt_x") == "TICKET_NOT_FOUND")
        #expect(try await mark(other, id) == "NOT_OWNER")
        #expect(try await mark(owner, id) == nil)
        #expect(try await mark(owner, id) == nil)
        #expect(try await harness.ticket(id).delivery == .downloaded)
        try await harness.call(Admissions.cancelTicket, .with { $0.ticketID = id })
        #expect(try await mark(owner, id) == "TICKET_CANCELLED")
    }

    @Test func whoSeesATicketAndWhoItsBarcode() async throws {
        let harness = try await Harness.withMatches()
        let sponsor = try await harness.contact("sponsor", .relay, structure: "fc")
        let fellow = try await harness.contact("fellow", .relay, structure: "fc")
        let (guest, stranger) = (try await harness.contact("guest"), try await harness.contact("stranger", .relay))
        let id = try await harness.tickets(1, for: sponsor)[0]
        try await harness.distribute([id], from: sponsor, to: guest)
        for (acting, sees, seesBarcode) in [
            ("", true, true), (guest, true, true), (sponsor, true, false), (fellow, true, false),
        ] {
            let ticket = try await harness.ticket(id, for: acting)
            #expect(sees && ticket.barcode.isEmpty == !seesBarcode)
        }
        for acting in [stranger] {
            let refusal = try await harness.refusal(
                Distributions.getTicket, .with { ($0.ticketID, $0.actingContactID) = (id, acting) })
            #expect(refusal?.reason == "TICKET_NOT_FOUND")
        }
    }

    @Test func listsArePagedByPerformance() async throws {
        let harness = try await Harness.withMatches()
        let sponsor = try await harness.contact("sponsor", .relay, structure: "fc")
        let fellow = try await harness.contact("fellow", .relay, structure: "fc")
        let guest = try await harness.contact("guest")
        let second = try await harness.tickets(3, of: "match-2", for: sponsor)
        let first = try await harness.tickets(4, for: sponsor)
        try await harness.distribute([first[1], second[0]], from: sponsor, to: guest)
        let all = first + second
        for size in [1, 2, 100] as [Int32] {
            #expect(try await list(harness, size) { $0.actingContactID = sponsor } == all)
            #expect(
                try await list(harness, size) { ($0.actingContactID, $0.distribution) = (sponsor, .distributed) }
                    == [first[1], second[0]])
            #expect(
                try await list(harness, size) { ($0.actingContactID, $0.distribution) = (sponsor, .remaining) }
                    == all.filter { ![first[1], second[0]].contains($0) })
            #expect(try await list(harness, size) { $0.performanceID = "match-2" } == second)
            #expect(try await list(harness, size) { _ in } == all)
        }
        #expect(try await list(harness) { ($0.actingContactID, $0.contactID) = (fellow, sponsor) } == all)
        #expect(try await list(harness) { $0.contactID = guest } == [first[1], second[0]])
        #expect(try await list(harness) { $0.performanceID = "nothing" } == [])
        #expect(try await list(harness) { $0.zone = "nowhere" } == [])
        let refusal = try await harness.refusal(
            Distributions.listTickets, .with { ($0.actingContactID, $0.contactID) = (guest, sponsor) })
        #expect(refusal?.reason == "NOT_YOUR_STRUCTURE" && refusal?.code == .permissionDenied)
    }

    @Test func theSeatMapShowsWhatEachSeatIs() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales()
        let (sponsor, guest) = (try await harness.contact("sponsor", .relay), try await harness.contact("guest"))
        let ids = try await harness.tickets(5, for: sponsor)
        try await harness.distribute([ids[0]], from: sponsor, to: guest)
        try await harness.call(
            Distributions.addToCart, .with { ($0.actingContactID, $0.ticketIds) = (sponsor, [ids[1]]) })
        try await harness.call(
            Distributions.transferTicket,
            .with { ($0.actingContactID, $0.ticketID, $0.toContactID) = (sponsor, ids[2], guest) })
        try await harness.call(Admissions.cancelTicket, .with { $0.ticketID = ids[3] })
        func seats(_ distributed: Bool, zone: String = "") async throws -> [Usher_Distribution_V1_Seat] {
            try await harness.call(
                Distributions.listSeats,
                .with {
                    ($0.actingContactID, $0.performanceID, $0.zone) = (sponsor, "match-1", zone)
                    $0.includeDistributed = distributed
                }
            ).seats
        }
        let shown = try await seats(true, zone: "A")
        #expect(shown.map(\.ticketID) == [ids[0], ids[1], ids[2], ids[4]])
        #expect(shown.map(\.state) == [.distributed, .inCart, .held, .remaining])
        #expect(shown[0].takeBackPossible && shown[0].ownerContactID == guest && shown[0].delivery == .injected)
        #expect(try await seats(false).map(\.ticketID) == [ids[1], ids[2], ids[4]])
        #expect(try await seats(true, zone: "B").isEmpty)
        let nobody = try await harness.refusal(Distributions.listSeats, .with { $0.performanceID = "match-1" })
        #expect(nobody?.violations.map(\.field) == ["contact_id"])
    }

    private func list(
        _ harness: Harness, _ size: Int32 = 0, _ change: (inout Usher_Distribution_V1_ListTicketsRequest) -> Void
    ) async throws -> [String] {
        var request = Usher_Distribution_V1_ListTicketsRequest()
        request.pageSize = size
        change(&request)
        var found: [String] = []
        repeat {
            let page = try await harness.call(Distributions.listTickets, request)
            #expect(size == 0 || page.tickets.count <= Int(size))
            found += page.tickets.map(\.ticketID)
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        return found
    }
}
