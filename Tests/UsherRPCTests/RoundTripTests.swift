import NIOCore
import Testing
import UsherContract
import UsherRPC

/// Calls of our client to our server over TCP.
@Suite(.timeLimit(.minutes(10))) struct RoundTripTests {
    @Test(arguments: ["Say", "SayElsewhere"]) func manyConnectionsWithManyCallsEach(method: String) async throws {
        try await withServer { port, handler, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let connection = try await connect(port)
                        try await Self.callMany(connection, method, seed: number)
                        await connection.close()
                    }
                }
                try await group.waitForAll()
            }
            #expect(handler.count == 20 * 100)
        }
    }

    /// Each answer belongs to its call.
    private static func callMany(_ connection: ClientConnection, _ method: String, seed: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for call in 0..<100 {
                var random = SplitMix(state: UInt64(seed * 1_000 + call))
                let size = Int.random(in: 0..<(call % 20 == 0 ? 200_000 : 300), using: &random)
                let payload = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
                group.addTask {
                    let answer = try await connection.echo(method, payload)
                    #expect(answer == payload)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(arguments: [0, 1, RPCLimits.replyPayloadBytes]) func sizes(_ size: Int) async throws {
        try await withServer { port, _, _ in
            let connection = try await connect(port)
            #expect(try await connection.echo("Blow", Array("\(size)".utf8)).count == size)
        }
    }

    /// Metadata and timeout reach the handler.
    @Test func whatTheHandlerIsGiven() async throws {
        struct Mirror: CallHandler {
            func handle(_ call: InboundCall, reply: Reply) {
                let connection = call.connection
                let before = connection.attachment as? Int ?? 0
                connection.attachment = before + 1
                let left = (call.deadline - .now()).nanoseconds
                let text = [
                    "\(call.method)", "\(before)", connection.peerAddress, "\(connection.transport)",
                    call.metadata.all("key").map { String(buffer: $0) }.joined(separator: "+"),
                    call.metadata.firstString("authorization") ?? "none",
                    "\(left > 0 && left <= 300_000_000_000)",
                ]
                reply.send(.success(Array(text.joined(separator: " ").utf8)))
            }
        }
        var configuration = RPCServerConfiguration()
        configuration.port = 0
        configuration.maximumTimeout = .seconds(600)
        let server = try RPCServer(
            configuration: configuration, methods: Echo.methods, handler: Mirror(), logger: quietLogger)
        let connection = try await connect(try await server.start().port)
        let metadata = [("Key", "a"), ("authorization", "Bearer x"), ("key", "b")]
        for round in 0..<2 {
            let answer = try await connection.call(
                service: "echo.Echo", method: "Hold", payload: [], timeout: .seconds(300), metadata: metadata)
            #expect(String(decoding: answer, as: UTF8.self) == "2 \(round) 127.0.0.1 ttrpc a+b Bearer x true")
        }
        await server.drain(grace: .zero)
    }

    @Test func aRefusalArrivesWhole() async throws {
        try await withServer { port, _, _ in
            let connection = try await connect(port)
            await #expect(throws: Echo.refusal) { try await connection.echo("Refuse", []) }
        }
    }

    /// A handler that never answers is answered for, and its late reply is nobody's.
    @Test func theServerEnforcesDeadlines() async throws {
        try await withServer { port, handler, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(
                request(1, "Hold", timeoutNano: 40_000_000) + request(3, "Hold", timeoutNano: 10_000_000))
            var expired: Set<UInt32> = []
            for _ in 0..<2 {
                let answer = try #require(await connection.frame())
                expired.insert(answer.header.streamID)
                #expect(answer.refusal?.code == .deadlineExceeded)
            }
            #expect(expired == [1, 3])
            handler.release([1])
            try await connection.send(request(1, "Say", [2]))
            #expect(await connection.frame()?.payload == [2])
        }
    }

    @Test func theServersMaximumIsTheTimeoutOfCallsWithoutOne() async throws {
        try await withServer({ $0.maximumTimeout = .milliseconds(20) }) { port, _, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(request(1, "Hold") + request(3, "Hold", timeoutNano: .max))
            for _ in 0..<2 { #expect(await connection.frame()?.refusal?.code == .deadlineExceeded) }
        }
    }

    @Test func silentConnectionsAreClosedInTheEnd() async throws {
        try await withServer({ $0.idleLimit = .milliseconds(30) }) { port, _, _ in
            let silent = try await RawConnection(port: port)
            #expect(await silent.frame() == nil)
            // Whether the call comes in time is the machine's business; the connection ends in either case.
            let used = try await RawConnection(port: port)
            used.push(try request(1, "Say", [1]))
            while await used.frame() != nil {}
        }
    }
}
