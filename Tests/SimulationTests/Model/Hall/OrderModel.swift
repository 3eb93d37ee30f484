import UsherAPI
import UsherContract

extension OrganisationModel {
    func performance(_ id: String) throws -> ModelAsset {
        guard let asset = liveAsset(id), asset.message.type == .performance else {
            throw Expected.notFound("PERFORMANCE_NOT_FOUND")
        }
        return asset
    }

    func order(_ id: String) throws -> ModelOrder {
        guard let order = hall.orders.first(where: { $0.id == id }) else { throw Expected.notFound("ORDER_NOT_FOUND") }
        return order
    }

    func tickets(of order: ModelOrder) -> [ModelTicket] { hall.tickets.filter { $0.admission.order === order } }

    /// Those that were bought with it, then those that it has put admissions on.
    func passes(of order: ModelOrder) -> [ModelPass] {
        hall.passes.filter { $0.order === order }
            + hall.passes.filter { pass in
                pass.order !== order && pass.admissions.contains { $0.order === order }
            }
    }

    func unprinted(_ order: ModelOrder) -> Int32 {
        let all = hall.bearers.flatMap { bearer in bearer.admissions.map { (bearer, $0) } }
        return Int32(
            all.filter { bearer, admission in
                admission.order === order && admission.state == .notPrinted && bearer.cancelled == nil
            }.count)
    }

    // MARK: Purchases

    /// What an order buys, once it is seen that it can.
    private struct Purchase {
        var products: [ModelProduct] = []
        var performances: [ModelAsset] = []
        /// Nil: each performance gets a ticket.
        var pass: ModelPass?
        var holder = ""

        var isEmpty: Bool { products.isEmpty && performances.isEmpty }
    }

    /// - Parameters:
    ///   - ended: passes that end in the same call.
    ///   - removed: performances that are taken off the pass in the same call.
    private func purchase(
        products: [String], performances: [String], passID: String, holder: String, ended: [ModelPass] = [],
        removed: [ModelAsset] = []
    ) throws -> Purchase {
        var purchase = Purchase(holder: holder)
        purchase.products = try products.map(product)
        purchase.performances = try performances.map(performance)
        if passID.isEmpty {
            try checkNumbers(purchase.performances.map { ($0, 0) })
        } else {
            let pass = try livePass(passID, ended: ended)
            try checkAddition(of: purchase.performances, to: pass.product, pass, removed: removed)
            purchase.pass = pass
        }
        return purchase
    }

    private func apply(
        _ purchase: Purchase, _ order: ModelOrder, _ made: Usher_Admission_V1_Order?, _ context: Context
    ) throws {
        let newTickets = (made?.tickets ?? []).map(\.ticketID).filter { !owns($0) }
        let newPasses = (made?.passIds ?? []).filter { !owns($0) }
        for (index, product) in purchase.products.enumerated() {
            let id = newPasses.dropFirst(index).first
            let pass = ModelPass(try adopt(id, "pas"), order, product, holder: purchase.holder, at: context.now)
            pass.admissions = product.included.filter { !$0.isDeleted }.map { ModelAdmission($0, order) }
            hall.passes.append(pass)
        }
        for (index, performance) in purchase.performances.enumerated() {
            if let pass = purchase.pass {
                put(performance, on: pass, order)
            } else {
                let id = newTickets.dropFirst(index).first
                _ = try issue(
                    id, ModelAdmission(performance, order), number: 0, holder: purchase.holder, at: context.now)
            }
        }
    }

    // MARK: Orders

    func createOrder(
        _ request: Usher_Admission_V1_CreateOrderRequest, _ context: Context, _ made: Usher_Admission_V1_Order?
    ) throws -> Usher_Admission_V1_Order {
        var mistakes = Mistakes()
        mistakes.requireText(request.orderNumber, 0...200, "order_number")
        mistakes.requireText(request.customerName, 0...200, "customer_name")
        mistakes.requireText(request.holderName, 0...200, "holder_name")
        try mistakes.refuse()
        try checkNumber(request.orderNumber, of: nil)
        let purchase = try purchase(
            products: request.passProductIds, performances: request.performanceIds, passID: request.passID,
            holder: request.holderName)
        let order = ModelOrder(
            try adopt(made?.orderID, "ord"), request.orderNumber, request.customerName, at: context.now)
        hall.orders.append(order)
        try apply(purchase, order, made, context)
        context.record("order.created", order.id)
        return try message(order, made)
    }

    private func checkNumber(_ number: String, of order: ModelOrder?) throws {
        let isTaken = hall.orders.contains { $0 !== order && $0.number == number }
        if !number.isEmpty, isTaken { throw Expected.exists("ORDER_NUMBER_TAKEN") }
    }

