import UsherAPI
import UsherContract

/// A subscription as its documents describe it: what was last done with it, and the moments that follow from that.
final class ModelSubscription {
    enum Stage: Equatable {
        case waiting, running, frozen, cancelled
        case paused(since: Instant)
    }

    /// What it is on, and where it came from.
    struct Terms {
        var viewer: ModelViewer
        var package: ModelPackage?
        var asset: ModelAsset?
        var isRecurring = false
        var period: Usher_Type_V1_CalendarPeriod?
        var trial: Usher_Type_V1_CalendarPeriod?
        /// Of a limited one without a period.
        var end: Instant?
        var option: ModelPriceOption?
        var paymentPeriod: ModelPaymentPeriod?
        var voucher: ModelVoucher?
        var provisionService = ""
        var percent: Int32 = 0
        /// The payments after the first one that have the discount; nil for all.
        var cyclesLeft: Int32?
    }

    /// What time does to it.
    struct Passing: Hashable {
        var time: Instant
        var event: String
    }

    let id: String
    var terms: Terms
    var stage = Stage.waiting
    var start: Instant?
    var trialEnd: Instant?
    var renewal: Instant?
    var end: Instant?
    var frozenSince: Instant?
    var graceEnd: Instant?
    var cancelled: Instant?
    var reason = ""
    /// Its viewer is deactivated.
    private(set) var isSuspended = false
    var access: ModelAccess?
    let created: Instant
    var updated: Instant
    /// What time will do, or has done and nobody has told yet.
    private var coming: [Passing] = []
    private var told: Set<Passing> = []

    init(_ id: String, _ terms: Terms, at now: Instant) {
        self.id = id
        self.terms = terms
        end = terms.end
        (created, updated) = (now, now)
        look(ahead: now)
    }

    // MARK: Where it stands

    /// - Parameter lifted: as if its viewer were not deactivated.
    func state(at now: Instant, lifted: Bool = false) -> Usher_Subscriptions_V1_SubscriptionState {
        if isSuspended, !lifted { return .deactivated }
        if case .paused = stage { return .paused }
        if isOver(at: now) { return .deactivated }
        switch stage {
        case .waiting: return .pending
        case .frozen: return .frozen
        case .cancelled: return .cancelled
        case .running, .paused:
            if let renewal, renewal <= now { return .frozen }
            return trialEnd.map { $0 > now } ?? false ? .trial : .active
        }
    }

    private func isOver(at now: Instant) -> Bool { end.map { $0 <= now } ?? false }

    /// Until when it gives access as things stand; nil where it gives none.
    func accessEnd(at now: Instant, lifted: Bool = false) -> Instant? {
        let last: Instant? =
            switch state(at: now, lifted: lifted) {
            case .trial, .active: end ?? graceEnd
            case .frozen: [end, graceEnd].compactMap(\.self).min()
            case .cancelled: end
            default: nil
            }
        return last.flatMap { $0 > now ? $0 : nil }
    }

    /// Whether there is no room beside it: one that is paused, or gives access.
    func isHeld(at now: Instant) -> Bool {
        state(at: now) == .paused || accessEnd(at: now) != nil
    }

    func suspend(at now: Instant) {
        if case .paused = stage {} else if isOver(at: now) { return }
        (isSuspended, updated) = (true, now)
    }

    func restore(at now: Instant) {
        if isSuspended { (isSuspended, updated) = (false, now) }
    }

    // MARK: What time does

    /// What follows from things as they stand, told from the states before and after each moment.
    private var passings: [Passing] {
        let moments = Set([trialEnd, renewal, graceEnd, end].compactMap(\.self))
        return moments.sorted().flatMap { moment -> [Passing] in
            let before = moment - .microseconds(1)
            let (old, new) = (state(at: before, lifted: true), state(at: moment, lifted: true))
            let loses = accessEnd(at: before, lifted: true) != nil && accessEnd(at: moment, lifted: true) == nil
            var events: [String] = []
            if old == .trial, new != .trial, new != .deactivated, moment == trialEnd { events.append("trial_ended") }
            if old != .frozen, new == .frozen { events.append("frozen") }
            if loses, new == .frozen { events.append("grace_ended") }
            if old != .deactivated, new == .deactivated { events.append("deactivated") }
            return events.map { Passing(time: moment, event: "subscription.\($0)") }
        }
    }

    /// To be called after each change.
    func look(ahead now: Instant) { coming = passings.filter { $0.time > now && !told.contains($0) } }

    /// What has come about and was not told yet, in order.
    func due(at now: Instant) -> [Passing] { coming.filter { $0.time <= now } }

    /// What is told from now on, unless its viewer is deactivated.
    func tell(upTo now: Instant) -> [Passing] {
        let due = due(at: now)
        coming.removeAll { $0.time <= now }
        told.formUnion(due)
        return due
    }

    func message(of organisationID: String, at now: Instant) -> Usher_Subscriptions_V1_Subscription {
        .with { message in
            message.subscriptionID = id
            message.organisationID = organisationID
            message.viewerID = terms.viewer.message.viewerID
            message.packageID = terms.package?.message.packageID ?? ""
            message.assetID = terms.asset?.message.assetID ?? ""
            message.type = terms.isRecurring ? .recurring : .limited
            message.state = state(at: now)
            if let period = terms.period { message.period = period }
            message.cancelReason = reason
            message.priceOptionID = terms.option?.message.priceOptionID ?? ""
            message.paymentPeriodID = terms.paymentPeriod?.message.paymentPeriodID ?? ""
            message.voucherID = terms.voucher?.id ?? ""
            message.provisionService = terms.provisionService
            message.accessID = access?.id ?? ""
            message.discountPercent = terms.percent
            if let left = terms.cyclesLeft { message.discountCyclesLeft = left }
            if let start { message.startTime = start.timestamp }
            if let trialEnd { message.trialEndTime = trialEnd.timestamp }
            if let renewal { message.renewTime = renewal.timestamp }
            if let end { message.endTime = end.timestamp }
            if case .paused(let since) = stage { message.pauseTime = since.timestamp }
            if let frozenSince { message.freezeTime = frozenSince.timestamp }
            if let graceEnd { message.graceEndTime = graceEnd.timestamp }
            if let cancelled { message.cancelTime = cancelled.timestamp }
            message.createTime = created.timestamp
            message.updateTime = updated.timestamp
        }
    }
}
