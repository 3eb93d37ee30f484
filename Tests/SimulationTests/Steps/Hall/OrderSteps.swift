import SwiftProtobuf
import UsherAPI
import UsherContract

/// Orders, and single tickets.
enum OrderSteps {
    typealias RPC = Usher_Admission_V1_AdmissionService

    static let all = [
        Step(weight: 6, prepare: create), Step(weight: 3, isWrite: false, prepare: get),
        Step(weight: 6, prepare: update), Step(weight: 8, prepare: print), Step(weight: 4, prepare: issue),
        Step(weight: 4, prepare: printTickets), Step(weight: 6, prepare: reprint), Step(weight: 4, prepare: cancel),
        Step(weight: 5, prepare: attach),
    ]

    private static func orderNumber(_ simulation: Simulation) -> String {
        simulation.dice.chance(60) ? "" : "AV-\(simulation.dice.int(1...12))"
    }

    private static func productIDs(_ tenant: OrganisationModel, _ simulation: Simulation) -> [String] {
        guard simulation.dice.chance(45) else { return [] }
        return (0..<simulation.dice.int(1...2)).map { _ in simulation.productID(tenant) }
    }

    private static func create(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_CreateOrderRequest.with { request in
            request.orderNumber = orderNumber(simulation)
            request.customerName = simulation.text("Customer")
            request.performanceIds = simulation.performanceIDs(percent: 50)
            request.passProductIds = productIDs(tenant, simulation)
            if simulation.dice.chance(25) { request.passID = simulation.passID(tenant) }
            request.holderName = simulation.holderName()
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.createOrder, request, by: simulation.actor(in: tenant.id), tenant.createOrder)
    }

    private static func get(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_GetOrderRequest.with { request in
            if simulation.dice.chance(70) {
                request.orderID = simulation.orderID(tenant)
            } else {
                request.orderNumber = orderNumber(simulation)
            }
        }
        return try PreparedCall(RPC.getOrder, request, by: simulation.actor(in: tenant.id)) { request, _, made in
            try tenant.getOrder(request, made)
        }
    }

    /// Returns, exchanges and further purchases.
    private static func update(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let id = simulation.orderID(tenant)
        let order = tenant.hall.orders.first { $0.id == id }
        let request = Usher_Admission_V1_UpdateOrderRequest.with { request in
            request.orderID = id
            request.orderNumber = orderNumber(simulation)
            request.customerName = simulation.text("Customer")
            if simulation.dice.chance(60) {
                request.updateMask.paths = simulation.mask(["order_number", "customer_name"])
            }
            request.etag = simulation.tag(order.map { "v\($0.version)" })
            if simulation.dice.chance(40) { request.addPerformanceIds = simulation.performanceIDs(percent: 35) }
            if simulation.dice.chance(20) { request.addPassProductIds = productIDs(tenant, simulation) }
            if simulation.dice.chance(40) { request.passID = simulation.passID(tenant) }
            if simulation.dice.chance(30), let order {
                request.returnTicketIds = simulation.dice.some(tenant.tickets(of: order).map(\.id))
            }
            if simulation.dice.chance(4) { request.returnTicketIds.append(simulation.ticketID(tenant)) }
            if simulation.dice.chance(10), let order {
                request.returnPassIds = simulation.dice.some(tenant.passes(of: order).map(\.id))
            }
            if simulation.dice.chance(20) { request.removePerformanceIds = simulation.performanceIDs(percent: 30) }
            request.holderName = simulation.holderName()
            request.reason = simulation.reason()
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.updateOrder, request, by: simulation.actor(in: tenant.id), tenant.updateOrder)
    }

