import UsherAPI
import UsherContract
import UsherStorage

extension AdmissionService {
    func createPassProduct(_ request: Usher_Admission_V1_CreatePassProductRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_PassProduct
    {
        let given = request.passProduct
        var violations = Violations()
        violations.requireCallerID(given.passProductID, "pass_product.pass_product_id")
        let kind = PassProduct.Kind(given.kind)
        violations.require(kind != nil, "pass_product.kind", "must be given")
        check(given, Set(PassProduct.Field.allCases), &violations)
        violations.require(
            kind != .miscellaneousItem || given.performanceIds.isEmpty, "pass_product.performance_ids",
            "must be left out for a miscellaneous item, which includes none")
        try violations.refuse()
        let id = tx.newID(PassProduct.prefix)
        var product = PassProduct(
            key: id.number, id: given.passProductID.isEmpty ? id.description : given.passProductID,
            kind: kind ?? .bundle, title: given.title, performanceKeys: [], eligiblePerformanceKeys: [],
            eligibleBundleKeys: [], createTime: tx.now, updateTime: tx.now, version: 1)
        try setLists(of: &product, to: given, Set(PassProduct.Field.allCases), in: tx)
        guard try PassProductStore.insert(product, in: tx) else { throw AdmissionRefusal.passProductExists(product.id) }
        try tx.record("pass_product.created", product.id, after: product.journal)
        var presenter = AdmissionPresenter(tx)
        return try presenter.message(product)
    }

    func getPassProduct(_ request: Usher_Admission_V1_GetPassProductRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_PassProduct
    {
        var presenter = AdmissionPresenter(tx)
        return try presenter.message(try passProduct(request.passProductID, in: tx))
    }

    func listPassProducts(_ request: Usher_Admission_V1_ListPassProductsRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_ListPassProductsResponse
    {
        let page = try Page(of: request, in: tx)
        let found = try PassProductStore.list(after: try page.afterNumber(), limit: page.size + 1, in: tx)
        var presenter = AdmissionPresenter(tx)
        let (items, token) = try page.cut(found, key: { String($0.key) }) { try presenter.message($0) }
        return .with { ($0.passProducts, $0.nextPageToken) = (items, token) }
    }

    func updatePassProduct(_ request: Usher_Admission_V1_UpdatePassProductRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_PassProduct
    {
        let given = request.passProduct
        var violations = Violations()
        let fields = PassProduct.Field.named(in: request.updateMask, &violations)
        check(given, fields, &violations)
        try violations.refuse()
        let before = try passProduct(given.passProductID, in: tx)
        violations.require(
            before.kind == .bundle || !fields.contains(.performanceIDs) || given.performanceIds.isEmpty,
            "pass_product.performance_ids", "must be left out for a miscellaneous item, which includes none")
        try violations.refuse()
        try ETag.check(given.etag, against: before.version)
        var product = before
        if fields.contains(.title) { product.title = given.title }
        try setLists(of: &product, to: given, fields, in: tx)
        var presenter = AdmissionPresenter(tx)
        guard product != before else { return try presenter.message(before) }
        (product.updateTime, product.version) = (tx.now, before.version + 1)
        try PassProductStore.update(product, in: tx)
        try tx.record("pass_product.updated", product.id, before: before.journal, after: product.journal)
        return try presenter.message(product)
    }

    func passProduct(_ id: String, in tx: Transaction) throws -> PassProduct {
        guard let product = try PassProductStore.find(id, in: tx) else {
            throw AdmissionRefusal.passProductNotFound(id)
        }
        return product
    }

    private func check(
        _ given: Usher_Admission_V1_PassProduct, _ fields: Set<PassProduct.Field>, _ violations: inout Violations
    ) {
        if fields.contains(.title) {
            violations.requireText(given.title, "pass_product.title", PassProduct.titleLengths)
        }
        for (ids, field, limit) in [
            (given.performanceIds, "performance_ids", PassProduct.performanceLimit),
            (given.eligiblePerformanceIds, "eligible_performance_ids", PassProduct.performanceLimit),
            (given.eligibleBundleIds, "eligible_bundle_ids", PassProduct.bundleLimit),
        ] {
            violations.require(ids.count <= limit, "pass_product.\(field)", "must be at most \(limit)")
        }
    }

    private func setLists(
        of product: inout PassProduct, to given: Usher_Admission_V1_PassProduct, _ fields: Set<PassProduct.Field>,
        in tx: Transaction
    ) throws {
        func performances(_ ids: [String]) throws -> [Int64] {
            Set(try ids.map { try PerformanceStore.key(of: $0, in: tx) }).sorted()
        }
        if fields.contains(.performanceIDs) { product.performanceKeys = try performances(given.performanceIds) }
        if fields.contains(.eligiblePerformanceIDs) {
            product.eligiblePerformanceKeys = try performances(given.eligiblePerformanceIds)
        }
        // What is included is eligible without being named again.
        product.eligiblePerformanceKeys.removeAll(where: product.performanceKeys.contains)
        if fields.contains(.eligibleBundleIDs) {
            product.eligibleBundleKeys = try Set(
                given.eligibleBundleIds.map { id in
                    guard let bundle = try PassProductStore.find(id, in: tx), bundle.kind == .bundle else {
                        throw AdmissionRefusal.passProductNotFound(id)
                    }
                    return bundle.key
                }
            ).sorted()
        }
    }
}

extension PassProduct.Kind {
    /// Nil where it is not given, or is none.
    init?(_ message: Usher_Admission_V1_PassProductKind) {
        switch message {
        case .bundle: self = .bundle
        case .miscellaneousItem: self = .miscellaneousItem
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}
