import NIOCore
import NIOEmbedded
import NIOHTTP2
import Testing
import UsherContract

@testable import UsherRPC

/// The server's end of a gRPC connection on a channel without sockets.
@Suite struct GRPCConnectionTests {
    @Test func aCallIsAnswered() throws {
        let fixture = try GRPCFixture()
        try fixture.call(1, [1, 2, 3])
        let answer = try #require(fixture.answers[1])
        #expect(answer.headers.first(name: ":status") == "200")
        #expect(answer.headers.first(name: "content-type") == "application/grpc")
        #expect(answer.messages == [[1, 2, 3]])
        #expect(answer.status == "0" && answer.isEnded && answer.reset == nil)
        try fixture.call(3, [])
        #expect(fixture.answers[3]?.messages == [[]])
    }

    @Test func aRefusalIsTrailersOnly() throws {
        let fixture = try GRPCFixture()
        try fixture.call(1, "Refuse", [])
        let answer = try #require(fixture.answers[1])
        #expect(answer.trailers.isEmpty && answer.body.isEmpty && answer.isEnded)
        #expect(answer.status == "3" && answer.refusal == Echo.refusal)
    }

    @Test func whatIsNotGRPCIsTold() throws {
        let fixture = try GRPCFixture()
        fixture.send(
            1,
            .headers(
                .init(
                    headers: [
                        ":method": "GET", ":scheme": "http", ":path": "/", ":authority": "a", "accept": "text/html",
                    ], endStream: true)))
        try fixture.exchange()
        #expect(fixture.answers[1]?.headers.first(name: ":status") == "415")
        #expect(fixture.answers[1]?.isEnded == true)
    }

    @Test func anUnknownMethodIsRefusedBeforeItsBody() throws {
        let fixture = try GRPCFixture()
        fixture.sendHeaders(1, "Nope")
        try fixture.exchange()
        #expect(fixture.answers[1]?.refusal?.reason == "UNKNOWN_METHOD")
        #expect(fixture.answers[1]?.reset == .noError)
        // The connection is none the worse.
        try fixture.call(3, [1])
        #expect(fixture.answers[3]?.messages == [[1]])
    }

    @Test func aCompressedMessageIsRefused() throws {
        let fixture = try GRPCFixture()
        fixture.sendHeaders(1, extra: [("grpc-encoding", "gzip")])
        fixture.sendData(1, MessageReaderTests.message([1], flag: 1), endStream: true)
        try fixture.exchange()
        #expect(fixture.answers[1]?.status == "12")
        #expect(fixture.answers[1]?.headers.first(name: "grpc-accept-encoding") == "identity")
    }

    @Test func callsOnOneConnectionAreAnsweredInAnyOrder() throws {
        let fixture = try GRPCFixture()
        try fixture.call(1, "Hold", [])
        try fixture.call(3, [3])
        #expect(fixture.answers[1] == nil && fixture.answers[3]?.messages == [[3]])
        fixture.handler.release([9])
        try fixture.exchange()
        #expect(fixture.answers[1]?.messages == [[9]])
    }

    @Test func aReplyIsSentInTheClientsWindows() throws {
        let fixture = try GRPCFixture()
        let size = 1_000_000
        try fixture.call(1, "Blow", Array("\(size)".utf8))
        let first = fixture.answers[1]?.body.count ?? 0
        #expect(first == 65_535)
        while fixture.answers[1]?.isEnded != true {
            let before = fixture.answers[1]?.body.count ?? 0
            fixture.send(.rootStream, .windowUpdate(windowSizeIncrement: 200_000))
            fixture.send(1, .windowUpdate(windowSizeIncrement: 200_000))
            try fixture.exchange()
            guard (fixture.answers[1]?.body.count ?? 0) > before else { break }
        }
        #expect(fixture.answers[1]?.messages.first?.count == size)
        #expect(fixture.answers[1]?.status == "0")
    }

