internal import UsherContract

// The calls of a batch, decoded before its transaction begins: nobody waits for the write lock, or for a view of the
// database that holds up the WAL, while bytes become requests.
// - What decoded requests take together is bounded; the batch ends where they would take more.
// - A call that cannot be decoded is refused, and one that is too late is dropped; they need no transaction, and are
//   told with the others.

struct DecodedCalls {
    enum Ready {
        case refused(any Error)
        /// With the request's name in the log, where it has an id.
        case call(DecodedCall, RequestKey?)

        /// - Throws: what the caller is refused with.
        var call: DecodedCall {
            get throws {
                switch self {
                case .refused(let error): throw error
                case .call(let decoded, _): decoded
                }
            }
        }
    }

    /// One for each call that the batch has room for, in order; at least one.
    private(set) var ready: [Ready] = []

    init(_ calls: [any LaneCall], _ limits: StorageLimits) {
        var memory = 0
        // The other half of the time is for running them.
        let end = ContinuousClock.now + limits.batchTime / 2
        for call in calls {
            let now = ContinuousClock.now
            if !ready.isEmpty, now >= end || memory >= limits.batchDecodedBytes { break }
            guard call.deadline > now else {
                ready.append(.refused(Refusal.deadlineExceeded))
                continue
            }
            do {
                let decoded = try call.decode()
                memory += decoded.memory
                ready.append(.call(decoded, try Self.key(of: call, decoded, limits)))
            } catch {
                ready.append(.refused(error))
            }
        }
    }

    /// - Throws: INVALID_ARGUMENT for a request id that is none.
    private static func key(
        of call: any LaneCall, _ decoded: DecodedCall, _ limits: StorageLimits
    ) throws -> RequestKey? {
        guard !call.method.isRead, !decoded.requestID.isEmpty else { return nil }
        guard decoded.requestID.unicodeScalars.count <= limits.requestIDLength else {
            throw Refusal.requestIDTooLong(limits)
        }
        guard !decoded.requestID.unicodeScalars.contains(where: \.isControl) else { throw Refusal.requestIDNotText }
        return RequestKey(
            caller: call.caller, method: call.method.journalName, requestID: decoded.requestID,
            request: decoded.fingerprint())
    }
}
