import NIOCore
import NIOPosix
import Synchronization
import Testing
import UsherContract

@testable import UsherRPC

/// The client against servers that misbehave.
@Suite(.timeLimit(.minutes(10))) struct ClientTests {
    /// Runs a server that sends `answer` whenever it has received something, and closes where there is none.
    private func withFakeServer(
        _ answer: [UInt8]?, _ body: (ClientConnection) async throws -> Void
    ) async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FakeServer(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let connection = try await connect(try #require(listener.localAddress?.port))
        try await body(connection)
        await connection.close()
        try await listener.close()
    }

    private final class FakeServer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let answer: [UInt8]?

        init(_ answer: [UInt8]?) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard let answer else { return context.close(promise: nil) }
            if !answer.isEmpty { context.writeAndFlush(NIOAny(ByteBuffer(bytes: answer)), promise: nil) }
        }
    }

    @Test(
        arguments: [
            (nil, .connectionLost), ("47", .connectionLost), ("00000001 00000001 02 00 0a", .malformedReply),
            ("00000003 00000001 02 00 0a01ff", .malformedReply), ("00400001 00000001 02 00", .malformedReply),
        ] as [(String?, TransportError)])
    func badAnswers(_ answer: String?, _ error: TransportError) async throws {
        try await withFakeServer(answer.map(hex)) { connection in
            await #expect(throws: error) { try await connection.echo("Say", []) }
            if error == .connectionLost { try await eventually { !connection.isOpen } }
        }
    }

    /// Answers of other ids, data and unknown types are passed over.
    @Test func strayFramesAreIgnored() async throws {
        let stray = hex("00000000 00000009 02 00  00000001 00000001 03 00 aa  00000000 00000001 07 00")
        try await withFakeServer(stray + hex("00000006 00000001 02 00 12040a026869")) { connection in
            let answer = try await connection.echo("Say", [])
            #expect(answer == hex("0a026869"))
        }
    }

    /// The answer of a server that is not ours: a status without details, and one that means OK.
    @Test func plainStatuses() async throws {
        let unimplemented = hex("00000011 00000001 02 00 0a0f 080c 120b 6d6574686f64204e6f7065")
        try await withFakeServer(unimplemented) { connection in
            await #expect(throws: Refusal(.unimplemented, "", "method Nope")) { try await connection.echo("Nope", []) }
        }
        try await withFakeServer(hex("00000005 00000001 02 00 0a00 120109")) { connection in
            let answer = try await connection.echo("Say", [])
            #expect(answer == [9])
        }
    }

    @Test func theCallersTimePasses() async throws {
        try await withFakeServer([]) { connection in
            await #expect(throws: TransportError.timedOut) {
                try await connection.echo("Say", [], timeout: .milliseconds(10))
            }
            await #expect(throws: TransportError.timedOut) { try await connection.echo("Say", [], timeout: .zero) }
            #expect(connection.isOpen)
        }
    }

    @Test func aCancelledTaskIsToldSo() async throws {
        try await withFakeServer([]) { connection in
            let task = Task { try await connection.echo("Say", []) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let late = Task {
                try? await Task.sleep(for: .seconds(60))
                return try await connection.echo("Say", [])
            }
            late.cancel()
            await #expect(throws: CancellationError.self) { try await late.value }
        }
    }

    @Test func closingFailsWhatIsInFlightAndLaterCallsAreNotSent() async throws {
        try await withFakeServer([]) { connection in
            let answer = Task { try await connection.echo("Say", []) }
            // A second call's timeout shows that the first was written.
            await #expect(throws: TransportError.timedOut) {
                try await connection.echo("Say", [], timeout: .milliseconds(10))
            }
            await connection.close()
            await #expect(throws: TransportError.self) { try await answer.value }
            #expect(!connection.isOpen)
            await #expect(throws: TransportError.notSent) { try await connection.echo("Say", []) }
            await connection.close()
        }
    }

    @Test func aCallThatIsTooLargeIsNotSent() async throws {
        try await withServer { port, handler, _ in
            let connection = try await connect(port)
            await #expect(throws: TransportError.requestTooLarge) {
                try await connection.echo("Say", [UInt8](repeating: 0, count: RPCLimits.frameBytes))
            }
            #expect(try await connection.echo("Say", [1]) == [1])
            #expect(handler.count == 1)
        }
    }

    /// The server is on 127.0.0.1 alone. (A port that is given back may be another test's when it is tried.)
    @Test func noServer() async throws {
        try await withServer { port, _, _ in
            let error = await #expect(throws: TransportError.self) { _ = try await connect(port, host: "127.0.0.2") }
            #expect(error?.isCertainlyNotExecuted == true && error?.isConnectionFailure == true)
        }
    }

    /// Calls that completions make, for as long as there are any, without a task.
    @Test func callsOutOfCompletions() async throws {
        final class Chain: Sendable {
            let done = Atomic<Int>(0)

            func next(_ connection: ClientConnection, _ left: Int) {
                connection.call(
                    service: "echo.Echo", method: "Say", payload: [1], timeout: .seconds(600), metadata: []
                ) {
                    guard case .success([1]) = $0, left > 1 else {
                        self.done.add(1, ordering: .acquiringAndReleasing)
                        return
                    }
                    self.next(connection, left - 1)
                }
            }
        }
        try await withServer { port, handler, _ in
            let connection = try await connect(port)
            let chain = Chain()
            for _ in 0..<16 { chain.next(connection, 500) }
            try await eventually { chain.done.load(ordering: .acquiring) == 16 }
            #expect(handler.count == 16 * 500)
        }
    }

    @Test func idsWrapAroundPastThoseInUse() {
        let call = ClientCall(service: "", method: "", payload: [], metadata: [], deadline: nil) { _ in }
        var pending = PendingCalls(firstID: .max - 2)
        pending.insert(call, 1)
        pending.insert(call, 5)
        #expect((0..<5).map { _ in pending.claimID() } == [.max - 2, .max, 3, 7, 9])
    }

    @Test(
        arguments: [
            (.connectFailed(""), true, true), (.notSent, true, true), (.connectionLost, false, true),
            (.timedOut, false, false), (.requestTooLarge, true, false), (.tooManyCalls, true, false),
            (.malformedReply, false, false),
        ] as [(TransportError, Bool, Bool)])
    func whatAnErrorSays(_ error: TransportError, notExecuted: Bool, connectionFailure: Bool) {
        #expect(error.isCertainlyNotExecuted == notExecuted)
        #expect(error.isConnectionFailure == connectionFailure)
    }
}
