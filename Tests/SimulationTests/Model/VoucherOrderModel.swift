import UsherAPI
import UsherContract

/// Vouchers that were ordered together, for others to redeem.
final class ModelVoucherOrder {
    let purchaser: ModelViewer
    private let period: ModelPaymentPeriod
    private var message: Usher_Vouchers_V1_VoucherOrder

    init(_ message: Usher_Vouchers_V1_VoucherOrder, _ purchaser: ModelViewer, _ period: ModelPaymentPeriod) {
        (self.message, self.purchaser, self.period) = (message, purchaser, period)
    }

    var id: String { message.voucherOrderID }
    var isCancelled: Bool { message.state == .cancelled }

    func cancel(_ reason: String, at now: Instant) {
        message.state = .cancelled
        message.cancelTime = now.timestamp
        message.cancelReason = reason
    }

    func shown(of organisation: OrganisationModel) -> Usher_Vouchers_V1_VoucherOrder {
        var message = message
        message.packageCode = period.package.message.packageCode
        message.redeemedCount = Int32(organisation.vouchers(of: self).filter { !$0.applied.isEmpty }.count)
        return message
    }
}

extension OrganisationModel {
    func vouchers(of order: ModelVoucherOrder) -> [ModelVoucher] { vouchers.filter { $0.order === order } }

    func existingOrder(_ id: String) throws -> ModelVoucherOrder {
        guard let order = orders.first(where: { $0.id == id }) else {
            throw Expected.notFound("VOUCHER_ORDER_NOT_FOUND")
        }
        return order
    }

    func placeOrder(
        _ request: Usher_Vouchers_V1_PlaceVoucherOrderRequest, _ context: Context,
        _ made: Usher_Vouchers_V1_PlaceVoucherOrderResponse?
    ) throws -> Usher_Vouchers_V1_PlaceVoucherOrderResponse {
        var (terms, shape) = try terms(of: request)
        guard context.sellsVouchers else { throw Expected.precondition("FEATURE_DISABLED") }
        let period = try existingPaymentPeriod(request.paymentPeriodID)
        let days = CivilTime.days(of: period.message.length, from: context.now, in: settings.timeZone)
        if let reason = Self.refusal(of: period, days, free: request.paymentMethod == .free) {
            throw Expected.precondition(reason)
        }
        let quantity = request.quantity == 0 ? 1 : request.quantity
        let order = ModelVoucherOrder(
            try .with { message in
                message.voucherOrderID = try adopt(made?.voucherOrder.voucherOrderID, "vor")
                message.organisationID = id
                message.purchaserID = request.purchaserID
                message.paymentPeriodID = request.paymentPeriodID
                (message.quantity, message.daysOfAccess) = (quantity, days)
                message.paymentMethod = request.paymentMethod
                message.paymentReference = request.paymentReference
                message.amount = period.message.price
                message.amount.minorUnits *= Int64(quantity)
                message.state = .placed
                message.createTime = context.now.timestamp
            }, try register(request.purchaserID, context), period)
        orders.append(order)
        terms.offer = ModelOffer(package: period.package, days: days)
        var response = Usher_Vouchers_V1_PlaceVoucherOrderResponse()
        for index in 0..<Int(quantity) {
            let slim = made.flatMap { index < $0.vouchers.count ? $0.vouchers[index] : nil }
            let voucher = ModelVoucher(
                try adopt(slim?.voucherID, "vch"), code: try newCode(slim?.code, shape), batch: "", terms,
                at: context.now)
            voucher.order = order
            vouchers.append(voucher)
            let message = voucher.message(of: self, at: context.now)
            response.vouchers.append(
                .with {
                    ($0.voucherID, $0.code, $0.tvCompatible) = (voucher.id, voucher.code, message.tvCompatible)
                })
        }
        context.record("voucher_order.placed", order.id)
        response.voucherOrder = order.shown(of: self)
        return response
    }

