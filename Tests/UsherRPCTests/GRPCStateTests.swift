import NIOCore
import NIOHTTP2
import Testing
import UsherContract

@testable import UsherRPC

/// The state of a gRPC connection, without channel and clock.
@Suite struct GRPCStateTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func state(_ configure: (inout ConnectionState.Settings) -> Void = { _ in }) -> GRPCState {
        var settings = ConnectionState.Settings()
        configure(&settings)
        return GRPCState(settings, now: start)
    }

    private func head(timeout: TimeAmount? = nil) throws -> GRPCRequestHead {
        var list: [(String, String)] = [
            (":method", "POST"), (":path", "/echo.Echo/Say"), ("content-type", "application/grpc"),
        ]
        if let timeout { list.append(("grpc-timeout", "\(timeout.nanoseconds / 1_000_000)m")) }
        return try GRPCRequestHead(.init(list), MethodTable(Echo.methods))
    }

    private func begin(_ state: inout GRPCState, _ id: HTTP2StreamID, timeout: TimeAmount? = nil) throws {
        let action = state.begin(id, try head(timeout: timeout), .unary, isHalfClosed: false, now: start)
        guard case .none = action else {
            Issue.record("began with \(action)")
            return
        }
    }

    private func call(_ state: inout GRPCState, _ id: HTTP2StreamID, timeout: TimeAmount? = nil) throws -> CallKey {
        try begin(&state, id, timeout: timeout)
        let action = state.receive(id, ByteBuffer(bytes: MessageReaderTests.message([1])), endsStream: true)
        guard case .dispatch(let key, _, let message, _, _) = action else {
            throw Refusal(.internalError, "NOT_DISPATCHED", "\(action)")
        }
        #expect(message == ByteBuffer(bytes: [1]))
        return key
    }

    private func refusal(_ action: GRPCState.Action) -> Refusal? {
        if case .refuse(_, let refusal, _) = action { refusal } else { nil }
    }

    @Test func aCallIsAnsweredOnce() throws {
        var state = state()
        let key = try call(&state, 1)
        #expect(state.callCount == 1)
        guard case .send(1, mustReset: false) = state.reply(key, size: 10) else {
            Issue.record("not sent")
            return
        }
        guard case .drop = state.reply(key, size: 10) else {
            Issue.record("sent twice")
            return
        }
        #expect(state.callCount == 0 && state.openStreams == 1)
        _ = state.streamClosed(1, now: start)
        #expect(state.openStreams == 0)
    }

    @Test func refusedRequests() throws {
        let message = MessageReaderTests.message([1])
        let table: [([UInt8], Bool, String)] = [
            ([], true, "REQUEST_COUNT"), (message + message, false, "REQUEST_COUNT"),
            (Array(message.prefix(3)), true, "MESSAGE_CUT"), (Array(message.prefix(5)), true, "MESSAGE_CUT"),
            (MessageReaderTests.message([1], flag: 1), false, "COMPRESSION_UNNAMED"),
            (MessageReaderTests.message([], length: RPCLimits.frameBytes + 1), false, "MESSAGE_TOO_LARGE"),
        ]
        for (bytes, ends, reason) in table {
            var state = state()
            try begin(&state, 1)
            let action = state.receive(1, ByteBuffer(bytes: bytes), endsStream: ends)
            guard case .refuse(1, let refusal, let mustReset) = action else {
                Issue.record("\(reason): \(action)")
                continue
            }
            #expect(refusal.reason == reason)
            #expect(mustReset == !ends)
            // What still comes is dropped.
            guard case .none = state.receive(1, ByteBuffer(bytes: message), endsStream: true) else {
                Issue.record("\(reason): answered twice")
                continue
            }
        }
    }

    @Test func aCallWithoutABodyIsRefused() throws {
        var state = state()
        let action = state.begin(1, try head(), .unary, isHalfClosed: true, now: start)
        #expect(refusal(action)?.reason == "REQUEST_COUNT")
    }

    @Test func aTimeoutOfNothingIsOver() throws {
        var state = state()
        let action = state.begin(1, try head(timeout: .zero), .unary, isHalfClosed: false, now: start)
        #expect(refusal(action)?.code == .deadlineExceeded)
    }

    @Test func deadlinesEndCallsWhereverTheyAre() throws {
        var state = state { $0.maximumTimeout = .seconds(10) }
        try begin(&state, 1, timeout: .seconds(1))
        let key = try call(&state, 3, timeout: .seconds(2))
        let late = try call(&state, 5, timeout: .seconds(100))
        #expect(state.wakeUp == start + .seconds(1))
        #expect(state.timePassed(start + .milliseconds(999)).expired.isEmpty)
        #expect(
            state.timePassed(start + .seconds(1)).expired == [.init(id: 1, isExecuting: false, mustReset: true)])
        #expect(
            state.timePassed(start + .seconds(2)).expired == [.init(id: 3, isExecuting: true, mustReset: false)])
        guard case .drop = state.reply(key, size: 1) else {
            Issue.record("answered after its deadline")
            return
        }
        #expect(state.timePassed(start + .seconds(10)).expired.map(\.id) == [5])
        guard case .drop = state.reply(late, size: 1) else {
            Issue.record("the maximum is not kept")
            return
        }
        #expect(state.callCount == 0)
    }

    /// What a client begins and resets is in flight until its handler has answered.
    @Test func aResetCallIsInFlightUntilItIsAnswered() throws {
        var state = state { $0.inFlight = 2 }
        let first = try call(&state, 1)
        _ = state.streamClosed(1, now: start)
        let second = try call(&state, 3)
        _ = state.streamClosed(3, now: start)
        #expect(state.callCount == 2 && state.openStreams == 0)
        #expect(!state.wantsInput)
        guard case .drop = state.reply(first, size: 1) else {
            Issue.record("there is nobody to answer")
            return
        }
        #expect(state.wantsInput)
        // Its handler never answers.
        #expect(state.timePassed(start + .seconds(100)).expired.isEmpty)
        #expect(state.callCount == 0)
        guard case .drop = state.reply(second, size: 1) else {
            Issue.record("there is nobody to answer")
            return
        }
        #expect(state.callCount == 0)
    }

    @Test func repliesThatNobodyReadsAreBounded() throws {
        var state = state { $0.unreadReplies = 100 }
        let keys = try [1, 3, 5].map { try call(&state, HTTP2StreamID($0)) }
        guard case .send = state.reply(keys[0], size: 60) else {
            Issue.record("not sent")
            return
        }
        guard case .refuse(3, let refusal, _) = state.reply(keys[1], size: 60) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == "REPLIES_UNREAD")
        _ = state.streamClosed(1, now: start)
        guard case .send = state.reply(keys[2], size: 60) else {
            Issue.record("not sent")
            return
        }
    }

    @Test func aReplyThatIsTooLargeIsRefused() throws {
        var state = state()
        let key = try call(&state, 1)
        guard case .refuse(1, let refusal, _) = state.reply(key, size: RPCLimits.replyPayloadBytes + 1) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == "REPLY_TOO_LARGE")
    }

    // MARK: Windows

    @Test func aLargeMessageGetsRoomAtOnce() throws {
        var state = state()
        try begin(&state, 1)
        let start = MessageReaderTests.message([], length: 1 << 20)
        _ = state.receive(1, ByteBuffer(bytes: start), endsStream: false)
        let increment = state.windowChanged(1, RPCLimits.streamWindow - start.count)
        #expect(increment > (1 << 20) - RPCLimits.streamWindow)
        #expect(state.windowChanged(1, RPCLimits.streamWindow - start.count + increment) == 0)
    }

    @Test func aSmallMessageNeedsNone() throws {
        var state = state()
        try begin(&state, 1)
        _ = state.receive(1, ByteBuffer(bytes: MessageReaderTests.message([], length: 1_000)), endsStream: false)
        #expect(state.windowChanged(1, RPCLimits.streamWindow - 5) == 0)
    }

    @Test func largeMessagesWaitForRoom() throws {
        var state = state()
        let announced = ByteBuffer(bytes: MessageReaderTests.message([], length: RPCLimits.frameBytes))
        let fitting = RPCLimits.announcedBytes / RPCLimits.frameBytes
        let ids = (0...fitting).map { HTTP2StreamID(2 * $0 + 1) }
        var granted: [HTTP2StreamID] = []
        for id in ids {
            try begin(&state, id)
            _ = state.receive(id, announced, endsStream: false)
            if state.windowChanged(id, RPCLimits.streamWindow - 5) > 0 { granted.append(id) }
        }
        #expect(granted == Array(ids.prefix(fitting)))
        #expect(state.enlargements().isEmpty)
        _ = state.streamClosed(ids[0], now: start)
        #expect(state.enlargements().map(\.id) == [ids[fitting]])
        #expect(state.enlargements().isEmpty)
    }

    @Test func theConnectionsWindowIsKeptOpen() {
        let state = state()
        #expect(state.connectionWindowChanged(RPCLimits.connectionWindow / 2) == 0)
        #expect(state.connectionWindowChanged(1_000) == RPCLimits.connectionWindow - 1_000)
    }

    // MARK: Abuse and end

    @Test func pingsAreCountedUntilAnAnswer() throws {
        var state = state()
        func ping() -> Bool { state.ping(start) }
        #expect((0..<RPCLimits.pings).allSatisfy { _ in ping() })
        #expect(!ping())
        let key = try call(&state, 1)
        _ = state.reply(key, size: 0)
        #expect(ping())
    }

    @Test func framesThatCarryNothingAreCounted() throws {
        var state = state()
        func frame() -> Bool { state.controlFrame(start) }
        #expect((0..<RPCLimits.controlFrames).allSatisfy { _ in frame() })
        #expect(!frame())
        let key = try call(&state, 1)
        _ = state.reply(key, size: 0)
        #expect((0..<RPCLimits.controlFramesPerAnswer).allSatisfy { _ in frame() })
        #expect(!frame())
    }

    /// A client that opens its window after each small message is not taken for one that makes work for nothing.
    @Test func framesForMessagesThatWereSentAreEarned() throws {
        var state = state()
        let action = state.begin(1, try head(), .bidirectional, isHalfClosed: false, now: start)
        guard case .open(_, let key, _, _, _) = action else {
            Issue.record("not open")
            return
        }
        for _ in 0..<5_000 { _ = state.streamed(key, size: 10) }
        let taken = (0..<10_000).filter { _ in state.controlFrame(start) }
        #expect(taken.count == 10_000)
    }

    @Test func aDrainWaitsForStreamsAndForTheClient() throws {
        var state = state()
        let key = try call(&state, 1)
        let isFirst = state.drain(start)
        let isAgain = state.drain(start)
        #expect(isFirst && !isAgain)
        state.goAwayAcknowledged()
        #expect(!state.isDrained)
        _ = state.reply(key, size: 0)
        #expect(!state.isDrained)
        _ = state.streamClosed(1, now: start)
        #expect(state.isDrained)
    }

    @Test func aClientThatSaysNothingIsNotWaitedForForLong() {
        var state = state()
        _ = state.drain(start)
        #expect(!state.isDrained)
        #expect(state.wakeUp == start + RPCLimits.goAwayPause)
        _ = state.timePassed(start + RPCLimits.goAwayPause)
        #expect(state.isDrained)
    }

    @Test func anIdleConnectionIsClosed() throws {
        var state = state { $0.idle = .seconds(60) }
        let key = try call(&state, 1, timeout: .seconds(10))
        #expect(!state.timePassed(start + .seconds(5)).isIdle)
        _ = state.reply(key, size: 0)
        _ = state.streamClosed(1, now: start + .seconds(5))
        #expect(!state.timePassed(start + .seconds(64)).isIdle)
        #expect(state.timePassed(start + .seconds(65)).isIdle)
    }

    @Test func afterTheEndNothingHasAnEffect() throws {
        var state = state()
        let key = try call(&state, 1)
        state.close()
        guard case .drop = state.reply(key, size: 1) else {
            Issue.record("answered after the end")
            return
        }
        guard case .none = state.begin(3, try head(), .unary, isHalfClosed: true, now: start) else {
            Issue.record("began after the end")
            return
        }
        #expect(!state.wantsInput && state.callCount == 0)
        #expect(state.timePassed(.distantFuture) == .init())
    }
}
