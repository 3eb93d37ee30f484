import Foundation
import UsherContract

extension CalendarPeriod {
    /// How many calendar days the period has that begins now: for what is given by the day. At least one; hours make
    /// whole days where they make any.
    func days(from start: Instant, in zone: TimeZone) -> Int {
        let length = end(from: start, in: zone) - start
        // A day over a change to or from summer time has 23 or 25 hours, and is one all the same.
        let hours = Int((length.wholeMicroseconds + 1_800_000_000) / 3_600_000_000)
        return max(1, (hours + 12) / 24)
    }
}
