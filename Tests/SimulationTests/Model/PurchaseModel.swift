import UsherAPI
import UsherContract

final class ModelPayment {
    let id: String
    let viewer: ModelViewer
    /// Nil for the renewal of a subscription on its own terms.
    let option: ModelPriceOption?
    let amount: Usher_Type_V1_Money
    let reference: String
    let voucher: ModelVoucher?
    let percent: Int32
    let access: ModelAccess?
    let subscription: ModelSubscription?
    let created: Instant
    /// How it was given back, and why.
    private(set) var reversal: (time: Instant, type: Usher_Access_V1_ReversalType, reason: String)?

    init(
        _ id: String, _ viewer: ModelViewer, _ option: ModelPriceOption?, amount: Usher_Type_V1_Money,
        reference: String, voucher: ModelVoucher?, percent: Int32, access: ModelAccess?,
        subscription: ModelSubscription?, created: Instant
    ) {
        (self.id, self.viewer, self.option) = (id, viewer, option)
        (self.amount, self.reference, self.voucher, self.percent) = (amount, reference, voucher, percent)
        (self.access, self.subscription, self.created) = (access, subscription, created)
    }

    /// What it has bought ends with it.
    func reverse(_ type: Usher_Access_V1_ReversalType, reason: String, at now: Instant) {
        reversal = (now, type, reason)
        access?.end(at: now)
    }

    func message(of organisationID: String) -> Usher_Access_V1_Payment {
        .with { message in
            message.paymentID = id
            message.organisationID = organisationID
            message.viewerID = viewer.message.viewerID
            message.priceOptionID = option?.message.priceOptionID ?? ""
            message.amount = amount
            message.paymentReference = reference
            message.voucherID = voucher?.id ?? ""
            message.discountPercent = percent
            message.accessID = access?.id ?? ""
            message.subscriptionID = subscription?.id ?? ""
            message.createTime = created.timestamp
            guard let reversal else { return }
            message.reverseTime = reversal.time.timestamp
            message.reversalType = reversal.type
            message.reversalReason = reversal.reason
        }
    }
}

extension OrganisationModel {
    func recordPurchase(
        _ request: Usher_Access_V1_RecordPurchaseRequest, _ context: Context,
        _ made: Usher_Access_V1_RecordPurchaseResponse?
    ) throws -> Usher_Access_V1_RecordPurchaseResponse {
        var mistakes = Mistakes()
        mistakes.require(!request.viewerID.isEmpty, "viewer_id")
        mistakes.requireID(request.viewerID, "viewer_id")
        let amount = mistakes.money(request.amount, request.hasAmount, "amount")
        mistakes.requireText(request.paymentReference, 0...200, "payment_reference")
        mistakes.require(amount.minorUnits == 0 || !request.paymentReference.isEmpty, "payment_reference")
        try mistakes.refuse()
        let option = try existingPriceOption(request.priceOptionID)
        mistakes.require(amount.currencyCode == option.message.price.currencyCode, "amount.currency_code")
        try mistakes.refuse()
        if !request.paymentReference.isEmpty, payments.contains(where: { $0.reference == request.paymentReference }) {
            throw Expected.exists("PAYMENT_EXISTS")
        }
        let (voucher, redemption, access, subscription) = try buy(option, request, context, made)
        let payment = ModelPayment(
            try adopt(made?.payment.paymentID, "pmt"), try register(request.viewerID, context), option,
            amount: amount, reference: request.paymentReference, voucher: voucher,
            percent: voucher?.terms.percent ?? 0, access: access, subscription: subscription, created: context.now)
        payments.append(payment)
        context.record("payment.recorded", payment.id)
        return .with { response in
            response.payment = payment.message(of: id)
            response.access = access.message(of: id, at: context.now)
            response.redemptionID = redemption?.id ?? ""
            response.subscriptionID = subscription?.id ?? ""
        }
    }

