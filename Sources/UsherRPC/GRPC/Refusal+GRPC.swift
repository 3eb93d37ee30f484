import UsherContract

/// What the transport refuses on HTTP/2 streams.
extension Refusal {
    static let messageTooLarge = Refusal(
        .resourceExhausted, "MESSAGE_TOO_LARGE", "A message has at most \(RPCLimits.frameBytes) bytes.",
        metadata: ["limit": "\(RPCLimits.frameBytes)"])

    static let compressionUnsupported = Refusal(
        .unimplemented, "COMPRESSION_UNSUPPORTED", "Compressed messages are not read; send them as they are.")

    static let compressionUnnamed = Refusal(
        .internalError, "COMPRESSION_UNNAMED", "A message is marked as compressed, but 'grpc-encoding' names no way.")

    static let messageCut = Refusal(
        .invalidArgument, "MESSAGE_CUT", "The stream ended within a message.")

    static let requestCount = Refusal(
        .unimplemented, "REQUEST_COUNT", "The method takes exactly one request message.")

    static let timeoutMalformed = Refusal(
        .invalidArgument, "TIMEOUT_MALFORMED",
        "'grpc-timeout' must be at most eight digits and one of H, M, S, m, u, n.")

    static let requestUnfinished = Refusal(
        .deadlineExceeded, "DEADLINE_EXCEEDED",
        "The call's time was over before its request was there; nothing was done."
    )
}
