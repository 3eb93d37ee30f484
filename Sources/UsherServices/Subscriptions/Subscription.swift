import UsherContract

/// One viewer's subscription to a package or an asset.
struct Subscription: Hashable, Sendable {
    /// What happens at the end of its period.
    enum Kind: Int64, Sendable {
        case limited = 1, recurring
    }
    /// What was last done with it. Where it stands follows from this and the stored times, see ``state(at:)``.
    enum Stage: Int64, Sendable {
        case pending = 1, running, paused, frozen, cancelled
    }
    enum State: String, CaseIterable {
        case pending = "PENDING"
        case trial = "TRIAL"
        case active = "ACTIVE"
        case paused = "PAUSED"
        case frozen = "FROZEN"
        case cancelled = "CANCELLED"
        case deactivated = "DEACTIVATED"
    }

    var id: ResourceID
    var viewerKey: Int64
    var target: PriceOption.Target
    var kind: Kind
    /// Nil for a limited one with a fixed end.
    var period: CalendarPeriod?
    var trialPeriod: CalendarPeriod?
    var stage = Stage.pending
    var startTime: Instant?
    var trialEndTime: Instant?
    /// Recurring only: by when it must be renewed.
    var renewTime: Instant?
    /// Of a limited one or a cancelled one.
    var endTime: Instant?
    var pauseTime: Instant?
    var freezeTime: Instant?
    /// Until when it gives access if it is not renewed, or of a limited one, if what failed is not paid for.
    var graceEndTime: Instant?
    var cancelTime: Instant?
    var cancelReason = ""
    /// Since when its viewer is deactivated.
    var suspendTime: Instant?
    var priceOptionKey: Int64?
    var paymentPeriodKey: Int64?
    var voucherKey: Int64?
    var provisionService = ""
    /// The access that it gives, or gave last.
    var accessKey: Int64?
    var discountPercent = 0
    /// Nil for ever.
    var discountCyclesLeft: Int?
    /// When time does next what is to be written down, or did what nobody has written yet; nil for never.
    var dueTime: Instant?
    var createTime: Instant
    var updateTime: Instant

    static let prefix = "sub"
    static let provisionServiceLengths = 0...200
    static let reasonLengths = 0...1_000
    /// The renewal date is not changed any more so long before it.
    static let renewalNotice = Duration.hours(24)

    func state(at now: Instant) -> State {
        if suspendTime != nil { return .deactivated }
        // Its time stands still.
        if stage == .paused { return .paused }
        if let endTime, endTime <= now { return .deactivated }
        switch stage {
        case .pending: return .pending
        case .paused: return .paused
        case .frozen: return .frozen
        case .cancelled: return .cancelled
        case .running:
            if let renewTime, renewTime <= now { return .frozen }
            return trialEndTime.map { now < $0 } ?? false ? .trial : .active
        }
    }

    /// Until when it gives access as things stand; nil where it gives none.
    func accessEnd(at now: Instant) -> Instant? {
        if suspendTime != nil { return nil }
        let end: Instant? =
            switch stage {
            case .pending, .paused: nil
            case .running: endTime ?? graceEndTime
            case .frozen: [endTime, graceEndTime].compactMap(\.self).min()
            case .cancelled: endTime
            }
        return end.flatMap { $0 > now ? $0 : nil }
    }

    /// Whether a second one to the same package would be one too many.
    func isHeld(at now: Instant) -> Bool {
        switch state(at: now) {
        case .pending, .deactivated: false
        case .trial, .active, .paused, .cancelled: true
        case .frozen: accessEnd(at: now) != nil
        }
    }

    var packageKey: Int64? {
        if case .package(let key) = target { key } else { nil }
    }

    var assetKey: Int64? {
        if case .asset(let key) = target { key } else { nil }
    }
}

/// What can be done with a subscription.
enum SubscriptionVerb: CaseIterable {
    case activate, pause, resume, freeze, renew, changeRenewalDate, cancelNow, cancelAtPeriodEnd

    enum Effect {
        case changes, asItIs, refused
    }

    /// Whether it brings access; the others leave one that was taken away as it is.
    var mayGiveAccess: Bool {
        switch self {
        case .activate, .resume, .renew, .changeRenewalDate: true
        case .pause, .freeze, .cancelNow, .cancelAtPeriodEnd: false
        }
    }

    /// What the verb does in a state.
    func effect(in state: Subscription.State) -> Effect {
        switch (self, state) {
        case (.activate, .pending): .changes
        case (.activate, .trial), (.activate, .active): .asItIs
        case (.pause, .trial), (.pause, .active): .changes
        case (.pause, .paused): .asItIs
        case (.resume, .paused): .changes
        case (.resume, .trial), (.resume, .active): .asItIs
        case (.freeze, .trial), (.freeze, .active): .changes
        case (.freeze, .frozen): .asItIs
        case (.renew, .trial), (.renew, .active), (.renew, .frozen): .changes
        case (.changeRenewalDate, .trial), (.changeRenewalDate, .active), (.changeRenewalDate, .frozen): .changes
        case (.cancelNow, .deactivated), (.cancelAtPeriodEnd, .deactivated), (.cancelAtPeriodEnd, .cancelled): .asItIs
        case (.cancelNow, _), (.cancelAtPeriodEnd, _): .changes
        case (.activate, _), (.pause, _), (.resume, _), (.freeze, _), (.renew, _), (.changeRenewalDate, _): .refused
        }
    }
}
