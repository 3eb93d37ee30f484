import Testing
import UsherContract
import UsherRPC

/// Every row of the wire's error table, with raw bytes over TCP, and that the connection survives where it says so.
@Suite(.timeLimit(.minutes(10))) struct ErrorTableTests {
    /// What is sent, and what must come back before the answer to a good call that follows.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let answers: [(id: UInt32, code: StatusCode, reason: String)]

        init(_ name: String, _ bytes: [UInt8], _ answers: [(UInt32, StatusCode, String)]) {
            self.name = name
            self.bytes = bytes
            self.answers = answers
        }

        var testDescription: String { name }
    }

    static func rows() throws -> [Row] {
        let big = [UInt8](repeating: 0xee, count: RPCLimits.frameBytes + 1)
        let hold = try request(1, "Hold")
        return [
            Row("a frame that is too large", frame(3, .request, big), [(3, .resourceExhausted, "MESSAGE_TOO_LARGE")]),
            Row(
                "data that is too large, on an even id", frame(4, .data, big),
                [(4, .resourceExhausted, "MESSAGE_TOO_LARGE")]),
            Row("an even id", try request(2, "Say"), [(2, .invalidArgument, "STREAM_ID_EVEN")]),
            Row("the id 0", try request(0, "Say"), [(0, .invalidArgument, "STREAM_ID_EVEN")]),
            Row("an even id on data", frame(6, .data, [1]), [(6, .invalidArgument, "STREAM_ID_EVEN")]),
            Row("an even id on an unknown type", frame(2, FrameType(rawValue: 99), [1]), []),
            Row("an id in use", hold + (try request(1, "Say")), [(1, .invalidArgument, "STREAM_ID_IN_USE")]),
            Row(
                "a request that is garbage", frame(3, .request, hex("ffffff")),
                [(3, .invalidArgument, "ENVELOPE_MALFORMED")]),
            Row(
                "an unknown service", try request(3, "Say", service: "no.Such"),
                [(3, .unimplemented, "UNKNOWN_SERVICE")]),
            Row("an unknown method", try request(3, "Nope"), [(3, .unimplemented, "UNKNOWN_METHOD")]),
            Row("an empty request", frame(3, .request, []), [(3, .unimplemented, "UNKNOWN_SERVICE")]),
            Row("data on no stream", frame(3, .data, [1]), [(3, .invalidArgument, "STREAM_INACTIVE")]),
            Row("data on a unary call", hold + frame(1, .data, [1]), [(1, .invalidArgument, "STREAM_INACTIVE")]),
            Row(
                "the end of data on a unary call", hold + frame(1, .data, [], flags: 5),
                [(1, .invalidArgument, "STREAM_INACTIVE")]),
            Row(
                "data with an end and a payload on no stream", frame(3, .data, [1], flags: 1),
                [(3, .invalidArgument, "STREAM_INACTIVE")]),
            Row("an unknown type", frame(3, FrameType(rawValue: 4), [1, 2, 3]), []),
            Row("a response", frame(3, .response, hex("12040a026869")), []),
            Row(
                "data to a server stream",
                try request(3, "Watch", Array("forever 1".utf8), flags: 1)
                    + frame(3, .data, [1]), [(3, .invalidArgument, "STREAM_INACTIVE")]),
            Row(
                "an id that a stream has", try request(3, "Chat", flags: 2) + (try request(3, "Say")),
                [(3, .invalidArgument, "STREAM_ID_IN_USE")]),
            Row(
                "a message that is too large", try request(3, "Chat", flags: 2) + frame(3, .data, big),
                [(3, .resourceExhausted, "MESSAGE_TOO_LARGE")]),
            Row(
                "data with an end and a payload",
                try request(3, "Upload", flags: 2)
                    + frame(3, .data, [1], flags: 1), [(3, .invalidArgument, "DATA_WITH_CLOSE")]),
            Row(
                "data after the end",
                try request(3, "Upload", Array("stall".utf8), flags: 2)
                    + frame(3, .data, [], flags: 5) + frame(3, .data, [1]),
                [(3, .invalidArgument, "STREAM_INACTIVE")]),
            Row(
                "a stream whose time passes", try request(3, "Chat", timeoutNano: 1_000, flags: 2),
                [(3, .deadlineExceeded, "DEADLINE_EXCEEDED")]),
            Row(
                "a stream that is refused", try request(3, "Upload", Array("fail".utf8), flags: 2),
                [(3, .invalidArgument, "NOT_LIKED")]),
            Row(
                "a reply that is too large", try request(3, "Blow", Array("\(RPCLimits.frameBytes)".utf8)),
                [(3, .resourceExhausted, "REPLY_TOO_LARGE")]),
            Row(
                "a time that is over", try request(3, "Say", timeoutNano: -1),
                [(3, .deadlineExceeded, "DEADLINE_EXCEEDED")]),
            Row(
                "a time that passes", try request(3, "Hold", timeoutNano: 1_000),
                [(3, .deadlineExceeded, "DEADLINE_EXCEEDED")]),
            Row("a unary call with flags", try request(3, "Refuse", flags: 0xff), [(3, .invalidArgument, "NOT_LIKED")]),
        ]
    }

    @Test(arguments: try rows()) func theConnectionSurvives(_ row: Row) async throws {
        try await withServer { port, handler, _ in
            let connection = try await RawConnection(port: port)
            connection.push(row.bytes)
            for expected in row.answers {
                let answer = try #require(await connection.frame())
                #expect(answer.header.type == .response && answer.header.flags == 0)
                #expect(answer.header.streamID == expected.id)
                #expect(answer.refusal?.code == expected.code)
                #expect(answer.refusal?.reason == expected.reason)
                let status = try WireResponse(serializedBytes: answer.body).status
                #expect(try Usher_Client_Wire_ErrorInfo(serializedBytes: status.details[0].value).domain == "usher")
            }
            try await connection.send(request(99, "Say", [1, 2]))
            let last = try #require(await connection.frame())
            #expect(last.header.streamID == 99 && last.payload == [1, 2])
            handler.release()
        }
    }

    /// The vectors of the specification, to the byte.
    @Test func vector() async throws {
        try await withServer { port, _, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(
                hex("00000016 00000001 01 00 0a096563686f2e4563686f 1203536179 1a040a026869"))
            let answer = try #require(await connection.frame())
            #expect(frame(1, .response, answer.body) == hex("00000006 00000001 02 00 12040a026869"))
            #expect(answer.header == FrameHeader(length: 6, streamID: 1, type: .response))
        }
    }

    /// What was answered before arrives; what comes after is not looked at.
    @Test func aReservedByteThatIsNotZeroClosesTheConnection() async throws {
        try await withServer { port, handler, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(request(1, "Say", [5]) + [1] + request(3, "Say", [6]))
            #expect(await connection.frame()?.payload == [5])
            #expect(await connection.frame() == nil)
            #expect(handler.count == 1)
        }
    }

    @Test(arguments: ["1603010200", "505253", "474554202f", "ff"])
    func otherProtocolsAreClosed(_ bytes: String) async throws {
        try await withServer { port, handler, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(hex(bytes))
            #expect(await connection.frame() == nil)
            #expect(handler.count == 0)
        }
    }

    /// Bad input of one connection is nothing to another.
    @Test func otherConnectionsAreUnharmed() async throws {
        try await withServer({ $0.eventLoopThreads = 1 }) { port, _, _ in
            let good = try await RawConnection(port: port)
            var random = SplitMix(state: 7)
            for round in 0..<50 {
                let bad = try await RawConnection(port: port)
                let garbage = (0..<2_000).map { _ in UInt8.random(in: 0...255, using: &random) }
                bad.push(frame(UInt32(round), .request, garbage) + garbage)
                try await good.send(request(1, "Say", [UInt8(round)]))
                #expect(await good.frame()?.payload == [UInt8(round)])
            }
        }
    }
}
