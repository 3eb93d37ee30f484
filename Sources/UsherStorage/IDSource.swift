internal import UsherContract

// The numbers of `ResourceID`s of one database: strictly increasing, across restarts and when the clock steps back.
// - Numbers up to `reserved` may be given out. The mark is stored in a transaction before the numbers are used, in
//   blocks, so that it costs one update per block and not one per id.
// - After opening, the first number is above the stored mark: what a crash may have given out is never repeated.
// - A rolled-back call loses its numbers; they are not given out again. A lost transaction, which may take the mark
//   with it, costs the connection: the next one begins with the stored mark and `raise(to:)`.

struct IDSource {
    private(set) var last: Int64
    private var reserved: Int64

    /// When ids can be made: from their first millisecond until what is reserved ahead has no more bits.
    static let moments =
        ResourceID.moments.lowerBound..<(ResourceID.moments.upperBound - .milliseconds(StorageLimits.idBlock + 1))

    /// Whether there are numbers for a call at this time. Where not, nothing that is written then could be named.
    func canReserve(at now: Instant) -> Bool {
        Self.moments.contains(now)
            && (last >> ResourceID.counterBits) + StorageLimits.idBlock <= ResourceID.lastMillisecond
    }

    init(_ session: Session) throws {
        let mark = try session.integer("SELECT reserved FROM id_mark")
        (last, reserved) = (mark, mark)
    }

    /// Sees to it that there are numbers enough for one call. Runs outside the call's savepoint.
    mutating func reserve(at now: Instant, _ session: Session) throws {
        let latest = max(ResourceID.milliseconds(at: now), last >> ResourceID.counterBits)
        guard (latest + StorageLimits.idMargin) << ResourceID.counterBits > reserved else { return }
        let mark = (latest + StorageLimits.idBlock) << ResourceID.counterBits
        try session.execute("UPDATE id_mark SET reserved = ?", [mark])
        reserved = mark
    }

    mutating func raise(to floor: Int64) { last = max(last, floor) }

    /// The next number. The margin is four thousand million numbers: a call that used them all must not go on, because
    /// a restart would repeat them.
    mutating func next(at now: Instant, _ ambient: Ambient) -> Int64 {
        let milliseconds = ResourceID.milliseconds(at: now)
        if milliseconds > last >> ResourceID.counterBits {
            var start: UInt32 = 0
            withUnsafeMutableBytes(of: &start, ambient.fillRandom)
            // The lower half of the counter's range, so that the other half is left to count.
            last = milliseconds << ResourceID.counterBits | Int64(start >> (33 - UInt32(ResourceID.counterBits)))
        } else {
            last += 1
        }
        precondition(last <= reserved, "more ids in one call than were reserved")
        return last
    }
}
