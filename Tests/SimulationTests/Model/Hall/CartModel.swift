import UsherAPI
import UsherContract

/// What somebody is about to distribute. Everybody has one cart, and a ticket is in one at most.
extension OrganisationModel {
    private func cart(_ id: String, _ acting: ModelContact?) throws -> ModelContact {
        if id.isEmpty, let acting { return acting }
        guard let cart = hall.contacts.first(where: { $0.cartID == id }) else {
            throw Expected.notFound("CART_NOT_FOUND")
        }
        guard acting?.acts(for: cart) ?? true else { throw Expected.denied("NOT_YOUR_STRUCTURE") }
        return cart
    }

    private static func checkTickets(_ ids: [String]) throws {
        var mistakes = Mistakes()
        mistakes.require(!ids.isEmpty, "ticket_ids")
        try mistakes.refuse()
    }

    func getCart(_ request: Usher_Distribution_V1_GetCartRequest) throws -> Usher_Distribution_V1_Cart {
        var mistakes = Mistakes()
        mistakes.require(!request.actingContactID.isEmpty || !request.cartID.isEmpty, "cart_id")
        try mistakes.refuse()
        let acting = request.actingContactID.isEmpty ? nil : try contact(request.actingContactID)
        return message(try cart(request.cartID, acting))
    }

    func addToCart(
        _ request: Usher_Distribution_V1_AddToCartRequest, _ context: Context
    ) throws -> Usher_Distribution_V1_Cart {
        try Self.checkTickets(request.ticketIds)
        let acting = try contact(request.actingContactID)
        let cart = try cart(request.cartID, acting)
        var added: [ModelTicket] = []
        for id in request.ticketIds {
            let ticket = try heldTicket(id)
            if let other = hall.cart(with: ticket) {
                if other === cart { continue }
                throw Expected.precondition("TICKET_IN_CART")
            }
            if added.contains(where: { $0 === ticket }) { continue }
            _ = try way(ticket, acting)
            added.append(ticket)
        }
        cart.cart += added.map { ModelCartItem(ticket: $0) }
        if !added.isEmpty { context.record("cart.added", cart.cartID) }
        return message(cart)
    }

    func removeFromCart(
        _ request: Usher_Distribution_V1_RemoveFromCartRequest, _ context: Context
    ) throws -> Usher_Distribution_V1_Cart {
        try Self.checkTickets(request.ticketIds)
        let cart = try cart(request.cartID, try contact(request.actingContactID))
        let before = cart.cart.count
        cart.cart.removeAll { request.ticketIds.contains($0.ticket.id) }
        if cart.cart.count < before { context.record("cart.removed", cart.cartID) }
        return message(cart)
    }

    func allocateCartItems(
        _ request: Usher_Distribution_V1_AllocateCartItemsRequest, _ context: Context
    ) throws -> Usher_Distribution_V1_Cart {
        var mistakes = Mistakes()
        mistakes.require(!request.ticketIds.isEmpty, "ticket_ids")
        mistakes.requireText(request.holderName, 0...200, "holder_name")
        mistakes.require(!request.guestContactID.isEmpty || request.holderName.isEmpty, "holder_name")
        try mistakes.refuse()
        let acting = try contact(request.actingContactID)
        let guest = request.guestContactID.isEmpty ? nil : try contact(request.guestContactID)
        let cart = try cart(request.cartID, acting)
        let places = try request.ticketIds.map { id in
            guard let place = cart.cart.firstIndex(where: { $0.ticket.id == id }) else {
                throw Expected.notFound("TICKET_NOT_IN_CART")
            }
            guard guest == nil || cart.cart[place].ticket.holding?.owner !== guest else {
                throw Expected.precondition("ALREADY_OWNER")
            }
            return place
        }
        let changed = places.filter {
            cart.cart[$0].guest !== guest || cart.cart[$0].holder != request.holderName
        }
        for place in changed { (cart.cart[place].guest, cart.cart[place].holder) = (guest, request.holderName) }
        if !changed.isEmpty { context.record("cart.allocated", cart.cartID) }
        return message(cart)
    }

    /// Gives the chosen guests what is theirs, all or nothing.
    func validateCart(
        _ request: Usher_Distribution_V1_ValidateCartRequest, _ context: Context
    ) throws -> Usher_Distribution_V1_ValidateCartResponse {
        var mistakes = Mistakes()
        mistakes.require(!request.guestContactIds.isEmpty, "guest_contact_ids")
        mistakes.requireText(request.reason, 0...500, "reason", hasLines: true)
        try mistakes.refuse()
        let acting = try contact(request.actingContactID)
        let cart = try cart(request.cartID, acting)
        var steps: [(item: ModelCartItem, guest: ModelContact, way: ModelWay)] = []
        for id in request.guestContactIds {
            let guest = try contact(id)
            if steps.contains(where: { $0.guest === guest }) { continue }
            let items = cart.cart.filter { $0.guest === guest }.sorted { $0.ticket.id < $1.ticket.id }
            if items.isEmpty { throw Expected.precondition("NOTHING_ALLOCATED") }
            for item in items {
                let way = try way(item.ticket, acting)
                if item.ticket.holding?.owner === guest { throw Expected.precondition("ALREADY_OWNER") }
                steps.append((item, guest, way))
            }
        }
        let takeBacks = steps.filter { $0.way == .takeBack }.count
        if takeBacks > 0, request.reason.isEmpty { throw Expected.precondition("REASON_REQUIRED") }
        try checkAllowance(takeBacks, acting, commits: !request.validateOnly, at: context.now)
        let remaining = cart.cart.count - steps.count
        if !request.validateOnly {
            for (item, guest, way) in steps {
                switch way {
                case .distribution:
                    distribute(
                        item.ticket, to: guest, name: item.holder, defers: request.deferDelivery, by: acting,
                        at: context.now)
                case .takeBack:
                    takeBack(
                        item.ticket, to: guest, name: item.holder, defers: request.deferDelivery,
                        reason: request.reason, by: acting, at: context.now)
                }
            }
            context.record("cart.validated", cart.cartID)
        }
        return .with { response in
            response.distributedCount = Int32(steps.count - takeBacks)
            response.takenBackCount = Int32(takeBacks)
            response.remainingCount = Int32(remaining)
            response.ticketIds = steps.map(\.item.ticket.id)
        }
    }
}
