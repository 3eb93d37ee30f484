import NIOCore
import UsherContract

// What a ttrpc connection does, without channel and clock: inputs come with their time, and actions are returned.
// - A call in flight is answered exactly once: by its reply or by its deadline, whichever is first. Then its id is
//   free.
// - Whether the connection is read depends on nothing but `wantsInput`.
// - How a method streams is known from its descriptor; a request's flags say nothing.
// - A stream is over for the client with its end, its refusal or its cancellation, whichever is first; it lingers, and
//   counts, until its task has ended.
// - Streams do not count against the calls that may be in flight: those end by themselves, streams need not.

/// The state of one ttrpc connection.
struct ConnectionState: Sendable {
    struct Settings: Sendable {
        /// Calls that may be in flight.
        var inFlight = RPCLimits.inFlight
        var maximumTimeout = RPCLimits.maximumTimeout
        /// Streams whose tasks may not have ended.
        var streams = RPCLimits.streams
        var maximumStreamTimeout = RPCLimits.maximumStreamTimeout
        var idle = RPCLimits.idle
        /// Bytes of replies that are taken while the peer does not read.
        var unreadReplies = RPCLimits.unreadReplies
    }

    private enum Phase {
        case open, draining, closed
    }

    private struct Stream {
        let key: CallKey
        let streaming: StreamingKind
        /// The client sends no more.
        var isHalfClosed: Bool
    }

    private let settings: Settings
    private var phase = Phase.open
    /// Streams included.
    private var calls = CallTable()
    /// By stream id; what has ended for the client is not here.
    private var streams: [UInt32: Stream] = [:]
    private var lingering: Set<CallKey> = []
    /// Nil before the first request.
    private var extensions: Bool?
    private(set) var isWritable = true
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

    /// Calls and streams that have not ended for the client.
    var inFlight: Int { calls.count }

