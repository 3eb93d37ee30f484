import NIOCore

/// Where a server listens, and the limits of its connections.
public struct RPCServerConfiguration: Sendable {
    /// An address or a name of this host.
    public var host = "127.0.0.1"
    /// 0 takes any free port.
    public var port = 7420
    /// Encrypts connections; nil where none are encrypted.
    public var tls: TLSFiles?
    /// Whether connections that are not encrypted are taken although ``tls`` is there.
    public var takesPlaintext = false
    /// The threads that connections are spread over. They do no work but the wire's.
    public var eventLoopThreads = max(2, System.coreCount / 2)
    /// The longest that a call may take; also the timeout of calls that name none.
    public var maximumTimeout = Duration(RPCLimits.maximumTimeout)
    /// The longest that a stream may take; also the timeout of streams that name none.
    public var maximumStreamTimeout = Duration(RPCLimits.maximumStreamTimeout)
    /// How long a connection may go without a call before it is closed.
    public var idleLimit = Duration(RPCLimits.idle)
    /// Calls of one connection that may be unanswered; past it the connection is not read until one is answered.
    public var inFlightPerConnection = RPCLimits.inFlight
    /// Streams of one connection that may be open; one more is refused.
    public var streamsPerConnection = RPCLimits.streams
    /// Bytes of messages of a ttrpc connection's streams that wait for their handlers, all together; past it a stream
    /// that brings more is refused. On gRPC connections windows bound the same.
    public var streamBytesPerConnection = RPCLimits.connectionInboundBytes
    /// Unsent bytes of a connection at which it is no longer read.
    public var unsentHighMark = RPCLimits.unsentHigh
    /// Unsent bytes of a connection at which it is read again.
    public var unsentLowMark = RPCLimits.unsentLow
    /// Bytes of replies beyond the high mark that wait for a client that does not read; past it a reply is replaced by
    /// RESOURCE_EXHAUSTED `REPLIES_UNREAD`.
    public var unreadReplies = RPCLimits.unreadReplies
    /// Connections at once. Where all are taken the oldest stranger gives way; without one the newcomer is closed.
    public var connections = RPCLimits.connections
    /// How many connections may be strangers', whose calls have brought no good credential yet; nil for half of all.
    /// The oldest of them gives way to one more.
    public var strangerConnections: Int?
    /// How many connections may come from one IPv4 address, or from the same 64 bits of IPv6 ones.
    public var connectionsPerAddress = AddressShare.quarter
    /// How long a connection has for its first call, after its TLS handshake where it has one.
    public var firstCallLimit = Duration(RPCLimits.firstCall)

    /// Bytes that are held of strangers and for them, all together: connections that have not shown a good credential.
    /// What goes beyond is refused with RESOURCE_EXHAUSTED `STRANGERS_HOLD_TOO_MUCH`, or its connection closed.
    public var strangerBytes = RPCLimits.strangerBytes
    /// Bytes of each connection that do not count there.
    public var uncountedBytes = RPCLimits.uncountedBytes
    /// The largest frame or message that a stranger sends without further ado, in bytes.
    public var strangerFrameBytes = RPCLimits.strangerFrameBytes
    /// How long a stranger has for one frame before its connection is closed.
    public var strangerFrameTime = Duration(RPCLimits.strangerFrameTime)
    /// Streams of health and reflection on one connection of a stranger; one more is refused.
    public var strangerStreams = RPCLimits.strangerStreams
    /// How long a reflection stream of a stranger lasts.
    public var reflectionTime = Duration(RPCLimits.reflectionTime)
    /// How long a reflection stream of a stranger may ask nothing, or not read.
    public var reflectionIdle = Duration(RPCLimits.reflectionIdle)
    /// How long a client may take nothing of what waits for it, or bring nothing of what it has begun to send, before
    /// its connection is closed.
    public var stallLimit = Duration(RPCLimits.stall)

    var streamLimits = StreamLimits()

    /// The connections that one address may have.
    public enum AddressShare: Sendable, Hashable {
        /// A quarter of all.
        case quarter
        case connections(Int)
        /// For a server behind a proxy, whose address all have.
        case unlimited
    }

    public init() {}

    var places: Places.Settings {
        let total = max(1, connections)
        let perAddress: Int? =
            switch connectionsPerAddress {
            case .quarter: max(1, total / 4)
            case .connections(let count): max(1, count)
            case .unlimited: nil
            }
        return Places.Settings(
            total: total, strangers: min(total, max(1, strangerConnections ?? total / 2)), perAddress: perAddress)
    }

    var connectionSettings: ConnectionState.Settings {
        ConnectionState.Settings(
            inFlight: inFlightPerConnection, maximumTimeout: TimeAmount(clamping: maximumTimeout),
            streams: streamsPerConnection, maximumStreamTimeout: TimeAmount(clamping: maximumStreamTimeout),
            idle: TimeAmount(clamping: idleLimit), unreadReplies: unreadReplies)
    }
}
