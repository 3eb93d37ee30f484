import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension VoucherService {
    func placeVoucherOrder(
        _ request: Usher_Vouchers_V1_PlaceVoucherOrderRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_PlaceVoucherOrderResponse {
        var violations = Violations()
        let quantity = request.quantity == 0 ? 1 : Int(request.quantity)
        violations.require(VoucherOrder.quantities.contains(quantity), "quantity", "must be 1 to 10,000, or 0 for 1")
        violations.require(!request.purchaserID.isEmpty, "purchaser_id", "must be given")
        violations.requireCallerID(request.purchaserID, "purchaser_id")
        let method = paymentMethod(request, &violations)
        let terms = VoucherTerms(
            name: request.name, redeemOn: .redeem, period: .organisation,
            redeemUntil: violations.instant(request.redeemUntil, isSet: request.hasRedeemUntil, "redeem_until"),
            usageLimit: 1, orderID: "", custom: [:], provisionService: request.provisionService)
        terms.check({ $0 }, &violations)
        let profile = try profile(request.codeProfile, tx, &violations)
        try violations.refuse()
        guard tx.caller.features.contains(Organisation.voucherPurchaseFeature) else {
            throw VoucherOrderRefusal.featureDisabled.refusal
        }
        guard let period = try PaymentPeriodStore.find(request.paymentPeriodID, in: tx),
            let package = try PackageStore.find(key: period.packageKey, in: tx)
        else { throw CatalogRefusal.paymentPeriodNotFound }
        let days = period.length.days(from: tx.now, in: try SettingsStore.readForRedemption(in: tx).zone)
        if let refusal = VoucherOrder.refusal(of: period, for: package, days: days, method) { throw refusal.refusal }
        let order = VoucherOrder(
            id: tx.newID(VoucherOrder.prefix), purchaserKey: try ViewerRegistration.apply(request.purchaserID, in: tx),
            packageKey: package.key, paymentPeriodKey: period.key, quantity: quantity, daysOfAccess: days,
            paymentMethod: method, paymentReference: request.paymentReference,
            amount: Money(
                currencyCode: period.price.currencyCode, minorUnits: period.price.minorUnits * Int64(quantity)),
            createTime: tx.now, cancelTime: nil, cancelReason: "")
        try VoucherOrderStore.insert(order, in: tx)
        var voucher = Voucher(terms, id: tx.newID(Voucher.prefix), now: tx.now)
        voucher.effect = .subscription
        voucher.offer = Voucher.Offer(days: days, packageKey: package.key)
        voucher.purchase = Voucher.Purchase(orderKey: order.id.number, purchaserKey: order.purchaserKey)
        var issue = VoucherIssue(voucher)
        var generator = CodeGenerator(profile, random: tx.randomBytes)
        var response = Usher_Vouchers_V1_PlaceVoucherOrderResponse()
        try issue.insert(quantity, drawingFrom: &generator, in: tx) { response.vouchers.append(.init($0)) }
        try tx.record(
            "voucher_order.placed", order.id.description,
            after: [
                "purchaser_id": request.purchaserID, "package_code": package.code, "payment_period_id": period.id,
                "quantity": quantity, "payment_reference": request.paymentReference, "amount": order.amount.text,
            ])
        response.voucherOrder = try present(order, in: tx)
        return response
    }

    func getVoucherOrder(
        _ request: Usher_Vouchers_V1_GetVoucherOrderRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_VoucherOrder {
        try present(try order(request.voucherOrderID, in: tx), in: tx)
    }

    func cancelVoucherOrder(
        _ request: Usher_Vouchers_V1_CancelVoucherOrderRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_VoucherOrder {
        var violations = Violations()
        violations.requireProse(request.reason, "reason", VoucherOrder.reasonLengths)
        try violations.refuse()
        var order = try order(request.voucherOrderID, in: tx)
        guard order.cancelTime == nil else { return try present(order, in: tx) }
        (order.cancelTime, order.cancelReason) = (tx.now, request.reason)
        try VoucherOrderStore.cancel(order.id, reason: request.reason, in: tx)
        let count = try VoucherStore.deactivateUnused(ofOrder: order.id, in: tx)
        try tx.record(
            "voucher_order.cancelled", order.id.description,
            after: ["reason": request.reason, "deactivated_vouchers": count])
        return try present(order, in: tx)
    }

    func listBoughtVouchers(
        _ request: Usher_Vouchers_V1_ListBoughtVouchersRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_ListBoughtVouchersResponse {
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        violations.require(
            !request.purchaserID.isEmpty || !request.voucherOrderID.isEmpty, "purchaser_id",
            "must be given where voucher_order_id is not")
        try violations.refuse()
        guard let selection = try selection(request, in: tx) else { return .init() }
        let found = try VoucherStore.list(selection, after: try page.afterNumber(), limit: page.size + 1, in: tx)
        var presenter = VoucherPresenter(tx)
        let (items, token) = try page.cut(found, key: { String($0.id.number) }) { try presenter.message($0) }
        return .with { ($0.vouchers, $0.nextPageToken) = (items, token) }
    }

    /// Nil where nothing can pass: nobody unknown has bought anything, and an order is of one purchaser.
    private func selection(
        _ request: Usher_Vouchers_V1_ListBoughtVouchersRequest, in tx: Transaction
    ) throws -> VoucherStore.BoughtSelection? {
        let purchaserKey = try ViewerStore.key(of: request.purchaserID, in: tx)
        if request.voucherOrderID.isEmpty { return purchaserKey.map(VoucherStore.BoughtSelection.purchaser) }
        guard let id = ResourceID(request.voucherOrderID, prefix: VoucherOrder.prefix),
            let order = try VoucherOrderStore.find(id.number, in: tx),
            request.purchaserID.isEmpty || order.purchaserKey == purchaserKey
        else { return nil }
        return .order(id)
    }

    private func paymentMethod(
        _ request: Usher_Vouchers_V1_PlaceVoucherOrderRequest, _ violations: inout Violations
    ) -> VoucherOrder.PaymentMethod {
        switch request.paymentMethod {
        case .adyen:
            violations.requireText(request.paymentReference, "payment_reference", VoucherOrder.referenceLengths)
            return .adyen
        case .free:
            violations.require(request.paymentReference.isEmpty, "payment_reference", "must be absent for FREE")
            return .free
        case .unspecified, .UNRECOGNIZED:
            violations.require(false, "payment_method", "must be ADYEN or FREE")
            return .adyen
        }
    }

    private func order(_ id: String, in tx: Transaction) throws -> VoucherOrder {
        guard let id = ResourceID(id, prefix: VoucherOrder.prefix),
            let order = try VoucherOrderStore.find(id.number, in: tx)
        else { throw VoucherOrderRefusal.notFound }
        return order
    }

    private func present(_ order: VoucherOrder, in tx: Transaction) throws -> Usher_Vouchers_V1_VoucherOrder {
        var message = Usher_Vouchers_V1_VoucherOrder()
        message.voucherOrderID = order.id.description
        message.organisationID = try tx.organisationID
        message.purchaserID = try ViewerStore.id(of: order.purchaserKey, in: tx) ?? ""
        message.packageCode = try PackageStore.code(of: order.packageKey, in: tx) ?? ""
        message.paymentPeriodID = try PaymentPeriodStore.id(of: order.paymentPeriodKey, in: tx) ?? ""
        message.quantity = Int32(order.quantity)
        message.daysOfAccess = Int32(order.daysOfAccess)
        message.paymentMethod = order.paymentMethod == .adyen ? .adyen : .free
        message.paymentReference = order.paymentReference
        message.amount = order.amount.message
        message.state = order.cancelTime == nil ? .placed : .cancelled
        message.redeemedCount = Int32(try VoucherStore.countUsed(ofOrder: order.id, in: tx))
        message.createTime = Google_Protobuf_Timestamp(order.createTime)
        if let time = order.cancelTime { message.cancelTime = Google_Protobuf_Timestamp(time) }
        message.cancelReason = order.cancelReason
        return message
    }
}