    /// Whether frames are to be decoded and bytes to be read.
    var wantsInput: Bool { phase != .closed && isWritable && calls.count - streams.count < settings.inFlight }

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
        case take(StreamInput)
        /// The stream is over, for this reason; the client is told it too.
        case fail(CallKey, Refusal)
        /// Sent back as a pong.
        case pong
        /// The body says which call is dropped; go on with ``cancel(_:)``.
        case readCancel
    }

    /// What a Data frame means to its stream.
    struct StreamInput {
        enum Ending {
            case open, halfClosed
            /// The stream is over, for this reason; the client is told it too.
            case failed(Refusal)
        }

        let key: CallKey
        /// Whether the body is a message, be it empty.
        let isMessage: Bool
        let ending: Ending
    }

    /// A frame came. Its type is judged before its stream id.
    mutating func receive(_ header: FrameHeader) -> FrameAction {
        guard phase != .closed else { return .ignore }
        switch header.type {
        case .request:
            if header.streamID % 2 == 0 { return .answer(.streamIDEven) }
            if let key = failStream(header.streamID) { return .fail(key, .streamIDInUse) }
            if calls.contains(header.streamID) { return .answer(.streamIDInUse) }
            return phase == .draining ? .answer(.draining) : .readRequest
        case .data:
            return header.streamID % 2 == 0 ? .answer(.streamIDEven) : data(header)
        case .ping where usesExtensions && header.streamID == 0:
            return header.length <= ExtensionFrame.pingBytes ? .pong : .ignore
        case .cancel where usesExtensions && header.streamID == 0:
            return .readCancel
        default:
            return .ignore
        }
    }

    /// Whether the client has asked for the extensions with its first request.
    var usesExtensions: Bool { extensions ?? false }

    /// A request's envelope was read. Only the first one's wish counts.
    mutating func requestRead(asksForExtensions: @autoclosure () -> Bool) {
        if extensions == nil { extensions = asksForExtensions() }
    }

    /// A frame came whose body was too large, or found no room; it is skipped.
    mutating func receiveSkipped(_ header: FrameHeader, _ refusal: Refusal) -> FrameAction {
        guard phase != .closed else { return .ignore }
        return failStream(header.streamID).map { .fail($0, refusal) } ?? .answer(refusal)
    }

    private mutating func data(_ header: FrameHeader) -> FrameAction {
        guard let stream = streams[header.streamID] else { return .answer(.streamInactive) }
        let isMessage = header.flags & FrameFlags.noData == 0
        let isLast = header.flags & FrameFlags.remoteClosed != 0
        if stream.isHalfClosed {
            // Closing what is closed does no harm; a message there was not asked for.
            if isLast, !isMessage, header.length == 0 { return .ignore }
            failStream(header.streamID)
            return .fail(stream.key, .streamInactive)
        }
        if isLast, header.length > 0 {
            failStream(header.streamID)
            return .take(StreamInput(key: stream.key, isMessage: isMessage, ending: .failed(.dataWithClose)))
        }
        if isLast { streams[header.streamID]?.isHalfClosed = true }
        return .take(StreamInput(key: stream.key, isMessage: isMessage, ending: isLast ? .halfClosed : .open))
    }

    enum CallAction {
        case dispatch(CallKey, deadline: NIODeadline)
        case answer(Refusal)
    }

    /// A request for a method came on a stream id that ``receive(_:)`` found good.
    mutating func admit(
        _ streamID: UInt32, _ streaming: StreamingKind, timeoutNanoseconds: Int64, now: NIODeadline
    ) -> CallAction {
        guard timeoutNanoseconds >= 0 else { return .answer(.expired) }
        if streaming != .unary, streams.count + lingering.count >= settings.streams { return .answer(.tooManyStreams) }
        let maximum = streaming == .unary ? settings.maximumTimeout : settings.maximumStreamTimeout
        let asked = timeoutNanoseconds == 0 ? maximum : .nanoseconds(timeoutNanoseconds)
        let timeout = min(asked, maximum)
        shortestTimeout = min(shortestTimeout ?? timeout, timeout)
        let deadline = now + timeout
        wakeUp = min(wakeUp, deadline)
        let key = calls.insert(streamID, deadline: deadline)
        if streaming != .unary {
            streams[streamID] = Stream(
                key: key, streaming: streaming, isHalfClosed: streaming == .serverStreaming)
        }
        return .dispatch(key, deadline: deadline)
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

// MARK: - Streams

extension ConnectionState {
    /// A stream has a message for the client.
    mutating func streamed(_ key: CallKey, _ streamID: UInt32, size: Int) -> ReplyAction {
        guard streams[streamID]?.key == key else { return .drop }
        guard size <= RPCLimits.frameBytes else {
            failStream(streamID)
            return .refuse(streamID, .replyTooLarge)
        }
        return .send(streamID)
    }

    /// A stream's task has ended, and everything that it sent is on its way.
    ///
    /// - Returns: whether the client is to be told.
    mutating func streamEnded(_ key: CallKey, _ streamID: UInt32) -> Bool {
        guard streams[streamID]?.key == key else {
            lingering.remove(key)
            return false
        }
        streams[streamID] = nil
        _ = calls.remove(key)
        return true
    }

    /// Whether the client still waits for something of this stream.
    func isOpen(_ key: CallKey, _ streamID: UInt32) -> Bool { streams[streamID]?.key == key }

    /// A stream is over for the client before its task has ended; nil where there is no such stream.
    @discardableResult
    mutating func failStream(_ streamID: UInt32) -> CallKey? {
        guard let stream = streams.removeValue(forKey: streamID) else { return nil }
        _ = calls.remove(stream.key)
        lingering.insert(stream.key)
        return stream.key
    }

    /// The client has dropped a call.
    ///
    /// - Returns: the stream that is to fail; nil for a call that is none: its answer will not be sent.
    mutating func cancel(_ streamID: UInt32) -> CallKey? {
        if let key = failStream(streamID) { return key }
        calls.silence(streamID)
        return nil
    }
}

// MARK: - Time and end

extension ConnectionState {
    struct TimeAction: Equatable {
        /// The streams whose calls are answered DEADLINE_EXCEEDED.
        var expired: [UInt32]
        /// Those of them that are streams, to fail.
        var streams: [CallKey] = []
        /// Nothing has happened for too long: close.
        var isIdle: Bool
    }

    /// ``wakeUp`` has come, or any other time.
    mutating func timePassed(_ now: NIODeadline) -> TimeAction {
        var action = TimeAction(expired: [], isIdle: false)
        guard phase != .closed else { return action }
        for (key, streamID) in calls.removeExpired(at: now) {
            action.expired.append(streamID)
            guard streams[streamID]?.key == key else { continue }
            streams[streamID] = nil
            lingering.insert(key)
            action.streams.append(key)
        }
        if !action.expired.isEmpty { lastActivity = now }
        let idleEnd = (calls.count == 0 ? lastActivity : now) + settings.idle
        wakeUp = min(calls.earliestDeadline ?? idleEnd, idleEnd)
        if let shortestTimeout { wakeUp = min(wakeUp, now + shortestTimeout) }
        shortestTimeout = nil
        action.isIdle = idleEnd <= now
        return action
    }

    /// New calls are refused from now on.
    mutating func drain() {
        if phase == .open { phase = .draining }
    }

    /// The connection is gone, or is being closed. Nothing that comes later has an effect.
    mutating func close() {
        phase = .closed
        calls.removeAll()
        streams = [:]
        lingering = []
    }
}