    func getOrder(
        _ request: Usher_Admission_V1_GetOrderRequest, _ made: Usher_Admission_V1_Order?
    ) throws -> Usher_Admission_V1_Order {
        let found =
            request.orderID.isEmpty
            ? hall.orders.first { !request.orderNumber.isEmpty && $0.number == request.orderNumber }
            : hall.orders.first { $0.id == request.orderID }
        guard let found else { throw Expected.notFound("ORDER_NOT_FOUND") }
        return try message(found, made)
    }

    func updateOrder(
        _ request: Usher_Admission_V1_UpdateOrderRequest, _ context: Context, _ made: Usher_Admission_V1_Order?
    ) throws -> Usher_Admission_V1_Order {
        var mistakes = Mistakes()
        let paths = request.hasUpdateMask ? mistakes.mask(request.updateMask, ["order_number", "customer_name"]) : []
        mistakes.requireText(request.orderNumber, 0...200, "order_number")
        mistakes.requireText(request.customerName, 0...200, "customer_name")
        mistakes.requireText(request.holderName, 0...200, "holder_name")
        mistakes.requireText(request.reason, 0...1_000, "reason", hasLines: true)
        mistakes.require(request.removePerformanceIds.isEmpty || !request.passID.isEmpty, "pass_id")
        try mistakes.refuse()
        let order = try order(request.orderID)
        try Expected.checkTag(request.etag, order.version)
        let tickets = try request.returnTicketIds.map { id in
            let found = hall.tickets.first { $0.id == id && $0.admission.order === order }
            guard let found else { throw Expected.notFound("TICKET_NOT_FOUND") }
            return found
        }
        let passes = try request.returnPassIds.map { id in
            let found = try self.pass(id)
            guard found.order === order else { throw Expected.notFound("PASS_NOT_FOUND") }
            return found
        }
        let removed = try request.removePerformanceIds.map(performance)
        let pass = removed.isEmpty ? nil : try livePass(request.passID, ended: passes)
        if let pass { try checkRemoval(of: removed, from: pass) }
        if paths.contains("order_number") { try checkNumber(request.orderNumber, of: order) }
        let purchase = try purchase(
            products: request.addPassProductIds, performances: request.addPerformanceIds, passID: request.passID,
            holder: request.holderName, ended: passes, removed: removed)
        var ended = 0
        for ticket in tickets where cancel(ticket, request.reason, at: context.now) { ended += 1 }
        for pass in passes where cancel(pass, request.reason, at: context.now) { ended += 1 }
        if let pass { ended += take(removed, off: pass, request.reason, at: context.now) }
        try apply(purchase, order, made, context)
        let before = (order.number, order.customer)
        if paths.contains("order_number") { order.number = request.orderNumber }
        if paths.contains("customer_name") { order.customer = request.customerName }
        if before != (order.number, order.customer) || ended > 0 || !purchase.isEmpty {
            (order.updated, order.version) = (context.now, order.version + 1)
            context.record("order.updated", order.id)
        }
        return try message(order, made)
    }

    /// What was printed before is not printed again; a part leaves the rest for the next time.
    func printOrder(
        _ request: Usher_Admission_V1_PrintOrderRequest, _ context: Context,
        _ made: Usher_Admission_V1_PrintOrderResponse?
    ) throws -> Usher_Admission_V1_PrintOrderResponse {
        let order = try order(request.orderID)
        let tickets = tickets(of: order)
        let passes = passes(of: order)
        guard request.ticketIds.allSatisfy({ id in tickets.contains { $0.id == id } }) else {
            throw Expected.notFound("TICKET_NOT_FOUND")
        }
        guard request.passIds.allSatisfy({ id in passes.contains { $0.id == id } }) else {
            throw Expected.notFound("PASS_NOT_FOUND")
        }
        let isWhole = request.ticketIds.isEmpty && request.passIds.isEmpty
        var response = Usher_Admission_V1_PrintOrderResponse()
        for pass in passes where isWhole || request.passIds.contains(pass.id) {
            guard let count = print(pass, for: order, at: context.now) else { continue }
            response.printedCount += count
            response.passes.append(try message(pass, made?.passes.first { $0.passID == pass.id }))
        }
        for ticket in tickets where isWhole || request.ticketIds.contains(ticket.id) {
            guard print(ticket, at: context.now) else { continue }
            response.printedCount += 1
            response.tickets.append(try message(ticket, made?.tickets.first { $0.ticketID == ticket.id }))
        }
        response.unprintedCount = unprinted(order)
        if !response.passes.isEmpty || !response.tickets.isEmpty { context.record("order.printed", order.id) }
        return response
    }
}
