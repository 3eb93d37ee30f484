import Foundation
import UsherContract
import UsherStorage

/// The verbs of a subscription's life. Each keeps its access in step and records what it did, in the same commit.
enum SubscriptionLife {
    static func activate(_ before: Subscription, in tx: Transaction) throws -> Subscription {
        try change(before, .activate, "subscription.activated", in: tx) { subscription in
            try requireRoom(for: subscription, in: tx)
            (subscription.stage, subscription.startTime) = (.running, tx.now)
            let zone = try SettingsStore.readForRedemption(in: tx).zone
            let start = subscription.trialPeriod?.end(from: tx.now, in: zone)
            subscription.trialEndTime = start
            switch subscription.kind {
            case .limited:
                if let period = subscription.period {
                    subscription.endTime = period.end(from: start ?? tx.now, in: zone)
                }
            case .recurring:
                // The first period after a trial is not paid for yet.
                try setRenewal(of: &subscription, to: start ?? subscription.nextRenewal(after: tx.now, zone), in: tx)
            }
        }
    }

    static func pause(_ before: Subscription, in tx: Transaction) throws -> Subscription {
        try change(before, .pause, "subscription.paused", in: tx) { subscription in
            (subscription.stage, subscription.pauseTime) = (.paused, tx.now)
        }
    }

    /// Everything that was to come comes as much later as it stood still.
    static func resume(_ before: Subscription, in tx: Transaction) throws -> Subscription {
        try change(before, .resume, "subscription.resumed", in: tx) { subscription in
            let pause = before.pauseTime.map { tx.now - $0 } ?? .zero
            (subscription.stage, subscription.pauseTime) = (.running, nil)
            subscription.endTime = before.endTime.map { min($0 + pause, .latest) }
            if let trialEnd = before.trialEndTime, let since = before.pauseTime, trialEnd > since {
                subscription.trialEndTime = min(trialEnd + pause, .latest)
            }
            if let renewTime = before.renewTime {
                try setRenewal(of: &subscription, to: min(renewTime + pause, .latest), in: tx)
            }
        }
    }

    /// A payment has failed: access goes on for the package's days of grace.
    static func freeze(_ before: Subscription, in tx: Transaction) throws -> Subscription {
        try change(before, .freeze, "subscription.frozen", in: tx) { subscription in
            (subscription.stage, subscription.freezeTime) = (.frozen, tx.now)
            subscription.graceEndTime = try graceEnd(of: subscription, from: tx.now, in: tx)
        }
    }

    /// The next period is paid for; or what had failed is, of a limited one, whose end stays.
    static func renew(_ before: Subscription, in tx: Transaction) throws -> Subscription {
        try change(before, .renew, "subscription.renewed", in: tx) { subscription in
            let isFrozen = before.state(at: tx.now) == .frozen
            guard before.kind == .recurring || isFrozen else { throw SubscriptionRefusal.notRenewable }
            try requireRoomAgain(for: before, in: tx)
            if let left = before.discountCyclesLeft { subscription.discountCyclesLeft = max(0, left - 1) }
            (subscription.stage, subscription.freezeTime) = (.running, nil)
            guard before.kind == .recurring else {
                subscription.graceEndTime = nil
                return
            }
            let zone = try SettingsStore.readForRedemption(in: tx).zone
            let next = subscription.nextRenewal(after: before.renewTime ?? tx.now, zone)
            let date = next > tx.now ? next : subscription.nextRenewal(after: tx.now, zone)
            try setRenewal(of: &subscription, to: date, in: tx)
        }
    }

    static func changeRenewalDate(
        _ before: Subscription, to date: Instant, in tx: Transaction
    ) throws -> Subscription {
        try change(before, .changeRenewalDate, "subscription.renewal_date_changed", in: tx) { subscription in
            guard before.kind == .recurring else { throw SubscriptionRefusal.notRenewable }
            let isFrozen = before.state(at: tx.now) == .frozen
            if !isFrozen, let renewTime = before.renewTime, renewTime - tx.now < Subscription.renewalNotice {
                throw SubscriptionRefusal.renewalTooClose(renewTime)
            }
            try requireRoomAgain(for: before, in: tx)
            (subscription.stage, subscription.freezeTime) = (.running, nil)
            try setRenewal(of: &subscription, to: date, in: tx)
        }
    }

    /// - Parameter atPeriodEnd: only where something is paid for, or being tried out; others end now.
    static func cancel(
        _ before: Subscription, atPeriodEnd: Bool, reason: String, in tx: Transaction
    ) throws -> Subscription {
        let verb: SubscriptionVerb = atPeriodEnd ? .cancelAtPeriodEnd : .cancelNow
        return try change(before, verb, "subscription.cancelled", in: tx) { subscription in
            let isRunning = [.trial, .active].contains(before.state(at: tx.now))
            let end = atPeriodEnd && isRunning ? before.renewTime ?? before.endTime : nil
            (subscription.stage, subscription.pauseTime, subscription.freezeTime) = (.cancelled, nil, nil)
            (subscription.renewTime, subscription.graceEndTime) = (nil, nil)
            (subscription.endTime, subscription.cancelTime) = (end ?? tx.now, tx.now)
            subscription.cancelReason = reason
        }
    }

