internal import Crypto
internal import UsherContract

// The replies of successful writes, under the request ids of the organisation.
// - A request is named by the organisation acted in, whichever key it came with: a key is replaced in the middle of a
//   repetition, and what was done under the old one must not be done again under the new one. Whoever repeats needs
//   the method's scope like whoever began.
// - A key of the log is 16 bytes of SHA-256 over organisation acted in, method and request id: narrow, and evenly
//   spread, so that the purge can walk the keys from a cursor without an index on time.
// - An entry is written in the commit of the call that it belongs to.
// - A reply that tells of a person (an e-mail address, an IP address) is found again by that person's key, and is
//   blanked when the person is to be forgotten. Only such replies have the key: an entry without one, as of every
//   redemption, is longer by one byte, and stands in no index.

/// What an earlier call with the same request id left.
enum LoggedReply {
    case none
    case reply([UInt8])
    /// The call was done; its reply was too large to keep.
    case notKept
    /// The id was used for another request.
    case otherRequest
}

/// Names a request: the organisation acted in, which method, which id, and what was asked.
struct RequestKey {
    let key: [UInt8]
    let fingerprint: [UInt8]

    init(caller: Caller, method: String, requestID: String, request: [UInt8]) {
        var name: [UInt8] = []
        name.reserveCapacity(160)
        // In the platform's database many organisations are acted in; in none of them, it is the platform itself.
        for part in [caller.organisationID ?? "", method, requestID] {
            // The length in front keeps ("ab", "c") and ("a", "bc") apart.
            withUnsafeBytes(of: UInt32(part.utf8.count).bigEndian) { name.append(contentsOf: $0) }
            name.append(contentsOf: part.utf8)
        }
        key = Array(SHA256.hash(data: name).prefix(16))
        fingerprint = Array(SHA256.hash(data: request))
    }
}

struct RequestLog {
    /// The purge goes on after this key.
    private var cursor: [UInt8] = []
    /// New entries since the purge last looked.
    private var pending = 0
    /// See `RequestLog+Sweep.swift`.
    var sweep: RequestLogSweep

    init(path: String, _ session: Session) throws { sweep = try RequestLogSweep(path: path, session) }

    func look(for request: RequestKey, _ session: Session) throws -> LoggedReply {
        try session.row("SELECT fingerprint, reply FROM request_log WHERE key = ?", [request.key]) { row in
            guard try row.blob(0) == request.fingerprint else { return .otherRequest }
            return try row.blobOrNil(1).map { .reply($0) } ?? .notKept
        } ?? .none
    }

    /// Keeps a reply; nil for one that is too large.
    ///
    /// - Parameter personKey: whom it tells of; nil for nobody.
    mutating func keep(
        _ reply: [UInt8]?, of personKey: Int64?, for request: RequestKey, at now: Instant, _ session: Session
    ) throws {
        try session.execute(
            "INSERT INTO request_log (key, time, fingerprint, person_key, reply) VALUES (?, ?, ?, ?, ?)",
            [request.key, now, request.fingerprint, personKey, reply])
        pending += 1
        sweep.note(now)
    }

    /// Blanks the replies that tell of a person: that the calls were done is known all the same.
    static func forget(_ personKey: Int64, in tx: Transaction) throws {
        try tx.unrecorded {
            try tx.execute("UPDATE request_log SET reply = NULL, person_key = NULL WHERE person_key = ?", personKey)
        }
    }

    /// Looks at a few keys beyond the cursor and removes what is older than `age`. Runs in each batch, so that the log
    /// shrinks as fast as it is used; what is left when it is used no more is the sweep's.
    mutating func purge(at now: Instant, olderThan age: Duration, _ session: Session) throws {
        guard pending >= StorageLimits.purgeInterval else { return }
        let count = pending * StorageLimits.purgeKeysPerEntry
        pending = 0
        let oldest = now - age
        let keys = try session.rows(
            "SELECT key, time FROM request_log WHERE key > ? ORDER BY key LIMIT ?", [cursor, count]
        ) { (key: try $0.blob(0), time: try $0.instant(1)) }
        for entry in keys where entry.time < oldest {
            try session.execute("DELETE FROM request_log WHERE key = ?", [entry.key])
        }
        // Fewer than asked for is the end of the keys: begin anew.
        cursor = keys.count == count ? keys[count - 1].key : []
    }
}
