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
    /// Connections at once; what comes beyond is closed.
    public var connections = RPCLimits.connections

    var streamLimits = StreamLimits()

    public init() {}

    var connectionSettings: ConnectionState.Settings {
        ConnectionState.Settings(
            inFlight: inFlightPerConnection, maximumTimeout: TimeAmount(clamping: maximumTimeout),
            streams: streamsPerConnection, maximumStreamTimeout: TimeAmount(clamping: maximumStreamTimeout),
            idle: TimeAmount(clamping: idleLimit), unreadReplies: unreadReplies)
    }
}