    @Test func aLargeRequestGetsItsWindow() throws {
        let fixture = try GRPCFixture()
        let payload = [UInt8](repeating: 5, count: 3_000_000)
        try fixture.call(1, payload)
        #expect(fixture.windowUpdates.contains { $0.0 == 1 })
        // The client's own windows hold the answer back, which does not matter here.
        #expect(fixture.handler.count == 1)
    }

    @Test func aRequestThatIsTooLargeIsRefused() throws {
        let fixture = try GRPCFixture()
        fixture.sendHeaders(1)
        fixture.sendData(1, Array(MessageReaderTests.message([], length: (4 << 20) + 1)))
        try fixture.exchange()
        #expect(fixture.answers[1]?.refusal?.reason == "MESSAGE_TOO_LARGE")
    }

    @Test func aResetCancels() throws {
        let fixture = try GRPCFixture()
        try fixture.call(1, "Hold", [])
        fixture.send(1, .rstStream(.cancel))
        try fixture.exchange()
        fixture.handler.release([1])
        try fixture.exchange()
        #expect(fixture.answers[1] == nil)
        try fixture.call(3, [1])
        #expect(fixture.answers[3]?.messages == [[1]])
    }

    @Test func deadlines() throws {
        let fixture = try GRPCFixture { $0.maximumTimeout = .milliseconds(1) }
        try fixture.call(1, "Hold", [], extra: [("grpc-timeout", "1n")])
        fixture.server.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        try fixture.exchange()
        #expect(fixture.answers[1]?.status == "4")
    }

