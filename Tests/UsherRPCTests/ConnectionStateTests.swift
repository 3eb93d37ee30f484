import NIOCore
import Testing
import UsherContract

@testable import UsherRPC

/// The state machine without sockets and clocks: `at(5)` is five milliseconds after the connection began.
@Suite struct ConnectionStateTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func at(_ milliseconds: Int64) -> NIODeadline { Self.start + .milliseconds(milliseconds) }

    private func state(inFlight: Int = 3, unreadReplies: Int = 100) -> ConnectionState {
        let settings = ConnectionState.Settings(
            inFlight: inFlight, maximumTimeout: .milliseconds(1_000), idle: .milliseconds(10_000),
            unreadReplies: unreadReplies)
        return ConnectionState(settings, now: Self.start)
    }

    private func header(_ id: UInt32, _ type: FrameType) -> FrameHeader {
        FrameHeader(length: 0, streamID: id, type: type)
    }

    private func admit(
        _ state: inout ConnectionState, _ id: UInt32, timeout: Int64 = 0, at time: Int64 = 0
    ) throws -> CallKey {
        guard case .readRequest = state.receive(header(id, .request)),
            case .dispatch(let key, _) = state.admit(
                id, .unary, timeoutNanoseconds: timeout * 1_000_000, now: at(time))
        else { throw Refused() }
        return key
    }

    private struct Refused: Error {}

    private func refusal(_ action: ConnectionState.FrameAction) -> String? {
        guard case .answer(let refusal) = action else { return nil }
        return refusal.reason
    }

    // MARK: Frames

    @Test(
        arguments: [
            (2, .request, "STREAM_ID_EVEN"), (0, .request, "STREAM_ID_EVEN"), (4, .data, "STREAM_ID_EVEN"),
            (1, .request, "STREAM_ID_IN_USE"), (1, .data, "STREAM_INACTIVE"), (9, .data, "STREAM_INACTIVE"),
            (3, .request, nil), (2, .response, nil), (1, .response, nil), (2, FrameType(rawValue: 9), nil),
        ] as [(UInt32, FrameType, String?)])
    func frames(_ id: UInt32, _ type: FrameType, _ reason: String?) throws {
        var state = state()
        _ = try admit(&state, 1)
        #expect(refusal(state.receive(header(id, type))) == reason)
    }

    @Test func unknownTypesAreIgnored() {
        for type in UInt8.min...UInt8.max where type != 1 && type != 3 {
            var state = state()
            guard case .ignore = state.receive(header(1, FrameType(rawValue: type))) else {
                Issue.record("type \(type)")
                continue
            }
        }
    }

    @Test func idsNeedNotGrowAndAreFreeAfterTheAnswer() throws {
        var state = state(inFlight: 10)
        let keys = try [7, 3, 5, 1].map { try admit(&state, $0) }
        for id: UInt32 in [1, 3, 5, 7] { #expect(refusal(state.receive(header(id, .request))) == "STREAM_ID_IN_USE") }
        guard case .send(3) = state.reply(keys[1], size: 1) else { throw Refused() }
        _ = try admit(&state, 3)
        #expect(refusal(state.receive(header(5, .request))) == "STREAM_ID_IN_USE")
    }

    @Test func idsMayWrapAround() throws {
        var state = state(inFlight: 10)
        let old = try admit(&state, .max)
        let new = try admit(&state, 1)
        #expect(refusal(state.receive(header(1, .request))) == "STREAM_ID_IN_USE")
        _ = state.reply(old, size: 0)
        #expect(refusal(state.receive(header(1, .request))) == "STREAM_ID_IN_USE")
        _ = state.reply(new, size: 0)
        _ = try admit(&state, 1)
    }

    // MARK: Limits

    @Test func theInFlightLimitStopsReadingUntilAnAnswer() throws {
        var state = state(inFlight: 2)
        let first = try admit(&state, 1)
        #expect(state.wantsInput)
        _ = try admit(&state, 3)
        #expect(!state.wantsInput)
        _ = state.reply(first, size: 1)
        #expect(state.wantsInput)
    }

    @Test func unsentBytesStopReading() {
        var state = state()
        state.writabilityChanged(false, now: at(0))
        #expect(!state.wantsInput)
        state.writabilityChanged(true, now: at(1))
        #expect(state.wantsInput)
    }

    @Test func repliesBeyondWhatMayBeUnreadAreRefused() throws {
        var state = state(inFlight: 10, unreadReplies: 100)
        let keys = try [1, 3, 5, 7, 9, 11].map { try admit(&state, $0) }
        guard case .send = state.reply(keys[0], size: 1_000) else { throw Refused() }
        state.writabilityChanged(false, now: at(0))
        guard case .send = state.reply(keys[1], size: 60) else { throw Refused() }
        guard case .refuse(5, let refusal) = state.reply(keys[2], size: 41) else { throw Refused() }
        #expect(refusal.code == .resourceExhausted && refusal.reason == "REPLIES_UNREAD")
        guard case .send(7) = state.reply(keys[3], size: 40) else { throw Refused() }
        state.writabilityChanged(true, now: at(1))
        guard case .send(9) = state.reply(keys[4], size: 1_000) else { throw Refused() }
        // The count begins anew.
        state.writabilityChanged(false, now: at(2))
        guard case .send(11) = state.reply(keys[5], size: 100) else { throw Refused() }
    }

    @Test func repliesThatDoNotFitInAFrameAreRefused() throws {
        var state = state()
        let keys = try [1, 3].map { try admit(&state, $0) }
        guard case .send(1) = state.reply(keys[0], size: RPCLimits.replyPayloadBytes) else { throw Refused() }
        guard case .refuse(3, let refusal) = state.reply(keys[1], size: RPCLimits.replyPayloadBytes + 1) else {
            throw Refused()
        }
        #expect(refusal.code == .resourceExhausted && refusal.reason == "REPLY_TOO_LARGE")
    }

    @Test func onlyTheFirstAnswerCounts() throws {
        var state = state()
        let first = try admit(&state, 1)
        guard case .send(1) = state.reply(first, size: 1) else { throw Refused() }
        guard case .drop = state.reply(first, size: 1) else { throw Refused() }
        // The slot and the id are used again; the old answer is none of the new call.
        let second = try admit(&state, 1)
        guard case .drop = state.reply(first, size: 1) else { throw Refused() }
        guard case .send(1) = state.reply(second, size: 1) else { throw Refused() }
    }

    // MARK: Time

    @Test(
        arguments: [
            (0, 1_000), (1, 1), (400, 400), (1_000, 1_000), (5_000, 1_000), (.max / 1_000_000, 1_000),
        ] as [(Int64, Int64)])
    func deadlines(timeout: Int64, end: Int64) throws {
        var state = state()
        guard
            case .dispatch(_, let deadline) = state.admit(
                1, .unary, timeoutNanoseconds: timeout * 1_000_000, now: at(0))
        else { throw Refused() }
        #expect(deadline == at(end))
        #expect(state.wakeUp == at(end))
        #expect(state.timePassed(at(end) - .nanoseconds(1)).expired.isEmpty)
        #expect(state.timePassed(at(end)).expired == [1])
        #expect(state.inFlight == 0)
    }

    @Test(arguments: [-1, Int64.min]) func aNegativeTimeoutIsOver(timeout: Int64) {
        var state = state()
        guard case .answer(let refusal) = state.admit(1, .unary, timeoutNanoseconds: timeout, now: at(0)) else {
            Issue.record("admitted")
            return
        }
        #expect(refusal.code == .deadlineExceeded)
    }

    @Test func aLateReplyIsDroppedAndItsIDIsFree() throws {
        var state = state(inFlight: 1)
        let key = try admit(&state, 1, timeout: 5)
        #expect(!state.wantsInput)
        #expect(state.timePassed(at(5)).expired == [1])
        #expect(state.wantsInput)
        guard case .drop = state.reply(key, size: 1) else { throw Refused() }
        _ = try admit(&state, 1, at: 6)
    }

    @Test func theWakeUpIsTheEarliestOfAll() throws {
        var state = state(inFlight: 10)
        #expect(state.wakeUp == at(10_000))
        _ = try admit(&state, 1, timeout: 500)
        #expect(state.wakeUp == at(500))
        _ = try admit(&state, 3, timeout: 900)
        #expect(state.wakeUp == at(500))
        let third = try admit(&state, 5, timeout: 100)
        #expect(state.wakeUp == at(100))
        _ = state.reply(third, size: 0)
        #expect(state.timePassed(at(100)).expired.isEmpty)
        // Calls came, so that time is looked at after the shortest timeout again.
        #expect(state.wakeUp == at(200))
        #expect(state.timePassed(at(200)).expired.isEmpty)
        #expect(state.wakeUp == at(500))
        #expect(state.timePassed(at(500)).expired == [1])
        #expect(state.wakeUp == at(900))
        #expect(state.timePassed(at(900)).expired == [3])
    }

    @Test func everyCallThatIsDueExpires() throws {
        var state = state(inFlight: 10)
        for id: UInt32 in [1, 3, 5, 7] { _ = try admit(&state, id, timeout: Int64(id)) }
        #expect(state.timePassed(at(5)).expired.sorted() == [1, 3, 5])
        #expect(state.inFlight == 1)
    }

    @Test func idleConnectionsAreClosed() throws {
        var state = state()
        state.active(at(4_000))
        #expect(state.timePassed(at(10_000)) == .init(expired: [], isIdle: false))
        #expect(state.wakeUp == at(14_000))
        #expect(state.timePassed(at(14_000)).isIdle)
    }

    @Test func aConnectionWithACallInFlightIsNotIdle() throws {
        let settings = ConnectionState.Settings(
            inFlight: 3, maximumTimeout: .milliseconds(60_000), idle: .milliseconds(10_000), unreadReplies: 100)
        var state = ConnectionState(settings, now: Self.start)
        _ = try admit(&state, 1)
        #expect(!state.timePassed(at(59_999)).isIdle)
        #expect(state.timePassed(at(60_000)) == .init(expired: [1], isIdle: false))
        #expect(state.timePassed(at(70_000)).isIdle)
    }

    // MARK: The end

    @Test func drainingRefusesNewCallsAndWaitsForTheOthers() throws {
        var state = state()
        let key = try admit(&state, 1)
        state.drain()
        #expect(!state.isDrained && state.wantsInput)
        #expect(refusal(state.receive(header(3, .request))) == "SERVER_DRAINING")
        #expect(refusal(state.receive(header(1, .request))) == "STREAM_ID_IN_USE")
        guard case .send(1) = state.reply(key, size: 1) else { throw Refused() }
        #expect(state.isDrained)
        #expect(refusal(state.receive(header(3, .request))) == "SERVER_DRAINING")
    }

    @Test func aDrainEndsWithTheLastDeadline() throws {
        var state = state()
        _ = try admit(&state, 1, timeout: 5)
        state.drain()
        #expect(state.timePassed(at(5)).expired == [1])
        #expect(state.isDrained)
    }

    @Test func nothingHappensAfterTheEnd() throws {
        var state = state()
        let key = try admit(&state, 1)
        state.close()
        #expect(!state.wantsInput && state.isDrained)
        guard case .drop = state.reply(key, size: 1) else { throw Refused() }
        guard case .ignore = state.receive(header(3, .request)) else { throw Refused() }
        #expect(state.timePassed(at(20_000)) == .init(expired: [], isIdle: false))
    }
}
