import NIOCore
import NIOPosix
import Synchronization
import Testing
import UsherContract

@testable import UsherRPC

/// Streams of every kind between the client and the server.
@Suite(.timeLimit(.minutes(10))) struct ClientStreamTests {
    private func connect(_ port: Int, _ extensions: ClientExtensions? = ClientExtensions()) async throws
        -> ClientConnection
    {
        try await ClientConnection.connect(
            host: "127.0.0.1", port: port, group: MultiThreadedEventLoopGroup.singleton, connectTimeout: .seconds(60),
            extensions: extensions)
    }

    private func settled(_ server: RPCServer) async throws {
        try await eventually { server.streams.streamCount == 0 && server.streams.taskCount == 0 }
    }

    @Test func aServerStream() async throws {
        try await withServer { port, _, server in
            let connection = try await connect(port)
            let stream = connection.watch("1000 100")
            for number in 0..<1_000 {
                let message = try #require(try await stream.receive())
                #expect(message == [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 100))
            }
            #expect(try await stream.receive() == nil)
            #expect(try await stream.receive() == nil)
            try await settled(server)
        }
    }

    @Test func aClientStream() async throws {
        try await withServer { port, _, _ in
            let connection = try await connect(port)
            let stream = connection.open("Upload", .clientStreaming)
            for number in 0..<500 { try await stream.send([UInt8](repeating: 1, count: number)) }
            stream.closeSend()
            #expect(try await stream.receive() == Array("500 124750".utf8))
            #expect(try await stream.receive() == nil)
            await #expect(throws: TransportError.streamEnded) { try await stream.send([1]) }
        }
    }

    @Test func bothWaysAtOnce() async throws {
        try await withServer { port, _, _ in
            let connection = try await connect(port)
            let stream = connection.open("Chat", .bidirectional)
            async let sending: Void = {
                for number in 0..<2_000 { try await stream.send([UInt8(truncatingIfNeeded: number)]) }
                stream.closeSend()
            }()
            for number in 0..<2_000 { #expect(try await stream.receive() == [UInt8(truncatingIfNeeded: number)]) }
            try await sending
            #expect(try await stream.receive() == nil)
        }
    }

    @Test func streamsAndCallsShareAConnection() async throws {
        try await withServer { port, _, server in
            let connection = try await connect(port)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for kind in 0..<20 {
                    group.addTask {
                        if kind % 2 == 0 {
                            let stream = connection.watch("200 50")
                            var count = 0
                            while try await stream.receive() != nil { count += 1 }
                            #expect(count == 200)
                        } else {
                            for number: UInt8 in 0..<200 {
                                #expect(try await connection.echo("Say", [number]) == [number])
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await settled(server)
        }
    }

    @Test func refusalsAreThrown() async throws {
        try await withServer { port, _, _ in
            let connection = try await connect(port)
            let watch = connection.watch("nonsense")
            await #expect(throws: Echo.refusal) { try await watch.receive() }
            let upload = connection.open("Upload", .clientStreaming)
            try await upload.send(Array("fail".utf8))
            await #expect(throws: Echo.refusal) { try await upload.receive() }
            await #expect(throws: Echo.refusal) { try await upload.send([1]) }
            let unknown = connection.stream(
                service: "no.Such", method: "Stream", .serverStreaming, request: [], timeout: nil, metadata: [])
            await #expect(throws: Refusal.self) { try await unknown.receive() }
        }
    }

    /// A client that does not receive is not sent without end, and then gets everything.
    @Test func aSlowReceiverIsWaitedFor() async throws {
        try await withServer { port, _, server in
            let slow = try await connect(port)
            let stream = slow.watch("2000 65536")
            #expect(try await stream.receive()?.count == 65_536)
            let other = try await connect(port)
            for number: UInt8 in 0..<100 { #expect(try await other.echo("Say", [number]) == [number]) }
            #expect(server.streams.taskCount == 1)
            var count = 1
            while try await stream.receive() != nil { count += 1 }
            #expect(count == 2_000)
        }
    }

    @Test func timesPass() async throws {
        try await withServer { port, _, server in
            let connection = try await connect(port)
            let stream = connection.open("Chat", .bidirectional, timeout: .milliseconds(20))
            await #expect(throws: (any Error).self) { try await stream.receive() }
            try await settled(server)
            #expect(connection.isOpen)
        }
    }

    // MARK: Cancellation

    @Test func aCancelledStreamEndsAtTheServer() async throws {
        try await withServer { port, handler, server in
            let connection = try await connect(port)
            let explicit = connection.watch("forever 10")
            _ = try await explicit.receive()
            explicit.cancel()
            await #expect(throws: CancellationError.self) { while try await explicit.receive() != nil {} }
            try await settled(server)

            let task = Task {
                let stream = connection.open("Chat", .bidirectional)
                return try await stream.receive()
            }
            try await eventually { handler.count == 2 }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try await settled(server)

            // One that nobody holds any more.
            _ = try await connection.watch("forever 10").receive()
            try await settled(server)
            #expect(try await connection.echo("Say", [1]) == [1])
        }
    }

    /// The id of a call that is dropped is free when its handler is done; its answer is not sent.
    @Test func aCancelledCallIsNotAnswered() async throws {
        try await withServer { port, handler, _ in
            let connection = try await connect(port)
            let call = Task { try await connection.echo("Hold", []) }
            try await eventually { handler.heldCount == 1 }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            handler.release([9])
            #expect(try await connection.echo("Say", [1]) == [1])
        }
    }

    // MARK: Extensions, to the byte

    @Test func theServerSpeaksThemOnlyToThoseWhoAsk() async throws {
        try await withServer { port, _, _ in
            let plain = try await RawConnection(port: port)
            try await plain.send(frame(0, .ping, [1, 2]) + request(1, "Say", [1]) + frame(0, .ping, [3]))
            #expect(await plain.frame()?.payload == [1])
            try await plain.send(request(3, "Say", [2]))
            #expect(await plain.frame()?.payload == [2])

            let asking = try await RawConnection(port: port)
            try await asking.send(extended(1, "Say", [1]) + frame(0, .ping, [1, 2]))
            #expect(await asking.frame()?.payload == [1])
            #expect(await asking.frame() == RawFrame(header: .init(length: 2, streamID: 0, type: .pong), body: [1, 2]))
            // Too long, on a call's stream, or asked for too late.
            try await asking.send(
                frame(0, .ping, [UInt8](repeating: 0, count: 65)) + frame(3, .ping, []) + frame(0, .ping, [5]))
            #expect(await asking.frame()?.body == [5])
            try await plain.send(extended(5, "Say", [6]) + frame(0, .ping, []) + request(7, "Say", [7]))
            #expect(await plain.frame()?.payload == [6])
            #expect(await plain.frame()?.payload == [7])
        }
    }

    @Test func cancelNamesAStream() async throws {
        try await withServer { port, handler, server in
            let connection = try await RawConnection(port: port)
            try await connection.send(extended(1, "Chat", []) + request(3, "Hold"))
            try await eventually { server.streams.taskCount == 1 && handler.heldCount == 1 }
            try await connection.send(
                frame(0, .cancel, [0, 0, 0, 1]) + frame(0, .cancel, [0, 0, 0, 3]) + frame(0, .cancel, [0, 0, 0, 99])
                    + frame(0, .cancel, [1]) + frame(0, .cancel, []))
            try await settled(server)
            handler.release([1])
            try await connection.send(request(5, "Say", [5]))
            #expect(await connection.frame()?.payload == [5])
        }
    }

    @Test func aDrainSaysGoodbye() async throws {
        try await withServer { port, handler, server in
            let connection = try await RawConnection(port: port)
            try await connection.send(extended(1, "Hold", []))
            try await eventually { handler.heldCount == 1 }
            async let drained: Void = server.drain(grace: .seconds(60))
            #expect(
                await connection.frame() == RawFrame(header: .init(length: 0, streamID: 0, type: .goAway), body: []))
            handler.release([3])
            #expect(await connection.frame()?.payload == [3])
            await drained
        }
    }

    /// After a goodbye the connection takes no calls, and ends with those that it has.
    @Test func theClientObeysAGoodbye() async throws {
        try await withServer { port, handler, server in
            let connection = try await connect(port)
            let call = Task { try await connection.echo("Hold", []) }
            try await eventually { handler.heldCount == 1 }
            async let drained: Void = server.drain(grace: .seconds(60))
            try await eventually { !connection.isOpen }
            await #expect(throws: TransportError.notSent) { try await connection.echo("Say", []) }
            handler.release([4])
            #expect(try await call.value == [4])
            await drained
        }
    }

    @Test func keepaliveVerdicts() {
        var state = KeepaliveState()
        #expect(state.intervalPassed(isWaiting: true) == .alive)
        state.ponged()
        // Silent for one interval, asked, silent for another one.
        #expect(state.verdicts(3) == [.alive, .ask, .dead])
        state.received()
        #expect(state.verdicts(2) == [.alive, .ask])
        state.received()
        #expect(state.verdicts(2) == [.alive, .ask])
        #expect(state.intervalPassed(isWaiting: false) == .alive)
        #expect(state.verdicts(2) == [.alive, .ask])
    }

    /// A server that falls silent without closing is noticed.
    @Test func aSilentServerIsLeft() async throws {
        let silent = try await SilentServer.start()
        let connection = try await connect(silent.port, ClientExtensions(keepaliveInterval: .milliseconds(5)))
        await #expect(throws: TransportError.connectionLost) { try await connection.echo("Say", []) }
        try await silent.channel.close()
    }

    private func extended(_ id: UInt32, _ method: String, _ payload: [UInt8]) throws -> [UInt8] {
        let envelope = WireRequest.with {
            ($0.service, $0.method, $0.payload) = ("echo.Echo", method, .init(payload))
            $0.metadata = [.with { ($0.key, $0.value) = ("Usher-Extensions", "1") }]
        }
        return frame(id, .request, try envelope.serializedBytes())
    }
}

extension KeepaliveState {
    fileprivate mutating func verdicts(_ count: Int) -> [Verdict] {
        (0..<count).map { _ in intervalPassed(isWaiting: true) }
    }
}

extension ClientConnection {
    fileprivate func open(_ method: String, _ kind: StreamingKind, timeout: Duration? = nil) -> ClientStream {
        stream(service: "echo.Echo", method: method, kind, request: nil, timeout: timeout, metadata: [])
    }

    fileprivate func watch(_ text: String) -> ClientStream {
        stream(
            service: "echo.Echo", method: "Watch", .serverStreaming, request: Array(text.utf8), timeout: nil,
            metadata: [])
    }
}

/// Answers the first ping, and then nothing.
private enum SilentServer {
    static func start() async throws -> (channel: any Channel, port: Int) {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Handler()) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return (channel, channel.localAddress?.port ?? 0)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private var hasAnswered = false

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !hasAnswered else { return }
            hasAnswered = true
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: frame(0, .pong, []))), promise: nil)
        }
    }
}
