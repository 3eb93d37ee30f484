/// The id of everything that callers do not name themselves: a prefix that says what it is, and a number.
///
/// The number is 63 bits: milliseconds since 2020-01-01 (41 bits) above 22 bits that start at random in each
/// millisecond and count up from there. It is the row's primary key, so that an id needs no index of its own, and
/// ordering by id is ordering by creation. On the wire it is `<prefix>_` and 13 digits of Crockford's base 32 in lower
/// case, `vch_05gq8w2k1x7dn`; the text sorts as the number does.
public struct ResourceID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What the id names: `vch`, `acc`, `red`, …
    public let prefix: String
    /// The primary key; positive.
    public let number: Int64

    public init(prefix: String, number: Int64) {
        self.prefix = prefix
        self.number = number
    }

    /// Reads the text form. Nil for anything that ``description`` would not have written with this `prefix`; callers
    /// treat that exactly like an id that does not exist.
    public init?(_ text: String, prefix: String) {
        let utf8 = text.utf8
        guard utf8.count == prefix.utf8.count + 1 + Self.digitCount, text.hasPrefix(prefix),
            utf8.dropFirst(prefix.utf8.count).first == UInt8(ascii: "_")
        else { return nil }
        var number: UInt64 = 0
        for (position, byte) in utf8.suffix(Self.digitCount).enumerated() {
            guard let digit = Self.alphabet.firstIndex(of: byte), position > 0 || digit < 8 else { return nil }
            number = number << 5 | UInt64(digit)
        }
        guard number > 0 else { return nil }
        self.init(prefix: prefix, number: Int64(number))
    }

    public var description: String {
        var digits = [UInt8](repeating: 0, count: Self.digitCount)
        var rest = UInt64(bitPattern: number)
        for position in digits.indices.reversed() {
            digits[position] = Self.alphabet[Int(rest & 31)]
            rest >>= 5
        }
        return "\(prefix)_\(String(decoding: digits, as: UTF8.self))"
    }

    /// Numbers count up by so many bits in each millisecond.
    public static let counterBits: Int64 = 22

    /// The moments that a number can begin with: 41 bits of milliseconds end in September 2089.
    public static let moments =
        Instant(microseconds: epoch * 1_000)..<Instant(microseconds: (epoch + lastMillisecond + 1) * 1_000)

    /// Milliseconds since 1970.
    private static let epoch: Int64 = 1_577_836_800_000

    /// The milliseconds that a number given out at `moment` begins with. A moment before 2020 counts as that, and one
    /// that is too late as the last one that there is.
    public static func milliseconds(at moment: Instant) -> Int64 {
        min(max(0, moment.microseconds / 1_000 - epoch), lastMillisecond)
    }

    /// The last millisecond that has bits.
    public static let lastMillisecond: Int64 = 1 << 41 - 1

    /// No id that is made at `moment` or later has a number below.
    public static func lowestNumber(at moment: Instant) -> Int64 { milliseconds(at: moment) << counterBits }

    public static func < (left: ResourceID, right: ResourceID) -> Bool {
        (left.prefix, left.number) < (right.prefix, right.number)
    }

    private static let digitCount = 13
    private static let alphabet = [UInt8]("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}
