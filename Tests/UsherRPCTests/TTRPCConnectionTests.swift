import Logging
import Metrics
import NIOCore
import NIOEmbedded
import Testing
import UsherContract

@testable import UsherRPC

/// The server's end of a connection on a channel without sockets.
@Suite struct TTRPCConnectionTests {
    private struct Fixture {
        let channel: EmbeddedChannel
        let handler = EchoHandler()
        let reads = ReadCounter()

        init(_ configure: (inout RPCServerConfiguration) -> Void = { _ in }) throws {
            var configuration = RPCServerConfiguration()
            configure(&configuration)
            let core = ServerCore(
                configuration: configuration, methods: MethodTable(Echo.methods), handler: handler,
                metrics: TransportMetrics(NOOPMetricsHandler.instance), logger: quietLogger)
            channel = EmbeddedChannel()
            let loop = ServerLoop(eventLoop: channel.eventLoop)
            try channel.pipeline.syncOperations.addHandlers([reads, ProtocolSniffer(core: core, loop: loop)])
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        /// Everything that was sent since the last look.
        func sent() throws -> [UInt8] {
            var bytes: [UInt8] = []
            while let buffer = try channel.readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
            return bytes
        }

        func receive(_ bytes: some Sequence<UInt8>) throws { try channel.writeInbound(ByteBuffer(bytes: bytes)) }

        func setWritable(_ isWritable: Bool) {
            channel.isWritable = isWritable
            channel.pipeline.fireChannelWritabilityChanged()
        }
    }

    /// Counts how often the connection asked for bytes.
    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var count = 0

        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }
    }

    private func calls(_ count: Int, _ method: String = "Say") throws -> [UInt8] {
        try (0..<count).flatMap { try request(UInt32($0 * 2 + 1), method, [UInt8($0 % 256)]) }
    }

    private func frames(_ bytes: [UInt8]) -> [UInt32] {
        var decoder = FrameDecoder()
        decoder.feed(ByteBuffer(bytes: bytes))
        var ids: [UInt32] = []
        while case .frame(let header, _)? = decoder.next() { ids.append(header.streamID) }
        return ids
    }

    /// Calls, refusals and what is ignored: the answers do not depend on where the input is cut.
    @Test func everySplitPoint() throws {
        let input =
            try request(1, "Say", [1, 2, 3]) + frame(4, .data, [1]) + frame(3, FrameType(rawValue: 8), [1, 2])
            + request(5, "Nope") + frame(7, .request, hex("0aff")) + request(9, "Say", [])
        let whole = try Fixture()
        try whole.receive(input)
        let expected = try whole.sent()
        #expect(frames(expected) == [1, 4, 5, 7, 9])
        for split in 0...input.count {
            let fixture = try Fixture()
            try fixture.receive(input[..<split])
            try fixture.receive(input[split...])
            #expect(try fixture.sent() == expected, "split at \(split)")
        }
        let single = try Fixture()
        for byte in input { try single.receive([byte]) }
        #expect(try single.sent() == expected)
    }

    @Test func oneReadIsAnsweredWithOneWrite() throws {
        let fixture = try Fixture()
        try fixture.receive(calls(100))
        let first = try #require(try fixture.channel.readOutbound(as: ByteBuffer.self))
        #expect(frames(Array(first.readableBytesView)).count == 100)
        #expect(try fixture.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func pastTheInFlightLimitNothingIsReadOrDecoded() throws {
        let fixture = try Fixture { $0.inFlightPerConnection = 10 }
        try fixture.receive(calls(25, "Hold"))
        #expect(fixture.handler.count == 10)
        let reads = fixture.reads.count
        fixture.handler.release()
        #expect(fixture.handler.count == 20)
        #expect(fixture.reads.count == reads)
        fixture.handler.release()
        #expect(fixture.handler.count == 25)
        #expect(fixture.reads.count == reads + 1)
        #expect(try frames(fixture.sent()).count == 20)
    }

    @Test func whileUnsentBytesAreManyNothingIsReadOrDecoded() throws {
        let fixture = try Fixture()
        try fixture.receive(calls(1))
        let reads = fixture.reads.count
        fixture.setWritable(false)
        try fixture.receive(calls(5_000))
        #expect(fixture.handler.count == 1)
        #expect(fixture.reads.count == reads)
        fixture.setWritable(true)
        #expect(fixture.handler.count == 5_001)
        #expect(fixture.reads.count == reads + 1)
        #expect(try frames(fixture.sent()).count == 5_001)
    }

    @Test func repliesAfterTheEndDoNothing() throws {
        let fixture = try Fixture()
        try fixture.receive(calls(3, "Hold"))
        try fixture.channel.close().wait()
        fixture.handler.release([1])
        #expect(try fixture.sent() == [])
    }

    /// The first bytes may come one by one; nothing of them is lost.
    @Test func theSnifferHandsOverWhatItSaw() throws {
        let fixture = try Fixture()
        #expect(fixture.reads.count == 1)
        try fixture.receive([0])
        try fixture.receive(calls(1).dropFirst())
        #expect(try frames(fixture.sent()) == [1])
        #expect(throws: (any Error).self) {
            try fixture.channel.pipeline.syncOperations.handler(type: ProtocolSniffer.self)
        }
    }
}
