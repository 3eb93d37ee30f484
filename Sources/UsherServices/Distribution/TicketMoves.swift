import UsherContract
import UsherStorage

/// The contacts that a call has to do with, each read once.
struct ContactBook {
    private let tx: Transaction
    private var known: [Int64: Contact] = [:]

    init(_ tx: Transaction) { self.tx = tx }

    /// Nil for a key that nobody has.
    mutating func find(_ key: Int64) throws -> Contact? {
        if let contact = known[key] { return contact }
        known[key] = try ContactStore.find(key, in: tx)
        return known[key]
    }

    /// A contact that another row names.
    mutating func contact(_ key: Int64) throws -> Contact {
        guard let contact = try find(key) else {
            throw StorageError.inconsistent("contact \(key) is named and is not there")
        }
        return contact
    }

    /// A contact that a request names.
    ///
    /// - Throws: NOT_FOUND `CONTACT_NOT_FOUND`.
    mutating func named(_ id: String) throws -> Contact {
        guard let id = ResourceID(id, prefix: Contact.prefix), let contact = try find(id.number) else {
            throw DistributionRefusal.contactNotFound.refusal
        }
        return contact
    }
}

/// The verbs that give tickets to other contacts, for one call and one acting contact.
///
/// Each move is one commit with whatever follows from it: the new barcode, the cart that the ticket leaves, the pending
/// transfer that it ends, the row in its history. What is not refused by ``judge(_:)`` succeeds.
struct TicketMoves {
    /// How the acting contact can give a ticket to someone.
    enum Way: Hashable {
        case distribution, takeBack
    }

    /// Nil for the organisation itself, which takes back where no distributor can.
    let acting: Contact?
    let policy: TakeBackPolicy
    var contacts: ContactBook
    private let tx: Transaction

    init(by acting: Contact?, _ contacts: ContactBook, in tx: Transaction) throws {
        self.acting = acting
        self.contacts = contacts
        self.tx = tx
        var policy = TakeBackPolicy(try SettingsStore.read(in: tx))
        if acting == nil { policy.limit = TakeBackPolicy.organisationLimit }
        self.policy = policy
    }

    // MARK: Judgement

    /// How the ticket can be given to someone: whoever may act for its owner distributes it, everybody else would have
    /// to take it back.
    mutating func judge(_ ticket: HeldTicket) throws -> Result<Way, Refusal> {
        let owner = try contacts.contact(ticket.ownerKey)
        if let acting, acting.acts(for: owner) || ticket.distributorKey == nil {
            let refusal = TicketRules.judgeDistribution(of: ticket, by: acting, owner: owner)
            return refusal.map { .failure($0.refusal(about: ticket)) } ?? .success(.distribution)
        }
        return try judgeTakeBack(ticket).map(Result.failure) ?? .success(.takeBack)
    }

    mutating func judgeTakeBack(_ ticket: HeldTicket) throws -> Refusal? {
        let isDistributor = try distribution(of: ticket) != nil
        return TicketRules.judgeTakeBack(of: ticket, by: acting?.kind, isDistributor: isDistributor, policy)?.refusal(
            about: ticket)
    }

    /// The distribution that a take-back undoes.
    private mutating func distribution(
        of ticket: HeldTicket, to recipient: Contact? = nil
    ) throws -> TicketDistribution? {
        try HeldTicketStore.distribution(of: ticket, by: acting, to: recipient, &contacts, in: tx)
    }

    /// Who would have the ticket again after a take-back to nobody in particular.
    mutating func distributorKey(of ticket: HeldTicket) throws -> Int64? {
        try distribution(of: ticket)?.distributorKey
    }

    /// What the acting contact has taken back in its present period.
    func allowance() throws -> TakeBackAllowance {
        try ContactStore.allowance(of: acting?.id.number, in: tx) ?? TakeBackAllowance(start: tx.now, taken: 0)
    }

    /// Counts take-backs against the acting contact's allowance.
    ///
    /// - Parameter commits: false to look only.
    /// - Throws: RESOURCE_EXHAUSTED `TAKE_BACK_LIMIT_REACHED`.
    func spendAllowance(_ count: Int, commits: Bool) throws {
        guard count > 0 else { return }
        let before = try allowance()
        guard let after = before.spending(count, policy, at: tx.now) else {
            throw DistributionRefusal.takeBackLimitReached(before, policy, at: tx.now)
        }
        if commits { try ContactStore.setAllowance(after, of: acting?.id.number, in: tx) }
    }

