import Logging
import NIOCore
import NIOHTTP2
import NIOSSL
import NIOTLS

/// Waits for a connection's first bytes and puts the handlers of what it speaks in its own place. Inside TLS there is
/// another one, for what was encrypted.
final class ProtocolSniffer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let core: ServerCore
    private let loop: ServerLoop
    private let isInsideTLS: Bool
    private var seen = ByteBuffer()
    private var alarm: Scheduled<Void>?
    /// Nil until the channel is active, and for what is not of the server's port.
    private var place: UInt64?
    /// When the connection must have brought a call.
    private var firstCall: NIODeadline?

    init(core: ServerCore, loop: ServerLoop, isInsideTLS: Bool = false, place: UInt64? = nil) {
        self.core = core
        self.loop = loop
        self.isInsideTLS = isInsideTLS
        self.place = place
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // The handshake is waited for less long than a client that has no call yet.
        if isInsideTLS { setAlarm(RPCLimits.tlsHandshake, context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let place = core.places.enter(context.channel) else {
            core.foreign.note(.noPlace, "closed: too many connections", peer: peerAddress(context))
            return context.close(promise: nil)
        }
        self.place = place
        setAlarm(forFirstCall: context)
        context.fireChannelActive()
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            setAlarm(forFirstCall: context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        seen.writeBuffer(&bytes)
        let first = FirstBytes(seen.readableBytesView)
        switch first {
        case .undecided: break
        case .unknown: close(context, .unknownBytes, "its first bytes are of no protocol served")
        case .tls:
            guard let tls = core.tls else { return close(context, .unexpectedTLS, "TLS is not served on this port") }
            guard !isInsideTLS else { return close(context, .unexpectedTLS, "TLS is not served within TLS") }
            becomeTLS(tls, context)
        case .ttrpc, .http2:
            guard isInsideTLS || core.tls == nil || core.configuration.takesPlaintext else {
                return close(context, .unencrypted, "it is not encrypted")
            }
            if first == .ttrpc { becomeTTRPC(context) } else { becomeGRPC(context) }
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

    func handlerRemoved(context: ChannelHandlerContext) { decided() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isInsideTLS {
            core.foreign.note(
                .handshake, "closed: the TLS handshake failed", peer: peerAddress(context), ["error": "\(error)"])
        }
        context.close(promise: nil)
    }

    private func becomeTLS(_ tls: ServerTLS, _ context: ChannelHandlerContext) {
        let inner = ProtocolSniffer(core: core, loop: loop, isInsideTLS: true, place: place)
        become([NIOSSLServerHandler(context: tls.context), inner], context)
    }

    private func becomeTTRPC(_ context: ChannelHandlerContext) {
        let connection = TTRPCConnection(core: core, outbox: loop.outbox, connection: described(.ttrpc, context))
        loop.began(connection, on: context.channel, firstCall: firstCall)
        become([connection], context)
    }

    private func becomeGRPC(_ context: ChannelHandlerContext) {
        let errors = ConnectionErrors()
        let connection = GRPCConnection(
            core: core, outbox: loop.outbox, connection: described(.grpc, context), errors: errors,
            loop: context.eventLoop)
        loop.began(connection, on: context.channel, firstCall: firstCall)
        become([NIOHTTP2Handler(core.configuration.connectionSettings, errors), connection], context)
    }

    private func become(_ handlers: [any ChannelHandler], _ context: ChannelHandlerContext) {
        decided()
        let pipeline = context.pipeline.syncOperations
        do {
            // One by one, so that each finds those before it when it begins.
            var place: any ChannelHandler = self
            for handler in handlers {
                try pipeline.addHandler(handler, position: .after(place))
                place = handler
            }
        } catch {
            return context.close(promise: nil)
        }
        context.fireChannelRead(NIOAny(seen))
        seen = ByteBuffer()
        pipeline.removeHandler(context: context, promise: nil)
    }

    private func described(_ transport: TransportKind, _ context: ChannelHandlerContext) -> ConnectionContext {
        let connection = ConnectionContext(
            transport: transport, peerAddress: peerAddress(context),
            certificateURIs: isInsideTLS ? ClientIdentity.uris(in: context.pipeline.syncOperations) : [])
        core.account(for: connection)
        if let place { connection.whenTrusted { [places = core.places] in places.trust(place) } }
        return connection
    }

    private func peerAddress(_ context: ChannelHandlerContext) -> String { context.remoteAddress?.ipAddress ?? "" }

    private func setAlarm(forFirstCall context: ChannelHandlerContext) {
        let limit = TimeAmount(clamping: min(core.configuration.firstCallLimit, core.configuration.idleLimit))
        firstCall = context.eventLoop.now + limit
        setAlarm(limit, context)
    }

    private func setAlarm(_ limit: TimeAmount, _ context: ChannelHandlerContext) {
        alarm?.cancel()
        let channel = context.channel
        alarm = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }

    private func close(_ context: ChannelHandlerContext, _ kind: ForeignLog.Kind, _ reason: String) {
        decided()
        let first = ByteBuffer(bytes: seen.readableBytesView.prefix(FrameHeader.size)).hexDump(format: .compact)
        core.foreign.note(kind, "closed: \(reason)", peer: peerAddress(context), ["bytes": "\(first)"])
        context.close(promise: nil)
    }

    private func decided() {
        alarm?.cancel()
        alarm = nil
    }
}
