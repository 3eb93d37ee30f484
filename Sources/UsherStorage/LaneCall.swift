public import UsherContract

/// One call from the wire, as a lane sees it.
public protocol LaneCall: AnyObject, Sendable {
    var caller: Caller { get }
    /// Decides the lane, and names the call in the journal and in the request log.
    var method: MethodDescriptor { get }
    /// A call that has not begun by then is dropped with DEADLINE_EXCEEDED.
    var deadline: ContinuousClock.Instant { get }
    /// Bytes of payload, for the bounds of the queue.
    var cost: Int { get }
    /// What it may overtake in the lane.
    var precedence: Precedence { get }

    /// Decodes the request. Runs on the lane's thread, before the transaction, and again in a later turn where this one
    /// has no time for the call; what it throws goes to this caller only.
    func decode() throws -> DecodedCall

    /// The handler looked for something by what could be guessed, a code, and there is no such thing. Called on the
    /// lane's thread, before ``complete(_:)``.
    ///
    /// - Throws: what this caller is to be told instead, who has guessed wrong too often.
    func noteFailedLookup() throws

    /// Called exactly once: after the commit, on the lane's thread, in one burst for all calls of a transaction; or on
    /// the submitter's thread when the call is not taken. Must not block.
    func complete(_ result: Result<[UInt8], any Error>)
}

/// Which calls of a lane are taken first.
public enum Precedence: Sendable, Hashable {
    /// Somebody waits at a door for the answer: taken before all others, which keep a share of every transaction.
    case verdict
    case ordinary
}

extension LaneCall {
    public var precedence: Precedence { .ordinary }

    /// Nobody counts the server's own.
    public func noteFailedLookup() throws {}
}

/// A call whose request has been decoded.
public struct DecodedCall {
    /// Empty for none. Writes only.
    public var requestID: String
    /// The bytes whose SHA-256 says "the same request"; asked for only where there is a request id.
    public var fingerprint: () -> [UInt8]
    /// Whether it looks for something by what could be guessed: whoever guessed wrong too often may not.
    public var isGuessable: Bool
    /// Roughly the memory that the request takes, in bytes; bounds a batch.
    public var memory: Int
    /// The handler. What it throws rolls back what it did, and goes to the caller as it is.
    public var run: (Transaction) throws -> EncodedReply

    public init(
        requestID: String, fingerprint: @escaping () -> [UInt8], isGuessable: Bool = false,
        memory: Int = 0, run: @escaping (Transaction) throws -> EncodedReply
    ) {
        self.requestID = requestID
        self.fingerprint = fingerprint
        self.isGuessable = isGuessable
        self.memory = memory
        self.run = run
    }
}

/// The reply of a successful call.
public struct EncodedReply: Sendable, Hashable {
    public var bytes: [UInt8]
    /// What a repetition of the request is told instead, for a reply that holds a secret; nil is the same bytes.
    public var replay: [UInt8]?

    public init(bytes: [UInt8], replay: [UInt8]? = nil) {
        self.bytes = bytes
        self.replay = replay
    }
}
