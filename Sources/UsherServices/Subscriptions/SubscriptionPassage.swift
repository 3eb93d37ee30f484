import UsherContract

/// What time alone does to a subscription.
struct SubscriptionPassage: Hashable, Sendable {
    /// The event that tells of it.
    enum Kind: String, CaseIterable, Sendable {
        case trialEnded = "subscription.trial_ended"
        /// It was not renewed.
        case frozen = "subscription.frozen"
        /// It was not renewed or paid for in its days of grace either: its access has ended.
        case graceEnded = "subscription.grace_ended"
        case deactivated = "subscription.deactivated"
    }

    var kind: Kind
    var time: Instant
}

extension Subscription {
    /// What time has done and will do as things stand, in order.
    var passages: [SubscriptionPassage] {
        let times: [(kind: SubscriptionPassage.Kind, time: Instant?)] =
            switch stage {
            case .pending, .cancelled: [(.deactivated, endTime)]
            // Its time stands still.
            case .paused: []
            case .frozen: [(.graceEnded, before(endTime, graceEndTime)), (.deactivated, endTime)]
            case .running:
                [
                    (.trialEnded, before(endTime, notAfter(renewTime, trialEndTime))), (.frozen, renewTime),
                    (.graceEnded, graceEndTime), (.deactivated, endTime),
                ]
            }
        return times.compactMap { entry in entry.time.map { SubscriptionPassage(kind: entry.kind, time: $0) } }
    }

    /// The next of them after `now` that was not written down of `earlier`, the same subscription before a change: a
    /// clock that was set back does not bring it again.
    func nextPassage(after now: Instant, since earlier: Subscription?) -> Instant? {
        let done = earlier?.passages.filter { passage in earlier?.dueTime.map { passage.time < $0 } ?? true } ?? []
        return passages.first { $0.time > now && !done.contains($0) }?.time
    }

    private func before(_ limit: Instant?, _ time: Instant?) -> Instant? {
        guard let time, let limit else { return time }
        return time < limit ? time : nil
    }

    private func notAfter(_ limit: Instant?, _ time: Instant?) -> Instant? {
        guard let time, let limit else { return time }
        return time <= limit ? time : nil
    }
}
