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
    }

    struct Outcome {
        var payment: Payment
        var access: Access?
        var subscription: Subscription?
    }

    /// Keeps the payment, and gives what was bought.
    ///
    /// - Throws: ALREADY_EXISTS `PAYMENT_EXISTS`; what registering the viewer and subscribing throw.
    static func apply(_ order: Order, in tx: Transaction) throws -> Outcome {
        guard try !PaymentStore.isTaken(reference: order.reference, in: tx) else {
            throw AccessRefusal.paymentExists(order.reference)
        }
        let viewerKey = try ViewerRegistration.apply(order.viewerID, in: tx)
        var (access, subscription) = (nil as Access?, nil as Subscription?)
        switch order.option.paymentType {
        case .ppv:
            access = try give(order.option, to: viewerKey, kind: .purchased, in: tx)
        case .subscription:
            let opened = try SubscriptionOpening.apply(
                SubscriptionOpening.Terms(
                    viewerKey: viewerKey, target: order.option.target, kind: .recurring,
                    period: order.option.accessPeriod, priceOptionKey: order.option.key),
                in: tx)
            access = try opened.accessKey.flatMap { try AccessStore.find($0, in: tx) }
            subscription = opened
        }
        let payment = try keep(
            Payment(
                id: tx.newID(Payment.prefix), viewerKey: viewerKey, priceOptionKey: order.option.key,
                amount: order.amount, reference: order.reference, accessKey: access?.id.number,
                subscriptionKey: subscription?.id.number, createTime: tx.now),
            in: tx)
        return Outcome(payment: payment, access: access, subscription: subscription)
    }

    /// The access that a price option gives from now on.
    private static func give(
        _ option: PriceOption, to viewerKey: Int64, kind: Access.Kind, in tx: Transaction
    ) throws -> Access {
        let zone = try SettingsStore.readForRedemption(in: tx).zone
        var access = Access(
            id: tx.newID(Access.prefix), viewerKey: viewerKey, assetKey: nil, kind: kind, startTime: tx.now,
            expireTime: option.accessPeriod?.end(from: tx.now, in: zone), priceOptionKey: option.key,
            createTime: tx.now, updateTime: tx.now)
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
