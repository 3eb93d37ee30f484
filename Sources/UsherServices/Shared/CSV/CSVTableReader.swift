/// The columns of a kind of file, by the names in its header; case and outer blanks of these do not matter.
public protocol CSVColumn: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// Those that every file must have.
    static var required: Set<Self> { get }
}

/// One row of a table.
public struct CSVRecord<Column: CSVColumn>: Hashable, Sendable {
    /// As ``CSVRow/number``: the first row behind the header is 2.
    public let row: Int
    private let fields: [String]
    private let positions: [Column: Int]

    init(_ row: CSVRow, _ positions: [Column: Int]) {
        (self.row, fields, self.positions) = (row.number, row.fields, positions)
    }

    /// Whether the file has the column.
    public func has(_ column: Column) -> Bool { positions[column] != nil }

    /// The value as it stands there, outer blanks included; empty where the file lacks the column.
    public subscript(_ column: Column) -> String { positions[column].map { fields[$0] } ?? "" }
}

/// Reads a CSV file whose first row names its columns, chunk by chunk.
public struct CSVTableReader<Column: CSVColumn>: Sendable {
    /// What to do with a column that is none of ours.
    public enum UnknownColumns: Sendable {
        case refused, ignored
    }

    private var reader: CSVReader
    private let unknownColumns: UnknownColumns
    /// Nil before the header.
    private var header: (positions: [Column: Int], count: Int)?

    public init(unknownColumns: UnknownColumns = .refused, limits: CSVLimits = CSVLimits()) {
        reader = CSVReader(limits: limits)
        self.unknownColumns = unknownColumns
    }

    /// Reads on. `take` gets each row behind the header, and each that cannot be read.
    ///
    /// - Throws: ``CSVProblem`` for a header that cannot be taken, and what `take` throws.
    public mutating func feed(
        _ bytes: [UInt8], _ take: (Result<CSVRecord<Column>, CSVProblem>) throws -> Void
    ) throws {
        var (reader, header) = (self.reader, self.header)
        try reader.feed(bytes) { try Self.pass($0, &header, unknownColumns, take) }
        (self.reader, self.header) = (reader, header)
    }

    /// Ends the file.
    ///
    /// - Throws: as ``feed(_:_:)``; ``CSVProblem`` for a file without a header.
    public mutating func finish(_ take: (Result<CSVRecord<Column>, CSVProblem>) throws -> Void) throws {
        var (reader, header) = (self.reader, self.header)
        try reader.finish { try Self.pass($0, &header, unknownColumns, take) }
        (self.reader, self.header) = (reader, header)
        guard header != nil else { throw CSVProblem(row: 1, .headerMissing) }
    }

    private static func pass(
        _ result: Result<CSVRow, CSVProblem>, _ header: inout (positions: [Column: Int], count: Int)?,
        _ unknownColumns: UnknownColumns, _ take: (Result<CSVRecord<Column>, CSVProblem>) throws -> Void
    ) throws {
        guard let known = header else {
            let row = try result.get()
            header = (try positions(row, unknownColumns), row.fields.count)
            return
        }
        switch result {
        case .failure(let problem): try take(.failure(problem))
        case .success(let row):
            if row.fields.count < known.count {
                try take(.failure(CSVProblem(row: row.number, .fieldsMissing)))
            } else if row.fields[known.count...].contains(where: { !$0.isEmpty }) {
                // Spreadsheets like to leave empty ones behind the last.
                try take(.failure(CSVProblem(row: row.number, .fieldsExtra)))
            } else {
                try take(.success(CSVRecord(row, known.positions)))
            }
        }
    }

    private static func positions(_ row: CSVRow, _ unknownColumns: UnknownColumns) throws -> [Column: Int] {
        let known = Dictionary(uniqueKeysWithValues: Column.allCases.map { (folded($0.rawValue), $0) })
        var positions: [Column: Int] = [:]
        for (position, name) in row.fields.enumerated() {
            guard let column = known[folded(name)] else {
                // An empty name is what a spreadsheet leaves behind the last column.
                if unknownColumns == .ignored || folded(name).isEmpty { continue }
                throw CSVProblem(row: row.number, .columnUnknown, column: name)
            }
            guard positions.updateValue(position, forKey: column) == nil else {
                throw CSVProblem(row: row.number, .columnRepeated, column: name)
            }
        }
        let missing = Column.allCases.first { Column.required.contains($0) && positions[$0] == nil }
        if let missing { throw CSVProblem(row: row.number, .columnMissing, column: missing.rawValue) }
        return positions
    }

    private static func folded(_ name: String) -> String {
        name.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed().map { $0.lowercased() }
            .joined()
    }
}
