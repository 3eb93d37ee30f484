internal import UsherContract

// Every "no" that storage itself says.

extension Refusal {
    static let deadlineExceeded = Refusal(
        .deadlineExceeded, "DEADLINE_EXCEEDED", "the deadline passed before the call began; nothing was done")

    static func overloaded(_ limits: StorageLimits) -> Refusal {
        Refusal(
            .resourceExhausted, "ORGANISATION_OVERLOADED", "too many calls of this organisation are waiting",
            retryAfter: limits.overloadRetryAfter)
    }

    static let shuttingDown = Refusal(
        .unavailable, "SHUTTING_DOWN", "the server is shutting down; nothing was done", retryAfter: .seconds(1))

    /// The database cannot be opened; the others are served.
    static let organisationUnavailable = Refusal(
        .unavailable, "ORGANISATION_UNAVAILABLE",
        "the organisation's data cannot be used now; the operator can see why")

    /// The transaction was lost before its commit.
    static let transactionLost = Refusal(
        .unavailable, "STORAGE_UNAVAILABLE", "the data could not be used; nothing was done",
        retryAfter: .seconds(1))

    static let outcomeUnknown = Refusal(
        .unknown, "OUTCOME_UNKNOWN",
        "the change may or may not have been stored; the same call with the same request_id settles it")

    static func requestIDTooLong(_ limits: StorageLimits) -> Refusal {
        Refusal(
            .invalidArgument, "INVALID_ARGUMENT", "request_id is too long",
            violations: [
                FieldViolation(field: "request_id", description: "at most \(limits.requestIDLength) characters")
            ])
    }

    static let requestIDReused = Refusal(
        .failedPrecondition, "REQUEST_ID_REUSED", "this request_id was used for another request")

    static let replyNotKept = Refusal(
        .failedPrecondition, "REPLY_NOT_KEPT",
        "the call with this request_id was done; its reply was too large to be repeated")

    static func replyTooLarge(_ limits: StorageLimits) -> Refusal {
        Refusal(
            .resourceExhausted, "REPLY_TOO_LARGE",
            "the reply would be larger than \(limits.replyBytes) bytes; nothing was done")
    }
}
