import UsherAPI
import UsherContract

extension OrganisationModel {
    // MARK: Products

    func product(_ id: String) throws -> ModelProduct {
        guard let product = hall.products.first(where: { $0.id == id }) else {
            throw Expected.notFound("PASS_PRODUCT_NOT_FOUND")
        }
        return product
    }

    private func bundle(_ id: String) throws -> ModelProduct {
        let found = try product(id)
        guard found.kind == .bundle else { throw Expected.notFound("PASS_PRODUCT_NOT_FOUND") }
        return found
    }

    private static let productPaths: Set<String> = [
        "title", "performance_ids", "eligible_performance_ids", "eligible_bundle_ids",
    ]

    func createProduct(
        _ request: Usher_Admission_V1_CreatePassProductRequest, _ context: Context,
        _ made: Usher_Admission_V1_PassProduct?
    ) throws -> Usher_Admission_V1_PassProduct {
        let given = request.passProduct
        var mistakes = Mistakes()
        mistakes.requireID(given.passProductID, "pass_product.pass_product_id")
        mistakes.require([.bundle, .miscellaneousItem].contains(given.kind), "pass_product.kind")
        mistakes.requireText(given.title, 1...500, "pass_product.title")
        mistakes.require(
            given.kind != .miscellaneousItem || given.performanceIds.isEmpty, "pass_product.performance_ids")
        try mistakes.refuse()
        let lists = try lists(given, Self.productPaths)
        if hall.products.contains(where: { $0.id == given.passProductID }) {
            throw Expected.exists("PASS_PRODUCT_EXISTS")
        }
        let productID = given.passProductID.isEmpty ? try adopt(made?.passProductID, "ppr") : given.passProductID
        let product = ModelProduct(productID, given.kind, given.title, at: context.now)
        set(lists, on: product)
        hall.products.append(product)
        context.record("pass_product.created", productID)
        return message(product)
    }

    func updateProduct(
        _ request: Usher_Admission_V1_UpdatePassProductRequest, _ context: Context
    ) throws -> Usher_Admission_V1_PassProduct {
        let given = request.passProduct
        var mistakes = Mistakes()
        let paths = mistakes.mask(request.updateMask, Self.productPaths)
        if paths.contains("title") { mistakes.requireText(given.title, 1...500, "pass_product.title") }
        try mistakes.refuse()
        let product = try product(given.passProductID)
        mistakes.require(
            product.kind == .bundle || !paths.contains("performance_ids") || given.performanceIds.isEmpty,
            "pass_product.performance_ids")
        try mistakes.refuse()
        try Expected.checkTag(given.etag, product.version)
        let lists = try lists(given, paths)
        let before = message(product)
        if paths.contains("title") { product.title = given.title }
        set(lists, on: product)
        guard message(product) != before else { return before }
        (product.updated, product.version) = (context.now, product.version + 1)
        context.record("pass_product.updated", product.id)
        return message(product)
    }

    /// Nil for what is not to be changed.
    private typealias Lists = (included: [ModelAsset]?, eligible: [ModelAsset]?, bundles: [ModelProduct]?)

    private func lists(_ given: Usher_Admission_V1_PassProduct, _ paths: Set<String>) throws -> Lists {
        func list<Element>(_ path: String, _ ids: [String], _ find: (String) throws -> Element) throws -> [Element]? {
            paths.contains(path) ? try ids.map(find) : nil
        }
        return (
            try list("performance_ids", given.performanceIds, performance),
            try list("eligible_performance_ids", given.eligiblePerformanceIds, performance),
            try list("eligible_bundle_ids", given.eligibleBundleIds, bundle)
        )
    }

    private func set(_ lists: Lists, on product: ModelProduct) {
        if let included = lists.included { product.included = inOrder(included) }
        if let eligible = lists.eligible { product.eligible = inOrder(eligible) }
        // What is included is eligible without being named again.
        product.eligible.removeAll(where: product.included.contains)
        if let bundles = lists.bundles {
            product.bundles = hall.products.filter { one in bundles.contains { $0 === one } }
        }
    }

    // MARK: Passes

    func pass(_ id: String) throws -> ModelPass {
        guard let pass = hall.passes.first(where: { $0.id == id }) else { throw Expected.notFound("PASS_NOT_FOUND") }
        return pass
    }

    /// - Parameter ended: passes that have ended too.
    func livePass(_ id: String, ended: [ModelPass] = []) throws -> ModelPass {
        let pass = try pass(id)
        if pass.cancelled != nil || ended.contains(where: { $0 === pass }) {
            throw Expected.precondition("PASS_CANCELLED")
        }
        return pass
    }

