public import UsherContract

/// Why a row, or the whole file, cannot be read.
public struct CSVProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: String, Sendable, CaseIterable {
        case quoteInvalid = "CSV_QUOTE_INVALID"
        case quoteUnclosed = "CSV_QUOTE_UNCLOSED"
        case lineBreakInvalid = "CSV_LINE_BREAK_INVALID"
        case notUTF8 = "CSV_NOT_UTF8"
        case fieldTooLarge = "CSV_FIELD_TOO_LARGE"
        case rowTooLarge = "CSV_ROW_TOO_LARGE"
        case tooManyFields = "CSV_TOO_MANY_FIELDS"
        case fieldsMissing = "CSV_FIELDS_MISSING"
        case fieldsExtra = "CSV_FIELDS_EXTRA"
        case headerMissing = "CSV_HEADER_MISSING"
        case columnMissing = "CSV_COLUMN_MISSING"
        case columnUnknown = "CSV_COLUMN_UNKNOWN"
        case columnRepeated = "CSV_COLUMN_REPEATED"
    }

    /// 1 for the first row of the file, which is the header's.
    public let row: Int
    public let kind: Reason
    /// The column that is missing, unknown or repeated; empty for others.
    public let column: String

    init(row: Int, _ kind: Reason, column: String = "") {
        (self.row, self.kind, self.column) = (row, kind, String(column.prefix(100)))
    }

    /// Stable, for programs.
    public var reason: String { kind.rawValue }

    /// For people, without the row's number.
    public var message: String {
        switch kind {
        case .quoteInvalid: "A quote stands inside a field: quote the whole field, and double each quote in it."
        case .quoteUnclosed: "A quote is opened and never closed."
        case .lineBreakInvalid: "A carriage return stands alone: lines end with CR LF or LF."
        case .notUTF8: "The text is not UTF-8."
        case .fieldTooLarge: "A field is too large."
        case .rowTooLarge: "The row is too large."
        case .tooManyFields: "The row has too many fields."
        case .fieldsMissing: "The row has fewer fields than the header."
        case .fieldsExtra: "The row has more fields than the header."
        case .headerMissing: "The file has no header."
        case .columnMissing: "The column '\(column)' is missing."
        case .columnUnknown: "There is no column '\(column)'."
        case .columnRepeated: "The column '\(column)' stands there twice."
        }
    }

    public var description: String { "row \(row): \(message)" }

    /// What a caller is told whose whole file cannot be taken.
    ///
    /// - Parameter field: where the file stands in the request.
    public func refusal(_ field: String) -> Refusal {
        Refusal(
            .invalidArgument, reason, "\(field) row \(row): \(message)",
            violations: [FieldViolation(field: field, description: description)])
    }
}
