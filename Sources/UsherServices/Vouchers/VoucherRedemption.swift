import UsherContract
import UsherStorage

/// A use of a voucher, as asked for.
struct VoucherUse {
    /// Empty for the code alone.
    var viewerID: String
    /// Empty for what the voucher is for.
    var assetID: String
    var packageID = ""
    var priceOptionID = ""
    var moment: Instant
    /// The reservation to take up; empty for one that the viewer has, if any.
    var reservationID = ""
    /// Where a print product is delivered to.
    var deliveryAddress: DeliveryAddress?
    var purpose = VoucherUseFacts.Purpose.redemption
}

/// The verbs by which a voucher is judged and used. Both give the same verdict, and after a good one the use succeeds.
enum VoucherRedemption {
    /// What a good verdict is based on.
    struct Judgement {
        var item: VoucherItem
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
            target: try VoucherTarget.find(of: voucher, use, in: tx),
            user: try user(of: voucher, use, viewerKey, settings, taking: reservation, in: tx))
        if viewer?.isActive == false { facts.user = .deactivatedViewer }
        facts.isEligible = try isEligible(viewerKey, for: voucher, in: tx)
        facts.lacksReservation = !use.reservationID.isEmpty && reservation == nil
        facts.held = try VoucherReservation.held(of: voucher, at: use.moment, in: tx) - (reservation == nil ? 0 : 1)
        facts.purpose = use.purpose
        if let packageKey = voucher.offer?.packageKey {
            // Later it is redeemed, and delivered.
            if voucher.purchase != nil, use.deliveryAddress == nil, use.purpose != .reservation {
                facts.lacksAddress = try PackageStore.find(key: packageKey, in: tx)?.requiresDeliveryAddress ?? false
            }
            if let viewerKey {
                facts.isSubscribed = try SubscriptionOpening.isSubscribed(
                    viewerKey, to: packageKey, at: use.moment, in: tx)
            }
        }
        if let refusal = voucher.refusal(at: use.moment, facts) { return .failure(refusal.refusal) }
        guard case .item(let item) = facts.target else {
            preconditionFailure("a voucher without anything to open was not refused")
        }
        return .success(Judgement(item: item, viewerKey: viewerKey, reservation: reservation, settings: settings))
    }

    /// Uses the voucher: one more use, the redemption, and the access or the subscription with its access, all in this
    /// transaction.
    static func apply(_ voucher: Voucher, _ use: VoucherUse, in tx: Transaction) throws -> Outcome {
        let judgement = try judge(voucher, use, in: tx).get()
        var viewerKey = judgement.viewerKey
        if viewerKey == nil, !use.viewerID.isEmpty {
            viewerKey = try ViewerRegistration.apply(use.viewerID, in: tx)
        }
        var subscription: Subscription?
        let access: Access
        if let offer = voucher.offer {
            guard let viewerKey else { preconditionFailure("a subscription without a viewer was not refused") }
            let made = try SubscriptionOpening.apply(
                viewerKey: viewerKey, packageKey: offer.packageKey, days: offer.days, voucherKey: voucher.id.number,
                provisionService: voucher.provisionService, in: tx)
            guard let given = try made.accessKey.flatMap({ try AccessStore.find($0, in: tx) }) else {
                throw StorageError.inconsistent("subscription \(made.id) began and gives no access")
            }
            (subscription, access) = (made, given)
            if voucher.purchase != nil {
                try SubscriptionExport.write(made, voucher.id, address: use.deliveryAddress, in: tx)
            }
        } else {
            access = try self.access(voucher, judgement, viewerKey, in: tx)
            try AccessStore.insert(access, in: tx)
        }
        let redemption = try record(
            voucher, judgement, viewerKey: viewerKey, viewerID: use.viewerID, access: access.id,
            subscription: subscription?.id, in: tx)
        return Outcome(redemption: redemption, access: access)
    }

    private static func access(
        _ voucher: Voucher, _ judgement: Judgement, _ viewerKey: Int64?, in tx: Transaction
    ) throws -> Access {
        var access = Access(
            id: tx.newID(Access.prefix), viewerKey: viewerKey, assetKey: judgement.item.assetKey, kind: .accessVoucher,
            startTime: tx.now, expireTime: try voucher.accessEnd(redeemedAt: tx.now, judgement.settings),
            createTime: tx.now, updateTime: tx.now)
        access.packageKey = judgement.item.packageKey
        access.voucherKey = voucher.id.number
        return access
    }

    /// Writes that the voucher was used: one more use, and the redemption.
    ///
    /// - Parameter access: what the use gave.
    static func record(
        _ voucher: Voucher, _ judgement: Judgement, viewerKey: Int64?, viewerID: String, access: ResourceID,
        subscription: ResourceID?, in tx: Transaction
    ) throws -> Redemption {
        let redemption = Redemption(
            id: tx.newID(Redemption.prefix), voucherID: voucher.id, viewerKey: viewerKey,
            assetKey: judgement.item.assetKey, packageKey: judgement.item.packageKey, accessID: access,
            subscriptionID: subscription, provisionService: voucher.provisionService, redeemTime: tx.now,
            rollBackTime: nil)
        try RedemptionStore.insert(redemption, isLimited: voucher.perViewerLimit != nil, in: tx)
        let released = try takeUp(judgement.reservation, of: voucher, in: tx)
        try VoucherStore.addUse(of: voucher, access: access, released: released, in: tx)
        try tx.record(
            "voucher.redeemed", voucher.id.description,
            before: ["used_count": voucher.usedCount],
            after: [
                "used_count": voucher.usedCount + 1, "redemption_id": redemption.id.description,
                "access_id": access.description, "viewer_id": viewerID,
            ])
        return redemption
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
    private static func isEligible(_ viewerKey: Int64?, for voucher: Voucher, in tx: Transaction) throws -> Bool {
        guard voucher.emailCount > 0 else { return true }
        guard let email = try viewerKey.flatMap({ try ViewerStore.email(of: $0, in: tx) }) else { return false }
        return try VoucherEmailStore.contains(email, of: voucher.id, in: tx)
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
