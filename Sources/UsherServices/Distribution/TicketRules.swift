import UsherContract

/// Who may move a ticket, and when. Each rule looks in the order in which its refusals are documented.
enum TicketRules {
    /// Whether `acting` may give the ticket to someone else.
    static func judgeDistribution(of ticket: HeldTicket, by acting: Contact, owner: Contact) -> DistributionRefusal? {
        if ticket.isCancelled { return .ticketCancelled }
        if !acting.acts(for: owner) { return .notOwner }
        if ticket.isControlled { return .ticketControlled }
        if ticket.pendingTransferKey != nil { return .transferPending }
        return nil
    }

    /// Whether a ticket may be taken back.
    ///
    /// - Parameters:
    ///   - kind: what the contact is that acts; nil for the organisation itself, which its own point of sale does not
    ///     bind.
    ///   - isDistributor: whether who acts did distribute it, or may act for somebody who did: to where it is, or at
    ///     an earlier step on its way there.
    static func judgeTakeBack(
        of ticket: HeldTicket, by kind: Contact.Kind?, isDistributor: Bool, _ policy: TakeBackPolicy
    ) -> DistributionRefusal? {
        if ticket.isCancelled { return .ticketCancelled }
        if ticket.distributorKey == nil { return .notDistributed }
        if let kind, !policy.allows(ticket.delivery, for: kind) { return .takeBackNotAllowed }
        if ticket.isControlled { return .ticketControlled }
        return isDistributor ? nil : .notDistributor
    }

    /// Whether `acting` may offer the ticket to `recipient`. Nobody else than its owner may, fellow relays included: an
    /// offer is the owner's own word.
    static func judgeTransfer(of ticket: HeldTicket, by acting: Contact, to recipient: Int64) -> DistributionRefusal? {
        if ticket.isCancelled { return .ticketCancelled }
        if ticket.ownerKey != acting.id.number { return .notOwner }
        if ticket.isControlled { return .ticketControlled }
        if ticket.pendingTransferKey != nil { return .transferPending }
        if ticket.cartKey != nil { return .ticketInCart }
        if ticket.ownerKey == recipient { return .alreadyOwner }
        if ticket.transferLevel >= ticket.transferLimit { return .transferLimitReached }
        return nil
    }

    /// Whether `acting` may accept the offer.
    static func judgeAcceptance(
        of transfer: Transfer, _ ticket: HeldTicket, by acting: Contact
    ) -> DistributionRefusal? {
        if transfer.toKey != acting.id.number { return .notRecipient }
        if transfer.state != .pending { return .transferEnded }
        if ticket.isCancelled { return .ticketCancelled }
        if ticket.isControlled { return .ticketControlled }
        return nil
    }

    /// Whether `acting` may end the offer without the ticket's going over.
    static func judgeRejection(of transfer: Transfer, by acting: Contact) -> DistributionRefusal? {
        if ![transfer.toKey, transfer.fromKey].contains(acting.id.number) { return .notRecipient }
        return transfer.state == .pending ? nil : .transferEnded
    }
}

/// What the organisation's point of sale lets be taken back.
struct TakeBackPolicy: Hashable, Sendable {
    var allowsInjected: Bool
    var downloaded: Settings.TakeBackDownloaded
    /// At most so many tickets of one contact in one period.
    var limit: Int

    /// The same for the organisation itself, whose people act for all who are gone.
    static let organisationLimit = 10_000

    /// How long a contact's take-backs are counted together.
    static let period = Duration.hours(24)

    /// How far a ticket may have got to its owner for contacts of this kind to take it back.
    func furthest(for kind: Contact.Kind) -> HeldTicket.Delivery {
        guard allowsInjected else { return .none }
        switch downloaded {
        case .off: return .injected
        case .relay: return kind == .relay ? .downloaded : .injected
        case .relayAndPublic: return .downloaded
        }
    }

    func allows(_ delivery: HeldTicket.Delivery, for kind: Contact.Kind) -> Bool {
        delivery.rawValue <= furthest(for: kind).rawValue
    }
}

extension TakeBackPolicy {
    init(_ settings: Settings) {
        self.init(
            allowsInjected: settings.allowTakeBackInjected, downloaded: settings.takeBackDownloaded,
            limit: settings.takeBacksPerDay)
    }
}

/// What a contact has taken back since a period of its own began. The period begins with its first take-back.
struct TakeBackAllowance: Hashable, Sendable {
    var start: Instant
    var taken: Int

    /// The allowance after `count` more; nil where that is beyond the policy's limit.
    func spending(_ count: Int, _ policy: TakeBackPolicy, at now: Instant) -> TakeBackAllowance? {
        let current = isOver(at: now) ? TakeBackAllowance(start: now, taken: 0) : self
        guard current.taken + count <= policy.limit else { return nil }
        return TakeBackAllowance(start: current.start, taken: current.taken + count)
    }

    /// How many more may be taken back now.
    func left(_ policy: TakeBackPolicy, at now: Instant) -> Int {
        max(0, policy.limit - (isOver(at: now) ? 0 : taken))
    }

    /// How long until the period is over.
    func wait(at now: Instant) -> Duration { start + TakeBackPolicy.period - now }

    /// A beginning that is yet to come was written before the clock was set back: nobody waits for it.
    private func isOver(at now: Instant) -> Bool { now < start || now >= start + TakeBackPolicy.period }
}