    // MARK: Moves

    /// Gives a ticket from its owner to `recipient`.
    func distribute(_ ticket: HeldTicket, to recipient: Contact, holderName: String, defers: Bool) throws {
        let after = ticket.distributed(to: recipient.id.number, delivery: defers ? .none : .injected, at: tx.now)
        try HeldTicketStore.insertDistribution(
            of: ticket, level: after.distributionLevel, by: ticket.ownerKey, transferLevel: ticket.transferLevel,
            in: tx)
        try move(ticket, after, .distributed, to: recipient, holderName: holderName)
    }

    /// Takes a distributed ticket back: to who distributed it, who has it as before, to the acting contact in that
    /// place, or straight to someone else, who has it from the same distributor. What was distributed on since then is
    /// undone with it.
    ///
    /// - Parameter recipient: nil for who distributed it.
    mutating func takeBack(
        _ ticket: HeldTicket, to recipient: Contact?, holderName: String = "", defers: Bool = false, reason: String
    ) throws {
        guard let distribution = try distribution(of: ticket, to: recipient) else {
            throw StorageError.inconsistent("ticket \(ticket.id) was distributed by nobody")
        }
        let recipient = try recipient ?? contacts.contact(distribution.distributorKey)
        let after: HeldTicket
        if [distribution.distributorKey, acting?.id.number].contains(recipient.id.number) {
            let outer = try HeldTicketStore.distributions(of: ticket, in: tx).first { $0.level < distribution.level }
            try HeldTicketStore.deleteDistributions(of: ticket, from: distribution.level, in: tx)
            after = ticket.takenBack(
                to: recipient.id.number, before: distribution, outer: outer?.distributorKey, at: tx.now)
        } else {
            try HeldTicketStore.deleteDistributions(of: ticket, from: distribution.level + 1, in: tx)
            after = ticket.redistributed(
                to: recipient.id.number, by: distribution, delivery: defers ? .none : .injected, at: tx.now)
        }
        try move(ticket, after, .takenBack, to: recipient, holderName: holderName, reason: reason)
    }

    /// Gives a ticket to the recipient of its accepted transfer.
    func transfer(_ ticket: HeldTicket, to recipient: Contact) throws {
        try move(ticket, ticket.transferred(to: recipient.id.number, at: tx.now), .transferred, to: recipient)
    }

    /// - Parameter holderName: empty for the recipient's own.
    private func move(
        _ before: HeldTicket, _ after: HeldTicket, _ kind: HeldTicket.Move, to recipient: Contact,
        holderName: String = "", reason: String = ""
    ) throws {
        try HeldTicketStore.update(after, in: tx)
        if let cart = before.cartKey {
            guard try HeldTicketStore.removeFromCart(before.id.number, cart, in: tx) else {
                throw StorageError.inconsistent("ticket \(before.id) is in a cart and is not")
            }
        }
        if let transfer = before.pendingTransferKey {
            try HeldTicketStore.end(transfer, as: kind == .transferred ? .accepted : .cancelled, in: tx)
        }
        _ = try TicketReissue.apply(
            before.id.number, holderName: holderName.isEmpty ? recipient.name : holderName, in: tx)
        try HeldTicketStore.insertMove(
            TicketMove(
                kind: kind, actingKey: acting?.id.number, fromKey: before.ownerKey, toKey: after.ownerKey,
                reason: reason, time: tx.now), of: before.id, in: tx)
    }
}

/// What distribution does when admission cancels a ticket, in the same commit.
enum HeldTicketEnding {
    /// Frees the seat, takes the ticket out of its cart and withdraws its transfer. Does nothing for a ticket that
    /// distribution does not know.
    static func apply(_ ticketKey: Int64, in tx: Transaction) throws {
        guard var ticket = try HeldTicketStore.find(ticketKey, in: tx), !ticket.isCancelled else { return }
        if let cart = ticket.cartKey { _ = try HeldTicketStore.removeFromCart(ticketKey, cart, in: tx) }
        if let transfer = ticket.pendingTransferKey {
            try HeldTicketStore.end(transfer, as: .cancelled, in: tx)
        }
        (ticket.isCancelled, ticket.updateTime) = (true, tx.now)
        try HeldTicketStore.update(ticket, in: tx)
    }
}
