import UsherAPI
import UsherContract

extension ModelRedemption {
    func message(of voucher: ModelVoucher) -> Usher_Vouchers_V1_Redemption {
        .with { message in
            message.redemptionID = id
            message.voucherID = voucher.id
            message.viewerID = viewer?.message.viewerID ?? ""
            message.assetID = item.asset?.message.assetID ?? ""
            message.packageID = item.package?.message.packageID ?? ""
            message.accessID = access.id
            message.subscriptionID = subscription?.id ?? ""
            message.provisionService = provisionService
            message.redeemTime = time.timestamp
            if let rolledBack { message.rollBackTime = rolledBack.timestamp }
        }
    }
}

/// A use of a voucher, as asked for.
struct ModelUse {
    var viewerID: String
    var assetID: String
    var packageID = ""
    var priceOptionID = ""
    var moment: Instant
    /// Empty for one that the viewer has, if any.
    var reservationID = ""
    /// To hold a use and not to make it.
    var isReservation = false
    var isPurchase = false
    /// Where a print product is to be delivered to.
    var deliveryAddress: Usher_Type_V1_PostalAddress?
}

extension ModelUse {
    init(_ question: ModelQuestion) {
        self.init(viewerID: question.viewerID, assetID: question.assetID, moment: question.moment)
    }
}

extension OrganisationModel {
    /// Why somebody cannot use a voucher; nil where it can be used.
    func refusal(of voucher: ModelVoucher, _ use: ModelUse) -> Expected? {
        do {
            _ = try judge(voucher, use)
            return nil
        } catch {
            return error
        }
    }

    /// What a use would open, and the reservation that it takes up.
    func judge(
        _ voucher: ModelVoucher, _ use: ModelUse
    ) throws(Expected) -> (item: ModelItem, reservation: ModelReservation?) {
        if let refusal = voucher.refusalByState(at: use.moment) { throw refusal }
        let item = try target(of: voucher, use)
        if voucher.terms.offer != nil, use.isPurchase { throw .precondition("OUT_OF_SCOPE") }
        if voucher.terms.isDiscount, !use.isReservation, !use.isPurchase { throw .precondition("PURCHASE_REQUIRED") }
        let viewer = liveViewer(use.viewerID)
        if !voucher.emails.isEmpty, !voucher.emails.contains(CodeText.same(viewer?.message.email ?? "")) {
            throw .precondition("NOT_ELIGIBLE")
        }
        if use.viewerID.isEmpty, !use.isReservation {
            let opensByItself = voucher.terms.onFirstPlay && voucher.terms.offer == nil
            if !opensByItself { throw .precondition("VIEWER_REQUIRED") }
        } else if viewer == nil, !use.viewerID.isEmpty, settings.requireKnownViewers {
            throw .notFound("VIEWER_NOT_FOUND")
        }
        if viewer?.isActive == false { throw .precondition("VIEWER_DEACTIVATED") }
        let reservation = reservation(of: voucher, use, viewer)
        if !use.reservationID.isEmpty, reservation == nil { throw .notFound("RESERVATION_NOT_FOUND") }
        if use.viewerID.isEmpty, !use.isReservation, accessOfCode(voucher) != nil {
            throw .precondition("VOUCHER_USED")
        }
        let others = held(voucher, at: use.moment) - (reservation == nil ? 0 : 1)
        if let limit = voucher.terms.limit, voucher.applied.count + others >= limit {
            throw .precondition(limit == 1 && voucher.isSpent ? "VOUCHER_USED" : "LIMIT_REACHED")
        }
        if let viewer, let limit = voucher.terms.viewerLimit {
            let made = voucher.applied.filter { $0.viewer == viewer }.count
            let own = reservations.filter {
                $0.voucher === voucher && $0.viewer == viewer && $0.isHeld(at: use.moment) && $0 !== reservation
            }
            if made + own.count >= limit { throw .precondition("VIEWER_LIMIT_REACHED") }
        }
        let isDelivered = item.package?.message.deliveryAddressRequired ?? false
        if voucher.order != nil, isDelivered, use.deliveryAddress == nil, !use.isReservation {
            throw .precondition("ADDRESS_REQUIRED")
        }
        if let package = voucher.terms.offer?.package, let viewer, !hasRoom(package, viewer, at: use.moment) {
            throw .precondition("ALREADY_SUBSCRIBED")
        }
        return (item, reservation)
    }

    private func reservation(
        of voucher: ModelVoucher, _ use: ModelUse, _ viewer: ModelViewer?
    ) -> ModelReservation? {
        if use.isReservation { return nil }
        let held = reservations.filter { $0.voucher === voucher && $0.isHeld(at: use.moment) }
        if use.reservationID.isEmpty {
            // The one that ends first.
            let own = held.filter { viewer != nil && $0.viewer == viewer }
            return own.min { ($0.end, $0.id) < ($1.end, $1.id) }
        }
        return held.first { $0.id == use.reservationID && ($0.viewer == nil || $0.viewer == viewer) }
    }

    func find(code: String, viewerID: String, _ mistakes: inout Mistakes) throws -> ModelVoucher {
        mistakes.require(!code.isEmpty, "code")
        mistakes.requireID(viewerID, "viewer_id")
        try mistakes.refuse()
        guard let voucher = voucher(code: code) else { throw Expected.notFound("VOUCHER_NOT_FOUND") }
        return voucher
    }

