import UsherAPI
import UsherContract
import UsherStorage

extension DistributionService {
    func getCart(
        _ request: Usher_Distribution_V1_GetCartRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_Cart {
        var violations = Violations()
        violations.require(
            !request.actingContactID.isEmpty || !request.cartID.isEmpty, "cart_id",
            "must be given where nobody acts")
        try violations.refuse()
        var contacts = ContactBook(tx)
        let acting = request.actingContactID.isEmpty ? nil : try contacts.named(request.actingContactID)
        return try present(try cart(request.cartID, for: acting, &contacts), &contacts, in: tx)
    }

    func addToCart(
        _ request: Usher_Distribution_V1_AddToCartRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_Cart {
        try requireTicketIDs(request.ticketIds)
        var contacts = ContactBook(tx)
        let acting = try contacts.named(request.actingContactID)
        let cart = try cart(request.cartID, for: acting, &contacts)
        var moves = try TicketMoves(by: acting, contacts, in: tx)
        var added: Set<Int64> = []
        for id in request.ticketIds {
            guard let ticket = try found(id, in: tx) else {
                throw DistributionRefusal.ticketNotFound.refusal(about: id)
            }
            if ticket.cartKey == cart.id.number { continue }
            guard ticket.cartKey == nil else { throw DistributionRefusal.ticketInCart.refusal(about: id) }
            if case .failure(let refusal) = try moves.judge(ticket) { throw refusal }
            try HeldTicketStore.addToCart(ticket.id.number, cart.id.number, in: tx)
            added.insert(ticket.id.number)
        }
        guard try HeldTicketStore.itemCount(cart.id.number, in: tx) <= HeldTicket.cartLimit else {
            throw DistributionRefusal.cartFull.refusal
        }
        try record("cart.added", cart, by: acting, added.count, in: tx)
        return try present(cart, &contacts, in: tx)
    }

    func removeFromCart(
        _ request: Usher_Distribution_V1_RemoveFromCartRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_Cart {
        try requireTicketIDs(request.ticketIds)
        var contacts = ContactBook(tx)
        let acting = try contacts.named(request.actingContactID)
        let cart = try cart(request.cartID, for: acting, &contacts)
        var removed = 0
        for id in request.ticketIds.compactMap({ ResourceID($0, prefix: Ticket.prefix) })
        where try HeldTicketStore.removeFromCart(id.number, cart.id.number, in: tx) { removed += 1 }
        try record("cart.removed", cart, by: acting, removed, in: tx)
        return try present(cart, &contacts, in: tx)
    }

    func allocateCartItems(
        _ request: Usher_Distribution_V1_AllocateCartItemsRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_Cart {
        try requireTicketIDs(request.ticketIds) { violations in
            violations.requireText(request.holderName, "holder_name", HeldTicket.holderNameLengths)
            violations.require(
                !request.guestContactID.isEmpty || request.holderName.isEmpty, "holder_name",
                "must be absent where nobody is to have the tickets")
        }
        var contacts = ContactBook(tx)
        let acting = try contacts.named(request.actingContactID)
        let guest = request.guestContactID.isEmpty ? nil : try contacts.named(request.guestContactID)
        let cart = try cart(request.cartID, for: acting, &contacts)
        var allocated = 0
        for id in request.ticketIds {
            guard let key = ResourceID(id, prefix: Ticket.prefix)?.number,
                let before = try HeldTicketStore.item(key, cart.id.number, in: tx)
            else { throw DistributionRefusal.ticketNotInCart.refusal(about: id) }
            if let guest, try HeldTicketStore.find(key, in: tx)?.ownerKey == guest.id.number {
                throw DistributionRefusal.alreadyOwner.refusal(about: id)
            }
            let item = CartItem(ticketKey: key, guestKey: guest?.id.number, holderName: request.holderName)
            guard item != before else { continue }
            try HeldTicketStore.allocate(item, cart.id.number, in: tx)
            allocated += 1
        }
        try record("cart.allocated", cart, by: acting, allocated, to: guest, in: tx)
        return try present(cart, &contacts, in: tx)
    }

    // MARK: Validation

    /// What validating a cart does to one ticket.
    private struct Step {
        var ticket: HeldTicket
        var guest: Contact
        var holderName: String
        var way: TicketMoves.Way
    }

    func validateCart(
        _ request: Usher_Distribution_V1_ValidateCartRequest, _ tx: Transaction
    ) throws -> Usher_Distribution_V1_ValidateCartResponse {
        var violations = Violations()
        violations.require(
            HeldTicket.callCounts.contains(request.guestContactIds.count), "guest_contact_ids",
            "must have 1 to 1,000 entries")
        violations.requireProse(request.reason, "reason", 0...HeldTicket.reasonLengths.upperBound)
        try violations.refuse()
        var contacts = ContactBook(tx)
        let acting = try contacts.named(request.actingContactID)
        let cart = try cart(request.cartID, for: acting, &contacts)
        var moves = try TicketMoves(by: acting, contacts, in: tx)
        let steps = try plan(request.guestContactIds, cart, &contacts, &moves, in: tx)
        let takeBacks = steps.count { $0.way == .takeBack }
        if takeBacks > 0, request.reason.isEmpty { throw DistributionRefusal.reasonRequired.refusal }
        try moves.spendAllowance(takeBacks, commits: !request.validateOnly)
        var response = Usher_Distribution_V1_ValidateCartResponse()
        response.distributedCount = Int32(steps.count - takeBacks)
        response.takenBackCount = Int32(takeBacks)
        response.remainingCount = Int32(try HeldTicketStore.itemCount(cart.id.number, in: tx) - steps.count)
        response.ticketIds = steps.map(\.ticket.id.description)
        guard !request.validateOnly else { return response }
        for step in steps {
            switch step.way {
            case .distribution:
                try moves.distribute(
                    step.ticket, to: step.guest, holderName: step.holderName, defers: request.deferDelivery)
            case .takeBack:
                try moves.takeBack(
                    step.ticket, to: step.guest, holderName: step.holderName, defers: request.deferDelivery,
                    reason: request.reason)
            }
        }
        try tx.record(
            "cart.validated", Contact.cartText(cart.id.number),
            after: [
                "acting_contact_id": acting.id.description, "distributed": steps.count - takeBacks,
                "taken_back": takeBacks, "reason": request.reason,
                "ticket_ids": response.ticketIds.joined(separator: " "),
            ])
        return response
    }

    /// - Throws: where any of it cannot be done.
    private func plan(
        _ guestIDs: [String], _ cart: Contact, _ contacts: inout ContactBook, _ moves: inout TicketMoves,
        in tx: Transaction
    ) throws -> [Step] {
        var seen: Set<String> = []
        return try guestIDs.filter { seen.insert($0).inserted }.flatMap { id in
            let guest = try contacts.named(id)
            let items = try HeldTicketStore.items(cart.id.number, for: guest.id.number, in: tx)
            guard !items.isEmpty else { throw DistributionRefusal.nothingAllocated(id) }
            return try items.map { item in
                guard let ticket = try HeldTicketStore.find(item.ticketKey, in: tx) else {
                    throw StorageError.inconsistent("ticket \(item.ticketKey) is in a cart and is not there")
                }
                switch try moves.judge(ticket) {
                case .failure(let refusal): throw refusal
                case .success where ticket.ownerKey == guest.id.number:
                    throw DistributionRefusal.alreadyOwner.refusal(about: ticket)
                case .success(let way):
                    return Step(ticket: ticket, guest: guest, holderName: item.holderName, way: way)
                }
            }
        }
    }

    // MARK: Shared

    /// The contact whose cart it is.
    private func cart(_ id: String, for acting: Contact?, _ contacts: inout ContactBook) throws -> Contact {
        if id.isEmpty, let acting { return acting }
        guard let key = ResourceID(id, prefix: CartItem.cartPrefix)?.number,
            let contact = try contacts.find(key)
        else { throw DistributionRefusal.cartNotFound.refusal }
        guard acting?.acts(for: contact) ?? true else { throw DistributionRefusal.notYourStructure.refusal }
        return contact
    }

    private func present(
        _ cart: Contact, _ contacts: inout ContactBook, in tx: Transaction
    ) throws -> Usher_Distribution_V1_Cart {
        var presenter = try TicketPresenter(tx, for: nil, contacts)
        var message = Usher_Distribution_V1_Cart()
        message.cartID = Contact.cartText(cart.id.number)
        message.contactID = cart.id.description
        for item in try HeldTicketStore.items(cart.id.number, in: tx) {
            guard let ticket = try HeldTicketStore.find(item.ticketKey, in: tx) else {
                throw StorageError.inconsistent("ticket \(item.ticketKey) is in a cart and is not there")
            }
            let isOut = try !cart.acts(for: contacts.contact(ticket.ownerKey))
            message.items.append(
                try .with {
                    $0.ticketID = ticket.id.description
                    $0.performanceID = try presenter.performanceID(ticket.performanceKey)
                    ($0.zone, $0.seat) = (ticket.zone, ticket.seat)
                    $0.guestContactID = item.guestKey.map(Contact.text) ?? ""
                    $0.holderName = item.holderName
                    $0.distributed = isOut
                })
        }
        return message
    }

    /// What changed nothing is not recorded.
    private func record(
        _ event: String, _ cart: Contact, by acting: Contact, _ count: Int, to guest: Contact? = nil,
        in tx: Transaction
    ) throws {
        guard count > 0 else { return }
        try tx.record(
            event, Contact.cartText(cart.id.number),
            after: [
                "acting_contact_id": acting.id.description, "count": count, "guest_contact_id": guest?.id.description,
            ])
    }

    private func requireTicketIDs(_ ids: [String], _ more: (inout Violations) -> Void = { _ in }) throws {
        var violations = Violations()
        violations.require(HeldTicket.callCounts.contains(ids.count), "ticket_ids", "must have 1 to 1,000 entries")
        more(&violations)
        try violations.refuse()
    }
}