    /// Does what the verb does in the subscription's state.
    private static func change(
        _ before: Subscription, _ verb: SubscriptionVerb, _ event: String, in tx: Transaction,
        _ body: (inout Subscription) throws -> Void
    ) throws -> Subscription {
        var judged = before
        // What is cancelled while its viewer is deactivated does not come back with the viewer.
        if [.cancelNow, .cancelAtPeriodEnd].contains(verb) { judged.suspendTime = nil }
        let state = judged.state(at: tx.now)
        switch verb.effect(in: state) {
        case .refused: throw SubscriptionRefusal.state(state)
        case .asItIs: return before
        case .changes: break
        }
        var before = before
        try SubscriptionPassing.catchUp(&before, in: tx)
        var subscription = before
        try body(&subscription)
        subscription.updateTime = tx.now
        SubscriptionPassing.schedule(&subscription, since: before, in: tx)
        try keepAccessInStep(&subscription, mayGive: verb.mayGiveAccess, in: tx)
        try SubscriptionStore.update(subscription, in: tx)
        try tx.record(event, subscription.id.description, before: before.journal, after: subscription.journal)
        return subscription
    }

    /// Ends, moves or gives the access, so that it lasts as long as the subscription does as things stand.
    private static func keepAccessInStep(
        _ subscription: inout Subscription, mayGive: Bool, in tx: Transaction
    ) throws {
        let access = try subscription.accessKey.flatMap { try AccessStore.find($0, in: tx) }
        guard let end = subscription.accessEnd(at: tx.now) else {
            if let access, access.state(at: tx.now) != .expired { _ = try AccessEnding.apply(access.id.number, in: tx) }
            return
        }
        // One that is to begin was given before the clock was set back: another beside it would outlast the
        // subscription.
        if let access, [.active, .scheduled].contains(access.state(at: tx.now)) {
            if access.expireTime != end { try AccessStore.setExpireTime(end, of: access.id, in: tx) }
            return
        }
        guard mayGive else { return }
        var given = Access(
            id: tx.newID(Access.prefix), viewerKey: subscription.viewerKey, assetKey: subscription.assetKey,
            kind: .subscription, startTime: tx.now, expireTime: end, createTime: tx.now, updateTime: tx.now)
        given.packageKey = subscription.packageKey
        given.priceOptionKey = subscription.priceOptionKey
        given.voucherKey = subscription.voucherKey
        given.subscriptionKey = subscription.id.number
        try AccessStore.insert(given, in: tx)
        subscription.accessKey = given.id.number
    }

    // MARK: Rules

    private static func setRenewal(of subscription: inout Subscription, to date: Instant, in tx: Transaction) throws {
        subscription.renewTime = date
        subscription.graceEndTime = try graceEnd(of: subscription, from: date, in: tx)
    }

    private static func graceEnd(of subscription: Subscription, from date: Instant, in tx: Transaction) throws
        -> Instant
    {
        guard let key = subscription.packageKey, let days = try PackageStore.find(key: key, in: tx)?.graceDays, days > 0
        else { return date }
        let zone = try SettingsStore.readForRedemption(in: tx).zone
        return CalendarPeriod(unit: .day, length: days).end(from: date, in: zone)
    }

    /// - Throws: FAILED_PRECONDITION `ALREADY_SUBSCRIBED`.
    static func requireRoom(for subscription: Subscription, in tx: Transaction) throws {
        guard let key = subscription.packageKey else { return }
        let isTaken = try isTaken(key, by: subscription.viewerKey, except: subscription.id.number, at: tx.now, in: tx)
        guard !isTaken else { throw SubscriptionRefusal.alreadySubscribed }
    }

    /// One that was FROZEN beyond its grace has made room for another in the meantime.
    private static func requireRoomAgain(for before: Subscription, in tx: Transaction) throws {
        if !before.isHeld(at: tx.now) { try requireRoom(for: before, in: tx) }
    }

    static func isTaken(
        _ packageKey: Int64, by viewerKey: Int64, except: Int64, at moment: Instant, in tx: Transaction
    ) throws -> Bool {
        let others = try SubscriptionStore.held(packageKey, by: viewerKey, at: moment, except: except, in: tx)
        guard others.contains(where: { $0.isHeld(at: moment) }) else { return false }
        return try PackageStore.find(key: packageKey, in: tx)?.allowsSeveralSubscriptions != true
    }
}

extension Subscription {
    /// One period after `date`; of a subscription that has one.
    fileprivate func nextRenewal(after date: Instant, _ zone: TimeZone) -> Instant {
        period?.end(from: date, in: zone) ?? date
    }
}
