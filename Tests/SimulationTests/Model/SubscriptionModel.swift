import UsherAPI
import UsherContract

extension OrganisationModel {
    func existingSubscription(_ id: String) throws -> ModelSubscription {
        guard let subscription = subscriptions.first(where: { $0.id == id }) else {
            throw Expected.notFound("SUBSCRIPTION_NOT_FOUND")
        }
        return subscription
    }

    // MARK: Beginning

    func createSubscription(
        _ request: Usher_Subscriptions_V1_CreateSubscriptionRequest, _ context: Context,
        _ made: Usher_Subscriptions_V1_Subscription?
    ) throws -> Usher_Subscriptions_V1_Subscription {
        var mistakes = Mistakes()
        mistakes.require(!request.viewerID.isEmpty, "viewer_id")
        mistakes.requireID(request.viewerID, "viewer_id")
        mistakes.requireText(request.provisionService, 0...200, "provision_service")
        if request.hasTrialPeriod { mistakes.check(request.trialPeriod, "trial_period") }
        let end = checkTerms(request, context, &mistakes)
        try mistakes.refuse()
        var terms = try self.terms(request)
        if terms.end == nil, terms.period == nil { terms.end = end }
        if request.hasTrialPeriod { terms.trial = request.trialPeriod }
        terms.provisionService = request.provisionService
        terms.viewer = try register(request.viewerID, context)
        let subscription = try open(
            terms, isBegun: request.activate, id: made?.subscriptionID, accessID: made?.accessID, context)
        return subscription.message(of: id, at: context.now)
    }

    /// - Returns: the end that a limited one of its own terms has.
    private func checkTerms(
        _ request: Usher_Subscriptions_V1_CreateSubscriptionRequest, _ context: Context, _ mistakes: inout Mistakes
    ) -> Instant? {
        mistakes.require(request.priceOptionID.isEmpty || request.paymentPeriodID.isEmpty, "payment_period_id")
        guard request.priceOptionID.isEmpty, request.paymentPeriodID.isEmpty else {
            mistakes.require(request.type == .unspecified, "type")
            mistakes.require(!request.hasPeriod, "period")
            mistakes.require(!request.hasEndTime, "end_time")
            return nil
        }
        mistakes.require(!request.packageID.isEmpty, "package_id")
        mistakes.require([.limited, .recurring].contains(request.type), "type")
        if request.hasPeriod { mistakes.check(request.period, "period") }
        mistakes.require(request.hasPeriod != request.hasEndTime, "period")
        let end = mistakes.moment(request.endTime, request.hasEndTime, "end_time")
        mistakes.require(end.map { $0 > context.now } ?? true, "end_time")
        mistakes.require(!request.hasEndTime || request.type != .recurring, "end_time")
        return end
    }

    /// What is subscribed to, for whom and until when apart.
    private func terms(
        _ request: Usher_Subscriptions_V1_CreateSubscriptionRequest
    ) throws -> ModelSubscription.Terms {
        let named = request.packageID.isEmpty ? nil : try existingPackage(request.packageID)
        // Who it is for is not known yet.
        var terms = ModelSubscription.Terms(viewer: ModelViewer("", email: "", of: id, at: World.start))
        if !request.priceOptionID.isEmpty {
            let option = try existingPriceOption(request.priceOptionID)
            guard option.message.paymentType == .subscription else { throw Expected.precondition("NOT_A_SUBSCRIPTION") }
            terms = Self.terms(of: option, for: terms.viewer)
        } else if !request.paymentPeriodID.isEmpty {
            let period = try existingPaymentPeriod(request.paymentPeriodID)
            guard period.message.type != .single else { throw Expected.precondition("NOT_A_SUBSCRIPTION") }
            guard period.message.enabled else { throw Expected.precondition("PERIOD_DISABLED") }
            (terms.package, terms.paymentPeriod, terms.period) = (period.package, period, period.message.length)
            terms.isRecurring = period.message.type == .recurring
        } else {
            (terms.package, terms.isRecurring) = (named, request.type == .recurring)
            if request.hasPeriod { terms.period = request.period }
        }
        guard named == nil || named == terms.package else { throw Expected.precondition("PACKAGE_MISMATCH") }
        return terms
    }

