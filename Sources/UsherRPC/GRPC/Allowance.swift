import NIOCore

/// How often something may still happen: it is used up one by one and comes back with time.
struct Allowance: Sendable {
    private let capacity: Int
    private let perSecond: Int
    private var left: Int
    private var counted: NIODeadline

    init(capacity: Int, perSecond: Int, now: NIODeadline) {
        self.capacity = capacity
        self.perSecond = perSecond
        left = capacity
        counted = now
    }

    /// Uses one; false where none is left.
    mutating func take(_ now: NIODeadline) -> Bool {
        let seconds = (now - counted).nanoseconds / 1_000_000_000
        if seconds > 0 {
            // Past some point it is full, however long ago; that also keeps the product small.
            add(Int(min(seconds, Int64(capacity))) * perSecond)
            counted = counted + .seconds(seconds)
        }
        guard left > 0 else { return false }
        left -= 1
        return true
    }

    mutating func add(_ count: Int) { left = min(capacity, left + count) }

    mutating func refill() { left = capacity }
}
