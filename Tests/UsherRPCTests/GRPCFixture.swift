import Logging
import Metrics
import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2
import Testing
import UsherContract

@testable import UsherRPC

/// What a client saw of one stream.
struct GRPCAnswer {
    /// The first headers, which are the only ones where the server answered with trailers only.
    var headers = HPACKHeaders()
    var trailers = HPACKHeaders()
    var body: [UInt8] = []
    var reset: HTTP2ErrorCode?
    var isEnded = false

    mutating func note(_ frame: HTTP2Frame.FramePayload.Headers) {
        if headers.isEmpty { headers = frame.headers } else { trailers = frame.headers }
        isEnded = frame.endStream
    }

    var status: String? { trailers.first(name: "grpc-status") ?? headers.first(name: "grpc-status") }

    var refusal: Refusal? {
        let details =
            trailers.first(name: "grpc-status-details-bin") ?? headers.first(name: "grpc-status-details-bin")
        return details.flatMap { Base64.decode($0) }.flatMap { try? Refusal.decode(statusBytes: $0) }
    }

    /// The messages, where the body is whole.
    var messages: [[UInt8]] {
        var reader = MessageReader()
        reader.feed(ByteBuffer(bytes: body))
        var messages: [[UInt8]] = []
        while case .message(let message)? = reader.next() { messages.append(Array(message.readableBytesView)) }
        return reader.hasRest ? [] : messages
    }
}

/// The server's end of a connection and swift-nio-http2's client, back to back without sockets.
final class GRPCFixture {
    let server: EmbeddedChannel
    let client = EmbeddedChannel()
    let handler = EchoHandler()
    private(set) var answers: [HTTP2StreamID: GRPCAnswer] = [:]
    private(set) var goAways: [(code: HTTP2ErrorCode, lastStreamID: HTTP2StreamID)] = []
    /// The bytes of the client's window updates and settings are the client's own; this is what the server sent.
    private(set) var windowUpdates: [(HTTP2StreamID, Int)] = []
    private(set) var settings: [HTTP2Setting] = []
    private(set) var pongs = 0

    init(
        clientSettings: [HTTP2Setting] = [], _ configure: (inout RPCServerConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = RPCServerConfiguration()
        configuration.maximumTimeout = .seconds(600)
        configure(&configuration)
        let core = ServerCore(
            configuration: configuration, methods: MethodTable(Echo.methods), handler: handler,
            metrics: TransportMetrics(NOOPMetricsHandler.instance), logger: quietLogger)
        server = EmbeddedChannel()
        let loop = ServerLoop(eventLoop: server.eventLoop)
        try server.pipeline.syncOperations.addHandler(ProtocolSniffer(core: core, loop: loop))
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = clientSettings
        connection.controlFrameRateLimit.maximumCount = 1_000_000
        try client.pipeline.syncOperations.addHandler(
            NIOHTTP2Handler(mode: .client, connectionConfiguration: connection))
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        try server.connect(to: address).wait()
        try client.connect(to: address).wait()
        try exchange()
    }

    /// Carries bytes both ways until nobody has more to say.
    func exchange() throws {
        var isQuiet: Bool
        repeat {
            isQuiet = true
            while let data = try client.readOutbound(as: IOData.self) {
                guard case .byteBuffer(let bytes) = data else { continue }
                isQuiet = false
                if server.isActive { try server.writeInbound(bytes) }
            }
            for bytes in try sent() {
                isQuiet = false
                try client.writeInbound(bytes)
            }
            while let frame = try client.readInbound(as: HTTP2Frame.self) { note(frame) }
        } while !isQuiet
    }

    /// What the server wrote.
    private func sent() throws -> [ByteBuffer] {
        var all: [ByteBuffer] = []
        while let data = try server.readOutbound(as: IOData.self) {
            if case .byteBuffer(let bytes) = data { all.append(bytes) }
        }
        return all
    }

    func send(_ id: HTTP2StreamID, _ payload: HTTP2Frame.FramePayload) {
        // `writeOutbound` would wait until the windows have room for it.
        client.writeAndFlush(HTTP2Frame(streamID: id, payload: payload), promise: nil)
    }

    func sendHeaders(
        _ id: HTTP2StreamID, _ method: String = "Say", extra: [(String, String)] = [], endStream: Bool = false
    ) {
        let list: [(String, String)] = [
            (":method", "POST"), (":scheme", "http"), (":path", "/echo.Echo/\(method)"), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers"),
        ]
        send(id, .headers(.init(headers: HPACKHeaders(list + extra), endStream: endStream)))
    }

    func sendData(_ id: HTTP2StreamID, _ bytes: [UInt8], endStream: Bool = false) {
        send(id, .data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: endStream)))
    }

    /// A whole unary call; its answer is in ``answers``.
    func call(_ id: HTTP2StreamID, _ method: String, _ payload: [UInt8], extra: [(String, String)] = []) throws {
        sendHeaders(id, method, extra: extra)
        sendData(id, MessageReaderTests.message(payload), endStream: true)
        try exchange()
    }

    func call(_ id: HTTP2StreamID, _ payload: [UInt8]) throws { try call(id, "Say", payload) }

    private func note(_ frame: HTTP2Frame) {
        switch frame.payload {
        case .headers(let headers):
            answers[frame.streamID, default: GRPCAnswer()].note(headers)
        case .data(let data):
            if case .byteBuffer(let bytes) = data.data {
                answers[frame.streamID, default: GRPCAnswer()].body += bytes.readableBytesView
            }
        case .rstStream(let code): answers[frame.streamID, default: GRPCAnswer()].reset = code
        case .goAway(let last, let code, _): goAways.append((code, last))
        case .windowUpdate(let increment): windowUpdates.append((frame.streamID, increment))
        case .settings(.settings(let list)): settings += list
        case .ping(_, ack: true): pongs += 1
        default: break
        }
    }
}
