import UsherAPI
import UsherContract

/// Calendars by arithmetic, without the platform's: days since 1970 and the summer time of the European Union.
/// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"; directive 2000/84/EC.
enum CivilTime {
    static let zones = ["UTC", "Asia/Tokyo", "Europe/Stockholm", "America/Phoenix"]
    private static let day: Int64 = 86_400

    static func end(of period: Usher_Type_V1_CalendarPeriod, from start: Instant, in zone: String) -> Instant {
        let units: [Usher_Type_V1_CalendarUnit: Usher_Vouchers_V1_AccessPeriodUnit] = [
            .hour: .hour, .day: .day, .week: .week, .month: .month, .year: .year,
        ]
        let same = Usher_Vouchers_V1_AccessPeriod.with {
            ($0.unit, $0.length) = (units[period.unit] ?? .unspecified, period.length)
        }
        return end(of: same, from: start, in: zone)
    }

    /// How many calendar days a period has that begins at `start`; at least one.
    static func days(of period: Usher_Type_V1_CalendarPeriod, from start: Instant, in zone: String) -> Int32 {
        let seconds = split(start.microseconds, 1_000_000).quotient
        let first = split(seconds + offset(in: zone, at: seconds), day).quotient
        let length = Int(period.length)
        let last =
            switch period.unit {
            case .day: first + Int64(length)
            case .week: first + Int64(length) * 7
            case .month: number(addMonths(length, to: civil(first)))
            default: number(addMonths(length * 12, to: civil(first)))
            }
        return Int32(last - first)
    }

    /// The end of a period that begins at `start`.
    static func end(of period: Usher_Vouchers_V1_AccessPeriod, from start: Instant, in zone: String) -> Instant {
        let length = Int(period.length)
        if period.unit == .hour { return start + .seconds(length * 3_600) }
        let (seconds, rest) = split(start.microseconds, 1_000_000)
        let (days, time) = split(seconds + offset(in: zone, at: seconds), day)
        var date = civil(days)
        switch period.unit {
        case .day: date = civil(days + Int64(length))
        case .week: date = civil(days + Int64(length) * 7)
        case .month: date = addMonths(length, to: date)
        default: date = addMonths(length * 12, to: date)
        }
        let local = number(date) * day + time
        // At the hours of the day that the simulation keeps to, exactly one offset leads to itself.
        let end = [
            offset(in: zone, at: local), offset(in: zone, at: local) - 3_600, offset(in: zone, at: local) + 3_600,
        ]
        .map { (offset: $0, moment: local - $0) }.first { offset(in: zone, at: $0.moment) == $0.offset }
        return Instant(microseconds: (end?.moment ?? local) * 1_000_000 + rest)
    }

    private typealias Date = (year: Int64, month: Int64, day: Int64)

    private static func addMonths(_ count: Int, to date: Date) -> Date {
        let (years, month) = split(date.month - 1 + Int64(count), 12)
        let year = date.year + years
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (year, month + 1, min(date.day, lengths[Int(month)]))
    }

    private static func split(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, rest: Int64) {
        let rest = (value % divisor + divisor) % divisor
        return ((value - rest) / divisor, rest)
    }

    /// Days since 1970-01-01.
    private static func number(_ date: Date) -> Int64 {
        let year = date.month <= 2 ? date.year - 1 : date.year
        let (era, yearOfEra) = split(year, 400)
        let dayOfYear = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int64) -> Date {
        let (era, dayOfEra) = split(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    /// In seconds east of Greenwich, at a moment in seconds since 1970.
    private static func offset(in zone: String, at seconds: Int64) -> Int64 {
        switch zone {
        case "Asia/Tokyo": return 9 * 3_600
        case "America/Phoenix": return -7 * 3_600
        case "Europe/Stockholm":
            let year = civil(split(seconds, day).quotient).year
            let isSummer = (lastSunday(year, 3) + 3_600..<lastSunday(year, 10) + 3_600).contains(seconds)
            return isSummer ? 7_200 : 3_600
        default: return 0
        }
    }

    /// Midnight in Greenwich, of a month with 31 days. 1970-01-01 was a Thursday.
    private static func lastSunday(_ year: Int64, _ month: Int64) -> Int64 {
        let last = number((year, month, 31))
        return (last - (last + 4) % 7) * day
    }
}
