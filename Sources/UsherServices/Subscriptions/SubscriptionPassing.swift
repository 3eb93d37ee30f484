import UsherContract
import UsherStorage

/// The verbs that write down what time has done: one event for each passage, with its own time, exactly once. States
/// and accesses follow from stored times and are right without it.
enum SubscriptionPassing {
    /// Writes what has come about by now and nobody has written yet, before the subscription is changed.
    static func catchUp(_ subscription: inout Subscription, in tx: Transaction) throws {
        while let due = subscription.dueTime, due <= tx.now { try pass(&subscription, at: due, in: tx) }
    }

    /// The same of all subscriptions of a viewer, before they are changed together.
    static func catchUp(allOf viewerKey: Int64, in tx: Transaction) throws {
        for var subscription in try SubscriptionStore.all(of: viewerKey, in: tx) {
            let due = subscription.dueTime
            try catchUp(&subscription, in: tx)
            if subscription.dueTime != due { try SubscriptionStore.setDueTime(of: subscription, in: tx) }
        }
    }

    /// Sets when there is something to be written next, and sees to it that somebody comes by then.
    static func schedule(_ subscription: inout Subscription, since earlier: Subscription?, in tx: Transaction) {
        subscription.dueTime = subscription.nextPassage(after: tx.now, since: earlier)
        if let due = subscription.dueTime { tx.wake(at: due) }
    }

    /// Writes what has come about in all subscriptions, the oldest first, at most `limit` times.
    ///
    /// - Returns: whether there is more; where not, when there will be, nil for never as things stand.
    static func sweep(limit: Int, in tx: Transaction) throws -> (isMore: Bool, next: Instant?) {
        for _ in 0..<limit {
            guard var subscription = try SubscriptionStore.due(at: tx.now, in: tx), let due = subscription.dueTime
            else { return (false, try SubscriptionStore.nextDueTime(after: tx.now, in: tx)) }
            try pass(&subscription, at: due, in: tx)
            try SubscriptionStore.setDueTime(of: subscription, in: tx)
        }
        return (true, nil)
    }

    private static func pass(_ subscription: inout Subscription, at due: Instant, in tx: Transaction) throws {
        var judged = subscription
        // What time does is the same whether or not its viewer is deactivated.
        judged.suspendTime = nil
        let passages = subscription.passages
        for passage in passages where passage.time == due {
            try tx.recordPassing(
                passage.kind.rawValue, subscription.id.description, at: due,
                before: ["state": judged.state(at: due - .microseconds(1)).rawValue],
                after: ["state": judged.state(at: due).rawValue])
        }
        subscription.dueTime = passages.first { $0.time > due }?.time
    }
}
