public import Logging
public import Metrics
package import NIOCore
import NIOPosix
import Synchronization
public import UsherContract

/// A server for calls: one TCP port, whose connections say by their first bytes what they speak.
///
/// Order of life: ``start()``, then ``drain(grace:)``, which a started server needs to give its threads back; before
/// that perhaps ``announceDrain()``.
public final class RPCServer: Sendable {
    private struct Running {
        let group: MultiThreadedEventLoopGroup
        let loops: [ServerLoop]
        let listener: any Channel
    }

    private enum Phase {
        case new, starting, running(Running), ended
    }

    private let core: ServerCore
    private let builtIn: BuiltInServices
    private let phase = Mutex(Phase.new)

    /// - Parameters:
    ///   - methods: what is served; calls name a method by its index here. No method may be there twice.
    ///   - handler: answers the calls.
    ///   - descriptors: for reflection: an encoded `google.protobuf.FileDescriptorSet` of what is served.
    ///   - metrics: where the transport counts.
    /// - Throws: ``TLSError`` where a file of ``RPCServerConfiguration/tls`` cannot be used.
    public init(
        configuration: RPCServerConfiguration, methods: [MethodDescriptor], handler: any CallHandler,
        descriptors: [UInt8] = [], logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory
    ) throws {
        builtIn = BuiltInServices(handler, methods: methods, descriptors: descriptors, configuration: configuration)
        core = ServerCore(
            configuration: configuration, methods: MethodTable(builtIn.methods), handler: builtIn,
            metrics: TransportMetrics(metrics), logger: logger, tls: try configuration.tls.map { try ServerTLS($0) })
    }

    /// How many connections there are, and how many of them have shown no good credential.
    public var connections: (all: Int, strangers: Int) { core.places.counts }

    /// The places of its connections.
    package var places: ConnectionPlaces { core.places }

    /// How many streams there are.
    public var streams: StreamCensus { core.census }

    /// What is held now of peers that have not shown a good credential, and for them.
    public var strangers: ByteBudget { core.strangers }

    /// Reads the certificate, its key and the clients' authorities anew, for connections that come from now on.
    ///
    /// - Throws: ``TLSError``; then everything stays as it was.
    public func reloadTLS() throws { try core.tls?.reload() }

    /// Begins to listen.
    ///
    /// - Returns: the address that was bound, with its real port.
    /// - Throws: NIO's error where the address cannot be bound, such as `IOError` with `EADDRINUSE`; the server is then
    ///   at its end.
    public func start() async throws -> (host: String, port: Int) {
        phase.withLock { phase in
            guard case .new = phase else { preconditionFailure("a server is started once") }
            phase = .starting
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, core.configuration.eventLoopThreads))
        let loops = group.makeIterator().map { ServerLoop(eventLoop: $0) }
        do {
            let listener = try await listen(group, loops)
            phase.withLock { $0 = .running(Running(group: group, loops: loops, listener: listener)) }
            let address = listener.localAddress
            return (address?.ipAddress ?? core.configuration.host, address?.port ?? core.configuration.port)
        } catch {
            phase.withLock { $0 = .ended }
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// Says NOT_SERVING to whoever asks for its health or watches it, and goes on as before: who balances load needs
    /// time to send it elsewhere.
    public func announceDrain() { builtIn.health.leave() }

    /// Says NOT_SERVING to whoever watches its health, stops listening, answers what is in flight, refuses calls that
    /// come meanwhile (UNAVAILABLE `SERVER_DRAINING`), and closes every connection.
    ///
    /// - Parameter grace: how long the calls in flight have; what is unanswered then is cut off.
    public func drain(grace: Duration) async {
        let running: Running? = phase.withLock { phase in
            guard case .running(let running) = phase else { return nil }
            phase = .ended
            return running
        }
        guard let running else { return }
        builtIn.health.leave()
        builtIn.health.end()
        try? await running.listener.close()
        let eventLoop = running.group.next()
        let timeout = eventLoop.makePromise(of: Void.self)
        let alarm = eventLoop.scheduleTask(in: TimeAmount(clamping: grace)) { timeout.succeed() }
        EventLoopFuture.andAllComplete(running.loops.map { $0.drain() }, on: eventLoop).cascade(to: timeout)
        try? await timeout.futureResult.get()
        alarm.cancel()
        try? await EventLoopFuture.andAllComplete(running.loops.map { $0.finish() }, on: eventLoop).get()
        for loop in running.loops { loop.outbox.close() }
        try? await running.group.shutdownGracefully()
    }

    /// Serves a channel that is not of this server's port: for checks without sockets.
    package func serve(on channel: any Channel) throws {
        let loop = ServerLoop(eventLoop: channel.eventLoop)
        try channel.pipeline.syncOperations.addHandler(ProtocolSniffer(core: core, loop: loop))
    }

    private func listen(_ group: MultiThreadedEventLoopGroup, _ loops: [ServerLoop]) async throws -> any Channel {
        let configuration = core.configuration
        let byEventLoop = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.outbox.eventLoop), $0) })
        var bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: CInt(RPCLimits.backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [core] channel in
                channel.eventLoop.makeCompletedFuture {
                    let gate = AcceptGate(places: [core.places], logger: core.logger)
                    try channel.pipeline.syncOperations.addHandler(gate)
                }
            }
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: configuration.unsentLowMark, high: configuration.unsentHighMark)
            )
            .childChannelOption(.recvAllocator, value: ReadBuffers())
            .childChannelInitializer { [core] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = byEventLoop[ObjectIdentifier(channel.eventLoop)] else {
                        preconditionFailure("a channel's event loop is one of the server's")
                    }
                    core.metrics.connectionsAccepted.increment()
                    loop.register(channel) { core.metrics.connectionsClosed.increment() }
                    try channel.pipeline.syncOperations.addHandler(ProtocolSniffer(core: core, loop: loop))
                }
            }
        for (option, value) in Keepalive.options { bootstrap = bootstrap.childChannelOption(option, value: value) }
        return try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
    }
}
