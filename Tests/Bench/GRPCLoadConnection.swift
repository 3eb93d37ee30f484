import NIOCore
import NIOPosix
import UsherContract

// A gRPC client that costs as little as one can, so that what is measured are servers: it writes its headers by hand
// and of what comes reads the frames' own headers and the messages.
// - The first call's headers enter HPACK's table, those of the next name them there, a byte each, as those of usual
//   clients do.
// - Nothing of answers' headers is decoded: a call went well where a message came before the end of its stream.
// - The server's windows are not kept: what 16 calls have in flight is far below the smallest, which is 65,535 bytes.
// - Everything is touched only on the event loop. That is what makes the class Sendable.

/// One HTTP/2 connection that calls one unary method.
final class GRPCLoadConnection: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Completion = @Sendable (Result<[UInt8], any Error>) -> Void

    private struct Call {
        /// The message behind its prefix.
        var body: [UInt8] = []
        let done: Completion
    }

    private static let prefixBytes = 5
    /// Bytes of answers after which the connection's window is opened again, from the most that there can be.
    private static let windowStep = 1 << 29
    private static let widestWindow = Int(Int32.max)

    private let eventLoop: any EventLoop
    private var context: ChannelHandlerContext?
    private var headers: HeaderBlocks
    private var calls: [UInt32: Call] = [:]
    private var nextID: UInt32 = 1
    private var received = ByteBuffer()
    private var outgoing = ByteBuffer()
    private var unannounced = 0
    private var isReading = false

    private init(_ eventLoop: any EventLoop, _ method: MethodDescriptor, key: String) {
        self.eventLoop = eventLoop
        headers = HeaderBlocks(path: "/\(method.fullName)", key: key)
    }

    static func connect(
        port: Int, group: any EventLoopGroup, method: MethodDescriptor, key: String
    ) async throws -> GRPCLoadConnection {
        let eventLoop = group.next()
        let connection = GRPCLoadConnection(eventLoop, method, key: key)
        _ = try await ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(BenchLimits.connectTimeout))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(connection) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return connection
    }

    /// Makes one call; `done` is called on the event loop.
    func call(_ payload: [UInt8], _ done: @escaping Completion) {
        guard eventLoop.inEventLoop else {
            return eventLoop.execute { [self] in
                start(payload, done)
                flush()
            }
        }
        start(payload, done)
        if !isReading { flush() }
    }

    func close() async {
        try? await eventLoop.submit { [self] in
            calls = [:]
            context?.close(promise: nil)
        }.get()
    }

    private func start(_ payload: [UInt8], _ done: @escaping Completion) {
        guard context != nil else { return eventLoop.execute { done(.failure(ChannelError.ioOnClosedChannel)) } }
        let id = nextID
        nextID += 2
        calls[id] = Call(done: done)
        let block = headers.next()
        frame(.headers, id, flags: FrameFlag.endHeaders, block.count)
        outgoing.writeBytes(block)
        frame(.data, id, flags: FrameFlag.endStream, Self.prefixBytes + payload.count)
        outgoing.writeMultipleIntegers(UInt8(0), UInt32(payload.count))
        outgoing.writeBytes(payload)
    }

    private func flush() {
        guard outgoing.readableBytes > 0, let context else { return }
        context.writeAndFlush(wrapOutboundOut(outgoing), promise: nil)
        outgoing = context.channel.allocator.buffer(capacity: outgoing.readableBytes)
    }

    private func fail(_ error: any Error) {
        let failed = calls.values
        calls = [:]
        for call in failed { call.done(.failure(error)) }
    }
}

// MARK: - Channel

extension GRPCLoadConnection {
    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        outgoing.writeString("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        frame(.settings, 0, 0)
        openWindow(by: Self.widestWindow - 65_535)
        flush()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        var chunk = unwrapInboundIn(data)
        if received.readableBytes == 0 { received = chunk } else { received.writeBuffer(&chunk) }
        while takeFrame() {}
        received.discardReadBytes()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        flush()
    }