    /// What a price option sells.
    static func terms(of option: ModelPriceOption, for viewer: ModelViewer) -> ModelSubscription.Terms {
        var terms = ModelSubscription.Terms(viewer: viewer)
        (terms.package, terms.asset, terms.option) = (option.package, option.asset, option)
        (terms.isRecurring, terms.period) = (true, option.message.accessPeriod)
        return terms
    }

    /// How every subscription comes into the world.
    ///
    /// - Parameters:
    ///   - id: the services', likewise the access's.
    func open(
        _ terms: ModelSubscription.Terms, isBegun: Bool = true, id newID: String?, accessID: String?,
        _ context: Context
    ) throws -> ModelSubscription {
        try requireRoom(terms, besides: nil, context)
        let subscription = ModelSubscription(try adopt(newID, "sub"), terms, at: context.now)
        subscriptions.append(subscription)
        context.record("subscription.created", subscription.id)
        if isBegun { try begin(subscription, accessID, context) }
        return subscription
    }

    /// What a subscription voucher gives; nil for other vouchers.
    ///
    /// - Parameter made: the access that the services gave.
    func subscribe(
        _ viewer: ModelViewer, by voucher: ModelVoucher, _ made: Usher_Access_V1_Access?, _ use: ModelUse,
        _ context: Context
    ) throws -> ModelSubscription? {
        guard let offer = voucher.terms.offer else { return nil }
        var terms = ModelSubscription.Terms(viewer: viewer, package: offer.package)
        terms.period = .with { ($0.unit, $0.length) = (.day, offer.days) }
        (terms.voucher, terms.provisionService) = (voucher, voucher.terms.provisionService)
        let subscription = try open(terms, id: made?.subscriptionID, accessID: made?.accessID, context)
        if voucher.order != nil { try export(subscription, to: use.deliveryAddress, context) }
        return subscription
    }

    private func requireRoom(
        _ terms: ModelSubscription.Terms, besides own: ModelSubscription?, _ context: Context
    ) throws {
        guard let package = terms.package, !hasRoom(package, terms.viewer, besides: own, at: context.now) else {
            return
        }
        throw Expected.precondition("ALREADY_SUBSCRIBED")
    }

    /// Whether a viewer may have one more subscription to a package.
    func hasRoom(
        _ package: ModelPackage, _ viewer: ModelViewer, besides own: ModelSubscription? = nil, at moment: Instant
    ) -> Bool {
        if !package.isDeleted, package.message.allowSeveralSubscriptions { return true }
        return !subscriptions.contains {
            $0 !== own && $0.terms.viewer == viewer && $0.terms.package == package && $0.isHeld(at: moment)
        }
    }

    private func begin(_ subscription: ModelSubscription, _ accessID: String?, _ context: Context) throws {
        try change(subscription, "activated", accessID, context) { subscription in
            let now = context.now
            (subscription.stage, subscription.start) = (.running, now)
            subscription.trialEnd = subscription.terms.trial.map { after($0, now) }
            let paid = subscription.trialEnd ?? now
            guard subscription.terms.isRecurring else {
                if let period = subscription.terms.period { subscription.end = after(period, paid) }
                return
            }
            let first = subscription.trialEnd ?? subscription.terms.period.map { after($0, now) } ?? now
            setRenewal(of: subscription, first)
        }
    }

    // MARK: Shared

    private func after(_ period: Usher_Type_V1_CalendarPeriod, _ moment: Instant) -> Instant {
        CivilTime.end(of: period, from: moment, in: settings.timeZone)
    }

