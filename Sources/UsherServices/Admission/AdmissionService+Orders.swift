import UsherAPI
import UsherContract
import UsherStorage

extension AdmissionService {
    func createOrder(_ request: Usher_Admission_V1_CreateOrderRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Order
    {
        var violations = Violations()
        violations.requireText(request.orderNumber, "order_number", Order.numberLengths)
        violations.requireText(request.customerName, "customer_name", Admission.nameLengths)
        let purchase = Purchase(
            performanceIDs: request.performanceIds, productIDs: request.passProductIds, passID: request.passID,
            holderName: request.holderName)
        purchase.check("", &violations)
        try violations.refuse()
        let order = Order(
            id: tx.newID(Order.prefix), number: request.orderNumber, customerName: request.customerName,
            createTime: tx.now, updateTime: tx.now, version: 1)
        guard try OrderStore.insert(order, in: tx) else { throw AdmissionRefusal.orderNumberTaken(order.number) }
        try add(purchase, to: order, in: tx)
        try tx.record("order.created", order.id.description, after: order.journal)
        return try present(order, in: tx)
    }

    func getOrder(_ request: Usher_Admission_V1_GetOrderRequest, _ tx: Transaction) throws -> Usher_Admission_V1_Order {
        let found =
            request.orderID.isEmpty
            ? try OrderStore.find(number: request.orderNumber, in: tx) : try OrderStore.find(request.orderID, in: tx)
        guard let order = found else { throw AdmissionRefusal.orderNotFound }
        return try present(order, in: tx)
    }

    func updateOrder(_ request: Usher_Admission_V1_UpdateOrderRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Order
    {
        var violations = Violations()
        let fields: Set<Order.Field> =
            request.hasUpdateMask ? Order.Field.named(in: request.updateMask, &violations) : []
        violations.requireText(request.orderNumber, "order_number", Order.numberLengths)
        violations.requireText(request.customerName, "customer_name", Admission.nameLengths)
        violations.requireProse(request.reason, "reason", Admission.reasonLengths)
        let purchase = Purchase(
            performanceIDs: request.addPerformanceIds, productIDs: request.addPassProductIds, passID: request.passID,
            holderName: request.holderName)
        purchase.check("add_", &violations)
        let returned = [
            (request.returnTicketIds, "return_ticket_ids"), (request.returnPassIds, "return_pass_ids"),
            (request.removePerformanceIds, "remove_performance_ids"),
        ]
        for (ids, field) in returned {
            violations.require(ids.count <= Order.admissionLimit, field, "must be at most \(Order.admissionLimit)")
        }
        violations.require(
            request.removePerformanceIds.isEmpty || !request.passID.isEmpty, "pass_id",
            "must be given where performances are to be removed")
        try violations.refuse()
        guard let before = try OrderStore.find(request.orderID, in: tx) else { throw AdmissionRefusal.orderNotFound }
        try ETag.check(request.etag, against: before.version)
        var order = before
        if fields.contains(.number) { order.number = request.orderNumber }
        if fields.contains(.customerName) { order.customerName = request.customerName }
        let ended = try takeBack(request, order: before, in: tx)
        if try OrderStore.isNumberTaken(order, in: tx) { throw AdmissionRefusal.orderNumberTaken(order.number) }
        try add(purchase, to: order, in: tx)
        guard order != before || ended > 0 || !purchase.isEmpty else { return try present(before, in: tx) }
        (order.updateTime, order.version) = (tx.now, before.version + 1)
        try OrderStore.update(order, in: tx)
        var journal = order.journal
        journal.fields += [
            ("added", .text((purchase.performanceIDs + purchase.productIDs).joined(separator: " "))),
            ("ended", .integer(Int64(ended))), ("reason", .text(request.reason)),
        ]
        try tx.record("order.updated", order.id.description, before: before.journal, after: journal)
        return try present(order, in: tx)
    }

    /// What an order buys.
    private struct Purchase {
        var performanceIDs: [String]
        var productIDs: [String]
        /// Empty: each performance gets a ticket.
        var passID: String
        var holderName: String

        var isEmpty: Bool { performanceIDs.isEmpty && productIDs.isEmpty }

        func check(_ prefix: String, _ violations: inout Violations) {
            for (ids, field) in [(performanceIDs, "performance_ids"), (productIDs, "pass_product_ids")] {
                violations.require(
                    ids.count <= Order.admissionLimit, prefix + field, "must be at most \(Order.admissionLimit)")
            }
            violations.requireText(holderName, "holder_name", Admission.nameLengths)
        }
    }

    private func add(_ purchase: Purchase, to order: Order, in tx: Transaction) throws {
        var known: [String: PassProduct] = [:]
        for id in purchase.productIDs where known[id] == nil { known[id] = try passProduct(id, in: tx) }
        let products = purchase.productIDs.compactMap { known[$0] }
        let keys = try purchase.performanceIDs.map { try PerformanceStore.key(of: $0, in: tx) }
        if !purchase.passID.isEmpty {
            try PassAdmissions.add(keys, to: try livePass(purchase.passID, in: tx), by: order, in: tx)
        } else {
            for key in keys {
                _ = try TicketIssue.apply(
                    TicketDraft(
                        performanceKey: key, holderName: purchase.holderName, orderKey: order.id.number,
                        isPrinted: false), in: tx)
            }
        }
        // A thousand season tickets are half a million admissions: they are counted before they are made.
        try check(order, adding: products, in: tx)
        for product in products {
            _ = try PassAssignment.apply(
                product, order: order, holderName: purchase.holderName, performanceKeys: [], in: tx)
        }
    }

    /// Ends what an order gives back.
    ///
    /// - Returns: how many tickets, passes and admissions.
    private func takeBack(
        _ request: Usher_Admission_V1_UpdateOrderRequest, order: Order, in tx: Transaction
    ) throws -> Int {
        var ended = 0
        for id in request.returnTicketIds {
            guard let ticket = try TicketStore.find(id, in: tx), ticket.admission.orderKey == order.id.number else {
                throw AdmissionRefusal.ticketNotFound
            }
            if try TicketCancellation.apply(ticket.id.number, reason: request.reason, in: tx) { ended += 1 }
        }
        for id in request.returnPassIds {
            let pass = try pass(id, in: tx)
            guard pass.orderKey == order.id.number else { throw AdmissionRefusal.passNotFound }
            if try PassCancellation.apply(pass, reason: request.reason, in: tx) != nil { ended += 1 }
        }
        guard !request.removePerformanceIds.isEmpty else { return ended }
        let keys = try request.removePerformanceIds.map { try PerformanceStore.key(of: $0, in: tx) }
        return try ended
            + PassAdmissions.cancel(keys, of: try livePass(request.passID, in: tx), reason: request.reason, in: tx)
    }

    func printOrder(_ request: Usher_Admission_V1_PrintOrderRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_PrintOrderResponse
    {
        guard let order = try OrderStore.find(request.orderID, in: tx) else { throw AdmissionRefusal.orderNotFound }
        let bought = try AdmissionStore.ofOrder(order.id.number, in: tx)
        let tickets = bought.filter { $0.number != nil }.map { ResourceID(prefix: Ticket.prefix, number: $0.bearerKey) }
        let passes = try passes(of: order, bought, in: tx)
        let isPartial = !request.ticketIds.isEmpty || !request.passIds.isEmpty
        guard Set(request.ticketIds).isSubset(of: tickets.map(\.description)) else {
            throw AdmissionRefusal.ticketNotFound
        }
        guard Set(request.passIds).isSubset(of: passes.map(\.id.description)) else {
            throw AdmissionRefusal.passNotFound
        }
        var (response, presenter) = (Usher_Admission_V1_PrintOrderResponse(), AdmissionPresenter(tx))
        for pass in passes where !isPartial || request.passIds.contains(pass.id.description) {
            guard pass.cancelTime == nil else { continue }
            let (printed, admissions) = try PassPrint.apply(pass, for: order, in: tx)
            guard admissions > 0 || printed != pass else { continue }
            response.printedCount += Int32(admissions)
            response.passes.append(try presenter.message(printed))
        }
        for id in tickets where !isPartial || request.ticketIds.contains(id.description) {
            guard let ticket = try TicketStore.find(id.number, in: tx), ticket.barcode != nil,
                let printed = try TicketPrint.apply(ticket, in: tx)
            else { continue }
            response.printedCount += 1
            response.tickets.append(try presenter.message(printed))
        }
        response.unprintedCount = Int32(
            try AdmissionStore.ofOrder(order.id.number, in: tx).filter { $0.state == .notPrinted }.count)
        if !response.passes.isEmpty || !response.tickets.isEmpty {
            try tx.record(
                "order.printed", order.id.description,
                after: ["printed_count": response.printedCount, "unprinted_count": response.unprintedCount])
        }
        return response
    }

    /// Those that were bought with an order, and those that it has put admissions on.
    private func passes(of order: Order, _ bought: [Admission], in tx: Transaction) throws -> [Pass] {
        var passes = try PassStore.list(
            .order(order.id.number), after: 0, limit: Order.admissionLimit, in: tx)
        let others = Set(bought.filter { $0.number == nil }.map(\.bearerKey)).subtracting(passes.map(\.id.number))
        passes += try others.sorted().compactMap { try PassStore.find($0, in: tx) }
        return passes
    }

    private func present(_ order: Order, in tx: Transaction) throws -> Usher_Admission_V1_Order {
        var presenter = AdmissionPresenter(tx)
        return try presenter.message(order)
    }
}
