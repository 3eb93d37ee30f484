import Testing
import UsherContract

@testable import UsherServices

/// Each rule is met in the order in which it is documented: every row keeps what the rows above it repaired.
@Suite struct TicketRuleTests {
    private let owner = contact(3, .individual)
    private let other = contact(4, .individual)

    /// Everything is wrong with it.
    private var ticket: HeldTicket {
        var ticket = HeldTicket.sample
        (ticket.isCancelled, ticket.isControlled) = (true, true)
        (ticket.pendingTransferKey, ticket.cartKey) = (9, 7)
        ticket.transferLevel = ticket.transferLimit
        return ticket
    }

    @Test func distributing() {
        var ticket = ticket
        var acting = other
        func verdict() -> DistributionRefusal? {
            TicketRules.judgeDistribution(of: ticket, by: acting, owner: owner)
        }
        #expect(verdict() == .ticketCancelled)
        ticket.isCancelled = false
        #expect(verdict() == .notOwner)
        acting = owner
        #expect(verdict() == .ticketControlled)
        ticket.isControlled = false
        #expect(verdict() == .transferPending)
        ticket.pendingTransferKey = nil
        #expect(verdict() == nil)
    }

    @Test func transferring() {
        var ticket = ticket
        var (acting, recipient) = (other, owner.id.number)
        func verdict() -> DistributionRefusal? { TicketRules.judgeTransfer(of: ticket, by: acting, to: recipient) }
        #expect(verdict() == .ticketCancelled)
        ticket.isCancelled = false
        #expect(verdict() == .notOwner)
        acting = owner
        #expect(verdict() == .ticketControlled)
        ticket.isControlled = false
        #expect(verdict() == .transferPending)
        ticket.pendingTransferKey = nil
        #expect(verdict() == .ticketInCart)
        ticket.cartKey = nil
        #expect(verdict() == .alreadyOwner)
        recipient = other.id.number
        #expect(verdict() == .transferLimitReached)
        ticket.transferLevel -= 1
        #expect(verdict() == nil)
    }

    @Test func acceptingAndRejecting() {
        var ticket = ticket
        var transfer = Transfer(
            id: ResourceID(prefix: Transfer.prefix, number: 9), ticketKey: 1, fromKey: 3, toKey: 4, level: 1,
            state: .cancelled, createTime: Harness.start, endTime: Harness.start)
        #expect(TicketRules.judgeAcceptance(of: transfer, ticket, by: owner) == .notRecipient)
        #expect(TicketRules.judgeRejection(of: transfer, by: contact(5, .relay)) == .notRecipient)
        #expect(TicketRules.judgeAcceptance(of: transfer, ticket, by: other) == .transferEnded)
        #expect(TicketRules.judgeRejection(of: transfer, by: other) == .transferEnded)
        (transfer.state, transfer.endTime) = (.pending, nil)
        #expect(TicketRules.judgeAcceptance(of: transfer, ticket, by: other) == .ticketCancelled)
        // The offer of a ticket that is valid no more can still be ended.
        #expect(TicketRules.judgeRejection(of: transfer, by: other) == nil)
        #expect(TicketRules.judgeRejection(of: transfer, by: owner) == nil)
        ticket.isCancelled = false
        #expect(TicketRules.judgeAcceptance(of: transfer, ticket, by: other) == .ticketControlled)
        ticket.isControlled = false
        #expect(TicketRules.judgeAcceptance(of: transfer, ticket, by: other) == nil)
    }

    @Test func whatATicketIsAfterEachMove() {
        let (ticket, now) = (HeldTicket.sample, Harness.start + .hours(1))
        let distributed = ticket.distributed(to: 5, delivery: .none, at: now)
        #expect(distributed.ownerKey == 5 && distributed.distributorKey == 3 && distributed.distributionLevel == 2)
        #expect(distributed.delivery == .none && distributed.initialOwnerKey == 1 && distributed.updateTime == now)
        let transferred = distributed.transferred(to: 6, at: now)
        #expect(transferred.ownerKey == 6 && transferred.distributorKey == 3 && transferred.transferLevel == 1)
        #expect(transferred.delivery == .injected && transferred.distributionLevel == 2)
        let second = TicketDistribution(level: 2, distributorKey: 3, transferLevel: 0)
        let back = transferred.takenBack(to: 3, before: second, outer: 1, at: now)
        #expect(back.ownerKey == 3 && back.distributorKey == 1 && back.distributionLevel == 1)
        #expect(back.transferLevel == 0 && back.delivery == .none)
        let again = transferred.redistributed(to: 7, by: second, delivery: .injected, at: now)
        #expect(again.ownerKey == 7 && again.distributorKey == 3 && again.distributionLevel == 2)
        #expect(again.transferLevel == 0)
        // Who distributed it first undoes what came after.
        let first = TicketDistribution(level: 1, distributorKey: 1, transferLevel: 0)
        let whole = transferred.takenBack(to: 1, before: first, outer: nil, at: now)
        #expect(whole.ownerKey == 1 && whole.distributorKey == nil && whole.distributionLevel == 0)
    }
}
