import UsherContract

/// Collects what is wrong with a request's fields, so that a caller is told everything at once.
struct Violations {
    private var found: [FieldViolation] = []

    /// No caller mends more at a time, and nobody makes us collect millions.
    private static let limit = 32

    /// Notes a violation of `field` unless `condition` holds.
    mutating func require(_ condition: Bool, _ field: String, _ description: @autoclosure () -> String) {
        if !condition, found.count < Self.limit {
            found.append(FieldViolation(field: field, description: description()))
        }
    }

    var isEmpty: Bool { found.isEmpty }

    /// Refuses the request if anything was found.
    func refuse() throws {
        guard let first = found.first else { return }
        throw Refusal(
            .invalidArgument, "FIELD_INVALID", "\(first.field) \(first.description)", violations: found)
    }

    /// One line of text of a bounded number of characters: a name, a title, a place. Without control characters.
    mutating func requireText(_ text: String, _ field: String, _ lengths: ClosedRange<Int>) {
        requireLength(text, field, lengths)
        requireClean(text, field)
    }

    /// Text of several lines that people write for people: a description, a reason. Without control characters other
    /// than line breaks and tabs.
    mutating func requireProse(_ text: String, _ field: String, _ lengths: ClosedRange<Int>) {
        requireLength(text, field, lengths)
        let isClean = text.unicodeScalars.allSatisfy { !$0.isControl || "\n\r\t".unicodeScalars.contains($0) }
        require(isClean, field, "must not contain control characters other than line breaks and tabs")
    }

    /// The rule of every text that is kept and that no other rule keeps clean.
    mutating func requireClean(_ text: String, _ field: String) {
        let isClean = !text.unicodeScalars.contains { $0.isControl || $0.isLineBreak }
        require(isClean, field, "must not contain control characters or line breaks")
    }

    private mutating func requireLength(_ text: String, _ field: String, _ lengths: ClosedRange<Int>) {
        // A scalar is at least one byte: what has too many bytes for any count need not be counted.
        let inBounds = text.utf8.count <= lengths.upperBound * 4 && lengths.contains(text.unicodeScalars.count)
        require(inBounds, field, "must have \(lengths.lowerBound) to \(lengths.upperBound) characters")
    }

    /// An id of the caller's own choosing, or none.
    mutating func requireCallerID(_ text: String, _ field: String) {
        require(text.isEmpty || CallerChosenID.isValid(text), field, CallerChosenID.rule)
    }
}

/// Ids that callers choose themselves: those of catalogue resources, viewers, organisations and batches.
enum CallerChosenID {
    static let rule = "must have at most 63 characters of [A-Za-z0-9._-] and begin with a letter or a digit"

    static func isValid(_ text: String) -> Bool {
        let utf8 = text.utf8
        guard (1...63).contains(utf8.count), let first = utf8.first, isLetterOrDigit(first) else { return false }
        return utf8.allSatisfy { isLetterOrDigit($0) || [0x2E, 0x5F, 0x2D].contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
