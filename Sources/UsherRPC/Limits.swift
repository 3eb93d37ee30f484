import NIOCore
import UsherContract

// Every limit of the transport, with its reason. What an operator may want to change stands in
// `RPCServerConfiguration`, whose defaults are from here.

/// The limits of the wire and of connections.
public enum RPCLimits {
    /// The largest data length of a frame, in bytes; it covers the whole envelope. Source: ttrpc's `channel.go`.
    public static let frameBytes = 4 << 20
    /// The largest payload that certainly fits in a Response frame, in bytes: tag and length take five.
    public static let replyPayloadBytes = frameBytes - 5
    /// The encoded `google.rpc.Status` of a refusal, in bytes; a larger one is sent without its details.
    static let statusBytes = 64 << 10
    /// What is kept of a message that had to be shortened, in characters.
    static let shortenedMessage = 1_024
    /// Fields of a ttrpc Request's envelope, each metadata entry being one, and the bytes of all its metadata: it is
    /// scanned on the event loop before anybody has shown a credential, and again for each key that is asked for.
    static let envelopeFields = 256
    static let envelopeMetadataBytes = 64 << 10
    /// How much of a name that a caller sent is repeated to it, in bytes.
    static let quotedNameBytes = 128

    /// Calls of one connection that may be unanswered; past it the connection is not read.
    static let inFlight = 1_024
    /// The longest that a call may take, whatever its caller says.
    static let maximumTimeout = TimeAmount.seconds(30)
    /// The longest that a stream may take: what watches for longer begins anew where it was.
    static let maximumStreamTimeout = TimeAmount.hours(24)
    /// Streams of one connection whose tasks have not ended; one more is refused.
    static let streams = 128
    /// Messages of a stream that wait for its task, and their bytes; past it the stream fails. Two frames of any size
    /// fit.
    static let streamInboundMessages = 1_024
    static let streamInboundBytes = 8 << 20
    /// The bytes of messages that wait for the tasks of all streams of one ttrpc connection; past it the stream that
    /// brings more fails. As much as the windows of a gRPC connection's streams let wait.
    static let connectionInboundBytes = 16 << 20
    /// Messages of a stream that wait to be sent, and their bytes; at so many its task waits.
    static let streamOutboundMessages = 64
    static let streamOutboundBytes = 256 << 10
    /// Bytes of streams that a ttrpc connection hands to its socket at a time: no reply waits behind more of them, and
    /// they alone never make the connection stop reading.
    static let streamBatch = 256 << 10

    /// How long a connection may go without a call; pools keep idle connections for minutes.
    static let idle = TimeAmount.minutes(15)
    /// Unsent bytes at which a connection is no longer read, and those at which it is read again.
    static let unsentHigh = 1 << 20
    static let unsentLow = 256 << 10
    /// Bytes of replies beyond `unsentHigh` that wait for a client that does not read; past it a reply becomes
    /// RESOURCE_EXHAUSTED.
    static let unreadReplies = 64 << 20
    /// Connections at once, where there are descriptors for so many.
    public static let connections = 16_384
    /// How long a connection may take to its first call. Clients connect to call, and a place must not be had for
    /// nothing.
    static let firstCall = TimeAmount.seconds(10)
    /// How long no connection is accepted after accepting failed: soon enough that nobody notices, and ten attempts a
    /// second cost nothing.
    package static let acceptPause = Duration.milliseconds(100)
    /// Threads that the tasks of streams share. Tasks wait without a thread; what they do is short.
    static let taskThreads = max(4, System.coreCount)
    /// Connections that the kernel holds until they are accepted.
    static let backlog = 1_024
    /// Frames are handed to the socket in pieces of about this size, so that no buffer is grown by copying for long.
    static let outgoingChunk = 64 << 10
    /// What one read takes at most, in bytes. With one read per turn it bounds how far a turn overshoots a limit.
    static let readChunk = 64 << 10
    /// A buffer this small is kept with what is unread in it, however little that is.
    static let keptBuffer = 1 << 10

    /// How long a refused caller is asked to wait while the server goes away.
    static let drainRetryAfter = Duration.milliseconds(500)
    /// How long a drained connection waits for its client to close first, so that no reply is lost to a reset.
    static let lingerAfterDrain = TimeAmount.seconds(1)

