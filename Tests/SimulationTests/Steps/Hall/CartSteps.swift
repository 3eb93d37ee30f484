import SwiftProtobuf
import UsherAPI
import UsherContract

/// What is chosen, who is to have it, and handing it out.
enum CartSteps {
    typealias RPC = Usher_Distribution_V1_DistributionService

    static let all = [
        Step(weight: 2, isWrite: false, prepare: get), Step(weight: 14, prepare: add),
        Step(weight: 3, prepare: remove), Step(weight: 14, prepare: allocate), Step(weight: 14, prepare: validate),
    ]

    /// The acting contact's own where it is not said, mostly.
    private static func cartID(
        _ owner: ModelContact?, _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> String {
        switch simulation.dice.int(1...20) {
        case 1...14: ""
        case 15...18: owner?.cartID ?? ""
        case 19: simulation.dice.pick(tenant.hall.contacts)?.cartID ?? ""
        default: simulation.dice.one("crt_0000000000001", "nothing")
        }
    }

    /// Somebody with something in the cart, mostly.
    private static func owner(_ tenant: OrganisationModel, _ simulation: Simulation) -> ModelContact? {
        let full = tenant.hall.contacts.filter { !$0.cart.isEmpty }
        return simulation.dice.pick(simulation.dice.chance(90) ? full : tenant.hall.contacts)
    }

    /// Whoever has the cart, or somebody who acts in that place.
    private static func actingID(
        _ owner: ModelContact?, _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> String {
        let fellows = tenant.hall.contacts.filter { contact in owner.map { contact.acts(for: $0) } ?? true }
        return simulation.dice.chance(15)
            ? simulation.dice.pick(fellows)?.id ?? "" : simulation.contactID(tenant, mostly: owner)
    }

    private static func get(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let owner = owner(tenant, simulation)
        let request = Usher_Distribution_V1_GetCartRequest.with { request in
            request.cartID = cartID(owner, tenant, simulation)
            if simulation.dice.chance(70) { request.actingContactID = actingID(owner, tenant, simulation) }
        }
        return try PreparedCall(RPC.getCart, request, by: simulation.actor(in: tenant.id)) { request, _, _ in
            try tenant.getCart(request)
        }
    }

    private static func add(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let first = simulation.heldTicket(tenant)
        let owner =
            simulation.dice.chance(60) ? first?.holding?.owner : first?.holding?.distributor ?? first?.holding?.owner
        let request = Usher_Distribution_V1_AddToCartRequest.with { request in
            request.actingContactID = actingID(owner, tenant, simulation)
            request.cartID = cartID(owner, tenant, simulation)
            let others = tenant.hall.held.filter { $0.cancelled == nil && $0.holding?.owner === owner }.suffix(8)
            request.ticketIds = simulation.dice.some(others.map(\.id), percent: 40) + [first?.id ?? ""]
            if simulation.dice.chance(3) { request.ticketIds.append(simulation.unknownTicketID(tenant)) }
            if simulation.dice.chance(1) { request.ticketIds = [] }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.addToCart, request, by: simulation.actor(in: tenant.id)) { request, context, _ in
            try tenant.addToCart(request, context)
        }
    }

    private static func remove(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let owner = owner(tenant, simulation)
        let request = Usher_Distribution_V1_RemoveFromCartRequest.with { request in
            request.actingContactID = actingID(owner, tenant, simulation)
            request.cartID = cartID(owner, tenant, simulation)
            request.ticketIds = simulation.dice.some(owner?.cart.map(\.ticket.id) ?? [])
            if simulation.dice.chance(15) { request.ticketIds.append(simulation.ticketID(tenant)) }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.removeFromCart, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.removeFromCart(request, context)
        }
    }

    private static func allocate(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let owner = owner(tenant, simulation)
        if owner?.cart.isEmpty ?? true, simulation.dice.chance(90) { return try add(tenant, simulation) }
        let request = Usher_Distribution_V1_AllocateCartItemsRequest.with { request in
            request.actingContactID = actingID(owner, tenant, simulation)
            request.cartID = cartID(owner, tenant, simulation)
            let all = owner?.cart.map(\.ticket.id) ?? []
            request.ticketIds = simulation.dice.some(all, percent: 60)
            if request.ticketIds.isEmpty, simulation.dice.chance(95) { request.ticketIds = all }
            if simulation.dice.chance(4) { request.ticketIds.append(simulation.ticketID(tenant)) }
            if simulation.dice.chance(92) { request.guestContactID = simulation.contactID(tenant) }
            request.holderName =
                request.guestContactID.isEmpty && simulation.dice.chance(90) ? "" : simulation.holderName()
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.allocateCartItems, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.allocateCartItems(request, context)
        }
    }

    static func validate(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let ready = tenant.hall.contacts.filter { $0.cart.contains { $0.guest != nil } }
        if ready.isEmpty, simulation.dice.chance(90) { return try allocate(tenant, simulation) }
        let owner = simulation.dice.chance(90) ? simulation.dice.pick(ready) : owner(tenant, simulation)
        let guests = owner?.cart.compactMap(\.guest).map(\.id) ?? []
        let request = Usher_Distribution_V1_ValidateCartRequest.with { request in
            request.actingContactID = actingID(owner, tenant, simulation)
            request.cartID = cartID(owner, tenant, simulation)
            request.guestContactIds = simulation.dice.some(guests, percent: 70)
            if request.guestContactIds.isEmpty, simulation.dice.chance(95) { request.guestContactIds = guests }
            if simulation.dice.chance(6) { request.guestContactIds.append(simulation.contactID(tenant)) }
            request.reason = simulation.dice.chance(75) ? simulation.reason() : ""
            request.deferDelivery = simulation.dice.chance(25)
            request.validateOnly = simulation.dice.chance(15)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.validateCart, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.validateCart(request, context)
        }
    }
}
