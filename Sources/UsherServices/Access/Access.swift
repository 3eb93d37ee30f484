import UsherContract

/// One viewer's access to one thing.
struct Access: Hashable, Sendable {
    /// How it came about.
    enum Kind: Int64, Sendable {
        case purchased = 1, granted, accessVoucher, fullDiscount, subscription
    }

    enum State: Hashable {
        case scheduled, active, expired, revoked
    }

    var id: ResourceID
    /// Nil where a voucher was used without a viewer, and its code opens.
    var viewerKey: Int64?
    /// Nil for a package, and for every asset of the organisation.
    var assetKey: Int64?
    /// What it opens is resolved when it is judged.
    var packageKey: Int64?
    var kind: Kind
    var startTime: Instant
    /// Nil for ever.
    var expireTime: Instant?
    /// Nil where it never was extended; ``Instant/latest`` where it was for ever before.
    var originalExpireTime: Instant?
    var voucherKey: Int64?
    var priceOptionKey: Int64?
    /// The subscription that gives it: it lasts as long as that does.
    var subscriptionKey: Int64?
    var revokeTime: Instant?
    /// Since when its viewer is deactivated.
    var suspendTime: Instant?
    /// When it was first played; nil where it never was.
    var playTime: Instant?
    /// The address that it may be played from; nil where it is not bound to one.
    var boundIP: IPAddress?
    var createTime: Instant
    var updateTime: Instant

    static let prefix = "acc"
    /// Of the reason for a revocation.
    static let reasonLengths = 0...1_000

    func state(at now: Instant) -> State {
        if revokeTime != nil || suspendTime != nil { return .revoked }
        if now < startTime { return .scheduled }
        if let expireTime, expireTime <= now { return .expired }
        return .active
    }

    /// Whether this access ends later than `other`; one that never ends does so latest.
    func outlasts(_ other: Access) -> Bool {
        guard let expireTime else { return other.expireTime != nil }
        return other.expireTime.map { expireTime > $0 } ?? false
    }
}

/// Why somebody may not come in, in the order in which it is judged.
enum AccessReason: String, CaseIterable {
    case assetNotFound = "ASSET_NOT_FOUND"
    case noAccess = "NO_ACCESS"
    case accessExpired = "ACCESS_EXPIRED"
    case alreadyPlayed = "ALREADY_PLAYED"
    case geoUnknown = "GEO_UNKNOWN"
    case geoBlocked = "GEO_BLOCKED"
    case ipMismatch = "IP_MISMATCH"
    case tooManySessions = "TOO_MANY_SESSIONS"
}
