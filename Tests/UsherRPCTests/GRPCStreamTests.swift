import NIOCore
import NIOHTTP2
import Testing
import UsherContract

@testable import UsherRPC

/// Streaming calls over gRPC, on sockets.
@Suite(.timeLimit(.minutes(10))) struct GRPCStreamTests {
    @Test func aServerStream() async throws {
        try await withServer { port, _, _ in
            let client = try await GRPCClient.connect(port)
            let answer = try await client.call(1, "Watch", [Array("5 3".utf8)])
            #expect(answer.messages == (0..<5).map { [UInt8](repeating: $0, count: 3) })
            #expect(answer.status == "0" && answer.reset == nil)
            let empty = try await client.call(3, "Watch", [Array("0 0".utf8)])
            #expect(empty.headers.first(name: ":status") == "200" && empty.messages.isEmpty && empty.status == "0")
        }
    }

    @Test func aClientStream() async throws {
        try await withServer { port, _, _ in
            let client = try await GRPCClient.connect(port)
            let answer = try await client.call(1, "Upload", [[1], [], [2, 3]])
            #expect(answer.messages == [Array("3 3".utf8)] && answer.status == "0")
            let none = try await client.call(3, "Upload", [])
            #expect(none.messages == [Array("0 0".utf8)])
        }
    }

    @Test func aBidirectionalStream() async throws {
        try await withServer { port, _, _ in
            let client = try await GRPCClient.connect(port)
            client.begin(1, "Chat")
            for number in UInt8(0)..<10 {
                client.send(1, message: [number])
                try await eventually { client.answer(1).messages.count == Int(number) + 1 }
            }
            client.halfClose(1)
            try await eventually { client.isOver(1) }
            #expect(client.answer(1).messages == (0..<10).map { [$0] } && client.answer(1).status == "0")
        }
    }

    /// The server ends a stream that its client has not: it is told why, and that the rest is for nothing.
    @Test func theServerMayEndFirst() async throws {
        try await withServer { port, _, server in
            let client = try await GRPCClient.connect(port)
            client.begin(1, "Chat")
            client.send(1, message: Array("stop".utf8))
            try await eventually { client.answer(1).reset != nil }
            #expect(client.answer(1).status == "0" && client.answer(1).reset == .noError)
            client.begin(3, "Upload")
            client.send(3, message: Array("fail".utf8))
            try await eventually { client.answer(3).reset != nil }
            #expect(client.answer(3).refusal == Echo.refusal)
            #expect(try await client.call(5, "Say", [[1]]).messages == [[1]])
            try await eventually { server.streams.streamCount == 0 && server.streams.taskCount == 0 }
        }
    }

    @Test func aServerStreamTakesExactlyOneMessage() async throws {
        try await withServer { port, _, server in
            let client = try await GRPCClient.connect(port)
            #expect(try await client.call(1, "Watch", []).refusal?.reason == "REQUEST_COUNT")
            let two = try await client.call(3, "Watch", [Array("forever 1".utf8), Array("forever 1".utf8)])
            #expect(two.refusal?.reason == "REQUEST_COUNT" || two.reset != nil)
            try await eventually { server.streams.streamCount == 0 && server.streams.taskCount == 0 }
        }
    }

    private static func messages(_ count: Int, _ size: Int) -> [[UInt8]] {
        Array(repeating: [UInt8](repeating: 1, count: size), count: count)
    }

    /// More than any window, so that windows are opened as messages are taken.
    @Test func uploadsBeyondTheWindows() async throws {
        try await withServer { port, _, _ in
            let client = try await GRPCClient.connect(port)
            let many = try await client.call(1, "Upload", Self.messages(5_000, 900))
            #expect(many.messages == [Array("5000 4500000".utf8)])
            let tiny = try await client.call(3, "Upload", Array(repeating: [], count: 50_000))
            #expect(tiny.messages == [Array("50000 0".utf8)])
            let large = try await client.call(5, "Upload", Self.messages(6, 3 << 20))
            #expect(large.messages == [Array("6 \(18 << 20)".utf8)])
        }
    }

    /// A task that takes nothing closes its stream's window, and no other's.
    @Test func anUploadThatIsNotTakenWaits() async throws {
        try await withServer { port, _, server in
            let client = try await GRPCClient.connect(port)
            client.begin(1, "Upload")
            client.send(1, message: Array("stall".utf8))
            for _ in 0..<200 { client.send(1, message: [UInt8](repeating: 1, count: 10_000)) }
            #expect(try await client.call(3, "Upload", [[1]]).status == "0")
            #expect(!client.isOver(1))
            client.send(1, .rstStream(.cancel))
            try await eventually { server.streams.streamCount == 0 && server.streams.taskCount == 0 }
        }
    }

    /// A slow reader of a stream hurts nobody, on its own connection or another.
    @Test func aStreamThatIsNotReadWaits() async throws {
        try await withServer({ $0.eventLoopThreads = 1 }) { port, _, server in
            let slow = try await GRPCClient.connect(port)
            let other = try await GRPCClient.connect(port)
            for id in stride(from: 1, to: 40, by: 2) {
                slow.stopReading(HTTP2StreamID(id))
                slow.begin(HTTP2StreamID(id), "Watch")
                slow.send(HTTP2StreamID(id), message: Array("forever 1000".utf8), endStream: true)
            }
            for id in stride(from: 41, to: 81, by: 2) {
                #expect(try await slow.call(HTTP2StreamID(id), "Say", [[1]]).messages == [[1]])
                #expect(try await other.call(HTTP2StreamID(id), "Say", [[1]]).messages == [[1]])
            }
            #expect(try await slow.call(81, "Watch", [Array("1000 1000".utf8)]).messages.count == 1_000)
            #expect(slow.answer(1).body.count <= 65_535)
            await slow.close()
            try await eventually { server.streams.streamCount == 0 && server.streams.taskCount == 0 }
        }
    }

    @Test func aDeadlineEndsAStream() async throws {
        try await withServer { port, _, server in
            let client = try await GRPCClient.connect(port)
            client.begin(1, "Chat", extra: [("grpc-timeout", "1m")])
            try await eventually { client.isOver(1) }
            #expect(client.answer(1).status == "4")
            try await eventually { server.streams.streamCount == 0 && server.streams.taskCount == 0 }
        }
    }

    @Test func tooManyStreamsAreRefused() async throws {
        try await withServer({ $0.streamsPerConnection = 2 }) { port, _, _ in
            let client = try await GRPCClient.connect(port)
            client.begin(1, "Chat")
            client.begin(3, "Chat")
            let third = try await client.call(5, "Chat", [])
            #expect(third.status == "8")
            #expect(try await client.call(7, "Say", [[1]]).messages == [[1]])
        }
    }

    @Test func aDrainEndsWhatHasNoEndAndWaitsForTheRest() async throws {
        try await withServer { port, _, server in
            let client = try await GRPCClient.connect(port)
            client.begin(1, "Watch")
            client.send(1, message: Array("forever 10".utf8), endStream: true)
            client.begin(3, "Chat")
            client.send(3, message: [1])
            try await eventually { !client.answer(1).body.isEmpty && !client.answer(3).body.isEmpty }
            async let drained: Void = server.drain(grace: .seconds(120))
            try await eventually { client.isOver(1) }
            #expect(client.answer(1).refusal?.reason == "SERVER_DRAINING")
            client.send(3, message: [2])
            client.halfClose(3)
            await drained
            try await eventually { client.isOver(3) }
            #expect(client.answer(3).messages == [[1], [2]] && client.answer(3).status == "0")
        }
    }

    /// Streams whose connections are cut anywhere leave nothing behind.
    @Test func connectionsCutAnywhere() async throws {
        try await withServer { port, _, server in
            for round in 0..<60 {
                let client = try await GRPCClient.connect(port)
                client.begin(1, "Watch")
                client.send(1, message: Array("forever 100".utf8), endStream: round % 3 != 0)
                client.begin(3, "Chat")
                client.send(3, message: [1])
                client.begin(5, "Upload")
                if round % 2 == 0 { client.send(5, message: Array("stall".utf8)) }
                if round % 4 == 0, round % 3 != 0 {
                    try await eventually { client.answer(1).body.count > 1_000 * round }
                }
                if round % 5 == 0 { client.send(1, .rstStream(.cancel)) }
                await client.close()
            }
            try await eventually { server.streams.streamCount == 0 && server.streams.taskCount == 0 }
        }
    }

    @Test func bothProtocolsOnOnePort() async throws {
        try await withServer { port, _, _ in
            let grpc = try await GRPCClient.connect(port)
            let ttrpc = try await connect(port)
            for number in UInt8(0)..<50 {
                async let first = grpc.call(HTTP2StreamID(2 * Int(number) + 1), "SayElsewhere", [[number]])
                async let second = ttrpc.echo("SayElsewhere", [number])
                #expect(try await first.messages == [[number]])
                #expect(try await second == [number])
            }
        }
    }
}
