import UsherAPI

extension CalendarPeriod {
    /// What a caller gives; nil where it is absent or wrong, the latter with a violation.
    ///
    /// - Parameter units: those that the field allows.
    init?(
        _ given: Usher_Type_V1_CalendarPeriod, isSet: Bool, units: Set<Unit> = [.hour, .day, .week, .month, .year],
        _ field: String, _ violations: inout Violations
    ) {
        guard isSet else { return nil }
        guard let unit = Unit(rawValue: Int64(given.unit.rawValue)), units.contains(unit) else {
            violations.require(false, "\(field).unit", "must be a unit that is allowed here")
            return nil
        }
        let (length, lengths) = (Int(given.length), Self.lengths(unit))
        violations.require(
            lengths.contains(length), "\(field).length", "must be \(lengths.lowerBound) to \(lengths.upperBound)")
        self.init(unit: unit, length: length)
    }

    var message: Usher_Type_V1_CalendarPeriod {
        .with { message in
            message.unit =
                switch unit {
                case .hour: .hour
                case .day: .day
                case .week: .week
                case .month: .month
                case .year: .year
                }
            message.length = Int32(length)
        }
    }

    /// For the journal: `3 month`.
    var text: String { "\(length) \(unit)" }
}
