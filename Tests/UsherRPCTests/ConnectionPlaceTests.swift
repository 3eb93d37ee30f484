import NIOCore
import Testing
import UsherContract

@testable import UsherRPC

/// Connections that have shown nothing good, over TCP.
@Suite(.timeLimit(.minutes(10))) struct ConnectionPlaceTests {
    @Test func thereAreNoMoreConnectionsThanConfigured() async throws {
        try await withServer({
            ($0.connections, $0.strangerConnections, $0.connectionsPerAddress) = (2, 1, .unlimited)
        }) { port, _, server in
            let first = try await connect(port)
            #expect(try await first.echo("Say", Echo.trust) == Echo.trust)
            let second = try await connect(port)
            #expect(try await second.echo("Say", Echo.trust) == Echo.trust)
            #expect(server.connections == (2, 0))
            let third = try await RawConnection(port: port)
            #expect(await third.frame() == nil)
            #expect(try await first.echo("Say", [1]) == [1])
            await first.close()
            // The place is free as soon as the server has seen the end.
            while true {
                if let next = try? await connect(port), (try? await next.echo("Say", [2])) == [2] { break }
            }
        }
    }

    @Test func theOldestStrangerIsClosedForANewcomer() async throws {
        try await withServer({ ($0.connections, $0.strangerConnections) = (100, 2) }) { port, _, _ in
            let known = try await connect(port)
            #expect(try await known.echo("Say", Echo.trust) == Echo.trust)
            let oldest = try await RawConnection(port: port)
            try await oldest.send(request(1, "Say", [1]))
            #expect(await oldest.frame()?.payload == [1])
            var others: [ClientConnection] = []
            for _ in 0..<2 {
                let other = try await connect(port)
                #expect(try await other.echo("Say", [2]) == [2])
                others.append(other)
            }
            #expect(await oldest.frame() == nil)
            #expect(try await known.echo("Say", [3]) == [3])
            for other in others { #expect(try await other.echo("Say", [4]) == [4]) }
        }
    }

    @Test func anAddressHasNoMoreThanItsShare() async throws {
        try await withServer({ $0.connectionsPerAddress = .connections(1) }) { port, _, server in
            let first = try await connect(port)
            #expect(try await first.echo("Say", Echo.trust) == Echo.trust)
            let second = try await RawConnection(port: port)
            #expect(await second.frame() == nil)
            #expect(server.connections == (1, 0))
        }
    }

    /// Whoever brings no call is closed in time, whatever else it brings; a health check is a call.
    @Test(arguments: ["", "00", "505249", "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a000000040000000000"])
    func whoBringsNoCallIsClosed(bytes: String) async throws {
        try await withServer({ $0.firstCallLimit = .milliseconds(300) }) { port, _, _ in
            let silent = try await RawConnection(port: port)
            if !bytes.isEmpty { try await silent.send(hex(bytes)) }
            await silent.end()
        }
    }

    @Test func aHealthCheckIsACall() async throws {
        try await withServer({ $0.firstCallLimit = .milliseconds(300) }) { port, _, server in
            let checking = try await connect(port)
            func check() async throws {
                _ = try await checking.call(
                    service: "grpc.health.v1.Health", method: "Check", payload: [], timeout: nil, metadata: [])
            }
            // A slow machine may need more than one attempt to be in time; once it was, the connection stays.
            try await check()
            let silent = try await RawConnection(port: port)
            try await silent.send([0])
            await silent.end()
            try await check()
            #expect(server.connections.strangers >= 1)
        }
    }

    @Test func whoIsDismissedIsAnsweredAndClosed() async throws {
        try await withServer { port, handler, _ in
            let connection = try await RawConnection(port: port)
            try await connection.send(request(1, "Hold") + request(3, "Say", Echo.dismiss))
            #expect(await connection.frame()?.payload == Echo.dismiss)
            handler.release([1])
            let last = await connection.frame()
            #expect(last?.payload == [1] || last == nil)
            await connection.end()

            let grpc = try await GRPCClient.connect(port)
            let answer = try await grpc.call(1, "Say", [Echo.dismiss])
            #expect(answer.messages == [Echo.dismiss])
        }
    }
}
