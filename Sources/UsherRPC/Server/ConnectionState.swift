import NIOCore
import UsherContract

// What a ttrpc connection does, without channel and clock: inputs come with their time, and actions are returned.
// - A call in flight is answered exactly once: by its reply or by its deadline, whichever is first. Then its id is
//   free.
// - Whether the connection is read depends on nothing but `wantsInput`.
// - How a method streams is known from its descriptor; a request's flags say nothing.

/// The state of one ttrpc connection.
struct ConnectionState: Sendable {
    struct Settings: Sendable {
        /// Calls that may be in flight.
        var inFlight = RPCLimits.inFlight
        var maximumTimeout = RPCLimits.maximumTimeout
        var idle = RPCLimits.idle
        /// Bytes of replies that are taken while the peer does not read.
        var unreadReplies = RPCLimits.unreadReplies
    }

    private enum Phase {
        case open, draining, closed
    }

    private let settings: Settings
    private var phase = Phase.open
    private var calls = CallTable()
    private var isWritable = true
    /// Bytes of replies since the connection was last writable.
    private var unread = 0
    private var lastActivity: NIODeadline
    /// The shortest timeout since ``timePassed(_:)``: while calls come, time is looked at this often, so that the timer
    /// is rarely moved.
    private var shortestTimeout: TimeAmount?
    /// When ``timePassed(_:)`` is to be called; it moves forward only there.
    private(set) var wakeUp: NIODeadline

    init(_ settings: Settings, now: NIODeadline) {
        self.settings = settings
        lastActivity = now
        wakeUp = now + settings.idle
    }

    var inFlight: Int { calls.count }

    /// Whether frames are to be decoded and bytes to be read.
    var wantsInput: Bool { phase != .closed && isWritable && calls.count < settings.inFlight }

    /// Whether a drain has nothing left to wait for.
    var isDrained: Bool { phase != .open && calls.count == 0 }
}

// MARK: - Frames

extension ConnectionState {
    enum FrameAction {
        case ignore
        /// The body is an envelope; scan it and go on with ``admit(_:_:timeoutNanoseconds:now:)``.
        case readRequest
        case answer(Refusal)
    }

    /// A frame came. Its type is judged before its stream id.
    func receive(_ header: FrameHeader) -> FrameAction {
        guard phase != .closed else { return .ignore }
        switch header.type {
        case .request:
            if header.streamID % 2 == 0 { return .answer(.streamIDEven) }
            if calls.contains(header.streamID) { return .answer(.streamIDInUse) }
            return phase == .draining ? .answer(.draining) : .readRequest
        case .data:
            return .answer(header.streamID % 2 == 0 ? .streamIDEven : .streamInactive)
        default:
            return .ignore
        }
    }

    enum CallAction {
        case dispatch(CallKey, deadline: NIODeadline)
        case answer(Refusal)
    }

    /// A request for a method came on a stream id that ``receive(_:)`` found good.
    mutating func admit(
        _ streamID: UInt32, _ streaming: StreamingKind, timeoutNanoseconds: Int64, now: NIODeadline
    ) -> CallAction {
        guard streaming == .unary else { return .answer(.streamingUnsupported) }
        guard timeoutNanoseconds >= 0 else { return .answer(.expired) }
        let asked = timeoutNanoseconds == 0 ? settings.maximumTimeout : .nanoseconds(timeoutNanoseconds)
        let timeout = min(asked, settings.maximumTimeout)
        shortestTimeout = min(shortestTimeout ?? timeout, timeout)
        let deadline = now + timeout
        wakeUp = min(wakeUp, deadline)
        return .dispatch(calls.insert(streamID, deadline: deadline), deadline: deadline)
    }

    /// Frames were decoded, or a new one has begun. A frame that dribbles in is no activity.
    mutating func active(_ now: NIODeadline) { lastActivity = now }
}

// MARK: - Answers

extension ConnectionState {
    enum ReplyAction {
        case send(UInt32)
        case refuse(UInt32, Refusal)
        /// The call was answered before, or there is nobody to answer.
        case drop
    }

    /// A call's handler answered.
    ///
    /// - Parameter size: of the reply's payload, in bytes; 0 for a refusal.
    mutating func reply(_ key: CallKey, size: Int) -> ReplyAction {
        guard let streamID = calls.remove(key) else { return .drop }
        guard size <= RPCLimits.replyPayloadBytes else { return .refuse(streamID, .replyTooLarge) }
        if !isWritable {
            guard unread + size <= settings.unreadReplies else { return .refuse(streamID, .repliesUnread) }
            unread += size
        }
        return .send(streamID)
    }

    /// The unsent bytes went above their high mark, or below the low one.
    mutating func writabilityChanged(_ isWritable: Bool, now: NIODeadline) {
        self.isWritable = isWritable
        if isWritable {
            unread = 0
            lastActivity = now
        }
    }
}

// MARK: - Time and end

extension ConnectionState {
    struct TimeAction: Equatable {
        /// The streams whose calls are answered DEADLINE_EXCEEDED.
        var expired: [UInt32]
        /// Nothing has happened for too long: close.
        var isIdle: Bool
    }

    /// ``wakeUp`` has come, or any other time.
    mutating func timePassed(_ now: NIODeadline) -> TimeAction {
        guard phase != .closed else { return TimeAction(expired: [], isIdle: false) }
        let expired = calls.removeExpired(at: now)
        if !expired.isEmpty { lastActivity = now }
        let idleEnd = (calls.count == 0 ? lastActivity : now) + settings.idle
        wakeUp = min(calls.earliestDeadline ?? idleEnd, idleEnd)
        if let shortestTimeout { wakeUp = min(wakeUp, now + shortestTimeout) }
        shortestTimeout = nil
        return TimeAction(expired: expired, isIdle: idleEnd <= now)
    }

    /// New calls are refused from now on.
    mutating func drain() {
        if phase == .open { phase = .draining }
    }

    /// The connection is gone, or is being closed. Nothing that comes later has an effect.
    mutating func close() {
        phase = .closed
        calls.removeAll()
    }
}