    @Test func theSettingsTellTheLimits() throws {
        let fixture = try GRPCFixture { $0.inFlightPerConnection = 7 }
        #expect(fixture.settings.contains { $0.parameter == .maxConcurrentStreams && $0.value == 7 })
        #expect(
            fixture.settings.contains { $0.parameter == .maxHeaderListSize && $0.value == RPCLimits.headerListBytes })
    }

    @Test func aDrainTellsTheClientAndAnswers() throws {
        let fixture = try GRPCFixture()
        try fixture.call(1, "Hold", [])
        let connection = try fixture.server.pipeline.syncOperations.handler(type: GRPCConnection.self)
        let done = fixture.server.eventLoop.makePromise(of: Void.self)
        var isDone = false
        done.futureResult.assumeIsolated().whenSuccess { isDone = true }
        connection.drain(done)
        try fixture.exchange()
        #expect(fixture.goAways.map(\.code) == [.noError] && !isDone)
        fixture.handler.release([4])
        try fixture.exchange()
        #expect(fixture.answers[1]?.messages == [[4]])
        #expect(isDone)
        #expect(fixture.goAways.last?.lastStreamID == 1)
    }

    // MARK: Abuse

    @Test func aPingIsAnswered() throws {
        let fixture = try GRPCFixture()
        fixture.send(.rootStream, .ping(.init(withInteger: 1), ack: false))
        try fixture.exchange()
        #expect(fixture.pongs == 1 && fixture.goAways.isEmpty)
    }

    @Test func pingsWithoutEndAreTooMany() throws {
        let fixture = try GRPCFixture()
        for number in 0..<RPCLimits.pings + 1 {
            fixture.send(.rootStream, .ping(.init(withInteger: UInt64(number)), ack: false))
        }
        try fixture.exchange()
        #expect(fixture.goAways.map(\.code) == [.enhanceYourCalm])
    }

    @Test func settingsWithoutEndAreTooMany() throws {
        let fixture = try GRPCFixture()
        func change(_ number: Int) throws {
            fixture.send(
                .rootStream, .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: number % 2 + 1)])))
            try fixture.exchange()
        }
        // The client's first settings were one of them.
        for number in 1..<RPCLimits.controlFrames { try change(number) }
        #expect(fixture.goAways.isEmpty)
        // A second brings some back.
        fixture.server.embeddedEventLoop.advanceTime(by: .seconds(1))
        for number in 0..<RPCLimits.controlFramesPerSecond { try change(number) }
        #expect(fixture.goAways.isEmpty)
        try change(1)
        #expect(fixture.goAways.map(\.code) == [.enhanceYourCalm])
    }

    @Test func windowsThatOpenByteByByteAreTooMuch() throws {
        let fixture = try GRPCFixture(clientSettings: [HTTP2Setting(parameter: .initialWindowSize, value: 0)])
        try fixture.call(1, "Blow", Array("100000".utf8))
        var updates = 0
        while fixture.goAways.isEmpty, updates < 100_000 {
            fixture.send(1, .windowUpdate(windowSizeIncrement: 1))
            try fixture.exchange()
            updates += 1
        }
        #expect(fixture.goAways.map(\.code) == [.enhanceYourCalm])
        #expect(updates < 2_000)
    }

    @Test func rapidResetsAreTooMany() throws {
        let fixture = try GRPCFixture()
        // How many there were is not looked at: swift-nio-http2 counts them by the clock of the machine.
        for number in 0..<5_000 where fixture.goAways.isEmpty {
            let id = HTTP2StreamID(2 * number + 1)
            fixture.sendHeaders(id, "Hold")
            fixture.send(id, .rstStream(.cancel))
            try fixture.exchange()
        }
        #expect(fixture.goAways.map(\.code) == [.enhanceYourCalm])
    }

    @Test func headersBeyondTheLimitEndTheConnection() throws {
        let fixture = try GRPCFixture()
        // Each counts 32 bytes more than it is written with. Source: RFC 9113, 6.5.2.
        fixture.sendHeaders(1, extra: (0..<RPCLimits.headerListBytes / 32).map { ("k\($0)", "v") })
        try fixture.exchange()
        #expect(fixture.goAways.count == 1 && fixture.goAways.first?.code != .noError)
        #expect(fixture.handler.count == 0)
    }

    /// CONTINUATION frames without end, written by hand: a client of good manners does not send them.
    @Test func continuationsWithoutEndEndTheConnection() throws {
        let fixture = try GRPCFixture()
        func frame(_ type: UInt8, _ payload: [UInt8]) -> ByteBuffer {
            ByteBuffer(bytes: [0, 0, UInt8(payload.count), type, 0, 0, 0, 0, 1] + payload)
        }
        var input = [frame(1, [0x82])]
        input += (0..<RPCLimits.continuationFrames + 1).map { _ in frame(9, [0x82]) }
        for bytes in input { try fixture.server.writeInbound(bytes) }
        try fixture.exchange()
        #expect(fixture.goAways.map(\.code) == [.enhanceYourCalm])
    }

    @Test func aStreamsErrorIsNoConnectionError() throws {
        let fixture = try GRPCFixture()
        fixture.sendHeaders(1)
        try fixture.exchange()
        // Trailers with a header in upper case, by hand: HPACK literal without indexing, "A": "b".
        let block: [UInt8] = [0x00, 0x01, 0x41, 0x01, 0x62]
        try fixture.server.writeInbound(
            ByteBuffer(bytes: [0, 0, UInt8(block.count), 1, 0x5, 0, 0, 0, 1] + block))
        try fixture.exchange()
        #expect(fixture.answers[1]?.reset == .protocolError && fixture.goAways.isEmpty)
        try fixture.call(3, [1])
        #expect(fixture.answers[3]?.messages == [[1]])
    }

    @Test func theEndOfTheConnectionEndsEverything() throws {
        let fixture = try GRPCFixture()
        try fixture.call(1, "Hold", [])
        try fixture.server.close().wait()
        fixture.handler.release([1])
    }

    @Test func anIdleConnectionIsToldToGo() throws {
        let fixture = try GRPCFixture { $0.idleLimit = .milliseconds(1) }
        fixture.server.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        try fixture.exchange()
        #expect(fixture.goAways.map(\.code) == [.noError])
    }
}
