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
    /// Nil where connections are not encrypted.
    let tls: ServerTLS?

    init(
        configuration: RPCServerConfiguration, methods: MethodTable, handler: any CallHandler,
        metrics: TransportMetrics, logger: Logger, tls: ServerTLS? = nil
    ) {
        self.configuration = configuration
        self.methods = methods
        self.handler = handler
        self.metrics = metrics
        self.logger = logger
        self.tls = tls
    }
}
