import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import UsherRPC

/// The operator's HTTP: `/healthz` (the process lives), `/readyz` (it takes calls and is not about to go away),
/// `/metrics` (Prometheus' text).
/// It has no credentials: it listens on loopback unless told otherwise.
struct AdminServer {
    /// Answers a path; nil is 404.
    typealias Pages = @Sendable (_ path: String) -> (status: HTTPResponseStatus, body: String)?

    /// What one read takes at most, in bytes: the requests in it wait until those before them are answered.
    private static let readBytes = 2 << 10

    private let channel: any Channel
    let address: HostAndPort

    /// - Parameters:
    ///   - places: those of its connections.
    ///   - others: whose strangers give way, too, where descriptors are short.
    static func start(
        at address: HostAndPort, group: any EventLoopGroup, places: ConnectionPlaces, others: ConnectionPlaces,
        logger: Logger, limits: AdminLimits = AdminLimits(), pages: @escaping Pages
    ) async throws -> AdminServer {
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readBytes))
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let gate = AcceptGate(places: [places, others], logger: logger)
                    try channel.pipeline.syncOperations.addHandler(gate)
                }
            }
            .childChannelInitializer { channel in
                // Whoever asks now is answered: the oldest connection gives way.
                guard places.enter(channel) != nil else { return channel.close() }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(AdminHandler(pages: pages, limits: limits))
                }
            }
            .bind(host: address.host, port: address.port).get()
        let port = channel.localAddress?.port ?? address.port
        return AdminServer(channel: channel, address: HostAndPort(host: address.host, port: port))
    }

    func close() async { try? await channel.close() }
}

/// How long whoever asks may take.
struct AdminLimits: Sendable {
    /// For its next request, from the last answer on: scrapes that keep their connection come once a minute or oftener.
    var request = TimeAmount.seconds(75)
    /// For reading an answer.
    var reply = TimeAmount.seconds(10)
}

/// Answers one request at a time: the next one is taken when the answer before it has left for the network, so that
/// whoever does not read makes the server hold one answer.
private final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let pages: AdminServer.Pages
    private let limits: AdminLimits
    private var head: HTTPRequestHead?
    private var alarm: Scheduled<Void>?

    init(pages: @escaping AdminServer.Pages, limits: AdminLimits) {
        self.pages = pages
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) { closeAfter(limits.request, context) }

    func handlerRemoved(context: ChannelHandlerContext) { alarm?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = String(request.uri.prefix { $0 != "?" })
        var (status, text) = pages(path) ?? (.notFound, "There are /healthz, /readyz and /metrics.\n")
        if request.method != .GET, request.method != .HEAD { (status, text) = (.methodNotAllowed, "GET only.\n") }
        let body = ByteBuffer(string: text)
        let headers: HTTPHeaders = [
            "content-type": "text/plain; version=0.0.4; charset=utf-8", "content-length": "\(body.readableBytes)",
            "connection": request.isKeepAlive ? "keep-alive" : "close",
        ]
        context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
        let isEmpty = request.method == .HEAD
        closeAfter(limits.reply, context)
        // With the end, the pipeline hands the next request on. So it is written when all before it has left.
        let left = context.eventLoop.makePromise(of: Void.self)
        left.futureResult.assumeIsolated().whenSuccess {
            self.closeAfter(self.limits.request, context)
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
            if !request.isKeepAlive { context.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(isEmpty ? ByteBuffer() : body))), promise: left)
    }

    private func closeAfter(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        alarm?.cancel()
        let channel = context.channel
        alarm = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