    func channelInactive(context: ChannelHandlerContext) { fail(ChannelError.ioOnClosedChannel) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error)
        context.close(promise: nil)
    }
}

// MARK: - Frames. Source: RFC 9113, section 6.

extension GRPCLoadConnection {
    private enum FrameKind: UInt8 {
        case data = 0, headers = 1, reset = 3, settings = 4, ping = 6, goAway = 7, windowUpdate = 8
    }

    private enum FrameFlag {
        static let endStream: UInt8 = 1
        static let acknowledgement: UInt8 = 1
        static let endHeaders: UInt8 = 4
    }

    private static let headerBytes = 9

    private func frame(_ kind: FrameKind, _ id: UInt32, flags: UInt8 = 0, _ length: Int) {
        outgoing.writeMultipleIntegers(UInt32(length << 8) | UInt32(kind.rawValue), flags, id)
    }

    /// Returns false where no whole frame is left.
    private func takeFrame() -> Bool {
        let start = received.readerIndex
        guard let (first, flags, id) = received.getMultipleIntegers(at: start, as: (UInt32, UInt8, UInt32).self),
            received.readableBytes >= Self.headerBytes + Int(first >> 8)
        else { return false }
        let body = start + Self.headerBytes
        let length = Int(first >> 8)
        defer { received.moveReaderIndex(to: body + length) }
        switch FrameKind(rawValue: UInt8(truncatingIfNeeded: first)) {
        case .data:
            calls[id]?.body += received.viewBytes(at: body, length: length) ?? ByteBufferView()
            unannounced += length
            if unannounced >= Self.windowStep {
                openWindow(by: unannounced)
                unannounced = 0
            }
        case .headers where flags & FrameFlag.endStream != 0: answered(id)
        case .reset: calls.removeValue(forKey: id)?.done(.failure(BenchFailure("the server reset a stream")))
        case .goAway: fail(BenchFailure("the server went away"))
        case .settings where flags & FrameFlag.acknowledgement == 0:
            frame(.settings, 0, flags: FrameFlag.acknowledgement, 0)
        case .ping where flags & FrameFlag.acknowledgement == 0:
            frame(.ping, 0, flags: FrameFlag.acknowledgement, length)
            outgoing.writeBytes(received.viewBytes(at: body, length: length) ?? ByteBufferView())
        default: break
        }
        return true
    }

    private func answered(_ id: UInt32) {
        guard let call = calls.removeValue(forKey: id) else { return }
        guard call.body.count >= Self.prefixBytes else {
            return call.done(.failure(BenchFailure("a call was refused")))
        }
        call.done(.success(Array(call.body[Self.prefixBytes...])))
    }

    private func openWindow(by increment: Int) {
        frame(.windowUpdate, 0, MemoryLayout<UInt32>.size)
        outgoing.writeInteger(UInt32(increment))
    }
}

/// What the headers of each call are on the wire. Source: RFC 7541.
private struct HeaderBlocks {
    private let first: [UInt8]
    private var isFirst = true
    /// `:method: POST` and `:scheme: http` are in the static table; what `first` has added follows it, the newest at
    /// 62.
    private static let later: [UInt8] = [0x83, 0x86, 0x80 | 66, 0x80 | 65, 0x80 | 64, 0x80 | 63, 0x80 | 62]

    init(path: String, key: String) {
        func text(_ text: String) -> [UInt8] {
            precondition(text.utf8.count < 0x7f, "a length of one byte")
            return [UInt8(text.utf8.count)] + text.utf8
        }
        /// Adds to the table; `name` is an index of the static table.
        func field(_ name: UInt8, _ value: String) -> [UInt8] { [0x40 | name] + text(value) }
        first =
            [0x83, 0x86] + field(4, path) + field(1, "localhost") + field(31, "application/grpc")
            + [0x40] + text("te") + text("trailers") + field(23, "Bearer \(key)")
    }

    mutating func next() -> [UInt8] {
        defer { isFirst = false }
        return isFirst ? first : Self.later
    }
}
