import Foundation
import Synchronization
import UsherContract

/// A length of time as people reckon it, in an organisation's time zone.
struct CalendarPeriod: Hashable, Sendable {
    enum Unit: Int64, Sendable {
        case hour = 1, day, month, year, week
    }

    let unit: Unit
    let length: Int

    /// The lengths that a period may have.
    static func lengths(_ unit: Unit) -> ClosedRange<Int> {
        switch unit {
        case .hour, .day: 1...9_999
        case .week: 1...1_428
        case .month: 1...1_200
        case .year: 1...100
        }
    }

    /// The moment one period after `start`. Days and weeks keep the hour of the day over a change to or from summer
    /// time; months and years end on the same day of the month, or on its last where it has no such day. None
    /// ends after the year 9999.
    func end(from start: Instant, in zone: TimeZone) -> Instant {
        guard unit != .hour else { return min(start + .hours(length), .latest) }
        let component: Calendar.Component =
            switch unit {
            case .hour: .hour
            case .day, .week: .day
            case .month: .month
            case .year: .year
            }
        let count = unit == .week ? length * 7 : length
        let (seconds, microseconds) = start.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        // A calendar that has no such date, and a date that no number holds, are beyond what can be told.
        guard let end = Calendars.gregorian(in: zone).date(byAdding: component, value: count, to: date),
            let ending = Int64(exactly: end.timeIntervalSince1970.rounded(.towardZero)),
            ending <= Instant.latest.microseconds / 1_000_000
        else { return .latest }
        return min(Instant(microseconds: ending * 1_000_000 + microseconds), .latest)
    }
}

/// Calendars by time zone: one costs far more to make than to use.
private enum Calendars {
    private static let made = Mutex<[TimeZone: Calendar]>([:])

    static func gregorian(in zone: TimeZone) -> Calendar {
        made.withLock { made in
            if let calendar = made[zone] { return calendar }
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = zone
            made[zone] = calendar
            return calendar
        }
    }
}
