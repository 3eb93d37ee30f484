import NIOCore
import NIOHPACK
import NIOHTTP2
import UsherContract

// What a gRPC connection does, without channel and clock: inputs come with their time, and actions are returned. The
// rules of HTTP/2 itself are swift-nio-http2's; here are those of gRPC, and the limits.
// - A call is answered exactly once: by its reply, by its deadline, or by the transport; or it is abandoned, when its
//   client resets the stream. An abandoned call counts as in flight until its handler has answered.
// - A stream is in the table until it is closed: how much is unsent is known from that.
// - Whether the connection is read depends on nothing but `wantsInput`.

/// The state of one gRPC connection.
struct GRPCState: Sendable {
    private enum Phase {
        case open, draining, closed
    }

    private let settings: ConnectionState.Settings
    private var phase = Phase.open
    private var streams = GRPCStreamTable()
    private var isWritable = true
    /// Unary calls that handlers have, and streams whose tasks have not ended.
    private var inFlight = 0
    private var running = 0
    /// Bytes of answers on streams that are not closed.
    private(set) var unsent = 0
    /// Bytes of requests that are held.
    private(set) var held = 0
    /// What windows were enlarged by, in bytes, and who waits for room.
    private var enlarged = 0
    private var waiting: [HTTP2StreamID] = []
    private(set) var lastStreamID = HTTP2StreamID.rootStream
    private var pings: Allowance
    private var controlFrames: Allowance
    private var lastActivity: NIODeadline
    /// The shortest timeout since ``timePassed(_:)``, see ``ConnectionState``.
    private var shortestTimeout: TimeAmount?
    /// Until when a client that is told to go away has to say that it knows; nil where it has, or need not.
    private var goAwayEnd: NIODeadline?
    /// When ``timePassed(_:)`` is to be called; it moves forward only there.
    private(set) var wakeUp: NIODeadline

    init(_ settings: ConnectionState.Settings, now: NIODeadline) {
        self.settings = settings
        pings = Allowance(capacity: RPCLimits.pings, perSecond: RPCLimits.pingsPerSecond, now: now)
        controlFrames = Allowance(
            capacity: RPCLimits.controlFrames, perSecond: RPCLimits.controlFramesPerSecond,
            most: RPCLimits.earnedControlFrames, now: now)
        lastActivity = now
        wakeUp = now + settings.idle
    }

    /// Whether bytes are to be read.
    var wantsInput: Bool { phase != .closed && isWritable && inFlight < settings.inFlight }

    /// Whether a drain has nothing left to wait for.
    var isDrained: Bool { phase != .open && streams.openCount == 0 && goAwayEnd == nil }

    /// Calls whose handlers have not answered.
    var callCount: Int { inFlight + running }
    var openStreams: Int { streams.openCount }
}

// MARK: - Requests

extension GRPCState {
    /// What a client's frame leads to.
    enum Action {
        case none
        /// Hand the call to its handler.
        case dispatch(CallKey, method: Int, message: ByteBuffer, deadline: NIODeadline, metadata: Metadata)
        /// Begin a streaming call; go on with ``next(_:)``.
        case open(HTTP2StreamID, CallKey, method: Int, deadline: NIODeadline, metadata: Metadata)
        /// Something came for a streaming call: ask for it with ``next(_:)``.
        case feed(CallKey)
        /// Send the refusal instead of an answer, and reset the stream where the client has not ended it.
        case refuse(HTTP2StreamID, Refusal, mustReset: Bool)
        /// Fail the streaming call.
        case fail(CallKey, Refusal)
    }

