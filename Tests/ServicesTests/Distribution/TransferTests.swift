import Testing
import UsherAPI
import UsherContract

@Suite struct TransferTests {
    private func offer(
        _ ticket: String, from sender: String, to recipient: String, _ harness: Harness
    ) async throws -> Usher_Distribution_V1_Transfer {
        try await harness.call(
            Distributions.transferTicket,
            .with { ($0.actingContactID, $0.ticketID, $0.toContactID) = (sender, ticket, recipient) })
    }

    @Test func theSenderHasItUntilItIsAccepted() async throws {
        let harness = try await Harness.withMatches()
        let (anna, bob) = (try await harness.contact("anna"), try await harness.contact("bob"))
        let id = try await harness.tickets(1, for: anna)[0]
        let transfer = try await offer(id, from: anna, to: bob, harness)
        #expect(transfer.state == .pending && transfer.level == 1 && !transfer.hasEndTime)
        let pending = try await harness.ticket(id, for: bob)
        #expect(pending.ownerContactID == anna && pending.pendingTransferID == transfer.transferID)
        #expect(pending.barcode.isEmpty)
        let barcode = try await harness.ticket(id, for: anna).barcode
        let accepted = try await harness.call(
            Distributions.acceptTransfer, .with { ($0.actingContactID, $0.transferID) = (bob, transfer.transferID) })
        #expect(accepted.state == .accepted && accepted.hasEndTime)
        let ticket = try await harness.ticket(id, for: bob)
        #expect(ticket.ownerContactID == bob && ticket.pendingTransferID.isEmpty && ticket.transferLevel == 1)
        #expect(ticket.initialOwnerContactID == anna && !ticket.distributed && ticket.holderName == "bob")
        #expect(try await harness.enter(barcode) == .superseded)
        #expect(try await harness.enter(ticket.barcode) == .ok)
        // Once controlled it goes nowhere.
        let refusal = try await harness.refusal(
            Distributions.transferTicket,
            .with { ($0.actingContactID, $0.ticketID, $0.toContactID) = (bob, id, anna) })
        #expect(refusal?.reason == "TICKET_CONTROLLED")
    }

    @Test func anOfferIsRejectedOrWithdrawn() async throws {
        let harness = try await Harness.withMatches()
        let (anna, bob) = (try await harness.contact("anna"), try await harness.contact("bob"))
        let eve = try await harness.contact("eve")
        let id = try await harness.tickets(1, for: anna)[0]
        let barcode = try await harness.ticket(id).barcode
        for (acting, state) in [(bob, Usher_Distribution_V1_TransferState.rejected), (anna, .cancelled)] {
            let transfer = try await offer(id, from: anna, to: bob, harness).transferID
            var request = Usher_Distribution_V1_RejectTransferRequest()
            (request.actingContactID, request.transferID) = (eve, transfer)
            #expect(try await harness.refusal(Distributions.rejectTransfer, request)?.reason == "NOT_RECIPIENT")
            request.actingContactID = acting
            #expect(try await harness.call(Distributions.rejectTransfer, request).state == state)
            #expect(try await harness.refusal(Distributions.rejectTransfer, request)?.reason == "TRANSFER_ENDED")
            let late = try await harness.refusal(
                Distributions.acceptTransfer, .with { ($0.actingContactID, $0.transferID) = (bob, transfer) })
            #expect(late?.reason == "TRANSFER_ENDED")
        }
        let ticket = try await harness.ticket(id)
        #expect(ticket.ownerContactID == anna && ticket.barcode == barcode && ticket.transferLevel == 0)
    }

