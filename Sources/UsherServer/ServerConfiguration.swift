public import UsherRPC
public import UsherServices
public import UsherStorage

/// How a server runs: where its data is, where it listens, and the limits of its parts.
public struct ServerConfiguration: Sendable {
    /// The data directory; created where it does not exist.
    public var dataDirectory: String
    /// Where calls come in: host, port (0 = any free one), timeouts and limits of connections.
    public var rpc: RPCServerConfiguration
    /// Where health and metrics are asked for; nil for nowhere.
    public var admin: HostAndPort?
    public var storage: StorageLimits
    /// How often codes may be guessed wrong.
    public var lookups: LookupLimits
    /// How many keys there can be.
    public var keys = ApiKeyLimits()
    /// How many bytes are held at once for callers with a credential; those of strangers are in ``rpc``.
    public var held = HeldBytesLimits()
    /// How often credentials may be wrong.
    public var authentications = AuthenticationLimits()
    /// How long a server that is told to stop still takes calls while it says that it is going away (NOT_SERVING, and
    /// not ready), so that whoever balances load sends no more.
    public var drainDelay: Duration
    /// How long a drain waits for the calls in flight.
    public var drainGrace: Duration
    /// How often it is looked whether time has done something in an organisation that events are to tell of.
    public var sweepInterval = Duration.seconds(1)

    public init(
        dataDirectory: String, rpc: RPCServerConfiguration, admin: HostAndPort?,
        storage: StorageLimits = StorageLimits(), lookups: LookupLimits = LookupLimits(),
        drainDelay: Duration = .zero, drainGrace: Duration = .seconds(10)
    ) {
        self.dataDirectory = dataDirectory
        self.rpc = rpc
        self.admin = admin
        self.storage = storage
        self.lookups = lookups
        self.drainDelay = drainDelay
        self.drainGrace = drainGrace
    }
}

/// A listening address as people write it: `127.0.0.1:7420`, `[::1]:7420`.
public struct HostAndPort: Sendable, Hashable, CustomStringConvertible {
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Nil for what is no `HOST:PORT`.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: host, port: Int(port))
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// An address that cannot be listened on.
public struct ListenError: Error, CustomStringConvertible {
    public let address: HostAndPort
    public let cause: any Error

    public var description: String { "cannot listen on \(address): \(cause)" }
}