    private func graceEnd(of subscription: ModelSubscription, from moment: Instant) -> Instant {
        let package = subscription.terms.package
        let days = package?.isDeleted ?? true ? 0 : package?.message.graceDays ?? 0
        return days == 0 ? moment : after(.with { ($0.unit, $0.length) = (.day, days) }, moment)
    }

    private func setRenewal(of subscription: ModelSubscription, _ date: Instant) {
        (subscription.renewal, subscription.graceEnd) = (date, graceEnd(of: subscription, from: date))
    }

    /// What came about before is told before; the access follows.
    private func change(
        _ subscription: ModelSubscription, _ event: String, _ accessID: String?, _ context: Context,
        _ body: (ModelSubscription) throws -> Void
    ) throws {
        tell(subscription, context)
        try body(subscription)
        subscription.updated = context.now
        subscription.look(ahead: context.now)
        try keepAccess(of: subscription, accessID, context)
        context.record("subscription.\(event)", subscription.id)
    }

    private func tell(_ subscription: ModelSubscription, _ context: Context) {
        for passing in subscription.tell(upTo: context.now) {
            context.recordPassing(passing.event, subscription.id, at: passing.time)
        }
    }

    private func keepAccess(of subscription: ModelSubscription, _ newID: String?, _ context: Context) throws {
        let state = subscription.access?.state(at: context.now)
        guard let end = subscription.accessEnd(at: context.now) else {
            if state != .expired { subscription.access?.end(at: context.now) }
            return
        }
        if let access = subscription.access, state == .active || state == .scheduled {
            access.move(end: end, at: context.now)
            return
        }
        // What was taken away stays so when a payment fails, and at the end.
        if subscription.stage == .frozen || subscription.stage == .cancelled { return }
        let terms = subscription.terms
        let access = ModelAccess(
            try adopt(newID, "acc"), viewer: terms.viewer, asset: terms.asset, package: terms.package,
            type: .subscription, start: context.now, end: end, voucher: terms.voucher, option: terms.option,
            created: context.now)
        access.subscriptionID = subscription.id
        accesses.append(access)
        subscription.access = access
    }

    // MARK: Verbs

    typealias State = Usher_Subscriptions_V1_SubscriptionState

    /// - Parameters:
    ///   - changing: the states in which there is something to do.
    ///   - same: those in which it is so already.
    /// - Returns: whether there is something to do.
    private func judge(
        _ subscription: ModelSubscription, _ context: Context, changing: Set<State>, same: Set<State>
    ) throws -> Bool {
        let state = subscription.state(at: context.now)
        if changing.contains(state) { return true }
        if same.contains(state) { return false }
        throw Expected.precondition("SUBSCRIPTION_STATE")
    }

    func activate(_ subscription: ModelSubscription, _ accessID: String?, _ context: Context) throws {
        guard try judge(subscription, context, changing: [.pending], same: [.trial, .active]) else { return }
        try requireRoom(subscription.terms, besides: subscription, context)
        try begin(subscription, accessID, context)
    }

    func pause(_ subscription: ModelSubscription, _ context: Context) throws {
        guard try judge(subscription, context, changing: [.trial, .active], same: [.paused]) else { return }
        try change(subscription, "paused", nil, context) { $0.stage = .paused(since: context.now) }
    }

    /// Everything that was to come comes as much later as it stood still.
    func resume(_ subscription: ModelSubscription, _ accessID: String?, _ context: Context) throws {
        guard try judge(subscription, context, changing: [.paused], same: [.trial, .active]),
            case .paused(let since) = subscription.stage
        else { return }
        try change(subscription, "resumed", accessID, context) { subscription in
            let pause = context.now - since
            subscription.stage = .running
            subscription.end = subscription.end.map { $0 + pause }
            subscription.trialEnd = subscription.trialEnd.map { $0 > since ? $0 + pause : $0 }
            if let renewal = subscription.renewal { setRenewal(of: subscription, renewal + pause) }
        }
    }

