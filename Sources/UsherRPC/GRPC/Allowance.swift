import NIOCore

/// How often something may still happen: it is used up one by one, comes back with time, and more of it is earned.
struct Allowance: Sendable {
    private let capacity: Int
    private let perSecond: Int
    /// The most that can be earned.
    private let most: Int
    private var left: Int
    private var counted: NIODeadline

    init(capacity: Int, perSecond: Int, most: Int = 0, now: NIODeadline) {
        self.capacity = capacity
        self.most = max(capacity, most)
        self.perSecond = perSecond
        left = capacity
        counted = now
    }

    /// Uses one; false where none is left.
    mutating func take(_ now: NIODeadline) -> Bool {
        let seconds = (now - counted).nanoseconds / 1_000_000_000
        if seconds > 0 {
            // Past some point it is full, however long ago; that also keeps the product small.
            left = max(left, min(capacity, left + Int(min(seconds, Int64(capacity))) * perSecond))
            counted = counted + .seconds(seconds)
        }
        guard left > 0 else { return false }
        left -= 1
        return true
    }

    mutating func earn(_ count: Int) { left = min(most, left + count) }

    mutating func refill() { left = max(left, capacity) }
}