    /// Headers came that begin a call.
    ///
    /// - Parameter streaming: of the method.
    mutating func begin(
        _ id: HTTP2StreamID, _ head: GRPCRequestHead, _ streaming: StreamingKind, isHalfClosed: Bool, now: NIODeadline
    ) -> Action {
        guard phase != .closed else { return .none }
        lastStreamID = max(lastStreamID, id)
        lastActivity = now
        let maximum = streaming == .unary ? settings.maximumTimeout : settings.maximumStreamTimeout
        let timeout = min(head.timeout ?? maximum, maximum)
        let deadline = now + timeout
        let slot = streams.insert(
            GRPCStream(
                id: id, method: head.method, streaming: streaming, deadline: deadline, metadata: head.metadata,
                headBytes: head.size, namesCompression: head.namesCompression,
                phase: streaming == .unary ? .receiving : .streaming))
        streams[slot].isHalfClosed = isHalfClosed
        recount(slot)
        guard timeout > .zero else { return refuse(slot, .expired) }
        guard streaming == .unary || running < settings.streams else { return refuse(slot, .tooManyStreams) }
        shortestTimeout = min(shortestTimeout ?? timeout, timeout)
        wakeUp = min(wakeUp, deadline)
        guard streaming == .unary else {
            running += 1
            streams[slot].isRunning = true
            return .open(id, streams.key(of: slot), method: head.method, deadline: deadline, metadata: head.metadata)
        }
        return isHalfClosed ? end(slot) : .none
    }

    /// Headers came that were answered at once.
    mutating func rejected(_ id: HTTP2StreamID, now: NIODeadline) {
        lastStreamID = max(lastStreamID, id)
        lastActivity = now
    }

    /// Bytes of a request came, or its end.
    mutating func receive(_ id: HTTP2StreamID, _ bytes: ByteBuffer, endsStream: Bool) -> Action {
        guard let slot = streams.slot(of: id) else { return .none }
        defer { recount(slot) }
        streams[slot].isHalfClosed = streams[slot].isHalfClosed || endsStream
        switch streams[slot].phase {
        case .executing, .done: return .none
        case .streaming:
            if bytes.readableBytes > 0 { streams[slot].reader.feed(bytes) }
            return .feed(streams.key(of: slot))
        case .receiving: break
        }
        if bytes.readableBytes > 0 { streams[slot].reader.feed(bytes) }
        while let event = streams[slot].reader.next() {
            switch message(of: event, slot) {
            case .success(let message):
                guard streams[slot].message == nil else { return refuse(slot, .requestCount) }
                streams[slot].message = message
            case .failure(let refusal): return refuse(slot, refusal)
            }
        }
        return endsStream ? end(slot) : .none
    }

    private func message(of event: MessageReader.Event, _ slot: Int) -> Result<ByteBuffer, Refusal> {
        switch event {
        case .message(let message): .success(message)
        case .compressed:
            .failure(streams[slot].namesCompression ? .compressionUnsupported : .compressionUnnamed)
        case .oversized: .failure(.messageTooLarge)
        }
    }

    /// The client has ended its side of a unary call.
    private mutating func end(_ slot: Int) -> Action {
        guard !streams[slot].reader.hasRest else { return refuse(slot, .messageCut) }
        guard let message = streams[slot].message else { return refuse(slot, .requestCount) }
        streams[slot].message = nil
        streams[slot].phase = .executing
        streams[slot].isRunning = true
        inFlight += 1
        release(slot)
        return .dispatch(
            streams.key(of: slot), method: streams[slot].method, message: message, deadline: streams[slot].deadline,
            metadata: streams[slot].metadata)
    }

    private mutating func refuse(_ slot: Int, _ refusal: Refusal) -> Action {
        answered(slot)
        return .refuse(streams[slot].id, refusal, mustReset: !streams[slot].isHalfClosed)
    }

    /// Nothing more is wanted of a stream, and its answer is about to be sent.
    private mutating func answered(_ slot: Int) {
        streams[slot].phase = .done
        streams[slot].message = nil
        streams[slot].reader.clear()
        streams[slot].metadata = Metadata(headers: HPACKHeaders())
        release(slot)
        recount(slot)
    }

    private mutating func recount(_ slot: Int) {
        let now = streams[slot].held
        held += now - streams[slot].counted
        streams[slot].counted = now
    }
}

// MARK: - What finds no room

extension GRPCState {
    /// How large a message is that has begun to come on a stream, and what its call's headers say.
    func announced(_ id: HTTP2StreamID) -> (bytes: Int, metadata: Metadata)? {
        guard let slot = streams.slot(of: id), let bytes = streams[slot].reader.announcedBytes else { return nil }
        return (bytes, streams[slot].metadata)
    }

    /// What the headers of a call say that has not ended; nil for any other stream.
    func metadata(of id: HTTP2StreamID) -> Metadata? { streams.slot(of: id).map { streams[$0].metadata } }

