import ArgumentParser
import Foundation
import SwiftProtobuf
import UsherAPI
import UsherClient
import UsherContract
import UsherStorage

/// A moment on the command line: `2026-12-31T23:59:59+01:00`, a day such as `2026-12-31`, `today` or `tomorrow`, or how
/// long from now: `90m`, `36h`, `2d`, `3w`.
///
/// A day is one in the organisation's time zone, and means its beginning or its end.
struct WhenArgument: ExpressibleByArgument {
    private enum Form {
        case instant(Date)
        case fromNow(seconds: Double)
        case day(year: Int, month: Int, day: Int)
        /// Days from today.
        case dayFromToday(Int)
    }

    private let form: Form

    init?(argument: String) {
        let text = argument.trimmingCharacters(in: .whitespaces).lowercased()
        if let found = text.wholeMatch(of: /(\d{1,6})([smhdw])/) {
            let unit: Double = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800][String(found.2)] ?? 1
            form = .fromNow(seconds: unit * (Double(found.1) ?? 0))
        } else if let found = text.wholeMatch(of: /(\d{4})-(\d{2})-(\d{2})/), let year = Int(found.1),
            let month = Int(found.2), let day = Int(found.3), (1...12).contains(month), (1...31).contains(day)
        {
            form = .day(year: year, month: month, day: day)
        } else if let days = ["today": 0, "tomorrow": 1][text] {
            form = .dayFromToday(days)
        } else if let date = try? Date(argument, strategy: .iso8601) {
            form = .instant(date)
        } else {
            return nil
        }
    }

    /// Which side of a day is meant.
    enum Side { case beginning, end }

    /// The moment. Asks for the organisation's time zone where it is a day.
    func timestamp(_ side: Side, _ client: UsherClient) async throws -> Google_Protobuf_Timestamp {
        switch form {
        case .instant(let date): return Google_Protobuf_Timestamp(date: date)
        case .fromNow(let seconds): return Google_Protobuf_Timestamp(date: .current + seconds)
        case .day, .dayFromToday:
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = try await Self.timeZone(client)
            return Google_Protobuf_Timestamp(date: try date(side, in: calendar, now: .current))
        }
    }

    /// The beginning of a day, or its last second, in the calendar's time zone.
    func date(_ side: Side, in calendar: Calendar, now: Date) throws -> Date {
        let start: Date?
        switch form {
        case .instant(let date): return date
        case .fromNow(let seconds): return now + seconds
        case .dayFromToday(let days):
            start = calendar.date(byAdding: .day, value: days, to: calendar.startOfDay(for: now))
        case .day(let year, let month, let day):
            let parts = DateComponents(year: year, month: month, day: day)
            // A calendar makes March 3 of February 31.
            start = calendar.date(from: parts).flatMap { calendar.component(.day, from: $0) == day ? $0 : nil }
        }
        guard let start else { throw Failure("there is no such day") }
        guard side == .end, let next = calendar.date(byAdding: .day, value: 1, to: start) else { return start }
        return calendar.startOfDay(for: next) - 1
    }

    private static func timeZone(_ client: UsherClient) async throws -> TimeZone {
        let organisations = Usher_Organisations_V1_OrganisationServiceClient(transport: client)
        let name: String
        do {
            name = try await organisations.getSettings(.init()).timeZone
        } catch let refusal as Refusal where refusal.reason == "SCOPE_MISSING" {
            throw Failure(
                "this key may not read the organisation's time zone: give the time with its own, such as "
                    + "2026-12-31T23:59:59+01:00")
        }
        guard let zone = TimeZone(identifier: name) else { throw Failure("this host does not know the zone \(name)") }
        return zone
    }
}

extension Date {
    /// Now, by the clock that everything here goes by.
    static var current: Date { Date(timeIntervalSince1970: Double(Ambient.system.now().microseconds) / 1_000_000) }
}
