import UsherContract

/// One showing of an asset by one player.
struct PlaybackSession: Hashable, Sendable {
    enum Phase: Int64, Sendable {
        case playerLoaded = 1, play
    }
    /// How a session ends.
    enum End: Int64, Sendable {
        case ended = 1, evicted, accessOver

        /// What its player is told that goes on nevertheless.
        var reason: String { self == .evicted ? "SESSION_EVICTED" : "SESSION_ENDED" }
    }
    enum State: Hashable {
        case active, lapsed, over(End)
    }

    var id: ResourceID
    /// The viewer, or where a code opened without one the voucher, whose sessions at a time are counted.
    var holderKey: Int64
    var viewerKey: Int64?
    var voucherKey: Int64?
    /// Nil while a code that is not redeemed yet has only loaded the player.
    var accessKey: Int64?
    var assetKey: Int64
    var phase: Phase
    var ip: IPAddress
    var country: String
    var device: String
    var startTime: Instant
    var lastSeenTime: Instant
    var endTime: Instant?
    var end: End?
    var positionSeconds: Int64
    var viewedSeconds: Int64

    static let prefix = "ses"
    static let deviceLengths = 0...200
    /// A year; nobody has seen more in one session.
    static let seconds: ClosedRange<Int64> = 0...31_622_400
    /// A session that is not heard of for so long does not count any more. Players report about once a minute: a few
    /// reports may be lost on the way.
    static let silence = Duration.seconds(300)

    func state(at now: Instant) -> State {
        if let end { return .over(end) }
        return lastSeenTime > now - Self.silence ? .active : .lapsed
    }
}
