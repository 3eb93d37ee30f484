import UsherAPI
import UsherContract
import UsherStorage

extension VoucherService {
    func createVoucher(
        _ request: Usher_Vouchers_V1_CreateVoucherRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_Voucher {
        let given = request.voucher
        var violations = Violations()
        var voucher = newVoucher(given, tx, &violations)
        violations.require(
            !request.unlimited || given.effect == .subscription && !given.hasUsageLimit, "unlimited",
            "is for subscription vouchers without a usage_limit: others are unlimited without one")
        if voucher.effect == .subscription, !request.unlimited, !given.hasUsageLimit { voucher.usageLimit = 1 }
        let code = VoucherCode(given.code)
        if !given.code.isEmpty {
            violations.requireText(code?.text ?? "", "voucher.code", VoucherCode.lengths)
            violations.require(!request.hasCodeProfile, "code_profile", "must be absent where the code is given")
        }
        let profile = try profile(request.codeProfile, tx, &violations)
        try violations.refuse()
        let items = try resolve(given, &voucher, in: tx)
        var issue = VoucherIssue(voucher, items)
        if let code {
            guard let made = try issue.insert(code, in: tx) else { throw VoucherRefusal.codeTaken(code.text) }
            voucher = made
        } else {
            var generator = CodeGenerator(profile, random: tx.randomBytes)
            voucher = try issue.insert(drawingFrom: &generator, in: tx)
        }
        try tx.record(
            "voucher.created", voucher.id.description,
            after: ["name": voucher.name, "order_id": voucher.orderID])
        var presenter = VoucherPresenter(tx)
        return try presenter.message(voucher)
    }

    func generateVouchers(
        _ request: Usher_Vouchers_V1_GenerateVouchersRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_GenerateVouchersResponse {
        var violations = Violations()
        var voucher = newVoucher(request, tx, &violations)
        let count = Int(request.count)
        violations.require(Voucher.generateCounts.contains(count), "count", "must be 1 to 10,000")
        violations.require(
            request.assetID.isEmpty != request.packageCode.isEmpty, "asset_id", "must be given, or else package_code")
        violations.require(
            voucher.custom.byteCount * count <= Voucher.customBytesPerCall, "custom",
            "must have less in it for so many vouchers: at most 32 MiB in all")
        violations.requireCallerID(request.batchID, "batch_id")
        let profile = try profile(request.codeProfile, tx, &violations)
        try violations.refuse()
        if request.packageCode.isEmpty {
            guard let asset = try AssetStore.keyAndKind(of: request.assetID, in: tx) else {
                throw CatalogRefusal.assetNotFound(request.assetID)
            }
            violations.require(
                request.assetType == .unspecified || asset.kind == Asset.Kind(request.assetType), "asset_type",
                "must be the asset's, which is another one")
            try violations.refuse()
            voucher.scope = .asset(asset.key)
        } else {
            voucher.offer?.packageKey = try packageKey(ofCode: request.packageCode, in: tx)
        }
        guard profile.space >= count else { throw VoucherRefusal.codeSpaceExhausted }
        let batchID = try addToBatch(request.batchID, count, &voucher, in: tx)
        var issue = VoucherIssue(voucher)
        var generator = CodeGenerator(profile, random: tx.randomBytes)
        var response = Usher_Vouchers_V1_GenerateVouchersResponse()
        response.batchID = batchID
        response.vouchers.reserveCapacity(count)
        try issue.insert(count, drawingFrom: &generator, in: tx) { response.vouchers.append(.init($0)) }
        try tx.record(
            "vouchers.generated", batchID,
            after: ["asset_id": request.assetID, "package_code": request.packageCode, "count": count])
        return response
    }

    /// Finds what the voucher names: its scope and its package.
    ///
    /// - Returns: what the scope names.
    func resolve(
        _ given: Usher_Vouchers_V1_Voucher, _ voucher: inout Voucher, in tx: Transaction
    ) throws -> VoucherScopeItems {
        let items = try resolve(given.scope, in: tx)
        voucher.scope = items.scope
        if voucher.effect == .subscription {
            voucher.offer?.packageKey = try packageKey(ofCode: given.packageCode, in: tx)
        }
        return items
    }

    /// Finds what a scope names.
    func resolve(_ given: Usher_Vouchers_V1_VoucherScope, in tx: Transaction) throws -> VoucherScopeItems {
        var items = VoucherScopeItems()
        items.assets = try Set(given.assetIds).sorted().map { id in
            guard let key = try AssetStore.key(of: id, in: tx) else { throw CatalogRefusal.assetNotFound(id) }
            return key
        }.sorted()
        items.packages = try Set(given.packageIds).sorted().map { id in
            guard let key = try PackageStore.key(of: id, in: tx) else { throw CatalogRefusal.packageNotFound(id) }
            return key
        }.sorted()
        items.priceOptions = try Set(given.priceOptionIds).sorted().map { id in
            guard let key = try PriceOptionStore.key(of: id, in: tx) else {
                throw CatalogRefusal.priceOptionNotFound(id)
            }
            return key
        }.sorted()
        return items
    }

    func packageKey(ofCode code: String, in tx: Transaction) throws -> Int64 {
        guard let key = try PackageStore.key(ofCode: code, in: tx) else { throw CatalogRefusal.packageNotFound(code) }
        return key
    }

    func profile(
        _ given: Usher_Type_V1_CodeProfile, _ tx: Transaction, _ violations: inout Violations
    ) throws -> CodeProfile {
        let fallback = given.kind == .unspecified ? try SettingsStore.read(in: tx).codeProfile : .tv9
        return CodeProfile(given, default: fallback, "code_profile", &violations)
    }

    /// A voucher as a caller describes it, but for its code and its scope.
    func newVoucher(
        _ given: Usher_Vouchers_V1_Voucher, redeemOn fallback: Voucher.RedeemOn = .redeem, field: String = "voucher",
        _ tx: Transaction, _ violations: inout Violations
    ) -> Voucher {
        let redeemOn = given.effect == .subscription ? .redeem : fallback
        let terms = VoucherTerms(
            name: given.name,
            redeemOn: .init(given.redeemOn, default: redeemOn, "\(field).redeem_on", &violations),
            period: .init(given.accessPeriod, isSet: given.hasAccessPeriod, "\(field).access_period", &violations),
            redeemFrom: violations.instant(given.redeemFrom, isSet: given.hasRedeemFrom, "\(field).redeem_from"),
            redeemUntil: violations.instant(given.redeemUntil, isSet: given.hasRedeemUntil, "\(field).redeem_until"),
            usageLimit: given.hasUsageLimit ? Int(given.usageLimit) : nil,
            perViewerLimit: given.hasPerViewerLimit ? Int(given.perViewerLimit) : nil,
            orderID: given.orderID, custom: given.custom, provisionService: given.provisionService)
        terms.check({ "\(field).\($0)" }, &violations)
        var voucher = Voucher(terms, id: tx.newID(Voucher.prefix), now: tx.now)
        voucher.take(effectOf: given, field, &violations)
        voucher.take(scopeOf: given, field, &violations)
        voucher.ignoresGeoblocking = given.ignoreGeoblocking
        voucher.ignoresSingleIP = given.ignoreSingleIp
        voucher.isOneTime = given.oneTimeUse
        return voucher
    }

    private func newVoucher(
        _ given: Usher_Vouchers_V1_GenerateVouchersRequest, _ tx: Transaction, _ violations: inout Violations
    ) -> Voucher {
        violations.require(
            !(given.unlimited && given.hasUsageLimit), "usage_limit", "must be absent where unlimited is set")
        let redeemOn = given.packageCode.isEmpty ? Voucher.RedeemOn.firstPlay : .redeem
        let terms = VoucherTerms(
            name: given.name, redeemOn: .init(given.redeemOn, default: redeemOn, "redeem_on", &violations),
            period: .init(given.accessPeriod, isSet: given.hasAccessPeriod, "access_period", &violations),
            redeemFrom: violations.instant(given.redeemFrom, isSet: given.hasRedeemFrom, "redeem_from"),
            redeemUntil: violations.instant(given.redeemUntil, isSet: given.hasRedeemUntil, "redeem_until"),
            usageLimit: given.unlimited ? nil : given.hasUsageLimit ? Int(given.usageLimit) : 1,
            perViewerLimit: given.hasPerViewerLimit ? Int(given.perViewerLimit) : nil,
            orderID: given.orderID, custom: given.custom, provisionService: given.provisionService)
        terms.check({ $0 }, &violations)
        var voucher = Voucher(terms, id: tx.newID(Voucher.prefix), now: tx.now)
        if !given.packageCode.isEmpty {
            voucher.effect = .subscription
            voucher.take(daysOfAccess: given.daysOfAccess, "days_of_access", &violations)
            violations.require(voucher.redeemOn == .redeem, "redeem_on", "must be REDEEM for a subscription")
            violations.require(
                !given.hasAccessPeriod, "access_period", "must be absent: a subscription lasts for days_of_access")
        }
        voucher.ignoresGeoblocking = given.ignoreGeoblocking
        voucher.ignoresSingleIP = given.ignoreSingleIp
        voucher.isOneTime = given.oneTimeUse
        return voucher
    }
}

extension Voucher {
    /// A new ACCESS voucher for everything; its code is still to be given.
    init(_ terms: VoucherTerms, id: ResourceID, now: Instant) {
        self.init(
            id: id, code: VoucherCode(text: "", folded: ""), name: terms.name, effect: .access,
            redeemOn: terms.redeemOn, period: terms.period, discount: nil, offer: nil, scope: .everything,
            paymentTypes: .any, redeemFrom: terms.redeemFrom, redeemUntil: terms.redeemUntil,
            usageLimit: terms.usageLimit, usedCount: 0,
            heldCount: 0, perViewerLimit: terms.perViewerLimit, orderID: terms.orderID,
            custom: CustomFields(terms.custom),
            provisionService: terms.provisionService, batchKey: nil, purchase: nil,
            ignoresGeoblocking: false, ignoresSingleIP: false, isOneTime: false, redeemTime: nil, accessKey: nil,
            emailCount: 0, deactivateTime: nil, deleteTime: nil,
            createTime: now, updateTime: now, version: 1)
    }
}
