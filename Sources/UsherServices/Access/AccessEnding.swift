import UsherContract
import UsherStorage

/// The verbs by which access ends before its time.
enum AccessEnding {
    /// Ends one access; one that was revoked already is left as it is.
    ///
    /// - Returns: whether there was anything to end.
    static func apply(_ id: Int64, in tx: Transaction) throws -> Bool {
        guard let access = try AccessStore.find(id, in: tx), access.revokeTime == nil else { return false }
        try AccessStore.revoke(id, in: tx)
        return true
    }

    /// Ends all accesses and subscriptions of a viewer who is deleted, and forgets from where and on what the viewer
    /// has played, and where to it was delivered.
    ///
    /// - Returns: how many accesses there were.
    static func apply(toAllOf viewerKey: Int64, in tx: Transaction) throws -> Int {
        let ended = try AccessStore.revokeAll(of: viewerKey, in: tx)
        try AccessStore.forgetAddresses(of: viewerKey, in: tx)
        try PlaybackSessionStore.forgetPlaces(of: viewerKey, in: tx)
        try SubscriptionExportStore.forgetAddresses(of: viewerKey, in: tx)
        for subscription in try SubscriptionStore.all(of: viewerKey, in: tx) {
            _ = try SubscriptionLife.cancel(subscription, atPeriodEnd: false, reason: "VIEWER_DELETED", in: tx)
        }
        return ended
    }

    /// Ends for now all accesses and subscriptions of a viewer who is deactivated.
    ///
    /// - Returns: how many accesses there were.
    static func suspend(allOf viewerKey: Int64, in tx: Transaction) throws -> Int {
        try SubscriptionPassing.catchUp(allOf: viewerKey, in: tx)
        _ = try SubscriptionStore.suspendAll(of: viewerKey, in: tx)
        return try AccessStore.suspendAll(of: viewerKey, in: tx)
    }

    /// Brings back exactly what ``suspend(allOf:in:)`` has ended, as far as nothing else has ended it since.
    ///
    /// - Returns: how many accesses there were.
    static func restore(allOf viewerKey: Int64, in tx: Transaction) throws -> Int {
        // What came about meanwhile is written later, with its time.
        if let due = try SubscriptionStore.restoreAll(of: viewerKey, in: tx).min() { tx.wake(at: due) }
        return try AccessStore.restoreAll(of: viewerKey, in: tx)
    }
}