    /// Whether a message has begun to come and is not whole.
    var owesMessage: Bool { streams.used.contains { streams[$0].reader.hasRest && streams[$0].isWanted } }

    /// Refuses a call for whose request there is no room.
    mutating func refuse(_ id: HTTP2StreamID, _ refusal: Refusal) -> Action {
        guard let slot = streams.slot(of: id) else { return .none }
        switch streams[slot].phase {
        case .receiving: return refuse(slot, refusal)
        case .streaming: return .fail(streams.key(of: slot), refusal)
        case .executing, .done: return .none
        }
    }
}

// MARK: - Answers

extension GRPCState {
    enum ReplyAction {
        case send(HTTP2StreamID, mustReset: Bool)
        case refuse(HTTP2StreamID, Refusal, mustReset: Bool)
        /// The call was answered before, or there is nobody to answer.
        case drop
    }

    /// A unary call's handler answered.
    ///
    /// - Parameter size: of the reply's payload, in bytes; 0 for a refusal.
    mutating func reply(_ key: CallKey, size: Int) -> ReplyAction {
        guard let slot = streams.slot(of: key), case .executing = streams[slot].phase else { return .drop }
        inFlight -= 1
        streams[slot].isRunning = false
        answered(slot)
        guard !streams[slot].isClosed else {
            streams.settle(slot)
            return .drop
        }
        noteSent(size)
        let id = streams[slot].id
        let mustReset = !streams[slot].isHalfClosed
        guard size <= RPCLimits.replyPayloadBytes else {
            return .refuse(id, .replyTooLarge, mustReset: mustReset)
        }
        guard unsent + size <= settings.unreadReplies else {
            return .refuse(id, .repliesUnread, mustReset: mustReset)
        }
        streams[slot].unsent = size
        unsent += size
        return .send(id, mustReset: mustReset)
    }

    /// A stream is closed: all was sent and received, or one side has reset it.
    ///
    /// - Returns: the streaming call that is to fail, since its client has dropped it.
    mutating func streamClosed(_ id: HTTP2StreamID, now: NIODeadline) -> CallKey? {
        guard let slot = streams.slot(of: id) else { return nil }
        lastActivity = now
        streams.close(slot)
        unsent -= streams[slot].unsent
        release(slot)
        defer { streams.settle(slot) }
        if case .receiving = streams[slot].phase { answered(slot) }
        guard case .streaming = streams[slot].phase else { return nil }
        answered(slot)
        return streams.key(of: slot)
    }

    /// The unsent bytes of the channel went above their high mark, or below the low one.
    mutating func writabilityChanged(_ isWritable: Bool, now: NIODeadline) {
        self.isWritable = isWritable
        if isWritable { lastActivity = now }
    }

    private mutating func noteSent(_ size: Int) {
        pings.refill()
        controlFrames.earn(RPCLimits.controlFramesPerAnswer + size / RPCLimits.bytesPerControlFrame)
    }
}

// MARK: - Streams

extension GRPCState {
    enum StreamInput {
        case none
        case message(ByteBuffer)
        case halfClosed
        /// What came is wrong: fail the stream with it, as with ``fail(_:)``.
        case wrong(Refusal)
    }

    /// What came for a streaming call, one by one.
    mutating func next(_ key: CallKey) -> StreamInput {
        guard let slot = streams.slot(of: key), case .streaming = streams[slot].phase else { return .none }
        defer { recount(slot) }
        let isSingle = streams[slot].streaming == .serverStreaming
        if let event = streams[slot].reader.next() {
            switch message(of: event, slot) {
            case .failure(let refusal): return .wrong(refusal)
            case .success(let message):
                streams[slot].messageCount += 1
                guard !isSingle || streams[slot].messageCount == 1 else { return .wrong(.requestCount) }
                streams[slot].buffered += MessageReader.prefixSize + message.readableBytes
                release(slot)
                return .message(message)
            }
        }
        guard streams[slot].isHalfClosed, !streams[slot].isEndDelivered else { return .none }
        guard !streams[slot].reader.hasRest else { return .wrong(.messageCut) }
        guard !isSingle || streams[slot].messageCount == 1 else { return .wrong(.requestCount) }
        streams[slot].isEndDelivered = true
        return .halfClosed
    }

