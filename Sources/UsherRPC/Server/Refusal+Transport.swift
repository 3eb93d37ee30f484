import NIOCore
public import UsherContract

/// What the transport itself refuses.
extension Refusal {
    static let frameTooLarge = Refusal(
        .resourceExhausted, "MESSAGE_TOO_LARGE", "A frame has at most \(RPCLimits.frameBytes) bytes.",
        metadata: ["limit": "\(RPCLimits.frameBytes)"])

    static let streamIDEven = Refusal(
        .invalidArgument, "STREAM_ID_EVEN", "The stream ids of calls that a client begins are odd.")

    static let streamIDInUse = Refusal(
        .invalidArgument, "STREAM_ID_IN_USE", "A call with this stream id is in flight.")

    static let streamInactive = Refusal(
        .invalidArgument, "STREAM_INACTIVE", "No stream with this id takes data.")

    static let dataWithClose = Refusal(
        .invalidArgument, "DATA_WITH_CLOSE", "The frame that closes a stream holds no message.")

    static let tooManyStreams = Refusal(
        .resourceExhausted, "TOO_MANY_STREAMS", "This connection has as many streams as it may; nothing was done.")

    static let streamOverflow = Refusal(
        .resourceExhausted, "STREAM_OVERFLOW",
        "The client sends faster than its messages are taken, and too many wait: send more slowly.")

    static let connectionOverflow = Refusal(
        .resourceExhausted, "CONNECTION_OVERFLOW",
        "Too much waits to be taken from the streams of this connection: send more slowly, or on several connections.")

    static let credentialFirst = Refusal(
        .resourceExhausted, "CREDENTIAL_FIRST",
        """
        So large a message is not taken now from a connection that has not shown a good credential: make a small call \
        with one first, such as Authenticate or WhoAmI. Nothing was done.
        """)

    /// Nothing more is held for strangers, or for a key or its organisation.
    static func tooMuchHeld(isTrusted: Bool) -> Refusal { isTrusted ? .callerHoldsTooMuch : .strangersHoldTooMuch }

    static let strangersHoldTooMuch = Refusal(
        .resourceExhausted, "STRANGERS_HOLD_TOO_MUCH",
        "The server holds as much as it may for connections that have not shown a good credential.",
        retryAfter: RPCLimits.heldRetryAfter)

    /// Too many bytes wait for a key or its organisation.
    public static let callerHoldsTooMuch = Refusal(
        .resourceExhausted, "CALLER_HOLDS_TOO_MUCH",
        """
        The server holds as much as it may for this key or its organisation: have fewer calls in flight, and read the \
        replies.
        """, retryAfter: RPCLimits.heldRetryAfter)

    static let reflectionOver = Refusal(
        .resourceExhausted, "REFLECTION_OVER",
        "A reflection stream without a credential ends after a while, and sooner where it asks nothing or is not read.")

    static let cancelled = Refusal(.cancelled, "CANCELLED", "The client has cancelled the call.")

    static let connectionLost = Refusal(.cancelled, "CONNECTION_LOST", "The connection was lost.")

    static let envelopeMalformed = Refusal(
        .invalidArgument, "ENVELOPE_MALFORMED", "The frame's body is no ttrpc Request.")

    static func unknownService(_ name: ByteBuffer, code: StatusCode = .unimplemented) -> Refusal {
        Refusal(
            code, "UNKNOWN_SERVICE", "There is no service '\(quoted(name))'.",
            metadata: ["service": quoted(name)])
    }

    static func unknownMethod(_ name: ByteBuffer, of service: ByteBuffer) -> Refusal {
        Refusal(
            .unimplemented, "UNKNOWN_METHOD", "The service '\(quoted(service))' has no method '\(quoted(name))'.",
            metadata: ["service": quoted(service), "method": quoted(name)])
    }

    static let streamingUnsupported = Refusal(
        .unimplemented, "STREAMING_UNSUPPORTED", "Streaming methods are not served here.")

    static let expired = Refusal(
        .deadlineExceeded, "DEADLINE_EXCEEDED", "The call's time was over when it came; nothing was done.")

    static let unanswered = Refusal(
        .deadlineExceeded, "DEADLINE_EXCEEDED", "The call's time is over; it may or may not have been done.")

    static let draining = Refusal(
        .unavailable, "SERVER_DRAINING", "The server is going away; nothing was done.",
        retryAfter: RPCLimits.drainRetryAfter)

    static let replyTooLarge = Refusal(
        .resourceExhausted, "REPLY_TOO_LARGE", "The call was done, but its reply does not fit in a frame.",
        metadata: ["limit": "\(RPCLimits.replyPayloadBytes)"])

    static let repliesUnread = Refusal(
        .resourceExhausted, "REPLIES_UNREAD",
        "The call was done, but its reply was dropped: too many replies wait to be read by this client.")

    private static func quoted(_ name: ByteBuffer) -> String {
        String(decoding: name.readableBytesView.prefix(RPCLimits.quotedNameBytes), as: UTF8.self)
    }
}
