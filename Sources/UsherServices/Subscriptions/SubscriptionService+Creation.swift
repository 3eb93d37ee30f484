import UsherAPI
import UsherContract
import UsherStorage

extension SubscriptionService {
    func createSubscription(
        _ request: Usher_Subscriptions_V1_CreateSubscriptionRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_Subscription {
        var violations = Violations()
        violations.require(!request.viewerID.isEmpty, "viewer_id", "must be given")
        violations.requireCallerID(request.viewerID, "viewer_id")
        violations.requireText(
            request.provisionService, "provision_service", Subscription.provisionServiceLengths)
        let trial = CalendarPeriod(
            request.trialPeriod, isSet: request.hasTrialPeriod, "trial_period", &violations)
        let own = OwnTerms(request, now: tx.now, &violations)
        try violations.refuse()
        let target = try target(request, own, in: tx)
        var terms = target
        terms.viewerKey = try ViewerRegistration.apply(request.viewerID, in: tx)
        terms.trialPeriod = trial
        terms.provisionService = request.provisionService
        return try .init(try SubscriptionOpening.apply(terms, activate: request.activate, in: tx), in: tx)
    }

    /// What is subscribed to, and on which terms: those of the price option or the payment period, or the caller's.
    private func target(
        _ request: Usher_Subscriptions_V1_CreateSubscriptionRequest, _ own: OwnTerms, in tx: Transaction
    ) throws -> SubscriptionOpening.Terms {
        let packageKey = request.packageID.isEmpty ? nil : try PackageStore.key(of: request.packageID, in: tx)
        if !request.packageID.isEmpty, packageKey == nil { throw CatalogRefusal.packageNotFound }
        if let offered = try offer(request, in: tx) {
            let isMeant = packageKey.map { offered.target == .package($0) } ?? true
            guard isMeant else { throw SubscriptionRefusal.packageMismatch }
            return offered
        }
        guard let packageKey else { throw CatalogRefusal.packageNotFound }
        return .init(
            viewerKey: 0, target: .package(packageKey), kind: own.kind, period: own.period, endTime: own.endTime)
    }

    /// The terms of a price option or a payment period; nil where the request names neither.
    private func offer(
        _ request: Usher_Subscriptions_V1_CreateSubscriptionRequest, in tx: Transaction
    ) throws -> SubscriptionOpening.Terms? {
        if !request.priceOptionID.isEmpty {
            guard let option = try PriceOptionStore.find(request.priceOptionID, in: tx) else {
                throw CatalogRefusal.priceOptionNotFound
            }
            guard option.paymentType == .subscription else { throw SubscriptionRefusal.notASubscription }
            return .init(
                viewerKey: 0, target: option.target, kind: .recurring, period: option.accessPeriod,
                priceOptionKey: option.key)
        }
        guard !request.paymentPeriodID.isEmpty else { return nil }
        guard let period = try PaymentPeriodStore.find(request.paymentPeriodID, in: tx) else {
            throw CatalogRefusal.paymentPeriodNotFound
        }
        guard period.kind != .single else { throw SubscriptionRefusal.notASubscription }
        guard period.isEnabled else { throw SubscriptionRefusal.periodDisabled }
        return .init(
            viewerKey: 0, target: .package(period.packageKey),
            kind: period.kind == .limited ? .limited : .recurring, period: period.length,
            paymentPeriodKey: period.key)
    }
}

/// The terms of a subscription to a package that the caller gives himself.
private struct OwnTerms {
    var kind = Subscription.Kind.limited
    var period: CalendarPeriod?
    var endTime: Instant?

    init(
        _ request: Usher_Subscriptions_V1_CreateSubscriptionRequest, now: Instant, _ violations: inout Violations
    ) {
        violations.require(
            request.priceOptionID.isEmpty || request.paymentPeriodID.isEmpty, "payment_period_id",
            "must not be given together with price_option_id")
        guard request.priceOptionID.isEmpty, request.paymentPeriodID.isEmpty else {
            let rule = "is that of the price option or the payment period"
            violations.require(request.type == .unspecified, "type", rule)
            violations.require(!request.hasPeriod, "period", rule)
            violations.require(!request.hasEndTime, "end_time", rule)
            return
        }
        violations.require(
            !request.packageID.isEmpty, "package_id", "must be given, or a price option or a payment period instead")
        violations.require([.limited, .recurring].contains(request.type), "type", "must be LIMITED or RECURRING")
        kind = request.type == .recurring ? .recurring : .limited
        period = CalendarPeriod(request.period, isSet: request.hasPeriod, "period", &violations)
        endTime = violations.instant(request.endTime, isSet: request.hasEndTime, "end_time")
        violations.require(endTime.map { $0 > now } ?? true, "end_time", "must be in the future")
        violations.require(
            request.hasPeriod != request.hasEndTime, "period", "must be given, or an end_time instead")
        violations.require(kind == .limited || !request.hasEndTime, "end_time", "is given of a LIMITED one only")
    }
}
