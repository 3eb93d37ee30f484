/// What a connection speaks.
public enum TransportKind: Sendable, Hashable {
    /// One client per connection, so that a credential may be bound to it.
    case ttrpc
    /// Perhaps many clients per connection, behind a proxy that shares it among them: nothing is bound to it.
    case grpc
}

/// A connection as its calls see it, and where the handler keeps what it knows of it. Touched only on the connection's
/// event loop.
public final class ConnectionContext {
    public let transport: TransportKind
    /// The peer's IP address without its port; empty where it has none.
    public let peerAddress: String
    /// The URIs in the certificate of the client; empty where it presented none.
    public let certificateURIs: [String]
    /// The handler's own; it lives as long as the connection.
    public var attachment: (any Sendable)?

    init(transport: TransportKind, peerAddress: String, certificateURIs: [String] = []) {
        self.transport = transport
        self.peerAddress = peerAddress
        self.certificateURIs = certificateURIs
    }
}

@available(*, unavailable)
extension ConnectionContext: Sendable {}
