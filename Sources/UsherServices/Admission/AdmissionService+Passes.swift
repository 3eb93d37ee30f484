import UsherAPI
import UsherContract
import UsherStorage

extension AdmissionService {
    func assignPass(_ request: Usher_Admission_V1_AssignPassRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Pass
    {
        var violations = Violations()
        violations.requireText(request.holderName, "holder_name", Admission.nameLengths)
        violations.requirePerformances(request.performanceIds, "performance_ids", 0)
        try violations.refuse()
        guard let order = try OrderStore.find(request.orderID, in: tx) else { throw AdmissionRefusal.orderNotFound }
        let product = request.passProductID.isEmpty ? nil : try passProduct(request.passProductID, in: tx)
        let pass = try PassAssignment.apply(
            product, order: order, holderName: request.holderName,
            performanceKeys: try request.performanceIds.map { try PerformanceStore.key(of: $0, in: tx) }, in: tx)
        try check(order, in: tx)
        try tx.record(
            "pass.assigned", pass.id.description,
            after: ["order_id": order.id.description, "pass_product_id": request.passProductID])
        return try present(pass, in: tx)
    }

    func getPass(_ request: Usher_Admission_V1_GetPassRequest, _ tx: Transaction) throws -> Usher_Admission_V1_Pass {
        try present(try pass(request.passID, in: tx), in: tx)
    }

    func listPasses(_ request: Usher_Admission_V1_ListPassesRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_ListPassesResponse
    {
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        violations.require(
            request.orderID.isEmpty || request.passProductID.isEmpty, "pass_product_id",
            "must be left out where order_id is given")
        try violations.refuse()
        var selection = PassStore.Selection.all
        if !request.orderID.isEmpty {
            guard let order = try OrderStore.find(request.orderID, in: tx) else { return .init() }
            selection = .order(order.id.number)
        } else if !request.passProductID.isEmpty {
            guard let product = try PassProductStore.find(request.passProductID, in: tx) else { return .init() }
            selection = .product(product.key)
        }
        let found = try PassStore.list(selection, after: try page.afterNumber(), limit: page.size + 1, in: tx)
        var presenter = AdmissionPresenter(tx)
        let (items, token) = try page.cut(found, key: { String($0.id.number) }) { try presenter.message($0) }
        return .with { ($0.passes, $0.nextPageToken) = (items, token) }
    }

    func updatePassAdmissions(_ request: Usher_Admission_V1_UpdatePassAdmissionsRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Pass
    {
        var violations = Violations()
        violations.requirePerformances(request.addPerformanceIds, "add_performance_ids", 0)
        violations.requirePerformances(request.removePerformanceIds, "remove_performance_ids", 0)
        violations.require(
            !request.addPerformanceIds.isEmpty || !request.removePerformanceIds.isEmpty, "add_performance_ids",
            "must be given where remove_performance_ids is not")
        violations.requireText(request.zone, "zone", Admission.placeLengths)
        violations.requireText(request.seat, "seat", Admission.placeLengths)
        violations.requireProse(request.reason, "reason", Admission.reasonLengths)
        violations.requireGates(request.gates)
        try violations.refuse()
        let pass = try livePass(request.passID, in: tx)
        let removed = try PassAdmissions.cancel(
            try request.removePerformanceIds.map { try PerformanceStore.key(of: $0, in: tx) }, of: pass,
            reason: request.reason, in: tx)
        if !request.addPerformanceIds.isEmpty {
            guard let order = try OrderStore.find(request.orderID, in: tx) else { throw AdmissionRefusal.orderNotFound }
            try PassAdmissions.add(
                try request.addPerformanceIds.map { try PerformanceStore.key(of: $0, in: tx) }, to: pass, by: order,
                at: .init(zone: request.zone, seat: request.seat, gates: request.gates), in: tx)
            try check(order, in: tx)
        }
        if removed > 0 || !request.addPerformanceIds.isEmpty {
            try tx.record(
                "pass.admissions_updated", pass.id.description,
                after: [
                    "added": request.addPerformanceIds.joined(separator: " "),
                    "removed": request.removePerformanceIds.joined(separator: " "), "reason": request.reason,
                ])
        }
        return try present(pass, in: tx)
    }

    func reprintPass(_ request: Usher_Admission_V1_ReprintPassRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Pass
    {
        var violations = Violations()
        violations.requireProse(request.reason, "reason", Admission.reasonLengths)
        try violations.refuse()
        let before = try pass(request.passID, in: tx)
        let after = try PassReprint.apply(before, in: tx)
        var journal = after.journal
        journal.fields.append(("reason", .text(request.reason)))
        try tx.record("pass.reprinted", after.id.description, before: before.journal, after: journal)
        return try present(after, in: tx)
    }

    func cancelPass(_ request: Usher_Admission_V1_CancelPassRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Pass
    {
        var violations = Violations()
        violations.requireProse(request.reason, "reason", Admission.reasonLengths)
        try violations.refuse()
        let before = try pass(request.passID, in: tx)
        if request.validateOnly { return try present(before, in: tx) }
        let after = try PassCancellation.apply(before, reason: request.reason, in: tx)
        if let after {
            try tx.record("pass.cancelled", after.id.description, before: before.journal, after: after.journal)
        }
        return try present(after ?? before, in: tx)
    }

    func cancelAdmissions(_ request: Usher_Admission_V1_CancelAdmissionsRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Pass
    {
        var violations = Violations()
        violations.requirePerformances(request.performanceIds, "performance_ids", 1)
        violations.requireProse(request.reason, "reason", Admission.reasonLengths)
        try violations.refuse()
        let pass = try livePass(request.passID, in: tx)
        let keys = try request.performanceIds.map { try PerformanceStore.key(of: $0, in: tx) }
        if request.validateOnly {
            for key in keys where try AdmissionStore.find(pass.id.number, key, in: tx) == nil {
                throw AdmissionRefusal.admissionNotFound
            }
        } else if try PassAdmissions.cancel(keys, of: pass, reason: request.reason, in: tx) > 0 {
            try tx.record(
                "pass.admissions_cancelled", pass.id.description,
                after: [
                    "removed": request.performanceIds.joined(separator: " "), "reason": request.reason,
                ])
        }
        return try present(pass, in: tx)
    }

    func cancelPerformance(_ request: Usher_Admission_V1_CancelPerformanceRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_CancelPerformanceResponse
    {
        var violations = Violations()
        violations.requireText(request.reason, "reason", Admission.reasonLengths)
        try violations.refuse()
        let key = try PerformanceStore.key(of: request.performanceID, in: tx)
        let outcome = try PerformanceCancellation.apply(
            key, reason: request.reason, commits: !request.validateOnly, in: tx)
        if !request.validateOnly, !outcome.isEmpty {
            try tx.record(
                "performance.cancelled", request.performanceID,
                after: [
                    "tickets": outcome.tickets, "pass_admissions": outcome.passAdmissions, "reason": request.reason,
                ])
        }
        return .with {
            $0.cancelledTicketCount = Int32(outcome.tickets)
            $0.cancelledPassAdmissionCount = Int32(outcome.passAdmissions)
            $0.more = outcome.isMore
        }
    }

    // MARK: Shared

    func pass(_ id: String, in tx: Transaction) throws -> Pass {
        guard let pass = try PassStore.find(id, in: tx) else { throw AdmissionRefusal.passNotFound }
        return pass
    }

    func livePass(_ id: String, in tx: Transaction) throws -> Pass {
        let pass = try pass(id, in: tx)
        guard pass.cancelTime == nil else { throw AdmissionRefusal.passCancelled }
        return pass
    }

    /// That what was added to an order still fits in a reply.
    ///
    /// - Parameter products: what is to be added besides.
    func check(_ order: Order, adding products: [PassProduct] = [], in tx: Transaction) throws {
        let included = products.reduce(0) { $0 + $1.performanceKeys.count }
        guard try AdmissionStore.countOfOrder(order.id.number, in: tx) + included <= Order.admissionLimit,
            try PassStore.countOfOrder(order.id.number, in: tx) + products.count <= Order.admissionLimit
        else { throw AdmissionRefusal.orderTooLarge }
    }

    private func present(_ pass: Pass, in tx: Transaction) throws -> Usher_Admission_V1_Pass {
        var presenter = AdmissionPresenter(tx)
        return try presenter.message(pass)
    }
}

extension Violations {
    mutating func requirePerformances(_ ids: [String], _ field: String, _ minimum: Int) {
        require(
            (minimum...Pass.admissionLimit).contains(ids.count) && Set(ids).count == ids.count, field,
            "must be \(minimum) to \(Pass.admissionLimit), none of them twice")
    }

    mutating func requireGates(_ gates: [String]) {
        require(
            gates.count <= Admission.gateLimit && gates.allSatisfy(CallerChosenID.isValid), "gates",
            "must be at most \(Admission.gateLimit), each of which \(CallerChosenID.rule)")
    }
}

extension Usher_Admission_V1_ListPassesRequest: PagedRequest {}
extension Usher_Admission_V1_ListPassProductsRequest: PagedRequest {}