    private static func print(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let waiting = tenant.hall.orders.filter { tenant.unprinted($0) > 0 }.suffix(6)
        let order = simulation.dice.chance(80) ? simulation.dice.pick(waiting) : nil
        let request = Usher_Admission_V1_PrintOrderRequest.with { request in
            request.orderID = order?.id ?? simulation.orderID(tenant)
            if simulation.dice.chance(30), let order {
                request.ticketIds = simulation.dice.some(tenant.tickets(of: order).map(\.id))
                request.passIds = simulation.dice.some(tenant.passes(of: order).map(\.id))
            }
            if simulation.dice.chance(3) { request.ticketIds.append(simulation.ticketID(tenant)) }
            if simulation.dice.chance(3) { request.passIds.append(simulation.passID(tenant)) }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.printOrder, request, by: simulation.actor(in: tenant.id), tenant.printOrder)
    }

    // MARK: Single tickets

    private static func issue(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_IssueTicketsRequest.with { request in
            if simulation.dice.chance(40) { request.orderID = simulation.orderID(tenant) }
            request.performanceID = simulation.performanceID()
            if simulation.dice.chance(50) {
                request.count = Int32(simulation.dice.int(1...2))
            } else {
                request.seats = (0..<simulation.dice.int(1...2)).map { _ in seat(simulation) }
            }
            if simulation.dice.chance(3) { request.count = simulation.dice.one(-1, 1_001) }
            request.gates = simulation.gates()
            request.ticketTemplate = simulation.dice.one("", "", "plain")
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.issueTickets, request, by: simulation.actor(in: tenant.id), tenant.issueTickets)
    }

    private static func seat(_ simulation: Simulation) -> Usher_Admission_V1_TicketSeat {
        .with { seat in
            (seat.zone, seat.seat) = (simulation.dice.one("A", ""), "\(simulation.dice.int(1...9))")
            seat.holderName = simulation.dice.one("", "Anna")
            if simulation.dice.chance(25) { seat.number = Int64(simulation.dice.int(1...60)) }
            // The last number that there is: nothing follows it.
            if simulation.dice.int(1...400) == 1 { seat.number = 999_999_999_999_999 }
        }
    }

    private static func printTickets(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let waiting = tenant.hall.tickets.filter { $0.state == .notPrinted }.suffix(6).map(\.id)
        let request = Usher_Admission_V1_PrintTicketsRequest.with { request in
            request.ticketIds = simulation.dice.some(waiting, percent: 60)
            if simulation.dice.chance(20) { request.ticketIds.append(simulation.ticketID(tenant)) }
            if simulation.dice.chance(10) { request.ticketIds += request.ticketIds.suffix(1) }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.printTickets, request, by: simulation.actor(in: tenant.id), tenant.printTickets)
    }

    private static func reprint(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_ReprintTicketRequest.with {
            ($0.ticketID, $0.reason) = (simulation.ticketID(tenant), simulation.reason())
            $0.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.reprintTicket, request, by: simulation.actor(in: tenant.id), tenant.reprintTicket)
    }

    private static func cancel(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_CancelTicketRequest.with {
            ($0.ticketID, $0.reason) = (simulation.ticketID(tenant), simulation.reason())
            ($0.validateOnly, $0.requestID) = (simulation.dice.chance(30), simulation.requestID())
        }
        return try PreparedCall(RPC.cancelTicket, request, by: simulation.actor(in: tenant.id), tenant.cancelTicket)
    }

    private static func attach(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_AttachExternalBarcodeRequest.with { request in
            request.ticketID = simulation.ticketID(tenant)
            request.barcode =
                simulation.dice.chance(60) ? "EXT-\(simulation.step)" : "EXT-\(simulation.dice.int(1...5))"
            if simulation.dice.chance(15) { request.barcode = " \(request.barcode)\n" }
            if simulation.dice.chance(10) { request.barcode = simulation.barcode(tenant) }
            if simulation.dice.chance(3) {
                request.barcode = simulation.dice.one("", " ", "a\u{7}b", String(repeating: "x", count: 201))
            }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.attachExternalBarcode, request, by: simulation.actor(in: tenant.id), tenant.attachBarcode)
    }
}
