import NIOCore
import NIOPosix
import UsherContract
import UsherRPC

/// A frame as a client sees it.
struct RawFrame: Equatable {
    var header: FrameHeader
    var body: [UInt8]

    /// What a Response frame refuses; nil where it is no refusal.
    var refusal: Refusal? {
        guard let response = try? WireResponse(serializedBytes: body), response.hasStatus,
            let status: [UInt8] = try? response.status.serializedBytes()
        else { return nil }
        return try? Refusal.decode(statusBytes: status)
    }

    /// The payload of an OK Response frame.
    var payload: [UInt8]? {
        guard header.type == .response, let response = try? WireResponse(serializedBytes: body), !response.hasStatus
        else { return nil }
        return Array(response.payload)
    }
}

/// A connection that sends just the bytes that it is given.
final class RawConnection {
    private let channel: any Channel
    private var chunks: AsyncStream<ByteBuffer>.Iterator
    private var received = ByteBuffer()

    init(port: Int) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        chunks = stream.makeAsyncIterator()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(60))
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    deinit { channel.close(promise: nil) }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    /// Sends without waiting for it.
    func push(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    /// The next frame; nil where the server closed the connection.
    func frame() async -> RawFrame? {
        while true {
            if let header = FrameHeader(peeking: received),
                received.readableBytes >= FrameHeader.size + Int(header.length)
            {
                received.moveReaderIndex(forwardBy: FrameHeader.size)
                return RawFrame(header: header, body: received.readBytes(length: Int(header.length)) ?? [])
            }
            channel.read()
            guard var chunk = await chunks.next() else { return nil }
            received.discardReadBytes()
            received.writeBuffer(&chunk)
        }
    }

    /// Reads until the server closes.
    func end() async {
        repeat { channel.read() } while await chunks.next() != nil
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<ByteBuffer>.Continuation

        init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

/// A frame's bytes.
func frame(_ id: UInt32, _ type: FrameType, _ body: [UInt8], flags: UInt8 = 0) -> [UInt8] {
    var buffer = ByteBuffer()
    FrameHeader(length: UInt32(body.count), streamID: id, type: type, flags: flags).write(to: &buffer)
    buffer.writeBytes(body)
    return Array(buffer.readableBytesView)
}

/// The bytes of a call of the test server.
func request(
    _ id: UInt32, _ method: String, _ payload: [UInt8] = [], service: String = "echo.Echo", timeoutNano: Int64 = 0,
    flags: UInt8 = 0
) throws -> [UInt8] {
    let envelope = WireRequest.with {
        $0.service = service
        $0.method = method
        $0.payload = .init(payload)
        $0.timeoutNano = timeoutNano
    }
    return frame(id, .request, try envelope.serializedBytes(), flags: flags)
}