    /// A stream's task has a message for the client.
    mutating func streamed(_ key: CallKey, size: Int) -> ReplyAction {
        guard let slot = streams.slot(of: key), case .streaming = streams[slot].phase else { return .drop }
        noteSent(size)
        guard size <= RPCLimits.frameBytes else {
            answered(slot)
            return .refuse(streams[slot].id, .replyTooLarge, mustReset: !streams[slot].isHalfClosed)
        }
        return .send(streams[slot].id, mustReset: false)
    }

    /// A stream's task has ended, and everything that it sent is on its way.
    mutating func streamEnded(_ key: CallKey) -> ReplyAction {
        guard let slot = streams.slot(of: key), streams[slot].isRunning else { return .drop }
        running -= 1
        streams[slot].isRunning = false
        guard case .streaming = streams[slot].phase else {
            streams.settle(slot)
            return .drop
        }
        noteSent(0)
        answered(slot)
        return .send(streams[slot].id, mustReset: !streams[slot].isHalfClosed)
    }

    /// A stream is over for its client before its task has ended.
    mutating func fail(_ key: CallKey) -> ReplyAction {
        guard let slot = streams.slot(of: key), case .streaming = streams[slot].phase else { return .drop }
        answered(slot)
        return .send(streams[slot].id, mustReset: !streams[slot].isHalfClosed)
    }

    /// Whether a stream is not closed.
    func isKnown(_ id: HTTP2StreamID) -> Bool { streams.slot(of: id) != nil }

    /// Whether the client still waits for something of a streaming call.
    func isOpen(_ key: CallKey) -> Bool {
        guard let slot = streams.slot(of: key), case .streaming = streams[slot].phase else { return false }
        return true
    }
}

// MARK: - Inbound windows

extension GRPCState {
    /// A stream's inbound window has a new size.
    ///
    /// - Returns: what to enlarge it by, in bytes; 0 for nothing.
    mutating func windowChanged(_ id: HTTP2StreamID, _ size: Int) -> Int {
        guard let slot = streams.slot(of: id) else { return 0 }
        streams[slot].window = size
        guard let increment = wanted(slot) else { return 0 }
        guard enlarge(slot, by: increment) else {
            wait(id)
            return 0
        }
        return increment
    }

    /// What the windows of streams that waited for room are to be enlarged by.
    mutating func enlargements() -> [(id: HTTP2StreamID, increment: Int)] {
        guard !waiting.isEmpty, enlarged < RPCLimits.announcedBytes else { return [] }
        var granted: [(HTTP2StreamID, Int)] = []
        var left: [HTTP2StreamID] = []
        for id in waiting {
            guard let slot = streams.slot(of: id), let increment = wanted(slot) else { continue }
            if enlarge(slot, by: increment) { granted.append((id, increment)) } else { left.append(id) }
        }
        waiting = left
        return granted
    }

    /// The task of a streaming call has taken so many bytes, prefixes included.
    ///
    /// - Returns: what to enlarge the stream's window by; nil for nothing.
    mutating func consumed(_ key: CallKey, _ count: Int) -> (id: HTTP2StreamID, increment: Int)? {
        guard let slot = streams.slot(of: key) else { return nil }
        streams[slot].buffered -= count
        guard let increment = wanted(slot) else { return nil }
        guard enlarge(slot, by: increment) else {
            wait(streams[slot].id)
            return nil
        }
        return (streams[slot].id, increment)
    }

    /// What a stream's window lacks. A message is met with room for all of it at once, so that streams never wait for
    /// one another half done; the messages of a stream beyond that, with room as its task takes them.
    private func wanted(_ slot: Int) -> Int? {
        let stream = streams[slot]
        let missing = stream.reader.missing
        switch stream.phase {
        case .receiving:
            guard missing > 0, stream.window < missing + RPCLimits.windowSlack else { return nil }
            return missing + 2 * RPCLimits.windowSlack - stream.window
        case .streaming:
            let room = RPCLimits.streamWindow - stream.buffered
            guard room > 0, !stream.isHalfClosed else { return nil }
            let needed = missing > 0 ? missing + RPCLimits.windowSlack : 0
            let isShort = stream.window < needed
            guard isShort || stream.window < room - RPCLimits.streamWindow / 4 else { return nil }
            return max(room, isShort ? needed + RPCLimits.windowSlack : 0) - stream.window
        case .executing, .done:
            return nil
        }
    }

