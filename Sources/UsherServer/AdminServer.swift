import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// The operator's HTTP: `/healthz` (the process lives), `/readyz` (it takes calls and is not about to go away),
/// `/metrics` (Prometheus' text).
/// It has no credentials: it listens on loopback unless told otherwise.
struct AdminServer {
    /// Answers a path; nil is 404.
    typealias Pages = @Sendable (_ path: String) -> (status: HTTPResponseStatus, body: String)?

    private let channel: any Channel
    let address: HostAndPort

    static func start(
        at address: HostAndPort, group: any EventLoopGroup, logger: Logger, pages: @escaping Pages
    ) async throws -> AdminServer {
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandlers(
                        IdleStateHandler(allTimeout: .seconds(60)), AdminHandler(pages: pages))
                }
            }
            .bind(host: address.host, port: address.port).get()
        let port = channel.localAddress?.port ?? address.port
        return AdminServer(channel: channel, address: HostAndPort(host: address.host, port: port))
    }

    func close() async { try? await channel.close() }
}

private final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let pages: AdminServer.Pages
    private var head: HTTPRequestHead?

    init(pages: @escaping AdminServer.Pages) { self.pages = pages }

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

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
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
        if request.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let ended = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !request.isKeepAlive {
            let channel = context.channel
            ended.whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
