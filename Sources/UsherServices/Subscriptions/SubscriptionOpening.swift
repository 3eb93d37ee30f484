import UsherContract
import UsherStorage

/// The verb by which every subscription comes into the world: by CreateSubscription, with a purchase, with a voucher.
enum SubscriptionOpening {
    /// What a subscription is to be.
    struct Terms {
        var viewerKey: Int64
        var target: PriceOption.Target
        var kind: Subscription.Kind
        /// Nil for a limited one with a fixed end.
        var period: CalendarPeriod?
        /// Of a limited one without a period.
        var endTime: Instant?
        var trialPeriod: CalendarPeriod?
        var priceOptionKey: Int64?
        var paymentPeriodKey: Int64?
        var voucherKey: Int64?
        var provisionService = ""
        var discountPercent = 0
        /// How many payments after the first one have the discount; nil for all.
        var discountCyclesLeft: Int?
    }

    /// Makes the subscription, and begins it unless it is to wait.
    ///
    /// - Throws: FAILED_PRECONDITION `ALREADY_SUBSCRIBED`.
    static func apply(_ terms: Terms, activate: Bool = true, in tx: Transaction) throws -> Subscription {
        var subscription = Subscription(
            id: tx.newID(Subscription.prefix), viewerKey: terms.viewerKey, target: terms.target, kind: terms.kind,
            period: terms.period, trialPeriod: terms.trialPeriod, endTime: terms.endTime,
            priceOptionKey: terms.priceOptionKey, paymentPeriodKey: terms.paymentPeriodKey,
            voucherKey: terms.voucherKey, provisionService: terms.provisionService,
            discountPercent: terms.discountPercent, discountCyclesLeft: terms.discountCyclesLeft, createTime: tx.now,
            updateTime: tx.now)
        try SubscriptionLife.requireRoom(for: subscription, in: tx)
        SubscriptionPassing.schedule(&subscription, since: nil, in: tx)
        try SubscriptionStore.insert(subscription, in: tx)
        try tx.record("subscription.created", subscription.id.description, after: subscription.journal)
        if activate { subscription = try SubscriptionLife.activate(subscription, in: tx) }
        return subscription
    }

    /// A limited subscription to a package for a number of days, which does not renew: what a voucher gives.
    ///
    /// - Throws: FAILED_PRECONDITION `ALREADY_SUBSCRIBED`.
    static func apply(
        viewerKey: Int64, packageKey: Int64, days: Int, voucherKey: Int64?, provisionService: String,
        in tx: Transaction
    ) throws -> Subscription {
        try apply(
            Terms(
                viewerKey: viewerKey, target: .package(packageKey), kind: .limited,
                period: CalendarPeriod(unit: .day, length: days), voucherKey: voucherKey,
                provisionService: provisionService),
            in: tx)
    }

    /// Whether the viewer has at a moment a subscription to the package beside which there is no room for another.
    static func isSubscribed(
        _ viewerKey: Int64, to packageKey: Int64, at moment: Instant, in tx: Transaction
    ) throws -> Bool {
        try SubscriptionLife.isTaken(packageKey, by: viewerKey, except: 0, at: moment, in: tx)
    }
}
