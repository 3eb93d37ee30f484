import Testing
import UsherContract
import UsherRPC

@Suite(.timeLimit(.minutes(10))) struct DrainTests {
    /// Calls until the server refuses, and returns its refusal.
    private func refusal(of connection: RawConnection, from firstID: UInt32) async throws -> Refusal? {
        var id = firstID
        while true {
            try await connection.send(request(id, "Say"))
            guard let answer = await connection.frame() else { return nil }
            #expect(answer.header.streamID == id)
            if let refusal = answer.refusal { return refusal }
            id += 2
        }
    }

    @Test func whatIsInFlightIsAnsweredAndNewCallsAreRefused() async throws {
        try await withServer { port, handler, server in
            let busy = try await RawConnection(port: port)
            let idle = try await RawConnection(port: port)
            try await busy.send(request(1, "Hold"))
            try await idle.send(request(1, "Say"))
            #expect(await idle.frame()?.payload == [])
            try await eventually { handler.heldCount == 1 }
            async let drained: Void = server.drain(grace: .seconds(60))
            for connection in [busy, idle] {
                let refusal = try await refusal(of: connection, from: 3)
                #expect(refusal?.code == .unavailable && refusal?.reason == "SERVER_DRAINING")
                #expect(refusal?.retryAfter != nil)
            }
            await #expect(throws: TransportError.self) { try await connect(port) }
            handler.release([42])
            #expect(await busy.frame()?.payload == [42])
            #expect(await busy.frame() == nil)
            #expect(await idle.frame() == nil)
            await drained
        }
    }

    @Test func theGraceIsTheEndOfWaiting() async throws {
        try await withServer { port, handler, server in
            let connection = try await connect(port)
            let answer = Task { try await connection.echo("Hold", []) }
            try await eventually { handler.heldCount == 1 }
            await server.drain(grace: .milliseconds(20))
            await #expect(throws: TransportError.connectionLost) { try await answer.value }
            // Its loops are gone; a late reply does nothing.
            handler.release()
        }
    }

    /// Large replies that the client has not read yet are sent before the connection is closed.
    @Test func unsentRepliesAreSent() async throws {
        try await withServer({ $0.unsentHighMark = 64 << 20 }) { port, handler, server in
            let connection = try await RawConnection(port: port)
            try await connection.send((0..<8).flatMap { try request($0 * 2 + 1, "Blow", Array("3000000".utf8)) })
            try await eventually { handler.count == 8 }
            async let drained: Void = server.drain(grace: .seconds(60))
            // Longer than a drained connection lingers: the drain itself waits for the replies to leave.
            try await Task.sleep(for: .milliseconds(1_300))
            for _ in 0..<8 { #expect(await connection.frame()?.payload?.count == 3_000_000) }
            #expect(await connection.frame() == nil)
            await drained
        }
    }

    @Test func drainingTwiceOrBeforeTheStartIsNothing() async throws {
        try await withServer { _, _, server in
            await server.drain(grace: .zero)
            await server.drain(grace: .zero)
        }
        let server = try RPCServer(
            configuration: .init(), methods: [], handler: EchoHandler(), logger: quietLogger)
        await server.drain(grace: .zero)
    }

    @Test func aPortThatIsTakenIsAnError() async throws {
        try await withServer { port, _, _ in
            var configuration = RPCServerConfiguration()
            configuration.port = port
            let second = try RPCServer(
                configuration: configuration, methods: [], handler: EchoHandler(), logger: quietLogger)
            await #expect(throws: (any Error).self) { _ = try await second.start() }
        }
    }
}
