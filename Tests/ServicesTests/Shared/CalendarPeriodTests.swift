import Foundation
import Testing
import UsherContract

@testable import UsherServices

/// Every unit at the ends of months, on leap days, and over the changes to and from summer time.
@Suite struct CalendarPeriodTests {
    private static let cases: [(String, String, CalendarPeriod.Unit, Int, String)] = [
        // The end of the month.
        ("UTC", "2026-01-31T12:00:00Z", .month, 1, "2026-02-28T12:00:00Z"),
        ("UTC", "2026-03-31T12:00:00Z", .month, 1, "2026-04-30T12:00:00Z"),
        ("UTC", "2026-01-31T12:00:00Z", .month, 2, "2026-03-31T12:00:00Z"),
        ("UTC", "2026-02-28T12:00:00Z", .month, 1, "2026-03-28T12:00:00Z"),
        ("UTC", "2026-10-31T12:00:00Z", .month, 4, "2027-02-28T12:00:00Z"),
        ("UTC", "2026-01-31T12:00:00Z", .month, 13, "2027-02-28T12:00:00Z"),
        ("UTC", "2026-12-31T23:59:59Z", .month, 1_200, "2126-12-31T23:59:59Z"),
        // Leap years; 2100 is none.
        ("UTC", "2027-01-31T12:00:00Z", .month, 13, "2028-02-29T12:00:00Z"),
        ("UTC", "2028-02-29T12:00:00Z", .year, 1, "2029-02-28T12:00:00Z"),
        ("UTC", "2028-02-29T12:00:00Z", .year, 4, "2032-02-29T12:00:00Z"),
        ("UTC", "2028-02-29T12:00:00Z", .year, 72, "2100-02-28T12:00:00Z"),
        ("UTC", "2028-02-28T12:00:00Z", .day, 1, "2028-02-29T12:00:00Z"),
        ("UTC", "2026-02-28T12:00:00Z", .day, 1, "2026-03-01T12:00:00Z"),
        ("UTC", "2028-02-28T12:00:00Z", .week, 1, "2028-03-06T12:00:00Z"),
        ("UTC", "2026-12-31T23:59:59Z", .day, 1, "2027-01-01T23:59:59Z"),
        ("UTC", "2026-01-01T00:00:00Z", .day, 9_999, "2053-05-18T00:00:00Z"),
        ("UTC", "2026-01-01T00:00:00Z", .week, 1_428, "2053-05-15T00:00:00Z"),
        ("UTC", "2026-01-01T00:00:00Z", .year, 100, "2126-01-01T00:00:00Z"),
        // Into summer time on 2026-03-29 at 02:00, out of it on 2026-10-25 at 03:00.
        ("Europe/Stockholm", "2026-03-28T17:00:00Z", .day, 1, "2026-03-29T16:00:00Z"),
        ("Europe/Stockholm", "2026-10-24T16:00:00Z", .day, 1, "2026-10-25T17:00:00Z"),
        ("Europe/Stockholm", "2026-03-28T17:00:00Z", .week, 1, "2026-04-04T16:00:00Z"),
        ("Europe/Stockholm", "2026-02-28T17:00:00Z", .month, 2, "2026-04-28T16:00:00Z"),
        ("Europe/Stockholm", "2026-10-24T16:00:00Z", .year, 1, "2027-10-24T16:00:00Z"),
        ("Europe/Stockholm", "2026-03-28T17:00:00Z", .hour, 24, "2026-03-29T17:00:00Z"),
        ("Europe/Stockholm", "2026-10-24T16:00:00Z", .hour, 24, "2026-10-25T16:00:00Z"),
        // There is no 02:30 on that day: the hour that there is.
        ("Europe/Stockholm", "2026-03-28T01:30:00Z", .day, 1, "2026-03-29T01:30:00Z"),
        // 02:30 comes twice on that day: the first.
        ("Europe/Stockholm", "2026-10-24T00:30:00Z", .day, 1, "2026-10-25T00:30:00Z"),
        // The day of the month is that of the zone: there it is the 31st already, or still.
        ("Asia/Tokyo", "2026-01-30T16:00:00Z", .month, 1, "2026-02-27T16:00:00Z"),
        ("America/New_York", "2026-03-01T03:00:00Z", .month, 1, "2026-03-29T02:00:00Z"),
        ("America/New_York", "2026-03-07T17:00:00Z", .day, 1, "2026-03-08T16:00:00Z"),
        // Samoa had no 30 December 2011.
        ("Pacific/Apia", "2011-12-29T20:00:00Z", .day, 1, "2011-12-30T20:00:00Z"),
        ("Pacific/Apia", "2011-11-29T20:00:00Z", .year, 1, "2012-11-28T20:00:00Z"),
        // Half an hour of summer time.
        ("Australia/Lord_Howe", "2026-10-03T01:00:00Z", .day, 1, "2026-10-04T00:30:00Z"),
    ]

    @Test(arguments: cases)
    func ends(zone: String, start: String, unit: CalendarPeriod.Unit, length: Int, end: String) throws {
        let zone = try #require(TimeZone(identifier: zone))
        let found = CalendarPeriod(unit: unit, length: length).end(from: try instant(start), in: zone)
        let off = (found.microseconds - (try instant(end)).microseconds) / 1_000_000
        #expect(off == 0, "\(off) s off")
    }

    @Test func microsecondsStay() throws {
        let zone = try #require(TimeZone(identifier: "UTC"))
        let start = Instant(microseconds: 1_795_197_600_123_456)
        for unit in [CalendarPeriod.Unit.hour, .day, .week, .month, .year] {
            let end = CalendarPeriod(unit: unit, length: 1).end(from: start, in: zone)
            #expect(end.microseconds % 1_000_000 == 123_456 && end > start)
        }
    }

    private func instant(_ text: String) throws -> Instant {
        let date = try Date(text, strategy: .iso8601)
        return Instant(microseconds: Int64(date.timeIntervalSince1970) * 1_000_000)
    }

    /// What comes later could not be told: a timestamp ends with the year 9999.
    @Test(arguments: [(CalendarPeriod.Unit.hour, 9_999), (.day, 1), (.week, 1), (.month, 1), (.year, 100)])
    func nothingLastsBeyondTheYear9999(unit: CalendarPeriod.Unit, length: Int) throws {
        let start = Instant(microseconds: 253_402_300_799_000_000)
        let before = start - .microseconds(1)
        let zone = try #require(TimeZone(identifier: "Europe/Stockholm"))
        let end = CalendarPeriod(unit: unit, length: length).end(from: before, in: zone)
        #expect(end == start)
    }
}
