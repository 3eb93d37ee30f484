import UsherContract

/// A ticket with whoever has it. Its number, barcode and what happened at the door are admission's.
struct HeldTicket: Hashable, Sendable {
    enum Delivery: Int64, Sendable {
        case none = 1, injected, downloaded
    }

    /// What becomes of a ticket when it gets to another owner.
    enum Move: Int64, Sendable {
        case registered = 1, distributed, takenBack, transferred
    }

    let id: ResourceID
    let performanceKey: Int64
    let zone: String
    let seat: String
    var ownerKey: Int64
    let initialOwnerKey: Int64
    var delivery: Delivery
    /// Who distributed it to where it is; nil where it is not distributed.
    var distributorKey: Int64?
    /// How many distributions it has gone through that were not taken back.
    var distributionLevel: Int
    var transferLevel: Int
    let transferLimit: Int
    var isCancelled: Bool
    let createTime: Instant
    var updateTime: Instant
    /// Whether someone came in with it.
    var isControlled: Bool
    /// Whose cart it is in; nil for none.
    var cartKey: Int64?
    var pendingTransferKey: Int64?

    static let transferLimits = 1...256
    static let textLengths = 0...100
    static let holderNameLengths = 0...200
    static let numbers = 1...999_999_999_999 as ClosedRange<Int64>
    static let registrationCounts = 1...10_000
    /// Tickets that one call names or moves.
    static let callCounts = 1...1_000
    static let importLimit = 10_000
    static let cartLimit = 2_000
    static let reasonLengths = 1...500
    static let movesShown = 100

    /// The ticket after its owner gave it to `recipient`.
    func distributed(to recipient: Int64, delivery: Delivery, at now: Instant) -> HeldTicket {
        var ticket = self
        (ticket.ownerKey, ticket.distributorKey, ticket.delivery) = (recipient, ownerKey, delivery)
        (ticket.distributionLevel, ticket.updateTime) = (distributionLevel + 1, now)
        return ticket
    }

    /// The ticket after a distributor of it, or someone in that place, gave it to someone else instead.
    func redistributed(
        to recipient: Int64, by distribution: TicketDistribution, delivery: Delivery, at now: Instant
    ) -> HeldTicket {
        var ticket = self
        (ticket.ownerKey, ticket.distributorKey, ticket.delivery) = (recipient, distribution.distributorKey, delivery)
        (ticket.distributionLevel, ticket.transferLevel) = (distribution.level, distribution.transferLevel)
        ticket.updateTime = now
        return ticket
    }

    /// The ticket after it came back: as it was before `distribution`.
    ///
    /// - Parameter outer: who had distributed it before that; nil for nobody.
    func takenBack(
        to recipient: Int64, before distribution: TicketDistribution, outer: Int64?, at now: Instant
    ) -> HeldTicket {
        var ticket = self
        (ticket.ownerKey, ticket.distributorKey, ticket.delivery) = (recipient, outer, .none)
        (ticket.distributionLevel, ticket.transferLevel) = (distribution.level - 1, distribution.transferLevel)
        ticket.updateTime = now
        return ticket
    }

    /// The ticket after `recipient` accepted its transfer.
    func transferred(to recipient: Int64, at now: Instant) -> HeldTicket {
        var ticket = self
        (ticket.ownerKey, ticket.delivery, ticket.updateTime) = (recipient, .injected, now)
        ticket.transferLevel += 1
        return ticket
    }
}

/// A step of a ticket away from its first owner that was not taken back.
struct TicketDistribution: Hashable, Sendable {
    /// 1 for the first.
    var level: Int
    var distributorKey: Int64
    /// How often the ticket had been transferred when it was distributed.
    var transferLevel: Int
}

/// One change of a ticket's owner, as it is kept.
struct TicketMove: Hashable, Sendable {
    var kind: HeldTicket.Move
    /// For whom it was done; nil for the organisation itself.
    var actingKey: Int64?
    var fromKey: Int64?
    var toKey: Int64
    var reason: String
    var time: Instant
}

/// An offer of a ticket to someone else.
struct Transfer: Hashable, Sendable {
    enum State: Int64, Sendable {
        case pending = 1, accepted, rejected, cancelled
    }

    var id: ResourceID
    var ticketKey: Int64
    var fromKey: Int64
    var toKey: Int64
    var level: Int
    var state: State
    var createTime: Instant
    var endTime: Instant?

    static let prefix = "trf"
}

/// A ticket in a cart, and what is planned for it.
struct CartItem: Hashable, Sendable {
    var ticketKey: Int64
    var guestKey: Int64?
    var holderName: String

    /// A cart's id is its contact's under another prefix: everybody has one, and exactly one.
    static let cartPrefix = "crt"
}
