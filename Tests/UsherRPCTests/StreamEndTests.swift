import Testing
import UsherContract

@testable import UsherRPC

/// However a stream ends, nothing is left of it: the counts of streams and tasks return to zero.
@Suite(.timeLimit(.minutes(10))) struct StreamEndTests {
    private func settled(_ server: RPCServer) async throws {
        try await eventually { server.streams.streamCount == 0 && server.streams.taskCount == 0 }
    }

    private static func opening(_ id: UInt32) throws -> [[UInt8]] {
        [
            try request(id, "Watch", Array("forever 100000".utf8), flags: 1),
            try request(id, "Watch", Array("3 10".utf8), flags: 1),
            try request(id, "Upload", flags: 2) + frame(id, .data, [1]),
            try request(id, "Upload", Array("stall".utf8), flags: 2) + frame(id, .data, [1]),
            try request(id, "Chat", flags: 2) + frame(id, .data, [1, 2, 3]) + frame(id, .data, [], flags: 5),
        ]
    }

    /// Connections are cut after every byte of an exchange with streams of all kinds.
    @Test func connectionsCutAnywhereLeaveNothing() async throws {
        try await withServer { port, _, server in
            let first = try Self.opening(1)[0].count
            let input = try (0..<5).flatMap { try Self.opening(UInt32($0 * 2 + 1))[$0] }
            for length in 1...input.count {
                let connection = try await RawConnection(port: port)
                try await connection.send(Array(input[..<length]))
                // Some are cut while the server answers.
                if length >= first, length % 3 == 0 { _ = await connection.frame() }
            }
            try await settled(server)
        }
    }

    /// Any order of requests, data, ends and cancellations on few ids: the connection answers, and nothing is left.
    @Test func anyOrderOfFramesLeavesNothing() async throws {
        try await withServer({ $0.streamsPerConnection = 3 }) { port, _, server in
            for seed: UInt64 in 0..<100 {
                var random = SplitMix(state: seed)
                let connection = try await RawConnection(port: port)
                try await connection.send(extended(21, "Say"))
                var frames: [UInt8] = []
                for _ in 0..<60 {
                    let id = UInt32([1, 3, 5, 7, 9].randomElement(using: &random)!)
                    switch Int.random(in: 0..<8, using: &random) {
                    case 0: frames += try request(id, "Watch", Array("forever 9".utf8), flags: 1)
                    case 1: frames += try request(id, "Watch", Array("2 70000".utf8), flags: 1)
                    case 2: frames += try request(id, "Upload", flags: 2)
                    case 3: frames += try request(id, "Chat", [1], flags: 2)
                    case 4: frames += frame(0, .cancel, [0, 0, 0, UInt8(id)])
                    case 5: frames += frame(id, .data, [], flags: 5)
                    default:
                        let length = Int.random(in: 0...3, using: &random)
                        let flags = UInt8.random(in: 0...7, using: &random)
                        frames += frame(id, .data, [UInt8](repeating: 1, count: length), flags: flags)
                    }
                }
                try await connection.send(frames)
                try await connection.send(request(99, "Say", [UInt8(seed)]))
                while let answer = await connection.frame() {
                    if answer.header.streamID == 99 {
                        #expect(answer.payload == [UInt8(seed)])
                        break
                    }
                }
            }
            try await settled(server)
        }
    }

    private func extended(_ id: UInt32, _ method: String) throws -> [UInt8] {
        let envelope = WireRequest.with {
            ($0.service, $0.method) = ("echo.Echo", method)
            $0.metadata = [.with { ($0.key, $0.value) = ("usher-extensions", "1") }]
        }
        return frame(id, .request, try envelope.serializedBytes())
    }

    @Test func deadlinesEndTasks() async throws {
        try await withServer { port, _, server in
            let connection = try await RawConnection(port: port)
            for (number, method) in ["Watch", "Upload", "Chat"].enumerated() {
                let payload = Array((method == "Watch" ? "forever 1" : "stall").utf8)
                try await connection.send(
                    request(UInt32(number * 2 + 1), method, payload, timeoutNano: 1_000_000, flags: 2))
            }
            var refused: Set<UInt32> = []
            while refused.count < 3, let frame = await connection.frame() {
                if frame.refusal?.code == .deadlineExceeded { refused.insert(frame.header.streamID) }
            }
            #expect(refused == [1, 3, 5])
            try await settled(server)
        }
    }

    /// A drain ends streams without an end at once, and waits for the others.
    @Test func aDrainWithOpenStreams() async throws {
        try await withServer { port, _, server in
            let connection = try await RawConnection(port: port)
            try await connection.send(
                request(1, "Watch", Array("forever 10".utf8), flags: 1) + request(3, "Upload", flags: 2)
                    + frame(3, .data, [1]))
            #expect(await connection.frame()?.body.count == 10)
            async let drained: Void = server.drain(grace: .seconds(60))
            var refusal: Refusal?
            while refusal == nil, let frame = await connection.frame() { refusal = frame.refusal }
            #expect(refusal?.reason == "SERVER_DRAINING" && refusal?.code == .unavailable)
            try await connection.send(frame(3, .data, [2]) + frame(3, .data, [], flags: 5))
            #expect(await connection.frame()?.payload == Array("2 2".utf8))
            #expect(await connection.frame() == nil)
            await drained
            try await settled(server)
        }
    }

    @Test func theEndOfTheGraceCutsStreams() async throws {
        try await withServer { port, handler, server in
            let connection = try await RawConnection(port: port)
            try await connection.send(request(1, "Upload", Array("stall".utf8), flags: 2))
            try await eventually { handler.count == 1 }
            await server.drain(grace: .milliseconds(20))
            #expect(await connection.frame()?.refusal?.reason == "SERVER_DRAINING")
            #expect(await connection.frame() == nil)
            try await settled(server)
        }
    }
}
