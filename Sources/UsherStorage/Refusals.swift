internal import UsherContract

// Every "no" that storage itself says.

extension Refusal {
    static let deadlineExceeded = Refusal(
        .deadlineExceeded, "DEADLINE_EXCEEDED", "The deadline passed before the call began; nothing was done.")

    static func overloaded(_ limits: StorageLimits) -> Refusal {
        Refusal(
            .resourceExhausted, "ORGANISATION_OVERLOADED", "Too many calls of this organisation are waiting.",
            retryAfter: limits.overloadRetryAfter)
    }

    static let shuttingDown = Refusal(
        .unavailable, "SHUTTING_DOWN", "The server is shutting down; nothing was done.", retryAfter: .seconds(1))

    /// The database cannot be opened; the others are served.
    static let organisationUnavailable = Refusal(
        .unavailable, "ORGANISATION_UNAVAILABLE",
        "The organisation's data cannot be used now; the operator can see why.")

    /// The WAL has reached its bound; reads go on.
    static func walFull(_ limits: StorageLimits) -> Refusal {
        Refusal(
            .unavailable, "STORAGE_WAL_FULL",
            "Changes wait until the write-ahead log has been emptied, which another process keeps from happening; "
                + "nothing was done.", retryAfter: limits.restartRetryAfter)
    }

    /// The database is open for reading only, or a write found the disk full.
    static func notWritable(_ cause: StorageError?, _ limits: StorageLimits) -> Refusal {
        if case .full = cause {
            return Refusal(
                .unavailable, "STORAGE_FULL",
                "The disk is full: the data can be read and not changed; nothing was done.",
                retryAfter: limits.writeRetryAfter)
        }
        return Refusal(
            .unavailable, "STORAGE_UNAVAILABLE", "The data can be read and not changed now; nothing was done.",
            retryAfter: limits.writeRetryAfter)
    }

    /// Neither this organisation's files can be opened now nor others closed.
    static let tooManyOpenFiles = Refusal(
        .unavailable, "TOO_MANY_OPEN_FILES", "The server has too many files open; nothing was done.",
        retryAfter: .seconds(1))

    /// A creation would replace data: only the operator can say what it is.
    static let organisationDataExists = Refusal(
        .failedPrecondition, "ORGANISATION_DATA_EXISTS",
        "There is data of an organisation with this id that the platform does not know: take it away, or restore the "
            + "platform's database.")

    /// The transaction was lost before its commit.
    static let transactionLost = Refusal(
        .unavailable, "STORAGE_UNAVAILABLE", "The data could not be used; nothing was done.",
        retryAfter: .seconds(1))

    static let outcomeUnknown = Refusal(
        .unknown, "OUTCOME_UNKNOWN",
        "The change may or may not have been stored; the same call with the same request_id settles it.")

    /// Whether it tells of a transaction that came to nothing, not of the call itself.
    var isOfBatch: Bool { self == .transactionLost || self == .outcomeUnknown }

    static func requestIDTooLong(_ limits: StorageLimits) -> Refusal {
        Refusal(
            .invalidArgument, "FIELD_INVALID", "Request_id is too long.",
            violations: [
                FieldViolation(field: "request_id", description: "at most \(limits.requestIDLength) characters")
            ])
    }

    static let requestIDReused = Refusal(
        .failedPrecondition, "REQUEST_ID_REUSED", "This request_id was used for another request.")

    static let replyNotKept = Refusal(
        .failedPrecondition, "REPLY_NOT_KEPT",
        "The call with this request_id was done; its reply is not kept: it was too large, or told of a person who was "
            + "deleted since.")

    static let requestIDNotText = Refusal(
        .invalidArgument, "FIELD_INVALID", "Request_id has control characters.",
        violations: [FieldViolation(field: "request_id", description: "must not contain control characters")])

    /// Ids hold the time: one that they cannot hold would make an id that was given out already, or none at all.
    static let clockOutOfRange = Refusal(
        .unavailable, "CLOCK_OUT_OF_RANGE",
        "The server's clock is before 2020 or after 2089-09-06; nothing was done. Reads are answered: its operator "
            + "must set the clock.",
        retryAfter: .seconds(10))

    static func replyTooLarge(_ limits: StorageLimits) -> Refusal {
        Refusal(
            .resourceExhausted, "REPLY_TOO_LARGE",
            "The reply would be larger than \(limits.replyBytes) bytes; nothing was done.")
    }
}