    func freeze(_ subscription: ModelSubscription, _ context: Context) throws {
        guard try judge(subscription, context, changing: [.trial, .active], same: [.frozen]) else { return }
        try change(subscription, "frozen", nil, context) { subscription in
            (subscription.stage, subscription.frozenSince) = (.frozen, context.now)
            subscription.graceEnd = graceEnd(of: subscription, from: context.now)
        }
    }

    func renewSubscription(
        _ request: Usher_Subscriptions_V1_RenewSubscriptionRequest, _ context: Context,
        _ made: Usher_Subscriptions_V1_Subscription?
    ) throws -> Usher_Subscriptions_V1_Subscription {
        var mistakes = Mistakes()
        let amount = request.hasAmount ? mistakes.money(request.amount, true, "amount") : nil
        mistakes.requireText(request.paymentReference, 0...200, "payment_reference")
        mistakes.require(amount?.minorUnits ?? 0 == 0 || !request.paymentReference.isEmpty, "payment_reference")
        try mistakes.refuse()
        let subscription = try existingSubscription(request.subscriptionID)
        if let amount, let option = subscription.terms.option {
            mistakes.require(amount.currencyCode == option.message.price.currencyCode, "amount.currency_code")
            try mistakes.refuse()
        }
        try requireRenewable(subscription, context, orFrozen: true)
        let isTaken =
            amount != nil && !request.paymentReference.isEmpty
            && payments.contains { $0.reference == request.paymentReference }
        if isTaken { throw Expected.exists("PAYMENT_EXISTS") }
        let hasDiscount = subscription.terms.percent > 0 && subscription.terms.cyclesLeft != 0
        try renew(subscription, made?.accessID, context)
        if let amount {
            let ids = try context.ids("payments", "subscription_key", subscription.id)
            let payment = ModelPayment(
                try adopt(made == nil ? nil : ids.first { !owns($0) } ?? "", "pmt"), subscription.terms.viewer,
                subscription.terms.option, amount: amount, reference: request.paymentReference,
                voucher: hasDiscount ? subscription.terms.voucher : nil,
                percent: hasDiscount ? subscription.terms.percent : 0, access: subscription.access,
                subscription: subscription, created: context.now)
            payments.append(payment)
            context.record("payment.recorded", payment.id)
        }
        return subscription.message(of: id, at: context.now)
    }

    private func renew(_ subscription: ModelSubscription, _ accessID: String?, _ context: Context) throws {
        try change(subscription, "renewed", accessID, context) { subscription in
            subscription.terms.cyclesLeft = subscription.terms.cyclesLeft.map { max(0, $0 - 1) }
            guard subscription.terms.isRecurring, let period = subscription.terms.period else {
                // What had failed is paid for; the end stays.
                (subscription.stage, subscription.frozenSince, subscription.graceEnd) = (.running, nil, nil)
                return
            }
            let next = after(period, subscription.renewal ?? context.now)
            goOn(subscription, until: next > context.now ? next : after(period, context.now))
        }
    }

    private func requireRenewable(
        _ subscription: ModelSubscription, _ context: Context, orFrozen: Bool = false, isTooLate: Bool = false
    ) throws {
        _ = try judge(subscription, context, changing: [.trial, .active, .frozen], same: [])
        let isFrozen = subscription.state(at: context.now) == .frozen
        guard subscription.terms.isRecurring || orFrozen && isFrozen else {
            throw Expected.precondition("SUBSCRIPTION_NOT_RENEWABLE")
        }
        if isTooLate, !isFrozen {
            throw Expected.precondition("RENEWAL_TOO_CLOSE")
        }
        if !subscription.isHeld(at: context.now) {
            try requireRoom(subscription.terms, besides: subscription, context)
        }
    }

    private func goOn(_ subscription: ModelSubscription, until date: Instant) {
        (subscription.stage, subscription.frozenSince) = (.running, nil)
        setRenewal(of: subscription, date)
    }

