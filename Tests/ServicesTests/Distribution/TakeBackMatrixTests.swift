import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// The matrix of take-back: what the point of sale allows × who asks × how far the ticket got × whether it was the
/// asker who distributed it × whether someone came in with it.
enum TakeBackMatrix {
    struct Row: Sendable, CustomTestStringConvertible {
        var setting: String
        var kind: Contact.Kind
        var delivery: HeldTicket.Delivery
        /// By the distributor, before and after the ticket was controlled; by another, before and after.
        var verdicts: [String]

        var testDescription: String { "\(setting) \(kind) \(delivery)" }
    }

    /// Y: taken back. N: TAKE_BACK_NOT_ALLOWED. C: TICKET_CONTROLLED. D: NOT_DISTRIBUTOR.
    private static let text = """
        nothing            relay       none        Y C D C
        nothing            relay       injected    N N N N
        nothing            relay       downloaded  N N N N
        nothing            individual  none        Y C D C
        nothing            individual  injected    N N N N
        nothing            individual  downloaded  N N N N
        injected           relay       none        Y C D C
        injected           relay       injected    Y C D C
        injected           relay       downloaded  N N N N
        injected           individual  none        Y C D C
        injected           individual  injected    Y C D C
        injected           individual  downloaded  N N N N
        relay              relay       none        Y C D C
        relay              relay       injected    Y C D C
        relay              relay       downloaded  Y C D C
        relay              individual  none        Y C D C
        relay              individual  injected    Y C D C
        relay              individual  downloaded  N N N N
        relay_and_public   relay       none        Y C D C
        relay_and_public   relay       injected    Y C D C
        relay_and_public   relay       downloaded  Y C D C
        relay_and_public   individual  none        Y C D C
        relay_and_public   individual  injected    Y C D C
        relay_and_public   individual  downloaded  Y C D C
        """

    static let rows: [Row] = text.split(separator: "\n").map { line in
        let words = line.split(separator: " ").map(String.init)
        let delivery: HeldTicket.Delivery =
            words[2] == "none" ? .none : words[2] == "injected" ? .injected : .downloaded
        let reasons = ["N": "TAKE_BACK_NOT_ALLOWED", "C": "TICKET_CONTROLLED", "D": "NOT_DISTRIBUTOR"]
        return Row(
            setting: words[0], kind: words[1] == "relay" ? .relay : .individual, delivery: delivery,
            verdicts: words[3...].map { reasons[$0] ?? "" })
    }

    static let settings: [String: (injected: Bool, downloaded: Settings.TakeBackDownloaded)] = [
        "nothing": (false, .off), "injected": (true, .off), "relay": (true, .relay),
        "relay_and_public": (true, .relayAndPublic),
    ]
}

@Suite struct TakeBackMatrixTests {
    @Test(arguments: TakeBackMatrix.rows)
    func theRule(_ row: TakeBackMatrix.Row) throws {
        let setting = try #require(TakeBackMatrix.settings[row.setting])
        let policy = TakeBackPolicy(allowsInjected: setting.injected, downloaded: setting.downloaded, limit: 1)
        let (distributor, other) = (contact(1, row.kind), contact(2, row.kind))
        var verdicts: [String] = []
        for acting in [distributor, other] {
            for isControlled in [false, true] {
                var ticket = HeldTicket.sample
                (ticket.delivery, ticket.isControlled) = (row.delivery, isControlled)
                let refusal = TicketRules.judgeTakeBack(
                    of: ticket, by: acting.kind, isDistributor: acting.acts(for: distributor), policy)
                verdicts.append(refusal?.rawValue ?? "")
            }
        }
        #expect(verdicts == row.verdicts)
    }

