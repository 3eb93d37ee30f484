/// How much of everything the bad-input tests send.
enum BadInputLimits {
    /// Connections that are open and silent at the same time.
    static let idleConnections = 2_000
    /// Connections that send their call byte by byte, in turn.
    static let slowConnections = 64
    /// Connections that send a byte a second, by the clock, and for how many seconds.
    static let clockedConnections = 512
    static let clockedSeconds = 3
    /// Connections whose clients have stopped sending in the middle of a call, and neither read nor close.
    static let halfOpenConnections = 300
    /// Connections that announce the largest frame and send a little of it.
    static let lyingConnections = 500
    /// What a frame's length can say at most while its first byte is 0, in bytes: 16 MiB.
    static let largestLength = 0x00ff_ffff
    /// Frames of that length that are sent whole: together far more than the server may ever hold.
    static let oversizedFrames = 40
    /// Random and mutated payloads for each method.
    static let payloads = 60
    /// Streams of rubbish that begin like ttrpc.
    static let rubbishStreams = 200
    /// Good calls that must be answered while each kind of bad input is going on.
    static let goodCalls = 20
    /// The most memory that the server may ever use in these tests, in MiB. A debug server takes about 50; one that
    /// kept what ``oversizedFrames`` send would take 640 more.
    static let memory = 192
    /// The longest text and list of the hostile values.
    static let hostileLength = 20_000
    static let hostileList = 2_000
}
