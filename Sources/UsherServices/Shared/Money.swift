import UsherAPI

/// An amount of money in whole minor units of its currency: never a fraction.
struct Money: Hashable, Sendable {
    /// Three upper-case letters. Source: ISO 4217.
    var currencyCode: String
    var minorUnits: Int64

    static let amounts: ClosedRange<Int64> = 0...1_000_000_000_000

    var isFree: Bool { minorUnits == 0 }

    static func isCurrencyCode(_ text: String) -> Bool {
        text.utf8.count == 3 && text.utf8.allSatisfy { (0x41...0x5A).contains($0 & 0xDF) && $0 < 0x80 }
    }
}

extension Money {
    /// What a caller gives; violations for what is no amount.
    init(_ given: Usher_Type_V1_Money, isSet: Bool, _ field: String, _ violations: inout Violations) {
        violations.require(isSet, field, "must be given")
        if isSet {
            violations.require(
                Self.isCurrencyCode(given.currencyCode), "\(field).currency_code",
                "must be three letters of ISO 4217 such as SEK")
            violations.require(
                Self.amounts.contains(given.minorUnits), "\(field).minor_units",
                "must be \(Self.amounts.lowerBound) to \(Self.amounts.upperBound)")
        }
        self.init(currencyCode: given.currencyCode.uppercased(), minorUnits: given.minorUnits)
    }

    var message: Usher_Type_V1_Money {
        .with { ($0.currencyCode, $0.minorUnits) = (currencyCode, minorUnits) }
    }

    /// For the journal: `4900 SEK`.
    var text: String { "\(minorUnits) \(currencyCode)" }
}