    /// Streams of one HTTP/2 connection at once (SETTINGS_MAX_CONCURRENT_STREAMS), answered ones that the client has
    /// not read included; never more than calls in flight.
    static let http2Streams = 256
    /// A request's headers, decoded, in bytes (SETTINGS_MAX_HEADER_LIST_SIZE), and the CONTINUATION frames in a row
    /// that bring them.
    static let headerListBytes = 16 << 10
    static let continuationFrames = 5
    /// What a header counts besides its name and value, in bytes. Source: RFC 9113, 6.5.2.
    static let headerOverhead = 32
    /// Empty DATA frames in a row; some clients send one to end a stream.
    static let emptyDataFrames = 8
    /// The inbound window of a stream (SETTINGS_INITIAL_WINDOW_SIZE) and of a connection, in bytes. A stream that
    /// announces a larger message gets room for it, see ``announcedBytes``.
    static let streamWindow = 65_535
    static let connectionWindow = 4 << 20
    /// Room beyond their first windows that the messages of one connection have together, in bytes; at least one of the
    /// largest fits. Streams whose message does not fit wait for others to be done.
    static let announcedBytes = 16 << 20
    /// What a window is larger than the message that it is for, in bytes: room for padding.
    static let windowSlack = 1 << 10
    /// Bytes of one stream's messages that are handed to HTTP/2 at a time; the next follow when they have left.
    static let grpcStreamUnsent = 64 << 10
    /// Streams that may be reset by the client in a second, whose calls it has made us begin for nothing; and those
    /// that may break rules. Source: CVE-2023-44487.
    static let resetsPerSecond = 200
    static let streamErrorsPerSecond = 200
    /// PING, SETTINGS and PRIORITY frames in a hundredth of a second; what a client may send for long is in
    /// ``pings`` and ``controlFrames``. NIO keeps the time of each, so that few make the window small.
    static let controlFramesPerCentisecond = 200
    /// Pings that may come without an answer of ours in between, and how many more each second; keepalive asks once in
    /// many seconds, and clients that measure their bandwidth do it while answers flow.
    static let pings = 100
    static let pingsPerSecond = 1
    /// WINDOW_UPDATE, SETTINGS and PRIORITY frames that may come at once, how many more each second, with each
    /// answer, and for how many bytes of it: a client that opens its window byte by byte makes us work for nothing.
    static let controlFrames = 1_000
    static let controlFramesPerSecond = 100
    static let controlFramesPerAnswer = 8
    static let bytesPerControlFrame = 1 << 10
    /// The most that answers earn: a client that opens its window for each small message of a stream may fall behind.
    static let earnedControlFrames = 100_000
    /// Frames of the protocol itself that wait for a client that does not read.
    static let unsentControlFrames = 1_000
    /// Streams that were reset of late, whose frames on their way are not held against the client.
    static let rememberedResets = http2Streams
    /// Errors of streams over a connection's life; ``streamErrorsPerSecond`` is what limits them.
    static let glitches = 1 << 20
    /// `grpc-message` and the Status in `grpc-status-details-bin`, in bytes before base 64: clients take 8 KiB of
    /// headers.
    static let grpcMessageBytes = 1 << 10
    static let grpcStatusBytes = 4 << 10
    /// How long a client that is told to go away has to say that it knows.
    static let goAwayPause = TimeAmount.seconds(1)

    /// How long a client has for its TLS handshake, and how long the server waits for its farewell.
    static let tlsHandshake = TimeAmount.seconds(15)
    static let tlsShutdown = TimeAmount.seconds(1)

    /// A dead peer is noticed after about `idle + interval * count` seconds.
    static let keepaliveIdleSeconds = 60
    static let keepaliveIntervalSeconds = 15
    static let keepaliveCount = 4

    /// What the server holds of strangers and for them, all together, in bytes: peers that have not shown a good
    /// credential. A few large first calls fit, and a small machine bears it.
    static let strangerBytes = 64 << 20
    /// What each connection may hold without being counted, in bytes: a server whose budget strangers have used up
    /// still answers a small call, such as one that shows a credential. For all connections together it is as much as
    /// ``strangerBytes``.
    static let uncountedBytes = strangerBytes / connections
    /// A frame or message of a stranger beyond this is taken only where there is room for all of it (ttrpc, whose
    /// frames have the credential at their end), or its headers have shown a good credential (gRPC).
    static let strangerFrameBytes = 64 << 10
    /// Those frames together have this part of ``strangerBytes``, so that announcing some does not use up all.
    static let largeFramesShare = 2
    /// How long a stranger has for one frame: 4 MiB in it are a slow line.
    static let strangerFrameTime = TimeAmount.seconds(10)
    /// Streams of health and reflection that one connection of a stranger may have; a client needs one of each.
    static let strangerStreams = 4
    /// How long a reflection stream of a stranger lasts, and how long it may ask nothing or not read its answers:
    /// a tool asks at once what it wants to know.
    static let reflectionTime = TimeAmount.seconds(60)
    static let reflectionIdle = TimeAmount.seconds(10)
    /// Reflection's answers that are kept to be given again, in bytes, and the longest question whose answer is.
    static let keptReflectionBytes = 8 << 20
    static let keptReflectionQuestion = 256
    /// How long a peer may take nothing of what waits for it, or bring nothing of what it has begun to send.
    static let stall = TimeAmount.seconds(60)
    /// How long a caller waits whose bytes found no room.
    static let heldRetryAfter = Duration.seconds(1)

    /// No timeout is longer, so that the sum of a time and a timeout cannot overflow.
    static let longestWait = Duration.hours(24 * 365)

    /// Calls that one client connection holds unanswered; a bound on memory, far above what a server admits at once.
    static let clientCalls = 1 << 16
    /// Messages of a client's stream that wait to be received, and their bytes; at so many the connection is not read
    /// until half of them are taken.
    static let clientStreamMessages = 1_024
    static let clientStreamBytes = 4 << 20
}

extension TimeAmount {
    /// The amount of time, between nothing and ``RPCLimits/longestWait``.
    init(clamping duration: Duration) { self.init(max(.zero, min(duration, RPCLimits.longestWait))) }
}
