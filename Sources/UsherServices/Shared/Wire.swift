import SwiftProtobuf
import UsherContract

extension Google_Protobuf_Timestamp {
    init(_ instant: Instant) {
        let (seconds, microseconds) = instant.microseconds.flooredQuotientAndRemainder(dividingBy: 1_000_000)
        self.init(seconds: seconds, nanos: Int32(microseconds * 1_000))
    }
}

extension Instant {
    /// The earliest and the latest moment that a protobuf timestamp may name: the years 1 to 9999.
    private static let representable = -62_135_596_800...253_402_300_799 as ClosedRange<Int64>
    /// Nothing of ours lasts longer: it could not be told. A whole second: with a fraction, who reckons in floating
    /// point is in the year 10000.
    static let latest = Instant(microseconds: representable.upperBound * 1_000_000)

    /// Nil for what is no valid timestamp. Nanoseconds are cut to microseconds.
    init?(_ timestamp: Google_Protobuf_Timestamp) {
        guard Self.representable.contains(timestamp.seconds), (0...999_999_999).contains(timestamp.nanos) else {
            return nil
        }
        self.init(microseconds: timestamp.seconds * 1_000_000 + Int64(timestamp.nanos) / 1_000)
    }
}

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension Violations {
    /// A field that may hold a timestamp: nil where it is absent, a violation where it is none.
    mutating func instant(_ timestamp: Google_Protobuf_Timestamp, isSet: Bool, _ field: String) -> Instant? {
        guard isSet else { return nil }
        let instant = Instant(timestamp)
        require(instant != nil, field, "must be a time between the years 1 and 9999")
        return instant
    }
}

/// A resource's version as its `etag`.
enum ETag {
    static func text(_ version: Int64) -> String { "v\(version)" }

    /// - Throws: ABORTED `ETAG_MISMATCH` where the caller's tag is given and is not the current one.
    static func check(_ given: String, against version: Int64) throws {
        guard given.isEmpty || given == text(version) else {
            throw Refusal(
                .aborted, "ETAG_MISMATCH",
                "The resource has changed since its etag was read: get it again and repeat the change.")
        }
    }
}
