import NIOCore
import Testing
import UsherContract

@testable import UsherRPC

/// The life of a stream in the state machine, without sockets, clocks and tasks.
@Suite struct StreamStateTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func at(_ milliseconds: Int64) -> NIODeadline { Self.start + .milliseconds(milliseconds) }

    private func state(streams: Int = 3) -> ConnectionState {
        let settings = ConnectionState.Settings(
            inFlight: 2, maximumTimeout: .milliseconds(1_000), streams: streams,
            maximumStreamTimeout: .milliseconds(5_000), idle: .milliseconds(10_000))
        return ConnectionState(settings, now: Self.start)
    }

    private struct Refused: Error, Equatable {
        var reason = ""
    }

    private func open(
        _ state: inout ConnectionState, _ id: UInt32, _ kind: StreamingKind, timeout: Int64 = 0, at time: Int64 = 0
    ) throws -> CallKey {
        let header = FrameHeader(length: 0, streamID: id, type: .request, flags: 0)
        guard case .readRequest = state.receive(header) else { throw Refused() }
        switch state.admit(id, kind, timeoutNanoseconds: timeout * 1_000_000, now: at(time)) {
        case .dispatch(let key, _): return key
        case .answer(let refusal): throw Refused(reason: refusal.reason)
        }
    }

    /// What a frame does, in a word; the key is the stream's.
    private func receive(
        _ state: inout ConnectionState, _ id: UInt32, flags: UInt8 = 0, length: UInt32 = 0, _ type: FrameType = .data
    ) -> String {
        switch state.receive(FrameHeader(length: length, streamID: id, type: type, flags: flags)) {
        case .ignore: "ignored"
        case .readRequest: "request"
        case .answer(let refusal): "answer \(refusal.reason)"
        case .fail(_, let refusal): "fail \(refusal.reason)"
        case .pong: "pong"
        case .readCancel: "cancel"
        case .take(let input):
            switch input.ending {
            case .open: input.isMessage ? "message" : "nothing"
            case .halfClosed: input.isMessage ? "message, closed" : "closed"
            case .failed(let refusal): (input.isMessage ? "message, " : "") + "fail \(refusal.reason)"
            }
        }
    }

    /// Every flag that a Data frame can have, with and without bytes, on a stream that the client may send on.
    @Test(
        arguments: [
            (0, 0, "message"), (0, 5, "message"), (4, 0, "nothing"), (4, 5, "nothing"), (5, 0, "closed"),
            (1, 0, "message, closed"), (1, 5, "message, fail DATA_WITH_CLOSE"), (5, 5, "fail DATA_WITH_CLOSE"),
            (2, 5, "message"), (0xf8, 5, "message"),
        ] as [(UInt8, UInt32, String)], [StreamingKind.clientStreaming, .bidirectional])
    func dataOnAnOpenStream(_ row: (flags: UInt8, length: UInt32, expected: String), _ kind: StreamingKind) throws {
        var state = state()
        _ = try open(&state, 1, kind)
        #expect(receive(&state, 1, flags: row.flags, length: row.length) == row.expected)
    }

    /// The same where the client has closed: by its method's kind, or by itself.
    @Test(
        arguments: [
            (0, 0, "fail STREAM_INACTIVE"), (0, 5, "fail STREAM_INACTIVE"), (5, 0, "ignored"),
            (1, 0, "fail STREAM_INACTIVE"), (5, 5, "fail STREAM_INACTIVE"),
        ] as [(UInt8, UInt32, String)],
        [StreamingKind.serverStreaming, .clientStreaming, .bidirectional])
    func dataOnAClosedStream(_ row: (flags: UInt8, length: UInt32, expected: String), _ kind: StreamingKind) throws {
        var state = state()
        let key = try open(&state, 1, kind)
        if kind != .serverStreaming { #expect(receive(&state, 1, flags: 5) == "closed") }
        #expect(receive(&state, 1, flags: row.flags, length: row.length) == row.expected)
        #expect(state.isOpen(key, 1) == (row.expected == "ignored"))
    }

    @Test func afterItsEndAStreamIsInactive() throws {
        var state = state()
        let key = try open(&state, 1, .bidirectional)
        let isTold = state.streamEnded(key, 1)
        #expect(isTold)
        #expect(receive(&state, 1, flags: 5) == "answer STREAM_INACTIVE")
        #expect(state.inFlight == 0)
        guard case .drop = state.streamed(key, 1, size: 1) else { throw Refused() }
        // The id is free.
        _ = try open(&state, 1, .bidirectional)
    }

    @Test func aRequestOnAStreamsIDEndsIt() throws {
        var state = state()
        let key = try open(&state, 1, .bidirectional)
        #expect(receive(&state, 1, .request) == "fail STREAM_ID_IN_USE")
        #expect(!state.isOpen(key, 1))
        let isTold = state.streamEnded(key, 1)
        #expect(!isTold)
    }

    @Test func aFrameThatIsTooLargeEndsTheStreamAndNoCall() throws {
        var state = state()
        let key = try open(&state, 1, .bidirectional)
        let header = FrameHeader(length: 5 << 20, streamID: 1, type: .data)
        guard case .fail(key, .frameTooLarge) = state.receiveSkipped(header, .frameTooLarge) else { throw Refused() }
        guard case .answer(.frameTooLarge) = state.receiveSkipped(header, .frameTooLarge) else { throw Refused() }
    }

    @Test func messagesThatAreTooLargeEndTheStream() throws {
        var state = state()
        let key = try open(&state, 1, .serverStreaming)
        guard case .send(1) = state.streamed(key, 1, size: RPCLimits.frameBytes) else { throw Refused() }
        guard case .refuse(1, .replyTooLarge) = state.streamed(key, 1, size: RPCLimits.frameBytes + 1) else {
            throw Refused()
        }
        guard case .drop = state.streamed(key, 1, size: 1) else { throw Refused() }
    }

    /// A stream that its client has dropped counts until its task has ended.
    @Test func streamsThatLingerCount() throws {
        var state = state(streams: 2)
        let first = try open(&state, 1, .serverStreaming)
        _ = try open(&state, 3, .bidirectional)
        #expect(throws: Refused(reason: "TOO_MANY_STREAMS")) { try open(&state, 5, .clientStreaming) }
        let cancelled = state.cancel(1)
        #expect(cancelled == first)
        #expect(throws: Refused(reason: "TOO_MANY_STREAMS")) { try open(&state, 5, .clientStreaming) }
        let isTold = state.streamEnded(first, 1)
        #expect(!isTold)
        _ = try open(&state, 5, .clientStreaming)
    }

    /// Streams need not end, so that they must not keep the connection from being read.
    @Test func streamsDoNotCountAsCallsInFlight() throws {
        var state = state(streams: 5)
        for id in 0..<5 { _ = try open(&state, UInt32(id * 2 + 1), .bidirectional) }
        #expect(state.wantsInput)
        _ = try open(&state, 21, .unary)
        #expect(state.wantsInput)
        _ = try open(&state, 23, .unary)
        #expect(!state.wantsInput)
    }

    @Test func streamsHaveDeadlinesOfTheirOwn() throws {
        var state = state()
        let short = try open(&state, 1, .bidirectional, timeout: 100)
        let long = try open(&state, 3, .serverStreaming, timeout: 3_000)
        let longest = try open(&state, 5, .serverStreaming)
        var passed = state.timePassed(at(100))
        #expect(passed == .init(expired: [1], streams: [short], isIdle: false))
        #expect(!state.isOpen(short, 1) && state.isOpen(long, 3))
        passed = state.timePassed(at(3_000))
        #expect(passed == .init(expired: [3], streams: [long], isIdle: false))
        passed = state.timePassed(at(5_000))
        #expect(passed == .init(expired: [5], streams: [longest], isIdle: false))
        #expect(state.inFlight == 0)
    }

    @Test func aDrainWaitsForStreams() throws {
        var state = state()
        let key = try open(&state, 1, .clientStreaming)
        state.drain()
        #expect(receive(&state, 3, .request) == "answer SERVER_DRAINING")
        #expect(receive(&state, 1, flags: 5) == "closed")
        #expect(!state.isDrained)
        let isTold = state.streamEnded(key, 1)
        #expect(isTold && state.isDrained)
    }

    /// The extensions are for those who have asked for them with their first request, and on stream 0.
    @Test func extensions() throws {
        var plain = state()
        #expect(receive(&plain, 0, .ping) == "ignored")
        plain.requestRead(asksForExtensions: false)
        plain.requestRead(asksForExtensions: true)
        #expect(receive(&plain, 0, .ping) == "ignored" && receive(&plain, 0, length: 4, .cancel) == "ignored")
        var asking = state()
        asking.requestRead(asksForExtensions: true)
        #expect(receive(&asking, 0, .ping) == "pong" && receive(&asking, 0, length: 4, .cancel) == "cancel")
        #expect(receive(&asking, 0, length: 64, .ping) == "pong" && receive(&asking, 0, length: 65, .ping) == "ignored")
        #expect(receive(&asking, 1, .ping) == "ignored" && receive(&asking, 1, .cancel) == "ignored")
        #expect(receive(&asking, 0, .pong) == "ignored" && receive(&asking, 0, .goAway) == "ignored")
    }

    /// A unary call that its client has dropped is not answered, and its id is taken until it could have been.
    @Test func aCancelledCallIsSilent() throws {
        var state = state()
        let key = try open(&state, 1, .unary)
        let stream = state.cancel(1)
        #expect(stream == nil)
        #expect(receive(&state, 1, .request) == "answer STREAM_ID_IN_USE")
        guard case .drop = state.reply(key, size: 1) else { throw Refused() }
        #expect(receive(&state, 1, .request) == "request")
        let unknown = state.cancel(99)
        #expect(unknown == nil)
    }

    @Test func aCancelledCallHasNoDeadlineToBeToldOf() throws {
        var state = state()
        _ = try open(&state, 1, .unary)
        _ = state.cancel(1)
        let passed = state.timePassed(at(1_000))
        #expect(passed == .init(expired: [], isIdle: false))
        #expect(state.inFlight == 0)
    }
}
