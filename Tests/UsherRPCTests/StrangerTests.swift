import NIOCore
import NIOHTTP2
import Testing
import UsherContract

@testable import UsherRPC

/// Peers without a credential share one budget, and have little time.
@Suite(.timeLimit(.minutes(10))) struct StrangerTests {
    private static let large = 100 << 10

    /// The beginning of a request frame that says that it is so large.
    private func beginning(_ id: UInt32, length: Int, sent: Int) -> [UInt8] {
        Array(frame(id, .request, [UInt8](repeating: 0, count: length)).prefix(sent))
    }

    @Test func largeFramesAreSetAsideForWhole() async throws {
        try await withGuardedServer({ $0.strangerBytes = 2 * Self.large + 100 }) { port, _, server in
            let first = try await RawConnection(port: port)
            let whole = try request(1, "Say", [UInt8](repeating: 1, count: Self.large - 100))
            try await first.send(Array(whole[..<100]))
            try await eventually { server.strangers.used > Self.large - 100 }
            let second = try await RawConnection(port: port)
            let refused = beginning(1, length: Self.large, sent: 100)
            try await second.send(refused)
            #expect(await second.frame()?.refusal?.reason == "CREDENTIAL_FIRST")
            // The rest of it is skipped, and the connection goes on.
            try await second.send([UInt8](repeating: 0, count: FrameHeader.size + Self.large - 100))
            try await second.send(try request(3, "Say", [9]))
            #expect(await second.frame()?.payload == [9])
            try await first.send(Array(whole[100...]))
            #expect(await first.frame()?.payload?.count == Self.large - 100)
            try await eventually { server.strangers.used == 0 }
        }
    }

    @Test func smallFramesCountAsTheyCome() async throws {
        // An answer finds room beside its question, which may still be counted.
        try await withGuardedServer({ $0.strangerBytes = 110_000 }) { port, _, server in
            var connections: [RawConnection] = []
            let whole = try request(1, "Say", [UInt8](repeating: 1, count: 33_000))
            for number in 1...2 {
                connections.append(try await RawConnection(port: port))
                try await connections[number - 1].send(Array(whole[..<30_000]))
                try await eventually { server.strangers.used == number * 30_000 }
            }
            let third = try await RawConnection(port: port)
            try await third.send(Array(try request(1, "Say", [UInt8](repeating: 1, count: 60_000))[..<55_000]))
            #expect(await third.frame()?.refusal?.reason == "STRANGERS_HOLD_TOO_MUCH")
            #expect(server.strangers.used <= 110_000)
            for connection in connections {
                try await connection.send(Array(whole[30_000...]))
                #expect(await connection.frame()?.payload?.count == 33_000)
            }
            try await eventually { server.strangers.used == 0 }
        }
    }

    @Test func aCredentialTakesAConnectionOutOfTheBudget() async throws {
        try await withGuardedServer({ $0.strangerBytes = Self.large }) { port, handler, server in
            let connection = try await RawConnection(port: port)
            try await connection.send(try goodRequest(1, "Say", [1]))
            #expect(await connection.frame()?.payload == [1])
            let whole = try request(3, "Say", [UInt8](repeating: 1, count: 4 * Self.large))
            try await connection.send(Array(whole[..<(3 * Self.large)]))
            try await eventually { handler.trusted.used == 3 * Self.large }
            #expect(server.strangers.used == 0)
            try await connection.send(Array(whole[(3 * Self.large)...]))
            #expect(await connection.frame()?.payload?.count == 4 * Self.large)
            try await eventually { handler.trusted.used == 0 }
        }
    }

    @Test func aKeyHasABudgetToo() async throws {
        try await withGuardedServer(trustedBytes: Self.large) { port, handler, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(try goodRequest(1, "Say", [1]))
            #expect(await connection.frame()?.payload == [1])
            try await connection.send(beginning(3, length: 4 * Self.large, sent: 2 * Self.large))
            #expect(await connection.frame()?.refusal?.reason == "CALLER_HOLDS_TOO_MUCH")
            try await connection.send([UInt8](repeating: 0, count: FrameHeader.size + 2 * Self.large))
            try await connection.send(try request(5, "Say", [5]))
            #expect(await connection.frame()?.payload == [5])
            try await connection.send(try request(7, "Watch", Array("forever 30000".utf8)))
            var refusal: Refusal?
            while refusal == nil, let next = await connection.frame() { refusal = next.refusal }
            #expect(refusal?.reason == "CALLER_HOLDS_TOO_MUCH")
            #expect(handler.trusted.used <= Self.large)
        }
    }

    @Test func aStrangersFrameMustComeInTime() async throws {
        try await withGuardedServer({ $0.strangerFrameTime = .milliseconds(50) }) { port, _, server in
            let connection = try await RawConnection(port: port)
            try await connection.send(beginning(1, length: 1_000, sent: 100))
            #expect(await connection.frame() == nil)
            try await eventually { server.strangers.used == 0 }
        }
    }

    @Test func whoOwesAndDoesNotMoveIsClosed() async throws {
        try await withServer({ $0.stallLimit = .milliseconds(100) }) { port, handler, _ in
            // Who waits for an answer owes nothing.
            let waiting = try await RawConnection(port: port)
            try await waiting.send(try request(1, "Hold"))
            try await eventually { handler.heldCount == 1 }
            let half = try await RawConnection(port: port)
            try await half.send(beginning(1, length: 1_000, sent: 100))
            #expect(await half.frame() == nil)
            // More than sockets take; nothing of it is read until it is too late.
            let unread = try await GRPCClient.connect(port)
            unread.stopReading(1)
            unread.begin(1, "Blow")
            unread.send(1, message: Array("1000000".utf8), endStream: true)
            try await eventually { !unread.isOpen }
            let message = try await GRPCClient.connect(port)
            message.begin(1, "Chat")
            message.send(1, .data(.init(data: .byteBuffer(ByteBuffer(bytes: [0, 0, 0, 0, 9, 1])))))
            try await eventually { !message.isOpen }
            handler.release([3])
            #expect(await waiting.frame()?.payload == [3])
        }
    }

    @Test func gRPCJudgesALargeMessageByItsHeaders() async throws {
        try await withGuardedServer { port, _, server in
            let message = [UInt8](repeating: 1, count: Self.large)
            let client = try await GRPCClient.connect(port)
            client.begin(1, "Say")
            client.send(1, message: message, endStream: true)
            client.begin(3, "Chat")
            client.send(3, message: message)
            try await eventually { client.isOver(1) && client.isOver(3) }
            #expect(client.answer(1).refusal?.reason == "CREDENTIAL_FIRST")
            #expect(client.answer(3).refusal?.reason == "CREDENTIAL_FIRST")
            client.begin(5, "Say", extra: [("authorization", "good")])
            client.send(5, message: message, endStream: true)
            try await eventually { client.isOver(5) }
            #expect(client.answer(5).messages == [message])
            try await eventually { server.strangers.used == 0 }
        }
    }

    @Test func gRPCMessagesCountAsTheyCome() async throws {
        try await withGuardedServer({ $0.strangerBytes = 110_000 }) { port, _, server in
            let client = try await GRPCClient.connect(port)
            let whole = MessageReaderTests.message([UInt8](repeating: 1, count: 33_000))
            let large = MessageReaderTests.message([UInt8](repeating: 1, count: 60_000))
            for (id, bytes) in [(1, whole[..<30_000]), (3, whole[..<30_000]), (5, large[..<55_000])] {
                client.begin(HTTP2StreamID(id), "Chat")
                client.send(HTTP2StreamID(id), .data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)))))
            }
            try await eventually { client.isOver(5) }
            #expect(client.answer(5).refusal?.reason == "STRANGERS_HOLD_TOO_MUCH")
            #expect(server.strangers.used <= 110_000)
            for id in [1, 3] as [HTTP2StreamID] {
                let rest = ByteBuffer(bytes: whole[30_000...])
                client.send(id, .data(.init(data: .byteBuffer(rest), endStream: true)))
                try await eventually { client.isOver(id) }
            }
            #expect(client.answer(1).messages.count == 1 && client.answer(3).messages.count == 1)
            await client.close()
            try await eventually { server.strangers.used == 0 }
        }
    }

    @Test func aStrangerHasFewBuiltInStreams() async throws {
        try await withGuardedServer({ $0.strangerStreams = 2 }) { port, _, _ in
            let client = try await GRPCClient.connect(port)
            func watch(_ id: HTTP2StreamID, extra: [(String, String)] = []) {
                client.begin(id, "Watch", service: "grpc.health.v1.Health", extra: extra)
                client.send(id, message: [], endStream: true)
            }
            for id in [1, 3, 5] as [HTTP2StreamID] { watch(id) }
            try await eventually { client.isOver(5) }
            #expect(client.answer(5).refusal?.reason == "TOO_MANY_STREAMS")
            client.send(1, .rstStream(.cancel))
            for id in stride(from: 7, to: 1_001, by: 2) {
                watch(.init(id))
                try await eventually { client.isOver(.init(id)) || !client.answer(.init(id)).messages.isEmpty }
                if !client.isOver(.init(id)) { break }
            }
            watch(1_001, extra: [("authorization", "good")])
            watch(1_003)
            try await eventually {
                !client.answer(1_001).messages.isEmpty && !client.answer(1_003).messages.isEmpty
            }
        }
    }

    @Test func aStrangersReflectionStreamEnds() async throws {
        try await withGuardedServer({ $0.reflectionIdle = .milliseconds(50) }) { port, _, server in
            let client = try await GRPCClient.connect(port)
            client.begin(1, "ServerReflectionInfo", service: "grpc.reflection.v1.ServerReflection")
            try await eventually { client.isOver(1) }
            #expect(client.answer(1).refusal?.reason == "REFLECTION_OVER")
            let ttrpc = try await RawConnection(port: port)
            try await ttrpc.send(
                try request(1, "ServerReflectionInfo", service: "grpc.reflection.v1.ServerReflection"))
            #expect(await ttrpc.frame()?.refusal?.reason == "REFLECTION_OVER")
            try await eventually { server.streams.taskCount == 0 }
        }
    }
}