    /// What the vouchers of an order have in common, but for what they are for.
    private func terms(
        of request: Usher_Vouchers_V1_PlaceVoucherOrderRequest
    ) throws -> (ModelVoucher.Terms, CodeShape) {
        var mistakes = Mistakes()
        mistakes.require((0...10_000).contains(request.quantity), "quantity")
        mistakes.require(!request.purchaserID.isEmpty, "purchaser_id")
        mistakes.requireID(request.purchaserID, "purchaser_id")
        switch request.paymentMethod {
        case .adyen: mistakes.requireText(request.paymentReference, 1...200, "payment_reference")
        case .free: mistakes.require(request.paymentReference.isEmpty, "payment_reference")
        default: mistakes.require(false, "payment_method")
        }
        let like = Usher_Vouchers_V1_Voucher.with { voucher in
            voucher.name = request.name
            voucher.usageLimit = 1
            if request.hasRedeemUntil { voucher.redeemUntil = request.redeemUntil }
            voucher.provisionService = request.provisionService
        }
        let terms = ModelVoucher.Terms(like, firstPlayByDefault: false, { $0 }, &mistakes)
        let shape = CodeShape(request.codeProfile, default: settings.voucherCodeProfile)
        shape.check("code_profile", &mistakes)
        try mistakes.refuse()
        return (terms, shape)
    }

    private static func refusal(of period: ModelPaymentPeriod, _ days: Int32, free isFree: Bool) -> String? {
        if !period.package.message.voucherPurchaseEnabled { return "VOUCHER_PURCHASE_DISABLED" }
        if !period.message.enabled { return "PERIOD_DISABLED" }
        if days > 9_999 { return "PERIOD_TOO_LONG" }
        if isFree, period.message.price.minorUnits != 0 { return "PERIOD_NOT_FREE" }
        return isFree && period.message.type != .limited ? "PERIOD_NOT_LIMITED" : nil
    }

    func cancelOrder(
        _ request: Usher_Vouchers_V1_CancelVoucherOrderRequest, _ context: Context
    ) throws -> Usher_Vouchers_V1_VoucherOrder {
        var mistakes = Mistakes()
        mistakes.requireText(request.reason, 0...1_000, "reason", hasLines: true)
        try mistakes.refuse()
        let order = try existingOrder(request.voucherOrderID)
        if !order.isCancelled {
            order.cancel(request.reason, at: context.now)
            let unused = vouchers(of: order).filter { $0.applied.isEmpty && $0.deactivated == nil && !$0.isDeleted }
            for voucher in unused {
                voucher.deactivated = context.now
                voucher.touch(context.now)
            }
            context.record("voucher_order.cancelled", order.id)
        }
        return order.shown(of: self)
    }

    func listed(
        _ request: Usher_Vouchers_V1_ListBoughtVouchersRequest, _ context: Context
    ) throws -> [Usher_Vouchers_V1_Voucher] {
        var mistakes = Mistakes()
        mistakes.require(!request.purchaserID.isEmpty || !request.voucherOrderID.isEmpty, "purchaser_id")
        try mistakes.refuse()
        let purchaser = liveViewer(request.purchaserID)
        return vouchers.filter { voucher in
            guard let order = voucher.order, !voucher.isDeleted else { return false }
            return (request.purchaserID.isEmpty || order.purchaser == purchaser)
                && (request.voucherOrderID.isEmpty || order.id == request.voucherOrderID)
        }.map { $0.message(of: self, at: context.now) }
    }
}

extension Mistakes {
    mutating func check(_ address: Usher_Type_V1_PostalAddress, _ isSet: Bool) {
        guard isSet else { return }
        requireText(address.name, 1...200, "delivery_address.name")
        requireText(address.street, 1...200, "delivery_address.street")
        requireText(address.postcode, 1...200, "delivery_address.postcode")
        requireText(address.city, 1...200, "delivery_address.city")
        let letters = address.country.filter { $0.isASCII && $0.isLetter }
        require(address.country.count == 2 && letters.count == 2, "delivery_address.country")
    }
}
