import Logging
import NIOCore

/// What all connections of a server share.
final class ServerCore: Sendable {
    let configuration: RPCServerConfiguration
    let methods: MethodTable
    let handler: any CallHandler
    let metrics: TransportMetrics
    let census = StreamCensus()
    let logger: Logger
    let foreign: ForeignLog
    let places: ConnectionPlaces
    /// Nil where connections are not encrypted.
    let tls: ServerTLS?
    /// What is held of strangers and for them.
    let strangers: ByteBudget
    /// What large frames of strangers will take of that.
    let largeFrames: ByteBudget

    init(
        configuration: RPCServerConfiguration, methods: MethodTable, handler: any CallHandler,
        metrics: TransportMetrics, logger: Logger, tls: ServerTLS? = nil
    ) {
        self.configuration = configuration
        self.methods = methods
        self.handler = handler
        self.metrics = metrics
        self.logger = logger
        foreign = ForeignLog(logger: logger, metrics: metrics)
        places = ConnectionPlaces(configuration.places)
        self.tls = tls
        strangers = ByteBudget(limit: configuration.strangerBytes)
        largeFrames = ByteBudget(limit: configuration.strangerBytes / RPCLimits.largeFramesShare)
    }

    /// The account of a new connection: a stranger's, unless the handler needs nothing more to trust it.
    func account(for connection: ConnectionContext) {
        let uncounted = configuration.uncountedBytes
        connection.account = HeldBytes([strangers], isTrusted: false, uncounted: uncounted)
        if !handler.distinguishesStrangers { connection.account.belong(to: []) }
        // A client's certificate is shown with the connection itself.
        if !connection.certificateURIs.isEmpty { _ = isTrusted(Metadata(scanned: ByteBuffer()), connection) }
    }

    /// Whether the connection has shown a good credential, or this call shows one.
    func isTrusted(_ metadata: Metadata, _ connection: ConnectionContext) -> Bool {
        if connection.account.isTrusted { return true }
        let call = InboundCall(
            method: 0, payload: ByteBuffer(), deadline: .now(), metadata: metadata, connection: connection)
        return handler.isTrusted(call)
    }
}