    /// Uses the voucher, if any, and gives what was bought.
    private func buy(
        _ option: ModelPriceOption, _ request: Usher_Access_V1_RecordPurchaseRequest, _ context: Context,
        _ made: Usher_Access_V1_RecordPurchaseResponse?
    ) throws -> (ModelVoucher?, ModelRedemption?, ModelAccess, ModelSubscription?) {
        let use = ModelUse(
            viewerID: request.viewerID, assetID: "", priceOptionID: request.priceOptionID, moment: context.now,
            isPurchase: true)
        guard !request.code.isEmpty else {
            let (access, subscription) = try sell(option, request.viewerID, nil, made, context)
            return (nil, nil, access, subscription)
        }
        guard let voucher = voucher(code: request.code) else { throw Expected.notFound("VOUCHER_NOT_FOUND") }
        guard voucher.terms.isDiscount else {
            // Its access takes the place of what is sold, for the voucher's own period.
            let redemption = try redeem(
                voucher, use, access: made?.access, redemptionID: made?.redemptionID, context)
            return (voucher, redemption, redemption.access, nil)
        }
        let (item, reservation) = try judge(voucher, use)
        let (access, subscription) = try sell(option, request.viewerID, voucher, made, context)
        let redemption = ModelRedemption(
            try adopt(made?.redemptionID, "red"), of: voucher, viewer: access.viewer, item: item, access: access,
            subscription: subscription, time: context.now)
        record(redemption, of: voucher, taking: reservation, context)
        return (voucher, redemption, access, subscription)
    }

    /// The access that a price option gives from now on, or the subscription that does.
    private func sell(
        _ option: ModelPriceOption, _ viewerID: String, _ voucher: ModelVoucher?,
        _ made: Usher_Access_V1_RecordPurchaseResponse?, _ context: Context
    ) throws -> (ModelAccess, ModelSubscription?) {
        let viewer = try register(viewerID, context)
        let newID = made?.access.accessID
        guard option.message.paymentType == .ppv else {
            var terms = Self.terms(of: option, for: viewer)
            (terms.voucher, terms.percent) = (voucher, voucher?.terms.percent ?? 0)
            // This payment is the first that has it.
            terms.cyclesLeft = voucher?.terms.cycles.map { $0 - 1 }
            let subscription = try open(terms, id: made?.subscriptionID, accessID: newID, context)
            guard let access = subscription.access else {
                throw Discrepancy(source: .answer, what: "\(subscription.id) was bought and gives no access")
            }
            return (access, subscription)
        }
        let end =
            option.message.hasAccessPeriod
            ? CivilTime.end(of: option.message.accessPeriod, from: context.now, in: settings.timeZone) : nil
        let access = ModelAccess(
            try adopt(newID, "acc"), viewer: viewer, asset: option.asset, package: option.package,
            type: voucher?.terms.percent == 100 ? .fullDiscount : .purchased, start: context.now, end: end,
            voucher: voucher, option: option, created: context.now)
        accesses.append(access)
        return (access, nil)
    }

    func reversePurchase(
        _ request: Usher_Access_V1_ReversePurchaseRequest, _ context: Context
    ) throws -> Usher_Access_V1_Payment {
        var mistakes = Mistakes()
        mistakes.require([.refund, .chargeback].contains(request.type), "type")
        mistakes.requireText(request.reason, 0...1_000, "reason", hasLines: true)
        try mistakes.refuse()
        guard let payment = payments.first(where: { $0.id == request.paymentID }) else {
            throw Expected.notFound("PAYMENT_NOT_FOUND")
        }
        if payment.reversal == nil {
            if let subscription = payment.subscription {
                try cancel(subscription, reason: request.reason, context)
            }
            payment.reverse(request.type, reason: request.reason, at: context.now)
            context.record("payment.reversed", payment.id)
        }
        return payment.message(of: id)
    }

    func listed(_ request: Usher_Access_V1_ListPaymentsRequest) throws -> [Usher_Access_V1_Payment] {
        let viewer = request.viewerID.isEmpty ? nil : try existingViewer(request.viewerID)
        let voucher = request.voucherID.isEmpty ? nil : try existingVoucher(request.voucherID)
        return payments.filter { payment in
            (viewer == nil || payment.viewer == viewer) && (voucher == nil || payment.voucher === voucher)
        }.map { $0.message(of: id) }
    }
}
