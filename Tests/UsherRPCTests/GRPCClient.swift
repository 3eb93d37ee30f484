import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import Synchronization
import UsherContract

@testable import UsherRPC

/// A gRPC client on a socket: what it sends is what a test says, what it sees is kept.
final class GRPCClient: Sendable {
    private let channel: any Channel
    private let recorder: Recorder

    private init(_ channel: any Channel, _ recorder: Recorder) {
        self.channel = channel
        self.recorder = recorder
    }

    /// - Parameter configure: adds handlers in front of HTTP/2's.
    static func connect(
        _ port: Int, _ configure: @escaping @Sendable (any Channel) throws -> Void = { _ in }
    ) async throws -> GRPCClient {
        let recorder = Recorder()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(60))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try configure(channel)
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOHTTP2Handler(mode: .client, initialSettings: []), RecordingHandler(recorder),
                    ])
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return GRPCClient(channel, recorder)
    }

    var isOpen: Bool { channel.isActive }

    func answer(_ id: HTTP2StreamID) -> GRPCAnswer { recorder.state.withLock { $0.answers[id] ?? GRPCAnswer() } }

    /// Whether everything of a stream has come, or the connection is closed.
    func isOver(_ id: HTTP2StreamID) -> Bool {
        let answer = answer(id)
        return answer.isEnded || answer.reset != nil || !isOpen
    }

    /// Does not make room for more of a stream's messages.
    func stopReading(_ id: HTTP2StreamID) { recorder.state.withLock { _ = $0.unread.insert(id) } }

    func begin(
        _ id: HTTP2StreamID, _ method: String, service: String = "echo.Echo", extra: [(String, String)] = [],
        endStream: Bool = false
    ) {
        let list: [(String, String)] = [
            (":method", "POST"), (":scheme", "http"), (":path", "/\(service)/\(method)"), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers"),
        ]
        send(id, .headers(.init(headers: HPACKHeaders(list + extra), endStream: endStream)))
    }

    func send(_ id: HTTP2StreamID, message: [UInt8], endStream: Bool = false) {
        let bytes = ByteBuffer(bytes: MessageReaderTests.message(message))
        send(id, .data(.init(data: .byteBuffer(bytes), endStream: endStream)))
    }

    func halfClose(_ id: HTTP2StreamID) {
        send(id, .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)))
    }

    func send(_ id: HTTP2StreamID, _ payload: HTTP2Frame.FramePayload) {
        channel.writeAndFlush(HTTP2Frame(streamID: id, payload: payload), promise: nil)
    }

    /// Calls and waits for the end.
    func call(
        _ id: HTTP2StreamID, _ method: String, _ messages: [[UInt8]], service: String = "echo.Echo"
    ) async throws -> GRPCAnswer {
        begin(id, method, service: service)
        for message in messages { send(id, message: message) }
        halfClose(id)
        try await eventually { isOver(id) || !isOpen }
        return answer(id)
    }

    func close() async { try? await channel.close() }
}

private final class Recorder: Sendable {
    struct State {
        var answers: [HTTP2StreamID: GRPCAnswer] = [:]
        var unread: Set<HTTP2StreamID> = []
    }

    let state = Mutex(State())
}

private final class RecordingHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame
    private let recorder: Recorder

    init(_ recorder: Recorder) { self.recorder = recorder }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        let id = frame.streamID
        var room = 0
        recorder.state.withLock { state in
            switch frame.payload {
            case .headers(let headers): state.answers[id, default: GRPCAnswer()].note(headers)
            case .data(let data):
                guard case .byteBuffer(let bytes) = data.data else { return }
                state.answers[id, default: GRPCAnswer()].body += bytes.readableBytesView
                room = bytes.readableBytes
            case .rstStream(let code): state.answers[id, default: GRPCAnswer()].reset = code
            default: break
            }
        }
        guard room > 0 else { return }
        write(context, .rootStream, room)
        let isRead = recorder.state.withLock { !$0.unread.contains(id) && $0.answers[id]?.isEnded != true }
        if isRead { write(context, id, room) }
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Updates of windows of streams that the server has just closed are no error.
        if !(error is any NIOHTTP2Error) { context.close(promise: nil) }
    }

    private func write(_ context: ChannelHandlerContext, _ id: HTTP2StreamID, _ room: Int) {
        let frame = HTTP2Frame(streamID: id, payload: .windowUpdate(windowSizeIncrement: room))
        context.write(wrapOutboundOut(frame), promise: nil)
    }
}
