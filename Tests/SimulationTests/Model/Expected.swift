import SwiftProtobuf
import UsherContract

/// The refusal that the model gives.
struct Expected: Error, Equatable {
    var code: StatusCode
    var reason: String
    /// The fields that are wrong, of a FIELD_INVALID.
    var fields: Set<String> = []

    static func notFound(_ reason: String) -> Expected { Expected(code: .notFound, reason: reason) }
    static func exists(_ reason: String) -> Expected { Expected(code: .alreadyExists, reason: reason) }
    static func precondition(_ reason: String) -> Expected { Expected(code: .failedPrecondition, reason: reason) }
    static func denied(_ reason: String) -> Expected { Expected(code: .permissionDenied, reason: reason) }
    static func unauthenticated(_ reason: String) -> Expected { Expected(code: .unauthenticated, reason: reason) }

    static func checkTag(_ given: String, _ version: Int) throws {
        guard given.isEmpty || given == "v\(version)" else {
            throw Expected(code: .aborted, reason: "ETAG_MISMATCH")
        }
    }
}

extension Expected {
    init(_ refusal: Refusal) {
        self.init(
            code: refusal.code, reason: refusal.reason,
            fields: refusal.reason == "FIELD_INVALID" ? Set(refusal.violations.map(\.field)) : [])
    }
}

/// The fields of a request that are wrong.
struct Mistakes {
    private(set) var fields: Set<String> = []

    mutating func require(_ condition: Bool, _ field: String) {
        if !condition { fields.insert(field) }
    }

    /// - Parameter hasLines: whether it may have line breaks and tabs.
    mutating func requireText(_ text: String, _ lengths: ClosedRange<Int>, _ field: String, hasLines: Bool = false) {
        let scalars = text.unicodeScalars
        let isDirty = scalars.contains { scalar in
            if hasLines, "\t\r\n".unicodeScalars.contains(scalar) { return false }
            let isBreak = scalar == "\u{2028}" || scalar == "\u{2029}"
            return scalar.properties.generalCategory == .control || isBreak && !hasLines
        }
        require(lengths.contains(scalars.count) && !isDirty, field)
    }

    /// An id that the caller chose, or none.
    mutating func requireID(_ text: String, _ field: String) {
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "._-".unicodeScalars.contains($0))
        }
        let beginsWell = text.first.map { !"._-".contains($0) } ?? true
        require(isPlain && beginsWell && text.count <= 63, field)
    }

    mutating func moment(_ timestamp: Google_Protobuf_Timestamp, _ isSet: Bool, _ field: String) -> Instant? {
        guard isSet else { return nil }
        let isTime =
            (-62_135_596_800...253_402_300_799).contains(timestamp.seconds)
            && (0..<1_000_000_000).contains(timestamp.nanos)
        require(isTime, field)
        return isTime ? Instant(timestamp) : nil
    }

    /// The paths that a mask names, or all.
    mutating func mask(
        _ mask: Google_Protobuf_FieldMask, _ all: Set<String>, groups: [String: Set<String>] = [:]
    ) -> Set<String> {
        if mask.paths.isEmpty || mask.paths == ["*"] { return all }
        var named: Set<String> = []
        for path in mask.paths {
            require(all.contains(path) || groups[path] != nil, "update_mask")
            named.formUnion(groups[path] ?? [path])
        }
        return named
    }

    func refuse() throws {
        guard fields.isEmpty else {
            throw Expected(code: .invalidArgument, reason: "FIELD_INVALID", fields: fields)
        }
    }
}

extension Instant {
    init(_ timestamp: Google_Protobuf_Timestamp) {
        self.init(microseconds: timestamp.seconds * 1_000_000 + Int64(timestamp.nanos / 1_000))
    }

    var timestamp: Google_Protobuf_Timestamp {
        let rest = (microseconds % 1_000_000 + 1_000_000) % 1_000_000
        return .with { ($0.seconds, $0.nanos) = ((microseconds - rest) / 1_000_000, Int32(rest) * 1_000) }
    }
}
