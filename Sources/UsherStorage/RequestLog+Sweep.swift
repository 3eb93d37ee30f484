internal import UsherContract

// What is too old leaves the request log without any write, too: an organisation that nobody calls is woken for it.
// - One wake-up a day at most, at a time of day that differs between organisations. When it is due stands in the
//   organisation's own file, so that a wake-up for something else does not walk the log.
// - The walk goes by key, in pieces, behind whatever waits on the lane. What is added behind it is younger than its
//   beginning.

struct RequestLogSweep {
    /// When the log is to be walked; nil while it is empty.
    private(set) var due: Instant?
    /// The time of an entry that nobody will be woken for yet.
    private var unscheduled: Instant?
    private var walk: Walk?
    private let slots: SweepSlots

    private struct Walk {
        var begin: Instant
        var cursor: [UInt8] = []
        var oldest: Instant?
        var isLogUsed = false
    }

    init(path: String, _ session: Session) throws {
        slots = SweepSlots(of: path)
        due = try session.row("SELECT due_time FROM request_log_sweep", []) { try $0.instantOrNil(0) } ?? nil
    }

    /// An entry was added.
    mutating func note(_ time: Instant) {
        if due == nil, unscheduled == nil { unscheduled = time }
        walk?.isLogUsed = true
    }

    /// Before the commit: when somebody is to come who was not asked for yet.
    mutating func schedule(olderThan age: Duration, _ session: Session) throws -> Instant? {
        guard let time = unscheduled else { return nil }
        unscheduled = nil
        guard due == nil else { return nil }
        try setDue(slots.first(at: time + age), session)
        return due
    }

    /// Looks at up to `limit` entries and removes those that are too old.
    ///
    /// - Returns: whether there are more to look at.
    mutating func step(
        at now: Instant, olderThan age: Duration, limit: Int, _ session: Session
    ) throws -> Bool {
        var walk = walk ?? Walk(begin: now)
        let keys = try session.rows(
            "SELECT key, time FROM request_log WHERE key > ? ORDER BY key LIMIT ?", [walk.cursor, limit]
        ) { (key: try $0.blob(0), time: try $0.instant(1)) }
        for entry in keys {
            if entry.time <= now - age {
                try session.execute("DELETE FROM request_log WHERE key = ?", [entry.key])
            } else {
                walk.oldest = min(walk.oldest ?? entry.time, entry.time)
            }
        }
        guard keys.count < limit else {
            walk.cursor = keys[keys.count - 1].key
            self.walk = walk
            return true
        }
        self.walk = nil
        let oldest = walk.isLogUsed ? min(walk.oldest ?? walk.begin, walk.begin) : walk.oldest
        try setDue(oldest.map { slots.first(at: $0 + age) }, session)
        return false
    }

    private mutating func setDue(_ time: Instant?, _ session: Session) throws {
        try session.execute("UPDATE request_log_sweep SET due_time = ? WHERE id = 1", [time])
        due = time
    }
}

/// The times at which a request log is walked: one in 24 hours, spread over the day by where its file is.
struct SweepSlots {
    private let offset: Int64
    private static let day: Int64 = 86_400_000_000

    init(of path: String) {
        // FNV-1a: the same after every start, which a `Hasher` is not.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        offset = Int64(hash % UInt64(Self.day))
    }

    /// The first one at `time` or later.
    func first(at time: Instant) -> Instant {
        let (days, rest) = (time.microseconds - offset).quotientAndRemainder(dividingBy: Self.day)
        return Instant(microseconds: (rest > 0 ? days + 1 : days) * Self.day + offset)
    }
}
