import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// A ticket that was distributed on stays in the reach of those who distributed it before, and in the organisation's.
@Suite struct EarlierDistributorTests {
    private struct Chain {
        let harness: Harness
        let (sponsor, guest, friend): (String, String, String)
        let id: String
    }

    /// The sponsor gave a ticket to a guest, who downloaded it and gave it on.
    private func chain(_ downloaded: Usher_Organisations_V1_TakeBackDownloaded) async throws -> Chain {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales(downloaded: downloaded)
        let sponsor = try await harness.contact("sponsor", .relay)
        let (guest, friend) = (try await harness.contact("guest"), try await harness.contact("friend"))
        let id = try await harness.tickets(1, for: sponsor)[0]
        try await harness.distribute([id], from: sponsor, to: guest)
        try await harness.call(
            Distributions.markDownloaded, .with { ($0.actingContactID, $0.ticketID) = (guest, id) })
        try await harness.distribute([id], from: guest, to: friend)
        try await harness.call(
            Distributions.markDownloaded, .with { ($0.actingContactID, $0.ticketID) = (friend, id) })
        return Chain(harness: harness, sponsor: sponsor, guest: guest, friend: friend, id: id)
    }

    @Test func theSponsorTakesBackWhatAGuestGaveOn() async throws {
        let chain = try await chain(.relay)
        let (harness, id) = (chain.harness, chain.id)
        let listed = try await harness.call(
            Distributions.listTickets,
            .with {
                ($0.actingContactID, $0.distribution, $0.takeBackPossible) = (chain.sponsor, .distributed, true)
            })
        #expect(listed.tickets.map(\.ticketID) == [id])
        let board = try await harness.call(
            Distributions.getTicketingDashboard, .with { $0.actingContactID = chain.sponsor })
        #expect(board.performances.map(\.takeBackPossibleCount) == [1])
        // The guest is an individual, whom the point of sale does not let take back what was downloaded.
        #expect(try await harness.takeBack(id, by: chain.guest)?.reason == "TAKE_BACK_NOT_ALLOWED")
        #expect(try await harness.takeBack(id, by: chain.friend)?.reason == "TAKE_BACK_NOT_ALLOWED")
        let barcode = try await harness.ticket(id).barcode
        #expect(try await harness.takeBack(id, by: chain.sponsor) == nil)
        let after = try await harness.ticket(id)
        #expect(after.ownerContactID == chain.sponsor && !after.distributed && after.distributorContactID.isEmpty)
        #expect(try await harness.enter(barcode) == .superseded)
        #expect(try await harness.enter(after.barcode) == .ok)
    }

    @Test func straightToSomeoneElseItComesFromTheSponsor() async throws {
        let chain = try await chain(.relay)
        let other = try await chain.harness.contact("other")
        #expect(try await chain.harness.takeBack(chain.id, by: chain.sponsor, to: other) == nil)
        let after = try await chain.harness.ticket(chain.id)
        #expect(after.ownerContactID == other && after.distributorContactID == chain.sponsor)
        #expect(try await chain.harness.takeBack(chain.id, by: chain.guest)?.reason == "NOT_DISTRIBUTOR")
    }

    @Test func allOfAPerformanceComesBackFromWhereverItIs() async throws {
        let chain = try await chain(.relayAndPublic)
        let reply = try await chain.harness.call(
            Distributions.takeBackTickets,
            .with { ($0.actingContactID, $0.performanceID, $0.reason) = (chain.sponsor, "match-1", "rain") })
        #expect(reply.ticketIds == [chain.id])
        #expect(try await chain.harness.ticket(chain.id).ownerContactID == chain.sponsor)
    }

    /// A relay that is none any more, or a distributor who has left, cannot take back; the organisation can.
    @Test func theOrganisationTakesBackWhereNobodyCan() async throws {
        let chain = try await chain(.relay)
        let (harness, id) = (chain.harness, chain.id)
        try await harness.call(
            Distributions.updateContact,
            .with {
                ($0.contact.contactID, $0.contact.kind) = (chain.sponsor, .individual)
                $0.updateMask.paths = ["kind"]
            })
        #expect(try await harness.takeBack(id, by: chain.sponsor)?.reason == "TAKE_BACK_NOT_ALLOWED")
        var request = Usher_Distribution_V1_TakeBackTicketsRequest()
        request.ticketIds = [id]
        #expect(
            try await harness.refusal(Distributions.takeBackTickets, request)?.violations.map(\.field) == ["reason"])
        (request.reason, request.toContactID) = ("the sponsor has left", chain.sponsor)
        #expect(try await harness.call(Distributions.takeBackTickets, request).takenBackCount == 1)
        let after = try await harness.ticket(id)
        #expect(after.ownerContactID == chain.sponsor && !after.distributed)
        #expect(after.moves.last?.actingContactID == "" && after.moves.last?.reason == "the sponsor has left")
        #expect(
            try await harness.refusal(Distributions.takeBackTickets, request)?.reason == "NOT_DISTRIBUTED")
    }

    @Test func theOrganisationGivesATicketBackToItsLatestDistributor() async throws {
        let chain = try await chain(.off)
        var request = Usher_Distribution_V1_TakeBackTicketsRequest()
        (request.ticketIds, request.reason) = ([chain.id], "asked for by phone")
        try await chain.harness.call(Distributions.takeBackTickets, request)
        let after = try await chain.harness.ticket(chain.id)
        #expect(after.ownerContactID == chain.guest && after.distributorContactID == chain.sponsor)
        // Never once someone came in.
        try await chain.harness.distribute([chain.id], from: chain.guest, to: chain.friend)
        try await chain.harness.enter(try await chain.harness.ticket(chain.id).barcode)
        let refusal = try await chain.harness.refusal(Distributions.takeBackTickets, request)
        #expect(refusal?.reason == "TICKET_CONTROLLED")
    }
}