    private mutating func wait(_ id: HTTP2StreamID) {
        if !waiting.contains(id) { waiting.append(id) }
    }

    /// Enlarges a stream's window where the connection has room for what is beyond a window's usual size.
    private mutating func enlarge(_ slot: Int, by increment: Int) -> Bool {
        let isUsual = streams[slot].window + increment <= RPCLimits.streamWindow
        if !isUsual {
            guard enlarged + increment <= RPCLimits.announcedBytes else { return false }
            enlarged += increment
            streams[slot].enlarged += increment
        }
        streams[slot].window += increment
        return true
    }

    /// The connection's inbound window has a new size.
    ///
    /// - Returns: what to enlarge it by, in bytes; 0 for nothing. What bounds memory is the windows of streams.
    func connectionWindowChanged(_ size: Int) -> Int {
        size < RPCLimits.connectionWindow / 2 ? RPCLimits.connectionWindow - size : 0
    }

    private mutating func release(_ slot: Int) {
        enlarged -= streams[slot].enlarged
        streams[slot].enlarged = 0
    }
}

// MARK: - Abuse

extension GRPCState {
    /// The client asks whether the connection is alive. False where it asks too often.
    mutating func ping(_ now: NIODeadline) -> Bool { pings.take(now) }

    /// A frame came that makes work and carries nothing. False where there are too many.
    mutating func controlFrame(_ now: NIODeadline) -> Bool { controlFrames.take(now) }
}

// MARK: - Time and end

extension GRPCState {
    struct TimeAction: Equatable {
        struct Expired: Equatable {
            let id: HTTP2StreamID
            /// Whether the handler has the call.
            let isExecuting: Bool
            let mustReset: Bool
        }

        /// The unary calls that are answered DEADLINE_EXCEEDED.
        var expired: [Expired] = []
        /// The streaming calls that fail for it.
        var streams: [CallKey] = []
        /// Nothing has happened for too long: close.
        var isIdle = false
    }

    /// ``wakeUp`` has come, or any other time.
    mutating func timePassed(_ now: NIODeadline) -> TimeAction {
        guard phase != .closed else { return TimeAction() }
        var action = TimeAction()
        for slot in streams.used where streams[slot].deadline <= now { expire(slot, &action) }
        if !action.expired.isEmpty || !action.streams.isEmpty { lastActivity = now }
        if let end = goAwayEnd, end <= now { goAwayEnd = nil }
        let idleEnd = (callCount == 0 ? lastActivity : now) + settings.idle
        wakeUp = min(streams.earliestDeadline ?? idleEnd, idleEnd)
        if let goAwayEnd { wakeUp = min(wakeUp, goAwayEnd) }
        if let shortestTimeout { wakeUp = min(wakeUp, now + shortestTimeout) }
        shortestTimeout = nil
        action.isIdle = idleEnd <= now
        return action
    }

    private mutating func expire(_ slot: Int, _ action: inout TimeAction) {
        let isExecuting: Bool
        switch streams[slot].phase {
        case .done: return
        case .streaming: return action.streams.append(streams.key(of: slot))
        case .receiving: isExecuting = false
        case .executing:
            isExecuting = true
            inFlight -= 1
            streams[slot].isRunning = false
        }
        answered(slot)
        guard !streams[slot].isClosed else { return streams.settle(slot) }
        action.expired.append(
            .init(id: streams[slot].id, isExecuting: isExecuting, mustReset: !streams[slot].isHalfClosed))
    }

    /// New streams are refused from now on; the client is to be told, and to say that it knows.
    ///
    /// - Returns: false where that was so before.
    mutating func drain(_ now: NIODeadline) -> Bool {
        guard phase == .open else { return false }
        phase = .draining
        goAwayEnd = now + RPCLimits.goAwayPause
        wakeUp = min(wakeUp, now + RPCLimits.goAwayPause)
        return true
    }

    /// The client knows that it is to go away.
    mutating func goAwayAcknowledged() { goAwayEnd = nil }

    /// The connection is gone, or is being closed. Nothing that comes later has an effect.
    mutating func close() {
        phase = .closed
        streams.removeAll()
        inFlight = 0
        running = 0
        unsent = 0
        held = 0
        enlarged = 0
        waiting = []
        goAwayEnd = nil
    }
}
