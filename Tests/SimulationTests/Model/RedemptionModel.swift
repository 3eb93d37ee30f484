import UsherAPI
import UsherContract

extension ModelRedemption {
    func message(of voucher: ModelVoucher) -> Usher_Vouchers_V1_Redemption {
        .with { message in
            message.redemptionID = id
            message.voucherID = voucher.id
            message.viewerID = viewer?.message.viewerID ?? ""
            message.assetID = asset?.message.assetID ?? ""
            message.accessID = access.id
            message.redeemTime = time.timestamp
            if let rolledBack { message.rollBackTime = rolledBack.timestamp }
        }
    }
}

/// A use of a voucher, as asked for.
struct ModelUse {
    var viewerID: String
    var assetID: String
    var moment: Instant
    /// Empty for one that the viewer has, if any.
    var reservationID = ""
    /// To hold a use and not to make it.
    var isReservation = false

    init(
        viewerID: String, assetID: String, moment: Instant, reservationID: String = "", isReservation: Bool = false
    ) {
        (self.viewerID, self.assetID, self.moment) = (viewerID, assetID, moment)
        (self.reservationID, self.isReservation) = (reservationID, isReservation)
    }

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

    /// What a use would open, nil for everything; and the reservation that it takes up.
    func judge(
        _ voucher: ModelVoucher, _ use: ModelUse
    ) throws(Expected) -> (asset: ModelAsset?, reservation: ModelReservation?) {
        if let refusal = voucher.refusalByState(at: use.moment) { throw refusal }
        let target = try target(of: voucher, use.assetID)
        if voucher.terms.isDiscount, !use.isReservation { throw .precondition("PURCHASE_REQUIRED") }
        let viewer = liveViewer(use.viewerID)
        if !voucher.emails.isEmpty, !voucher.emails.contains(CodeText.same(viewer?.message.email ?? "")) {
            throw .precondition("NOT_ELIGIBLE")
        }
        if use.viewerID.isEmpty, !use.isReservation {
            if !voucher.terms.onFirstPlay { throw .precondition("VIEWER_REQUIRED") }
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
        return (target, reservation)
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

    private func target(of voucher: ModelVoucher, _ assetID: String) throws(Expected) -> ModelAsset? {
        let scope = voucher.terms.scope
        let asked = liveAsset(assetID)
        if !assetID.isEmpty, asked == nil { throw .notFound("ASSET_NOT_FOUND") }
        // What was deleted since opens nothing.
        if scope.count == 1, scope[0].isDeleted { throw .notFound("ASSET_NOT_FOUND") }
        if scope.isEmpty { return asked }
        guard let asked else {
            if scope.count > 1 { throw .precondition("ASSET_REQUIRED") }
            return scope[0]
        }
        if scope.contains(asked) { return asked }
        guard let parent = scope.first(where: { $0.members.contains(asked) }) else {
            throw .precondition("OUT_OF_SCOPE")
        }
        return parent
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
        do {
            let voucher = try find(code: request.code, viewerID: request.viewerID, &mistakes)
            response.voucherID = voucher.id
            response.state = voucher.state(at: context.now)
            let use = ModelUse(viewerID: request.viewerID, assetID: request.assetID, moment: context.now)
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
        let voucher = try find(code: request.code, viewerID: request.viewerID, &mistakes)
        let use = ModelUse(
            viewerID: request.viewerID, assetID: request.assetID, moment: context.now,
            reservationID: request.reservationID)
        let redemption = try redeem(
            voucher, use, accessID: made?.access.accessID, redemptionID: made?.redemption.redemptionID, context)
        return .with { response in
            response.redemption = redemption.message(of: voucher)
            response.access = redemption.access.message(of: id, at: context.now)
        }
    }

    func redeem(
        _ voucher: ModelVoucher, _ use: ModelUse, accessID: String?, redemptionID: String?, _ context: Context
    ) throws -> ModelRedemption {
        let (asset, reservation) = try judge(voucher, use)
        let viewer = use.viewerID.isEmpty ? nil : try register(use.viewerID, context)
        let access = ModelAccess(
            try adopt(accessID, "acc"), viewer: viewer, asset: asset, type: .accessVoucher, start: context.now,
            end: end(of: voucher, at: context.now), voucher: voucher, created: context.now)
        let redemption = ModelRedemption(
            try adopt(redemptionID, "red"), viewer: viewer, asset: asset, access: access, time: context.now)
        accesses.append(access)
        reservation?.isOver = true
        voucher.redemptions.append(redemption)
        voucher.touch(context.now)
        context.record("voucher.redeemed", voucher.id)
        return redemption
    }

    /// The end of the access that a use at `now` gives.
    private func end(of voucher: ModelVoucher, at now: Instant) -> Instant {
        guard let period = voucher.terms.period else {
            return now + .seconds(Int(settings.voucherExpirationHours) * 3_600)
        }
        return voucher.terms.fixedEnd ?? CivilTime.end(of: period, from: now, in: settings.timeZone)
    }

    /// One use less, and the access that it gave ends with it.
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
        redemption.access.end(at: context.now)
        voucher.touch(context.now)
        context.record("voucher.redemption_rolled_back", voucher.id)
        return voucher.message(of: self, at: context.now)
    }
}