    /// The same table through the service: contacts, carts, the app, the door.
    @Test func theService() async throws {
        let harness = try await Harness.withMatches()
        let relays = [try await harness.contact("r1", .relay), try await harness.contact("r2", .relay)]
        let public_ = [try await harness.contact("p1"), try await harness.contact("p2")]
        let guest = try await harness.contact("guest")
        var tested = 0
        for row in TakeBackMatrix.rows {
            let setting = try #require(TakeBackMatrix.settings[row.setting])
            try await harness.pointOfSales(
                injected: setting.injected,
                downloaded: setting.downloaded == .off ? .off : setting.downloaded == .relay ? .relay : .relayAndPublic)
            let asking = row.kind == .relay ? relays : public_
            for (index, expected) in row.verdicts.enumerated() {
                let (acting, isControlled) = (asking[index / 2], index % 2 == 1)
                let id = try await harness.tickets(1, zone: "\(tested)", for: asking[0])[0]
                try await harness.distribute([id], from: asking[0], to: guest, defers: row.delivery == .none)
                if row.delivery == .downloaded {
                    try await harness.call(
                        Distributions.markDownloaded, .with { ($0.actingContactID, $0.ticketID) = (guest, id) })
                }
                let before = try await harness.ticket(id)
                #expect(before.delivery.rawValue == Int(row.delivery.rawValue))
                if isControlled { #expect(try await harness.enter(before.barcode) == .ok) }
                let refusal = try await harness.takeBack(id, by: acting)
                #expect(refusal?.reason ?? "" == expected, "\(row.testDescription) \(index)")
                let after = try await harness.ticket(id)
                #expect(after.ownerContactID == (expected.isEmpty ? asking[0] : guest))
                #expect((after.barcode == before.barcode) == !expected.isEmpty)
                tested += 1
            }
        }
        #expect(tested == 96)
    }

    @Test func whatNobodyDistributedOrIsCancelledIsRefusedFirst() {
        let policy = TakeBackPolicy(allowsInjected: true, downloaded: .relayAndPublic, limit: 1)
        var ticket = HeldTicket.sample
        (ticket.isControlled, ticket.distributorKey) = (true, nil)
        #expect(TicketRules.judgeTakeBack(of: ticket, by: .relay, isDistributor: false, policy) == .notDistributed)
        ticket.isCancelled = true
        #expect(TicketRules.judgeTakeBack(of: ticket, by: .relay, isDistributor: false, policy) == .ticketCancelled)
    }

    @Test func onlyRelaysOfOneNamedStructureActForEachOther() {
        func acts(_ a: Contact, _ b: Contact) -> Bool { a.acts(for: b) && b.acts(for: a) }
        #expect(acts(contact(1, .relay, "fc"), contact(2, .relay, "fc")))
        #expect(acts(contact(1, .individual), contact(1, .individual)))
        #expect(!acts(contact(1, .relay), contact(2, .relay)))
        #expect(!acts(contact(1, .relay, "fc"), contact(2, .relay, "FC")))
        #expect(!acts(contact(1, .relay, "fc"), contact(2, .individual, "fc")))
        #expect(!acts(contact(1, .individual, "fc"), contact(2, .individual, "fc")))
    }

    @Test func anAllowanceIsOnePeriodsAndBeginsWithItsFirstTakeBack() throws {
        let policy = TakeBackPolicy(allowsInjected: true, downloaded: .off, limit: 5)
        let start = Harness.start
        let none = TakeBackAllowance(start: start, taken: 0)
        let three = try #require(none.spending(3, policy, at: start))
        #expect(three == TakeBackAllowance(start: start, taken: 3) && three.left(policy, at: start) == 2)
        #expect(three.spending(3, policy, at: start + .hours(24) - .microseconds(1)) == nil)
        #expect(three.spending(2, policy, at: start)?.left(policy, at: start) == 0)
        let later = start + .hours(24)
        #expect(three.left(policy, at: later) == 5)
        #expect(three.spending(5, policy, at: later) == TakeBackAllowance(start: later, taken: 5))
        #expect(three.wait(at: start + .hours(1)) == .hours(23))
        // What a clock that was set back has left in the future holds nobody up.
        let earlier = start + .hours(-1)
        #expect(three.left(policy, at: earlier) == 5)
        #expect(three.spending(5, policy, at: earlier) == TakeBackAllowance(start: earlier, taken: 5))
    }
}

func contact(_ key: Int64, _ kind: Contact.Kind, _ structure: String = "") -> Contact {
    Contact(
        id: ResourceID(prefix: Contact.prefix, number: key), name: "", email: "\(key)@example.org", kind: kind,
        structure: structure, createTime: Harness.start, updateTime: Harness.start, version: 1)
}

extension HeldTicket {
    /// Registered with contact 1, who distributed it to contact 3.
    static let sample = HeldTicket(
        id: ResourceID(prefix: Ticket.prefix, number: 1), performanceKey: 1, zone: "", seat: "", ownerKey: 3,
        initialOwnerKey: 1, delivery: .injected, distributorKey: 1, distributionLevel: 1, transferLevel: 0,
        transferLimit: 2, isCancelled: false, createTime: Harness.start, updateTime: Harness.start,
        isControlled: false, cartKey: nil, pendingTransferKey: nil)
}
