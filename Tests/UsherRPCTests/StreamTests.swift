import NIOCore
import Testing
import UsherContract

@testable import UsherRPC

/// Streams over TCP, to the byte.
@Suite(.timeLimit(.minutes(10))) struct StreamTests {
    private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func data(_ id: UInt32, _ message: [UInt8], flags: UInt8 = 0) -> [UInt8] {
        frame(id, .data, message, flags: flags)
    }

    private func end(_ id: UInt32) -> [UInt8] { frame(id, .data, [], flags: 5) }

    // MARK: Every kind

    @Test func aServerStream() async throws {
        try await withServer { port, _, server in
            let connection = try await RawConnection(port: port)
            try await connection.send(request(5, "Watch", text("3 2"), flags: 1))
            for number: UInt8 in 0..<3 {
                let frame = await connection.frame()
                #expect(frame?.header == FrameHeader(length: 2, streamID: 5, type: .data))
                #expect(frame?.body == [number, number])
            }
            // The vector of the specification.
            #expect(await connection.frame()?.header == FrameHeader(peeking: ByteBuffer(bytes: end(5))))
            #expect(end(5) == hex("00000000 00000005 03 05"))
            try await eventually { server.streams.streamCount == 0 && server.streams.taskCount == 0 }
        }
    }

    /// The flags of the request say nothing: the method's descriptor does.
    @Test(arguments: [UInt8(0), 1, 2, 6, 0xff]) func flagsOfARequestSayNothing(_ flags: UInt8) async throws {
        try await withServer { port, _, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(request(1, "Watch", text("1 1"), flags: flags))
            #expect(await connection.frame()?.body == [0])
            #expect(await connection.frame()?.header.flags == 5)
            try await connection.send(request(3, "Upload", flags: flags) + data(3, [1]) + end(3))
            #expect(await connection.frame()?.payload == text("1 1"))
        }
    }

    @Test func aClientStream() async throws {
        try await withServer { port, _, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(
                request(1, "Upload", flags: 2) + data(1, [1, 2]) + data(1, []) + data(1, [3]) + end(1))
            let answer = try #require(await connection.frame())
            #expect(answer.header.type == .response && answer.header.flags == 0)
            #expect(answer.payload == text("3 3"))
        }
    }

    /// What a request carries is the first message; where it carries nothing there is none.
    @Test func theFirstMessageMayComeWithTheRequest() async throws {
        try await withServer { port, _, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(request(1, "Upload", [1, 2], flags: 2) + end(1) + request(3, "Upload") + end(3))
            // Each stream is a task of its own: either may be answered first.
            var answers = [try #require(await connection.frame()), try #require(await connection.frame())]
            answers.sort { $0.header.streamID < $1.header.streamID }
            #expect(answers.map(\.payload) == [text("1 2"), text("0 0")])
        }
    }

    /// The end may hold an empty message; `no data` says that it holds none.
    @Test func emptyMessagesAreMessages() async throws {
        try await withServer { port, _, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(
                request(1, "Upload") + data(1, [], flags: 4) + data(1, [], flags: 1) + request(3, "Chat") + data(3, []))
            var answers = [try #require(await connection.frame()), try #require(await connection.frame())]
            answers.sort { $0.header.streamID < $1.header.streamID }
            #expect(answers[0].payload == text("1 0"))
            #expect(answers[1].header == FrameHeader(length: 0, streamID: 3, type: .data))
        }
    }

    @Test func bothWays() async throws {
        try await withServer { port, _, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(request(1, "Chat", flags: 2))
            for number: UInt8 in 0..<10 {
                try await connection.send(data(1, [number]))
                #expect(await connection.frame()?.body == [number])
            }
            try await connection.send(end(1))
            #expect(await connection.frame()?.header.flags == 5)
        }
    }

    /// The server may end first; then the stream is over, and what the client still sends is answered.
    @Test func theServerMayEndFirst() async throws {
        try await withServer { port, _, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(request(1, "Chat", flags: 2) + data(1, text("stop")))
            #expect(await connection.frame()?.header.flags == 5)
            try await connection.send(end(1))
            #expect(await connection.frame()?.refusal?.reason == "STREAM_INACTIVE")
            try await connection.send(request(1, "Say", [7]))
            #expect(await connection.frame()?.payload == [7])
        }
    }

    @Test func aRefusalEndsTheStream() async throws {
        try await withServer { port, _, server in
            let connection = try await RawConnection(port: port)
            try await connection.send(request(1, "Watch", text("nonsense"), flags: 1))
            let answer = try #require(await connection.frame())
            #expect(answer.header.type == .response && answer.refusal == Echo.refusal)
            try await eventually { server.streams.taskCount == 0 }
        }
    }

    /// Wherever the bytes are cut, each stream has the same answers.
    @Test func everySplitPoint() async throws {
        let input =
            try request(1, "Watch", text("2 3"), flags: 1) + request(3, "Upload", flags: 6) + data(3, [1, 2])
            + request(5, "Chat", [9], flags: 2) + data(5, [8]) + request(7, "Refuse") + end(3)
            + data(5, []) + end(5) + data(11, [1])
        let expected: [UInt32: [UInt8]] = [
            1: data(1, [0, 0, 0]) + data(1, [1, 1, 1]) + end(1),
            3: frame(3, .response, hex("12 03 312032")),
            5: data(5, [9]) + data(5, [8]) + data(5, []) + end(5),
        ]
        try await withServer { port, _, _ in
            for split in 0...input.count {
                let connection = try await RawConnection(port: port)
                try await connection.send(Array(input[..<split]))
                try await connection.send(Array(input[split...]))
                var answers: [UInt32: [UInt8]] = [:]
                for _ in 0..<10 {
                    let answer = try #require(await connection.frame())
                    answers[answer.header.streamID, default: []] += frame(
                        answer.header.streamID, answer.header.type, answer.body, flags: answer.header.flags)
                }
                for (id, bytes) in expected where answers[id] != bytes {
                    Issue.record("split at \(split), stream \(id): \(answers[id] ?? [])")
                }
                #expect(Set(answers.keys) == [1, 3, 5, 7, 11])
            }
        }
    }

    // MARK: Limits

    /// A task that takes nothing costs its stream, not the connection and not another stream.
    @Test func inboundOverflowFailsTheStream() async throws {
        try await withServer({ $0.streamLimits.inboundMessages = 10 }) { port, _, server in
            let connection = try await RawConnection(port: port)
            try await connection.send(request(1, "Upload", text("stall")) + request(3, "Chat"))
            var sent = 0
            // The task takes the first message and no other.
            while sent < 12 {
                try await connection.send(data(1, [1]))
                sent += 1
            }
            let answer = try #require(await connection.frame())
            #expect(answer.header.streamID == 1 && answer.refusal?.reason == "STREAM_OVERFLOW")
            #expect(answer.refusal?.code == .resourceExhausted)
            try await eventually { server.streams.taskCount == 1 }
            try await connection.send(data(3, [4]))
            var next = try #require(await connection.frame())
            // What came after the failure was for no stream.
            while next.header.streamID == 1 { next = try #require(await connection.frame()) }
            #expect(next.header.streamID == 3 && next.body == [4])
        }
    }

    @Test func inboundBytesAreBoundedToo() async throws {
        try await withServer({ $0.streamLimits.inboundBytes = 1_000 }) { port, _, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(
                request(1, "Upload", text("stall")) + data(1, [UInt8](repeating: 0, count: 900))
                    + data(1, [UInt8](repeating: 0, count: 900)) + data(1, [UInt8](repeating: 0, count: 900)))
            #expect(await connection.frame()?.refusal?.reason == "STREAM_OVERFLOW")
        }
    }

    /// What waits for all streams of a connection is bounded together; other streams and connections go on.
    @Test func inboundBytesOfAConnectionAreBounded() async throws {
        try await withServer({ $0.streamBytesPerConnection = 1_000 }) { port, _, server in
            let connection = try await RawConnection(port: port)
            let part = [UInt8](repeating: 0, count: 600)
            try await connection.send(
                request(1, "Upload", text("stall")) + data(1, part) + request(3, "Upload", text("stall")))
            try await eventually { server.streams.taskCount == 2 }
            try await connection.send(data(3, part))
            let answer = try #require(await connection.frame())
            #expect(answer.header.streamID == 3 && answer.refusal?.reason == "CONNECTION_OVERFLOW")
            #expect(answer.refusal?.code == .resourceExhausted)
            try await eventually { server.streams.taskCount == 1 }
            // A stream that begins with too much is refused before it has a task.
            try await connection.send(request(5, "Upload", part))
            #expect(await connection.frame()?.refusal?.reason == "CONNECTION_OVERFLOW")
            try await connection.send(request(7, "Chat"))
            // What is taken counts no longer.
            for number in 0..<20 {
                let message = [UInt8](repeating: UInt8(number), count: 300)
                try await connection.send(data(7, message))
                #expect(await connection.frame()?.body == message)
            }
            let other = try await RawConnection(port: port)
            try await other.send(request(1, "Upload", text("stall")) + data(1, part) + request(3, "Say", [1]))
            #expect(await other.frame()?.payload == [1])
            try await eventually { server.streams.streamCount == 3 }
        }
    }

    /// A stream that fails gives back what waited for it.
    @Test func whatWaitedForAStreamIsGivenBack() async throws {
        try await withServer({ $0.streamBytesPerConnection = 1_000 }) { port, _, server in
            let connection = try await RawConnection(port: port)
            for round in 0..<20 {
                let id = UInt32(round * 2 + 1)
                let part = [UInt8](repeating: 0, count: 600)
                // The request again ends the stream, whose task sleeps and takes nothing more.
                try await connection.send(request(id, "Upload", text("stall")) + data(id, part))
                try await eventually { server.streams.taskCount == 1 }
                try await connection.send(request(id, "Upload"))
                #expect(await connection.frame()?.refusal?.reason == "STREAM_ID_IN_USE")
                try await eventually { server.streams.streamCount == 0 }
            }
        }
    }

    @Test func streamsOfAConnectionAreBounded() async throws {
        try await withServer({ $0.streamsPerConnection = 2 }) { port, _, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(request(1, "Chat") + request(3, "Chat") + request(5, "Chat"))
            #expect(await connection.frame()?.refusal?.reason == "TOO_MANY_STREAMS")
            try await connection.send(end(1))
            #expect(await connection.frame()?.header.flags == 5)
            try await connection.send(request(5, "Chat") + data(5, [1]))
            #expect(await connection.frame()?.body == [1])
        }
    }

    /// A client that reads nothing makes its streams wait: what they have produced stays bounded, another connection of
    /// the same loop is served, and so are calls of its own as soon as it reads.
    @Test func aSlowReaderHurtsNobody() async throws {
        try await withServer({ $0.eventLoopThreads = 1 }) { port, _, server in
            let slow = try await RawConnection(port: port)
            try await slow.send(request(1, "Watch", text("3000 65536"), flags: 1))
            let other = try await RawConnection(port: port)
            for number: UInt8 in 0..<200 {
                try await other.send(request(1, "Say", [number]))
                #expect(await other.frame()?.payload == [number])
            }
            try await other.send(request(3, "Watch", text("500 1000"), flags: 1))
            for _ in 0..<500 { #expect(await other.frame()?.body.count == 1_000) }
            #expect(await other.frame()?.header.flags == 5)
            // 200 MB were not produced: the slow stream's task waits.
            #expect(server.streams.taskCount == 1)
            try await slow.send(request(3, "Say", [42]))
            var messages = 0
            while let frame = await slow.frame(), frame.header.streamID != 3 { messages += 1 }
            #expect(messages < 3_000)
            while let frame = await slow.frame(), frame.header.flags != 5 { messages += 1 }
            #expect(messages == 3_000)
        }
    }

    /// Streams of a connection have their turns one message at a time: a short one is not behind a long one.
    @Test func streamsShareAConnection() async throws {
        try await withServer { port, _, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(
                request(1, "Watch", text("forever 10000"), flags: 1) + request(3, "Watch", text("20 10"), flags: 1))
            var short = 0
            while short < 20 {
                guard let frame = await connection.frame() else { break }
                if frame.header.streamID == 3 { short += 1 }
            }
            #expect(short == 20)
        }
    }
}
