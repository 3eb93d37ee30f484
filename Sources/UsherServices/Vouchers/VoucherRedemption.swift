import UsherContract
import UsherStorage

/// A use of a voucher, as asked for.
struct VoucherUse {
    /// Empty for the code alone.
    var viewerID: String
    /// Empty for what the voucher is for.
    var assetID: String
    var moment: Instant
}

/// The verbs by which a voucher is judged and used. Both give the same verdict, and after a good one the use succeeds.
enum VoucherRedemption {
    /// What a good verdict is based on.
    struct Judgement {
        /// Nil for everything.
        var assetKey: Int64?
        /// Nil for the code alone, and for a viewer who is not registered yet.
        var viewerKey: Int64?
        var settings: Settings.Redemption
    }

    /// What a use has given.
    struct Outcome {
        var redemption: Redemption
        var access: Access
    }

    static func judge(
        _ voucher: Voucher, _ use: VoucherUse, in tx: Transaction
    ) throws -> Result<Judgement, Refusal> {
        if let refusal = voucher.refusalByState(at: use.moment) { return .failure(refusal.refusal) }
        let settings = try SettingsStore.readForRedemption(in: tx)
        let viewerKey = use.viewerID.isEmpty ? nil : try ViewerStore.key(of: use.viewerID, in: tx)
        let facts = VoucherUseFacts(
            target: try target(of: voucher, use, in: tx),
            user: try user(of: voucher, use, viewerKey, settings, in: tx))
        if let refusal = voucher.refusal(at: use.moment, facts) { return .failure(refusal.refusal) }
        guard case .asset(let assetKey) = facts.target else {
            preconditionFailure("a voucher without an asset to open was not refused")
        }
        return .success(Judgement(assetKey: assetKey, viewerKey: viewerKey, settings: settings))
    }

    /// Uses the voucher: one more use, the redemption, the access, all in this transaction.
    static func apply(_ voucher: Voucher, _ use: VoucherUse, in tx: Transaction) throws -> Outcome {
        let judgement = try judge(voucher, use, in: tx).get()
        var viewerKey = judgement.viewerKey
        if viewerKey == nil, !use.viewerID.isEmpty {
            viewerKey = try ViewerRegistration.apply(use.viewerID, in: tx)
        }
        let access = Access(
            id: tx.newID(Access.prefix), viewerKey: viewerKey, assetKey: judgement.assetKey, kind: .accessVoucher,
            startTime: tx.now, expireTime: try voucher.accessEnd(redeemedAt: tx.now, judgement.settings),
            originalExpireTime: nil, voucherKey: voucher.id.number, revokeTime: nil, playTime: nil,
            boundIP: nil, createTime: tx.now, updateTime: tx.now)
        let redemption = Redemption(
            id: tx.newID(Redemption.prefix), voucherID: voucher.id, viewerKey: viewerKey,
            assetKey: judgement.assetKey, accessID: access.id, redeemTime: tx.now, rollBackTime: nil)
        try AccessStore.insert(access, in: tx)
        try RedemptionStore.insert(redemption, isLimited: voucher.perViewerLimit != nil, in: tx)
        try VoucherStore.addUse(of: voucher.id, access: access.id, at: tx.now, in: tx)
        try tx.record(
            "voucher.redeemed", voucher.id.description,
            before: ["used_count": voucher.usedCount],
            after: [
                "used_count": voucher.usedCount + 1, "redemption_id": redemption.id.description,
                "access_id": access.id.description, "viewer_id": use.viewerID,
            ])
        return Outcome(redemption: redemption, access: access)
    }

    private static func target(
        of voucher: Voucher, _ use: VoucherUse, in tx: Transaction
    ) throws -> VoucherUseFacts.Target {
        let asked = use.assetID.isEmpty ? nil : try AssetStore.key(of: use.assetID, in: tx)
        if !use.assetID.isEmpty, asked == nil { return .unknownAsset }
        // What was deleted since opens nothing.
        if case .asset(let key) = voucher.scope, try !AssetStore.isLive(key, in: tx) { return .unknownAsset }
        switch voucher.scope {
        case .everything:
            return .asset(asked)
        case .asset(let key):
            guard let asked, asked != key else { return .asset(key) }
            return try AssetStore.isMember(asked, ofAnyOf: [key], in: tx) ? .asset(key) : .outOfScope
        case .assets:
            guard let asked else { return .ambiguous }
            let keys = try VoucherStore.assetKeys(of: voucher.id.number, in: tx)
            if keys.contains(asked) { return .asset(asked) }
            let parent = try keys.first { try AssetStore.isMember(asked, ofAnyOf: [$0], in: tx) }
            return parent.map(VoucherUseFacts.Target.asset) ?? .outOfScope
        }
    }

    private static func user(
        of voucher: Voucher, _ use: VoucherUse, _ viewerKey: Int64?, _ settings: Settings.Redemption,
        in tx: Transaction
    ) throws -> VoucherUseFacts.User {
        if use.viewerID.isEmpty {
            return .nobody(usedBefore: try AccessStore.ofCode(voucher.id.number, in: tx) != nil)
        }
        guard let viewerKey else { return settings.requireKnownViewers ? .unknownViewer : .viewer(uses: 0) }
        guard voucher.perViewerLimit != nil else { return .viewer(uses: 0) }
        return .viewer(uses: try RedemptionStore.countUses(of: voucher.id, by: viewerKey, in: tx))
    }
}