    func validate(
        _ request: Usher_Vouchers_V1_ValidateVoucherRequest, _ context: Context
    ) throws -> Usher_Vouchers_V1_ValidateVoucherResponse {
        var response = Usher_Vouchers_V1_ValidateVoucherResponse()
        var mistakes = Mistakes()
        mistakes.check(request.deliveryAddress, request.hasDeliveryAddress)
        do {
            let voucher = try find(code: request.code, viewerID: request.viewerID, &mistakes)
            response.voucherID = voucher.id
            response.state = voucher.state(at: context.now)
            let use = ModelUse(
                viewerID: request.viewerID, assetID: request.assetID, packageID: request.packageID,
                priceOptionID: request.priceOptionID, moment: context.now,
                deliveryAddress: request.hasDeliveryAddress ? request.deliveryAddress : nil)
            if let refusal = refusal(of: voucher, use) { throw refusal }
            response.valid = true
        } catch let refusal as Expected where refusal.reason != "FIELD_INVALID" {
            response.reason = refusal.reason
        }
        return response
    }

    func redeem(
        _ request: Usher_Vouchers_V1_RedeemVoucherRequest, _ context: Context,
        _ made: Usher_Vouchers_V1_RedeemVoucherResponse?
    ) throws -> Usher_Vouchers_V1_RedeemVoucherResponse {
        var mistakes = Mistakes()
        mistakes.check(request.deliveryAddress, request.hasDeliveryAddress)
        let voucher = try find(code: request.code, viewerID: request.viewerID, &mistakes)
        let use = ModelUse(
            viewerID: request.viewerID, assetID: request.assetID, packageID: request.packageID,
            priceOptionID: request.priceOptionID, moment: context.now, reservationID: request.reservationID,
            deliveryAddress: request.hasDeliveryAddress ? request.deliveryAddress : nil)
        let redemption = try redeem(
            voucher, use, access: made?.access, redemptionID: made?.redemption.redemptionID, context)
        return .with { response in
            response.redemption = redemption.message(of: voucher)
            response.access = redemption.access.message(of: id, at: context.now)
        }
    }

    /// - Parameter made: the access that the services gave.
    func redeem(
        _ voucher: ModelVoucher, _ use: ModelUse, access made: Usher_Access_V1_Access?, redemptionID: String?,
        _ context: Context
    ) throws -> ModelRedemption {
        let (item, reservation) = try judge(voucher, use)
        let viewer = use.viewerID.isEmpty ? nil : try register(use.viewerID, context)
        let subscription = try viewer.flatMap { try subscribe($0, by: voucher, made, use, context) }
        let access: ModelAccess
        if let given = subscription?.access {
            access = given
        } else {
            access = ModelAccess(
                try adopt(made?.accessID, "acc"), viewer: viewer, asset: item.asset, package: item.package,
                type: .accessVoucher, start: context.now, end: end(of: voucher, at: context.now), voucher: voucher,
                created: context.now)
            accesses.append(access)
        }
        let redemption = ModelRedemption(
            try adopt(redemptionID, "red"), of: voucher, viewer: viewer, item: item, access: access,
            subscription: subscription, time: context.now)
        record(redemption, of: voucher, taking: reservation, context)
        return redemption
    }

    func record(
        _ redemption: ModelRedemption, of voucher: ModelVoucher, taking reservation: ModelReservation?,
        _ context: Context
    ) {
        reservation?.isOver = true
        voucher.redemptions.append(redemption)
        voucher.touch(context.now)
        context.record("voucher.redeemed", voucher.id)
    }

    /// The end of the access that a use at `now` gives.
    private func end(of voucher: ModelVoucher, at now: Instant) -> Instant {
        guard let period = voucher.terms.period else {
            return now + .seconds(Int(settings.voucherExpirationHours) * 3_600)
        }
        return voucher.terms.fixedEnd ?? CivilTime.end(of: period, from: now, in: settings.timeZone)
    }

    /// One use less, and the access that it gave ends with it; what was paid for as well does not.
    func rollBack(
        _ request: Usher_Vouchers_V1_RollBackRedemptionRequest, _ context: Context
    ) throws -> Usher_Vouchers_V1_Voucher {
        let voucher = try livingVoucher(request.voucherID)
        let found =
            request.redemptionID.isEmpty
            ? voucher.applied.last : voucher.redemptions.first { $0.id == request.redemptionID }
        guard let redemption = found else { throw Expected.notFound("REDEMPTION_NOT_FOUND") }
        guard redemption.rolledBack == nil else { throw Expected.precondition("REDEMPTION_ROLLED_BACK") }
        redemption.rolledBack = context.now
        if voucher.terms.offer != nil, let subscription = redemption.subscription {
            try cancel(subscription, reason: "REDEMPTION_ROLLED_BACK", context)
        } else if ![.purchased, .subscription].contains(redemption.access.type) {
            redemption.access.end(at: context.now)
        }
        voucher.touch(context.now)
        context.record("voucher.redemption_rolled_back", voucher.id)
        return voucher.message(of: self, at: context.now)
    }
}