    func assignPass(
        _ request: Usher_Admission_V1_AssignPassRequest, _ context: Context, _ made: Usher_Admission_V1_Pass?
    ) throws -> Usher_Admission_V1_Pass {
        var mistakes = Mistakes()
        mistakes.requireText(request.holderName, 0...200, "holder_name")
        mistakes.require(Self.isDistinct(request.performanceIds), "performance_ids")
        try mistakes.refuse()
        let order = try order(request.orderID)
        let product = request.passProductID.isEmpty ? nil : try product(request.passProductID)
        let included = product?.included.filter { !$0.isDeleted } ?? []
        let others = try request.performanceIds.map(performance).filter { !included.contains($0) }
        try checkAddition(of: others, to: product, nil)
        let pass = ModelPass(
            try adopt(made?.passID, "pas"), order, product, holder: request.holderName, at: context.now)
        pass.admissions = (included + others).map { ModelAdmission($0, order) }
        hall.passes.append(pass)
        context.record("pass.assigned", pass.id)
        return try message(pass, made)
    }

    private static func isDistinct(_ ids: [String]) -> Bool { Set(ids).count == ids.count }

    func updatePassAdmissions(
        _ request: Usher_Admission_V1_UpdatePassAdmissionsRequest, _ context: Context,
        _ made: Usher_Admission_V1_Pass?
    ) throws -> Usher_Admission_V1_Pass {
        var mistakes = Mistakes()
        let (adds, removes) = (request.addPerformanceIds, request.removePerformanceIds)
        mistakes.require(Self.isDistinct(adds) && !(adds.isEmpty && removes.isEmpty), "add_performance_ids")
        mistakes.require(Self.isDistinct(removes), "remove_performance_ids")
        mistakes.requireText(request.zone, 0...100, "zone")
        mistakes.requireText(request.seat, 0...100, "seat")
        mistakes.requireText(request.reason, 0...1_000, "reason", hasLines: true)
        mistakes.requireGates(request.gates)
        try mistakes.refuse()
        let pass = try livePass(request.passID)
        let removed = try removes.map(performance)
        try checkRemoval(of: removed, from: pass)
        let order = adds.isEmpty ? nil : try order(request.orderID)
        let added = try adds.map(performance)
        try checkAddition(of: added, to: pass.product, pass, removed: removed)
        let ended = take(removed, off: pass, request.reason, at: context.now)
        for performance in added {
            put(performance, on: pass, order, .init(zone: request.zone, seat: request.seat, gates: request.gates))
        }
        if ended > 0 || !added.isEmpty { context.record("pass.admissions_updated", pass.id) }
        return try message(pass, made)
    }

    func reprintPass(
        _ request: Usher_Admission_V1_ReprintPassRequest, _ context: Context, _ made: Usher_Admission_V1_Pass?
    ) throws -> Usher_Admission_V1_Pass {
        try Mistakes.checkReason(request.reason)
        let pass = try livePass(request.passID)
        guard pass.printed != nil else { throw Expected.precondition("PASS_NOT_PRINTED") }
        pass.cards += 1
        (pass.printed, pass.updated) = (context.now, context.now)
        let old = pass.live
        pass.codes.append(ModelCode(pass))
        hall.records.append(ModelRecord(.reprint, pass, replacing: old, at: context.now))
        context.record("pass.reprinted", pass.id)
        return try message(pass, made)
    }

    func cancelPass(
        _ request: Usher_Admission_V1_CancelPassRequest, _ context: Context, _ made: Usher_Admission_V1_Pass?
    ) throws -> Usher_Admission_V1_Pass {
        try Mistakes.checkReason(request.reason)
        let pass = try pass(request.passID)
        if !request.validateOnly, cancel(pass, request.reason, at: context.now) {
            context.record("pass.cancelled", pass.id)
        }
        return try message(pass, made)
    }

    func cancelAdmissions(
        _ request: Usher_Admission_V1_CancelAdmissionsRequest, _ context: Context, _ made: Usher_Admission_V1_Pass?
    ) throws -> Usher_Admission_V1_Pass {
        var mistakes = Mistakes()
        let ids = request.performanceIds
        mistakes.require(!ids.isEmpty && Self.isDistinct(ids), "performance_ids")
        mistakes.requireText(request.reason, 0...1_000, "reason", hasLines: true)
        try mistakes.refuse()
        let pass = try livePass(request.passID)
        let performances = try ids.map(performance)
        try checkRemoval(of: performances, from: pass)
        if !request.validateOnly, take(performances, off: pass, request.reason, at: context.now) > 0 {
            context.record("pass.admissions_cancelled", pass.id)
        }
        return try message(pass, made)
    }

