import Logging
import NIOCore

/// Waits for a connection's first bytes and puts the handlers of what it speaks in its own place.
final class ProtocolSniffer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let core: ServerCore
    private let loop: ServerLoop
    private var seen = ByteBuffer()
    private var alarm: Scheduled<Void>?

    init(core: ServerCore, loop: ServerLoop) {
        self.core = core
        self.loop = loop
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        let limit = TimeAmount(clamping: core.configuration.idleLimit)
        alarm = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        context.fireChannelActive()
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        seen.writeBuffer(&bytes)
        switch FirstBytes(seen.readableBytesView) {
        case .undecided: break
        case .ttrpc: becomeTTRPC(context)
        case .tls: close(context, "TLS is not served on this port")
        case .http2: close(context, "HTTP/2 is not served on this port")
        case .unknown: close(context, "its first bytes are of no protocol served")
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Whoever took this place goes on reading by itself; a closed channel takes no reads.
        context.fireChannelReadComplete()
        if alarm != nil { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        decided()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func becomeTTRPC(_ context: ChannelHandlerContext) {
        decided()
        let connection = TTRPCConnection(
            core: core, outbox: loop.outbox, peerAddress: context.remoteAddress?.ipAddress ?? "")
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(connection, position: .after(self))
        } catch {
            return context.close(promise: nil)
        }
        loop.began(connection, on: context.channel)
        context.fireChannelRead(NIOAny(seen))
        seen = ByteBuffer()
        pipeline.removeHandler(context: context, promise: nil)
    }

    private func close(_ context: ChannelHandlerContext, _ reason: String) {
        decided()
        core.metrics.connectionsForeign.increment()
        let first = ByteBuffer(bytes: seen.readableBytesView.prefix(FrameHeader.size)).hexDump(format: .compact)
        let peer = context.remoteAddress?.ipAddress ?? ""
        core.logger.info("closed: \(reason)", metadata: ["peer": "\(peer)", "bytes": "\(first)"])
        context.close(promise: nil)
    }

    private func decided() {
        alarm?.cancel()
        alarm = nil
    }
}
