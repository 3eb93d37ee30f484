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
    /// Whether a call has come with a good credential. Until then the peer is a stranger, who has little room and gives
    /// way first.
    public private(set) var isTrusted = false
    /// Whether a call has come for a method that is served.
    var hasCalled = false
    /// Ends the connection; nil before it begins.
    var onDismissal: (() -> Void)?
    private var trustActions: [() -> Void] = []
    /// What is held for the connection. The handler moves it to other budgets when a good credential was shown.
    public internal(set) var account = HeldBytes([], isTrusted: true, uncounted: 0)

    init(transport: TransportKind, peerAddress: String, certificateURIs: [String] = []) {
        self.transport = transport
        self.peerAddress = peerAddress
        self.certificateURIs = certificateURIs
    }

    /// The handler found a call's credential good. Only the first time counts.
    public func trust() {
        guard !isTrusted else { return }
        isTrusted = true
        let actions = trustActions
        trustActions = []
        for action in actions { action() }
    }

    /// The peer does what nobody should: answers what is in flight, the call that is being handled included, and
    /// closes.
    public func dismiss() {
        let action = onDismissal
        onDismissal = nil
        action?()
    }

    /// Runs `action` once the connection is trusted; at once where it is.
    func whenTrusted(_ action: @escaping () -> Void) {
        if isTrusted { action() } else { trustActions.append(action) }
    }
}

@available(*, unavailable)
extension ConnectionContext: Sendable {}