    @Test func itGoesThroughSoManyHandsAndATakeBackBeginsAnew() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales()
        let sponsor = try await harness.contact("sponsor", .relay)
        var people: [String] = []
        for name in ["anna", "bob", "carl", "dora"] { people.append(try await harness.contact(name)) }
        let id = try await harness.tickets(1, for: sponsor) { $0.transferLimit = 2 }[0]
        try await harness.distribute([id], from: sponsor, to: people[0])
        for level in 1...2 {
            let transfer = try await offer(id, from: people[level - 1], to: people[level], harness)
            #expect(transfer.level == Int32(level))
            try await harness.call(
                Distributions.acceptTransfer,
                .with { ($0.actingContactID, $0.transferID) = (people[level], transfer.transferID) })
        }
        let refusal = try await harness.refusal(
            Distributions.transferTicket,
            .with { ($0.actingContactID, $0.ticketID, $0.toContactID) = (people[2], id, people[3]) })
        #expect(refusal?.reason == "TRANSFER_LIMIT_REACHED")
        // Its distributor takes it back from whoever has it.
        #expect(try await harness.ticket(id).distributorContactID == sponsor)
        #expect(try await harness.takeBack(id, by: sponsor, to: people[0]) == nil)
        #expect(try await harness.ticket(id).transferLevel == 0)
        _ = try await offer(id, from: people[0], to: people[1], harness)
    }

    @Test func aTakeBackAndACancellationEndAnOffer() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales()
        let sponsor = try await harness.contact("sponsor", .relay)
        let (anna, bob) = (try await harness.contact("anna"), try await harness.contact("bob"))
        let ids = try await harness.tickets(2, for: sponsor)
        try await harness.distribute(ids, from: sponsor, to: anna)
        var transfers: [String] = []
        for id in ids { transfers.append(try await offer(id, from: anna, to: bob, harness).transferID) }
        #expect(try await harness.takeBack(ids[0], by: sponsor) == nil)
        try await harness.call(Admissions.cancelTicket, .with { $0.ticketID = ids[1] })
        for transfer in transfers {
            let refusal = try await harness.refusal(
                Distributions.acceptTransfer, .with { ($0.actingContactID, $0.transferID) = (bob, transfer) })
            #expect(refusal?.reason == "TRANSFER_ENDED")
        }
        let cancelled = try await harness.ticket(ids[1])
        #expect(cancelled.cancelled && cancelled.pendingTransferID.isEmpty && cancelled.barcode.isEmpty)
        // A cancelled ticket's seat is free again.
        _ = try await harness.tickets(1, for: sponsor) { $0.tickets[0].seat = cancelled.seat }
    }

    @Test func everyRefusalOfAnOffer() async throws {
        let harness = try await Harness.withMatches()
        let (anna, bob) = (try await harness.contact("anna"), try await harness.contact("bob"))
        let ids = try await harness.tickets(2, for: anna)
        func reason(_ acting: String, _ ticket: String, _ recipient: String) async throws -> String? {
            try await harness.refusal(
                Distributions.transferTicket,
                .with { ($0.actingContactID, $0.ticketID, $0.toContactID) = (acting, ticket, recipient) })?.reason
        }
        #expect(try await reason("", ids[0], bob) == "CONTACT_NOT_FOUND")
        #expect(try await reason(anna, ids[0], "ctc_0000000000001") == "CONTACT_NOT_FOUND")
        #expect(try await reason(anna, "tkt_0000000000001", bob) == "TICKET_NOT_FOUND")
        #expect(try await reason(bob, ids[0], anna) == "NOT_OWNER")
        #expect(try await reason(anna, ids[0], anna) == "ALREADY_OWNER")
        #expect(try await reason(anna, ids[0], bob) == nil)
        #expect(try await reason(anna, ids[0], bob) == "TRANSFER_PENDING")
        let inCart = try await harness.refusal(
            Distributions.addToCart, .with { ($0.actingContactID, $0.ticketIds) = (anna, [ids[0]]) })
        #expect(inCart?.reason == "TRANSFER_PENDING")
        try await harness.call(
            Distributions.addToCart, .with { ($0.actingContactID, $0.ticketIds) = (anna, [ids[1]]) })
        #expect(try await reason(anna, ids[1], bob) == "TICKET_IN_CART")
        let absent = try await harness.refusal(
            Distributions.acceptTransfer, .with { ($0.actingContactID, $0.transferID) = (bob, "trf_x") })
        #expect(absent?.reason == "TRANSFER_NOT_FOUND")
    }
}