    func changeRenewalDate(
        _ request: Usher_Subscriptions_V1_ChangeRenewalDateRequest, _ context: Context, _ accessID: String?
    ) throws -> ModelSubscription {
        var mistakes = Mistakes()
        let date = mistakes.moment(request.renewTime, request.hasRenewTime, "renew_time")
        mistakes.require(date.map { $0 > context.now } ?? false, "renew_time")
        try mistakes.refuse()
        let subscription = try existingSubscription(request.subscriptionID)
        let isTooLate = subscription.renewal.map { $0 - context.now < .hours(24) } ?? false
        try requireRenewable(subscription, context, isTooLate: isTooLate)
        try change(subscription, "renewal_date_changed", accessID, context) { subscription in
            if let date { goOn(subscription, until: date) }
        }
        return subscription
    }

    /// What is over stays so; what is cancelled while its viewer is deactivated does not come back with the viewer.
    func cancel(
        _ subscription: ModelSubscription, atPeriodEnd: Bool = false, reason: String, _ context: Context
    ) throws {
        let lifted = subscription.state(at: context.now, lifted: true)
        if lifted == .deactivated || lifted == .cancelled && atPeriodEnd { return }
        let isPaidFor = [.trial, .active].contains(subscription.state(at: context.now))
        try change(subscription, "cancelled", nil, context) { subscription in
            let end = atPeriodEnd && isPaidFor ? subscription.renewal ?? subscription.end : nil
            (subscription.stage, subscription.end) = (.cancelled, end ?? context.now)
            (subscription.renewal, subscription.graceEnd, subscription.frozenSince) = (nil, nil, nil)
            (subscription.cancelled, subscription.reason) = (context.now, reason)
        }
    }

    // MARK: Viewers

    /// What came about before a viewer is deactivated is told before.
    func setActive(_ isActive: Bool, subscriptionsOf viewer: ModelViewer, _ context: Context) {
        let own = subscriptions.filter { $0.terms.viewer == viewer }
        if !isActive { for subscription in own { tell(subscription, context) } }
        for subscription in own {
            if isActive { subscription.restore(at: context.now) } else { subscription.suspend(at: context.now) }
        }
    }

    func cancel(subscriptionsOf viewer: ModelViewer, _ context: Context) throws {
        for subscription in subscriptions where subscription.terms.viewer == viewer {
            try cancel(subscription, reason: "VIEWER_DELETED", context)
        }
    }

    // MARK: What time does

    /// What a sweep tells, the oldest first; of deactivated viewers nothing.
    func sweep(at now: Instant) -> [(subscription: String, passing: ModelSubscription.Passing)] {
        let told = subscriptions.enumerated().flatMap { number, subscription in
            subscription.isSuspended ? [] : subscription.tell(upTo: now).map { (number, subscription.id, $0) }
        }
        // Sorting is not stable by contract: what one subscription tells at one moment keeps its order.
        return told.enumerated().sorted { left, right in
            (left.element.2.time, left.element.0, left.offset) < (right.element.2.time, right.element.0, right.offset)
        }.map { ($0.element.1, $0.element.2) }
    }

    /// Whether a sweep has something to tell.
    func isSweepDue(at now: Instant) -> Bool {
        subscriptions.contains { !$0.isSuspended && !$0.due(at: now).isEmpty }
    }

    func listed(
        _ request: Usher_Subscriptions_V1_ListSubscriptionsRequest, _ context: Context
    ) -> [Usher_Subscriptions_V1_Subscription] {
        let (viewer, package) = (liveViewer(request.viewerID), livePackage(request.packageID))
        return subscriptions.filter { subscription in
            (request.viewerID.isEmpty || viewer != nil && subscription.terms.viewer == viewer)
                && (request.packageID.isEmpty || package != nil && subscription.terms.package == package)
                && (request.state == .unspecified || request.state == subscription.state(at: context.now))
        }.map { $0.message(of: id, at: context.now) }
    }
}