    /// Ends everything that opens a performance's doors, oldest first.
    ///
    /// - Parameter commits: false to count only.
    func endAdmissions(
        to performance: ModelAsset, _ reason: String, commits: Bool = true, at now: Instant
    ) -> (tickets: Int, onPasses: Int) {
        func isLive(_ bearer: ModelBearer) -> Bool {
            bearer.admissions.contains { $0.performance == performance && $0.cancelled == nil }
        }
        let bearers = (hall.tickets as [ModelBearer] + hall.passes as [ModelBearer]).filter(isLive)
            .sorted { $0.id.dropFirst(4) < $1.id.dropFirst(4) }
        let tickets = bearers.count { $0 is ModelTicket }
        guard commits else { return (tickets, bearers.count - tickets) }
        for bearer in bearers {
            if let ticket = bearer as? ModelTicket { _ = cancel(ticket, reason, at: now) }
            if let pass = bearer as? ModelPass { _ = take([performance], off: pass, reason, at: now) }
        }
        return (tickets, bearers.count - tickets)
    }

    func cancelPerformance(
        _ request: Usher_Admission_V1_CancelPerformanceRequest, _ context: Context,
        _ made: Usher_Admission_V1_CancelPerformanceResponse?
    ) throws -> Usher_Admission_V1_CancelPerformanceResponse {
        try Mistakes.checkReason(request.reason)
        let (tickets, onPasses) = endAdmissions(
            to: try performance(request.performanceID), request.reason, commits: !request.validateOnly,
            at: context.now)
        if !request.validateOnly, tickets + onPasses > 0 {
            context.record("performance.cancelled", request.performanceID)
        }
        return .with { ($0.cancelledTicketCount, $0.cancelledPassAdmissionCount) = (Int32(tickets), Int32(onPasses)) }
    }

    // MARK: What is on a pass

    /// - Parameters:
    ///   - pass: nil for one that is being made.
    ///   - removed: performances that are taken off it in the same call.
    func checkAddition(
        of performances: [ModelAsset], to product: ModelProduct?, _ pass: ModelPass?, removed: [ModelAsset] = []
    ) throws {
        var present = pass?.admissions.filter { $0.cancelled == nil }.map(\.performance) ?? []
        present.removeAll(where: removed.contains)
        for performance in performances {
            guard product?.isGood(for: performance) ?? true else {
                throw Expected.precondition("PERFORMANCE_NOT_ELIGIBLE")
            }
            guard !present.contains(performance) else { throw Expected.exists("ADMISSION_ON_PASS") }
            present.append(performance)
        }
    }

    /// It opens no door before its order is printed.
    func put(
        _ performance: ModelAsset, on pass: ModelPass, _ order: ModelOrder?,
        _ place: ModelAdmission.Place = .init()
    ) {
        pass.admissions.removeAll { $0.performance == performance }
        pass.admissions.append(ModelAdmission(performance, order, place))
    }

    func checkRemoval(of performances: [ModelAsset], from pass: ModelPass) throws {
        guard performances.allSatisfy({ pass.admission(to: $0) != nil }) else {
            throw Expected.notFound("ADMISSION_NOT_FOUND")
        }
    }

    /// - Returns: how many ended.
    func take(_ performances: [ModelAsset], off pass: ModelPass, _ reason: String, at now: Instant) -> Int {
        let standing = pass.admissions.filter { $0.cancelled == nil && performances.contains($0.performance) }
        // A third party is told only of what it knew.
        let wasKnown = standing.contains { $0.printed != nil }
        for admission in standing { admission.cancel(reason, at: now) }
        if wasKnown, pass.printed != nil { hall.records.append(ModelRecord(.update, pass, at: now)) }
        return standing.count
    }

    /// - Returns: how many more doors it opens; nil where nothing had to be printed.
    func print(_ pass: ModelPass, for order: ModelOrder, at now: Instant) -> Int32? {
        guard pass.cancelled == nil else { return nil }
        let waiting = pass.admissions.filter { $0.order === order && $0.state == .notPrinted }
        let hasCard = pass.printed != nil
        guard !waiting.isEmpty || !hasCard else { return nil }
        for admission in waiting { admission.printed = now }
        if !hasCard {
            pass.cards = 1
            (pass.printed, pass.updated) = (now, now)
            pass.codes.append(ModelCode(pass))
        }
        hall.records.append(ModelRecord(hasCard ? .update : .print, pass, at: now))
        return Int32(waiting.count)
    }

    /// - Returns: false for one that was cancelled before.
    func cancel(_ pass: ModelPass, _ reason: String, at now: Instant) -> Bool {
        guard pass.cancelled == nil else { return false }
        for admission in pass.admissions { admission.cancel(reason, at: now) }
        (pass.cancelled, pass.reason, pass.updated) = (now, reason, now)
        if pass.printed != nil { hall.records.append(ModelRecord(.cancel, pass, at: now)) }
        return true
    }
}

extension Mistakes {
    static func checkReason(_ reason: String) throws {
        var mistakes = Mistakes()
        mistakes.requireText(reason, 0...1_000, "reason", hasLines: true)
        try mistakes.refuse()
    }

    mutating func requireGates(_ gates: [String]) {
        for gate in gates {
            require(!gate.isEmpty, "gates")
            requireID(gate, "gates")
        }
    }
}
