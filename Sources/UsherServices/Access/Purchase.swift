import UsherContract
import UsherStorage

/// The verbs of buying and giving back. Each records what it did.
enum Purchase {
    /// What was bought, as asked.
    struct Order {
        var viewerID: String
        var option: PriceOption
        /// What was paid.
        var amount: Money
        var reference: String
        /// Of a voucher; empty for none.
        var code: String
    }

    struct Outcome {
        var payment: Payment
        var access: Access?
        var subscription: Subscription?
        var redemption: Redemption?
    }

    /// Keeps the payment, uses the voucher, and gives what was bought.
    ///
    /// - Throws: ALREADY_EXISTS `PAYMENT_EXISTS`; the voucher's refusals; what registering the viewer and subscribing
    ///   throw.
    static func apply(_ order: Order, in tx: Transaction) throws -> Outcome {
        guard try !PaymentStore.isTaken(reference: order.reference, in: tx) else {
            throw AccessRefusal.paymentExists(order.reference)
        }
        var payment = Payment(
            id: tx.newID(Payment.prefix), viewerKey: 0, priceOptionKey: order.option.key, amount: order.amount,
            reference: order.reference, createTime: tx.now)
        var outcome = Outcome(payment: payment)
        let judged =
            order.code.isEmpty
            ? nil
            : try VoucherPurchase.judge(
                code: order.code, viewerID: order.viewerID, priceOptionID: order.option.id, in: tx)
        payment.voucherKey = judged?.voucher.id.number
        if let judged, judged.discount == nil {
            // An access voucher takes the place of the payment: no subscription is made by it.
            let given = try VoucherPurchase.give(judged, in: tx)
            (outcome.access, outcome.redemption) = (given.access, given.redemption)
            payment.viewerKey = try ViewerRegistration.apply(order.viewerID, in: tx)
        } else {
            payment.viewerKey = try ViewerRegistration.apply(order.viewerID, in: tx)
            payment.discountPercent = judged?.discount?.percent ?? 0
            (outcome.access, outcome.subscription) = try give(order.option, payment, judged?.discount, in: tx)
            if let judged, let access = outcome.access {
                outcome.redemption = try VoucherPurchase.consume(
                    judged, viewerKey: payment.viewerKey, access: access.id, subscription: outcome.subscription?.id,
                    in: tx)
            }
        }
        payment.accessKey = outcome.access?.id.number
        payment.subscriptionKey = outcome.subscription?.id.number
        outcome.payment = try keep(payment, in: tx)
        return outcome
    }

    /// The access that a price option gives, or the subscription that does.
    private static func give(
        _ option: PriceOption, _ payment: Payment, _ discount: Voucher.Discount?, in tx: Transaction
    ) throws -> (Access?, Subscription?) {
        switch option.paymentType {
        case .ppv:
            let kind: Access.Kind = discount?.percent == 100 ? .fullDiscount : .purchased
            return (try give(option, payment, kind: kind, in: tx), nil)
        case .subscription:
            let opened = try SubscriptionOpening.apply(
                SubscriptionOpening.Terms(
                    viewerKey: payment.viewerKey, target: option.target, kind: .recurring,
                    period: option.accessPeriod, priceOptionKey: option.key, voucherKey: payment.voucherKey,
                    discountPercent: discount?.percent ?? 0,
                    // This payment was the first that has it.
                    discountCyclesLeft: discount?.cycles.map { $0 - 1 }),
                in: tx)
            return (try opened.accessKey.flatMap { try AccessStore.find($0, in: tx) }, opened)
        }
    }

    /// The access that a price option gives from now on.
    private static func give(
        _ option: PriceOption, _ payment: Payment, kind: Access.Kind, in tx: Transaction
    ) throws -> Access {
        let zone = try SettingsStore.readForRedemption(in: tx).zone
        var access = Access(
            id: tx.newID(Access.prefix), viewerKey: payment.viewerKey, assetKey: nil, kind: kind, startTime: tx.now,
            expireTime: option.accessPeriod?.end(from: tx.now, in: zone), voucherKey: payment.voucherKey,
            priceOptionKey: option.key, createTime: tx.now, updateTime: tx.now)
        switch option.target {
        case .asset(let key): access.assetKey = key
        case .package(let key): access.packageKey = key
        }
        try AccessStore.insert(access, in: tx)
        return access
    }

    /// Keeps a payment.
    ///
    /// - Throws: ALREADY_EXISTS `PAYMENT_EXISTS`.
    static func keep(_ payment: Payment, in tx: Transaction) throws -> Payment {
        guard try PaymentStore.insert(payment, in: tx) else { throw AccessRefusal.paymentExists(payment.reference) }
        try tx.record("payment.recorded", payment.id.description, after: payment.journal)
        return payment
    }

    /// Notes that a payment was given back, and ends what it bought; one that was is left as it is.
    static func reverse(
        _ before: Payment, _ reversal: Payment.Reversal, reason: String, in tx: Transaction
    ) throws -> Payment {
        guard before.reverseTime == nil else { return before }
        var payment = before
        (payment.reverseTime, payment.reversal, payment.reversalReason) = (tx.now, reversal, reason)
        try PaymentStore.reverse(payment, in: tx)
        if let key = payment.subscriptionKey, let subscription = try SubscriptionStore.find(key, in: tx) {
            _ = try SubscriptionLife.cancel(subscription, atPeriodEnd: false, reason: reason, in: tx)
        }
        if let key = payment.accessKey { _ = try AccessEnding.apply(key, in: tx) }
        try tx.record("payment.reversed", payment.id.description, before: before.journal, after: payment.journal)
        return payment
    }
}
