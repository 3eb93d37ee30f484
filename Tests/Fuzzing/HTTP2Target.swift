import Logging
import NIOCore
import NIOEmbedded
import Synchronization
import UsherContract
import UsherRPC

/// A gRPC connection: whatever frames come, and however they are cut, it does not crash, and what it writes is no more
/// than so many times what it reads.
public struct HTTP2Target: FuzzTarget {
    public let name = "http2"

    private let server: RPCServer
    private let handler = CountingHandler()

    /// - Throws: what a server throws whose certificate cannot be read; this one has none.
    public init() throws {
        let methods: [(String, StreamingKind)] = [
            ("Say", .unary), ("Chat", .bidirectional), ("Upload", .clientStreaming),
        ]
        server = try RPCServer(
            configuration: RPCServerConfiguration(),
            methods: methods.map { name, streaming in
                MethodDescriptor(
                    service: "e.E", name: name, requestType: "e.Q", responseType: "e.R", streaming: streaming,
                    idempotency: .noSideEffects, hasRequestID: false, requestContainsMap: false)
            }, handler: handler, logger: Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Frames, without the preface, which is always in front.
    public var seeds: [[UInt8]] {
        let message = Self.frame(0, flags: 1, [0, 0, 0, 0, 2, 7, 8])
        let trailers = Self.frame(1, flags: 5, [0x00, 1, 0x61, 1, 0x62])
        let settings = Self.frame(4, id: 0, [0, 4, 0, 0, 0, 10])
        return [
            settings + Self.headers("Say") + message,
            Self.headers("Say", extra: Self.literal("grpc-timeout", "1S") + Self.literal("a-bin", "Zg")) + message,
            Self.headers("Chat") + Self.frame(0, [0, 0, 0, 0, 0]) + trailers,
            Self.headers("Upload") + Self.frame(3, [0, 0, 0, 8]) + Self.headers("Say", id: 3),
            Self.headers("Nope") + message + Self.frame(6, id: 0, [1, 2, 3, 4, 5, 6, 7, 8]),
            Self.frame(8, id: 0, [0, 0, 1, 0]) + Self.frame(7, id: 0, [0, 0, 0, 0, 0, 0, 0, 0]),
            Self.frame(1, flags: 0, [0x83, 0x86]) + Self.frame(9, flags: 4, Self.block("Say")) + message,
            Self.headers("Say") + Self.frame(0, flags: 1, [0, 0x7f, 0xff, 0xff, 0xff]),
            Self.headers("Say") + Self.frame(0, flags: 9, [2, 0, 0, 0, 0, 0, 1, 1]),
        ]
    }

    public func check(_ input: [UInt8]) throws -> FuzzOutcome {
        var random = SplitMix(seed: input.reduce(UInt64(input.count)) { $0 &* 31 &+ UInt64($1) })
        let before = handler.count
        let channel = EmbeddedChannel()
        try server.serve(on: channel)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + Self.frame(4, id: 0, []) + input
        var (fed, written) = (0, 0)
        while fed < bytes.count, channel.isActive {
            let end = min(bytes.count, fed + 1 + random.below(random.below(4) == 0 ? 24 : bytes.count))
            // What is wrong with the bytes is reported as an error, which is what they are for.
            _ = try? channel.writeInbound(ByteBuffer(bytes: bytes[fed..<end]))
            fed = end
            while let data = try channel.readOutbound(as: IOData.self) { written += data.readableBytes }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        try require(written <= 4_096 + 256 * bytes.count, "writes \(written) bytes", input)
        return handler.count > before ? .accepted : .refused
    }

    private static func frame(_ type: UInt8, flags: UInt8 = 0, id: UInt8 = 1, _ payload: [UInt8]) -> [UInt8] {
        [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, flags, 0, 0, 0, id] + payload
    }

    private static func headers(_ method: String, id: UInt8 = 1, extra: [UInt8] = []) -> [UInt8] {
        frame(1, flags: 4, id: id, [0x83, 0x86] + block(method) + extra)
    }

    /// Path and content type, in HPACK without its table.
    private static func block(_ method: String) -> [UInt8] {
        literal(":path", "/e.E/\(method)") + literal("content-type", "application/grpc")
    }

    private static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0x00, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
    }
}

/// Answers every call with its payload.
private final class CountingHandler: CallHandler {
    private let handled = Atomic<Int>(0)

    var count: Int { handled.load(ordering: .relaxed) }

    func handle(_ call: InboundCall, reply: Reply) {
        handled.add(1, ordering: .relaxed)
        reply.send(.success(Array(call.payload.readableBytesView)))
    }

    func begin(_ call: InboundCall, stream: ServerStream) {
        handled.add(1, ordering: .relaxed)
        stream.finish(.success(nil))
    }
}
