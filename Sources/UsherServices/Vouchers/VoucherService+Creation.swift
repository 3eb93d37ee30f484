import UsherAPI
import UsherContract
import UsherStorage

extension VoucherService {
    /// Codes that are drawn in a row and all taken, before the space counts as exhausted: by then more than nineteen
    /// twentieths of it are used, but for a chance of two in a million.
    private static let drawLimit = 256

    func createVoucher(
        _ request: Usher_Vouchers_V1_CreateVoucherRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_Voucher {
        let given = request.voucher
        var violations = Violations()
        var voucher = newVoucher(given, tx, &violations)
        let code = VoucherCode(given.code)
        if !given.code.isEmpty {
            violations.requireText(code?.text ?? "", "voucher.code", VoucherCode.lengths)
            violations.require(!request.hasCodeProfile, "code_profile", "must be absent where the code is given")
        }
        let profile = try profile(request.codeProfile, tx, &violations)
        try violations.refuse()
        let several = try setScope(of: &voucher, to: given.scope.assetIds, in: tx)
        let shared = SharedColumns(voucher, assetKeys: several)
        if let code {
            voucher.code = code
            guard try insert(voucher, shared, in: tx) else { throw VoucherRefusal.codeTaken(code.text) }
        } else {
            var generator = CodeGenerator(profile, random: tx.randomBytes)
            try insert(&voucher, shared, drawingFrom: &generator, in: tx)
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
        violations.require(!request.assetID.isEmpty, "asset_id", "must be given")
        violations.require(
            voucher.custom.byteCount * count <= Voucher.customBytesPerCall, "custom",
            "must have less in it for so many vouchers: at most 32 MiB in all")
        violations.requireCallerID(request.batchID, "batch_id")
        let profile = try profile(request.codeProfile, tx, &violations)
        try violations.refuse()
        guard let asset = try AssetStore.keyAndKind(of: request.assetID, in: tx) else {
            throw CatalogRefusal.assetNotFound(request.assetID)
        }
        violations.require(
            request.assetType == .unspecified || asset.kind == Asset.Kind(request.assetType), "asset_type",
            "must be the asset's, which is another one")
        try violations.refuse()
        guard profile.space >= count else { throw VoucherRefusal.codeSpaceExhausted }
        voucher.scope = .asset(asset.key)
        let batchID = try addToBatch(request.batchID, count, &voucher, in: tx)
        let shared = SharedColumns(voucher, assetKeys: [])
        var generator = CodeGenerator(profile, random: tx.randomBytes)
        var response = Usher_Vouchers_V1_GenerateVouchersResponse()
        response.batchID = batchID
        response.vouchers.reserveCapacity(count)
        for _ in 0..<count {
            voucher.id = tx.newID(Voucher.prefix)
            try insert(&voucher, shared, drawingFrom: &generator, in: tx)
            response.vouchers.append(
                .with {
                    $0.voucherID = voucher.id.description
                    $0.code = voucher.code.text
                    $0.tvCompatible = voucher.code.isTVCompatible
                })
        }
        try tx.record("vouchers.generated", batchID, after: ["asset_id": request.assetID, "count": count])
        return response
    }

    /// What the vouchers of one call have in common in the tables, made once.
    struct SharedColumns {
        let terms: [String]
        let assetKeys: [Int64]

        init(_ voucher: Voucher, assetKeys: [Int64]) {
            terms = voucher.terms.sorted()
            self.assetKeys = assetKeys
        }
    }

    /// - Returns: false where the code is taken.
    func insert(_ voucher: Voucher, _ shared: SharedColumns, in tx: Transaction) throws -> Bool {
        try VoucherStore.insert(voucher, terms: shared.terms, assetKeys: shared.assetKeys, in: tx)
    }

    /// Sets what the voucher is for.
    ///
    /// - Returns: the assets, where there are several.
    func setScope(of voucher: inout Voucher, to assetIDs: [String], in tx: Transaction) throws -> [Int64] {
        let keys = try Set(assetIDs).sorted().map { id in
            guard let key = try AssetStore.key(of: id, in: tx) else { throw CatalogRefusal.assetNotFound(id) }
            return key
        }
        voucher.scope = keys.isEmpty ? .everything : keys.count == 1 ? .asset(keys[0]) : .assets
        return keys.count > 1 ? keys.sorted() : []
    }

    /// Draws codes until one is free.
    private func insert(
        _ voucher: inout Voucher, _ shared: SharedColumns, drawingFrom generator: inout CodeGenerator,
        in tx: Transaction
    ) throws {
        for _ in 0..<Self.drawLimit {
            guard let code = VoucherCode(generator.next()) else { preconditionFailure("a profile makes no codes") }
            voucher.code = code
            if try insert(voucher, shared, in: tx) { return }
        }
        throw VoucherRefusal.codeSpaceExhausted
    }

    private func profile(
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
        violations.require(
            given.scope.assetIds.count <= Voucher.scopeLimit, "\(field).scope.asset_ids",
            "must have at most \(Voucher.scopeLimit) entries")
        let terms = VoucherTerms(
            name: given.name,
            redeemOn: .init(given.redeemOn, default: fallback, "\(field).redeem_on", &violations),
            period: .init(given.accessPeriod, isSet: given.hasAccessPeriod, "\(field).access_period", &violations),
            redeemFrom: violations.instant(given.redeemFrom, isSet: given.hasRedeemFrom, "\(field).redeem_from"),
            redeemUntil: violations.instant(given.redeemUntil, isSet: given.hasRedeemUntil, "\(field).redeem_until"),
            usageLimit: given.hasUsageLimit ? Int(given.usageLimit) : nil,
            perViewerLimit: given.hasPerViewerLimit ? Int(given.perViewerLimit) : nil,
            orderID: given.orderID, custom: given.custom)
        terms.check({ "\(field).\($0)" }, &violations)
        var voucher = Voucher(terms, id: tx.newID(Voucher.prefix), now: tx.now)
        switch given.effect {
        case .unspecified, .access:
            violations.require(
                given.discountPercent == 0, "\(field).discount_percent", "is for discount vouchers only")
        case .discount:
            voucher.effect = .discount
            voucher.discountPercent = Int(given.discountPercent)
            violations.require(
                (1...100).contains(given.discountPercent), "\(field).discount_percent", "must be 1 to 100")
            violations.require(
                !given.hasAccessPeriod, "\(field).access_period", "is for access vouchers: a discount's is the price's")
        case .UNRECOGNIZED:
            violations.require(false, "\(field).effect", "must be ACCESS or DISCOUNT")
        }
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
        let terms = VoucherTerms(
            name: given.name, redeemOn: .init(given.redeemOn, default: .firstPlay, "redeem_on", &violations),
            period: .init(given.accessPeriod, isSet: given.hasAccessPeriod, "access_period", &violations),
            redeemFrom: violations.instant(given.redeemFrom, isSet: given.hasRedeemFrom, "redeem_from"),
            redeemUntil: violations.instant(given.redeemUntil, isSet: given.hasRedeemUntil, "redeem_until"),
            usageLimit: given.unlimited ? nil : given.hasUsageLimit ? Int(given.usageLimit) : 1,
            perViewerLimit: given.hasPerViewerLimit ? Int(given.perViewerLimit) : nil,
            orderID: given.orderID, custom: given.custom)
        terms.check({ $0 }, &violations)
        var voucher = Voucher(terms, id: tx.newID(Voucher.prefix), now: tx.now)
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
            redeemOn: terms.redeemOn, period: terms.period, discountPercent: nil, scope: .everything,
            redeemFrom: terms.redeemFrom, redeemUntil: terms.redeemUntil, usageLimit: terms.usageLimit, usedCount: 0,
            heldCount: 0, perViewerLimit: terms.perViewerLimit, orderID: terms.orderID,
            custom: CustomFields(terms.custom),
            batchKey: nil,
            ignoresGeoblocking: false, ignoresSingleIP: false, isOneTime: false, redeemTime: nil, accessKey: nil,
            emailCount: 0, deactivateTime: nil, deleteTime: nil,
            createTime: now, updateTime: now, version: 1)
    }
}
