import UsherContract
import UsherStorage

/// A use of a voucher, as asked for.
struct VoucherUse {
    /// Empty for the code alone.
    var viewerID: String
    /// Empty for what the voucher is for.
    var assetID: String
    var moment: Instant
    /// The reservation to take up; empty for one that the viewer has, if any.
    var reservationID = ""
    var purpose = VoucherUseFacts.Purpose.redemption
}

/// The verbs by which a voucher is judged and used. Both give the same verdict, and after a good one the use succeeds.
enum VoucherRedemption {
    /// What a good verdict is based on.
    struct Judgement {
        /// Nil for everything.
        var assetKey: Int64?
        /// Nil for the code alone, and for a viewer who is not registered yet.
        var viewerKey: Int64?
        /// The reservation that the use takes up.
        var reservation: Reservation?
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
        let viewer = use.viewerID.isEmpty ? nil : try ViewerStore.entry(of: use.viewerID, in: tx)
        let viewerKey = viewer?.key
        let reservation = try reservation(of: voucher, use, viewerKey, in: tx)
        var facts = VoucherUseFacts(
            target: try target(of: voucher, use, in: tx),
            user: try user(of: voucher, use, viewerKey, settings, taking: reservation, in: tx))
        if viewer?.isActive == false { facts.user = .deactivatedViewer }
        facts.isEligible = try isEligible(use, for: voucher, in: tx)
        facts.lacksReservation = !use.reservationID.isEmpty && reservation == nil
        facts.held = try VoucherReservation.held(of: voucher, at: use.moment, in: tx) - (reservation == nil ? 0 : 1)
        facts.purpose = use.purpose
        if let refusal = voucher.refusal(at: use.moment, facts) { return .failure(refusal.refusal) }
        guard case .asset(let assetKey) = facts.target else {
            preconditionFailure("a voucher without an asset to open was not refused")
        }
        return .success(
            Judgement(assetKey: assetKey, viewerKey: viewerKey, reservation: reservation, settings: settings))
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
        let released = try takeUp(judgement.reservation, of: voucher, in: tx)
        try VoucherStore.addUse(of: voucher.id, access: access.id, released: released, in: tx)
        try tx.record(
            "voucher.redeemed", voucher.id.description,
            before: ["used_count": voucher.usedCount],
            after: [
                "used_count": voucher.usedCount + 1, "redemption_id": redemption.id.description,
                "access_id": access.id.description, "viewer_id": use.viewerID,
            ])
        return Outcome(redemption: redemption, access: access)
    }

    /// Makes room for one use: the reservation that it takes up, or those that have ended, hold nothing any more.
    ///
    /// - Returns: how many that were.
    private static func takeUp(
        _ reservation: Reservation?, of voucher: Voucher, in tx: Transaction
    ) throws -> Int {
        guard voucher.heldCount > 0 else { return 0 }
        guard let reservation else { return try VoucherReservation.purge(voucher, in: tx) }
        try ReservationStore.delete(reservation.id, in: tx)
        return 1
    }

    /// The reservation that a use takes up; nil for none.
    private static func reservation(
        of voucher: Voucher, _ use: VoucherUse, _ viewerKey: Int64?, in tx: Transaction
    ) throws -> Reservation? {
        guard voucher.heldCount > 0, use.purpose != .reservation else { return nil }
        if use.reservationID.isEmpty {
            return try viewerKey.flatMap { try ReservationStore.first(of: voucher.id, by: $0, at: use.moment, in: tx) }
        }
        guard let id = ResourceID(use.reservationID, prefix: Reservation.prefix),
            let found = try ReservationStore.find(id.number, at: use.moment, in: tx), found.voucherID == voucher.id,
            found.viewerKey == nil || found.viewerKey == viewerKey
        else { return nil }
        return found
    }

    /// Whether the voucher is for everybody, or the viewer's address is on its list.
    private static func isEligible(_ use: VoucherUse, for voucher: Voucher, in tx: Transaction) throws -> Bool {
        guard voucher.emailCount > 0 else { return true }
        guard let viewer = try ViewerStore.find(use.viewerID, in: tx), let email = VoucherEmail(viewer.email) else {
            return false
        }
        return try VoucherEmailStore.contains(email, of: voucher.id, in: tx)
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
        taking reservation: Reservation?, in tx: Transaction
    ) throws -> VoucherUseFacts.User {
        if use.viewerID.isEmpty {
            if use.purpose == .reservation { return .anybody }
            return .nobody(usedBefore: try AccessStore.ofCode(voucher.id.number, in: tx) != nil)
        }
        guard let viewerKey else { return settings.requireKnownViewers ? .unknownViewer : .viewer(uses: 0) }
        guard voucher.perViewerLimit != nil else { return .viewer(uses: 0) }
        var uses = try RedemptionStore.countUses(of: voucher.id, by: viewerKey, in: tx)
        if voucher.heldCount > 0 {
            uses += try ReservationStore.count(of: voucher.id, by: viewerKey, at: use.moment, in: tx)
            if reservation?.viewerKey == viewerKey { uses -= 1 }
        }
        return .viewer(uses: uses)
    }
}
