import Testing
import UsherContract
import UsherServices

@Suite struct CSVTests {
    /// What a reader makes of a file: rows as `2:a|b`, others as `3:CSV_QUOTE_INVALID`.
    private static func read(_ bytes: [UInt8], chunk: Int, limits: CSVLimits = CSVLimits()) -> [String] {
        var reader = CSVReader(limits: limits)
        var found: [String] = []
        func note(_ result: Result<CSVRow, CSVProblem>) {
            switch result {
            case .success(let row): found.append("\(row.number):\(row.fields.joined(separator: "|"))")
            case .failure(let problem): found.append("\(problem.row):\(problem.reason)")
            }
        }
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            reader.feed(Array(bytes[start..<min(bytes.count, start + chunk)])) { note($0) }
        }
        reader.finish { note($0) }
        return found
    }

    private static let files: [(String, [String])] = [
        ("", []), ("\n\r\n\n", []), ("a", ["1:a"]), ("a\n", ["1:a"]), ("a\r\n", ["1:a"]),
        ("a,b\r\nc,d\n", ["1:a|b", "2:c|d"]), (",\n", ["1:|"]), ("\"\"\n", ["1:"]), ("a,", ["1:a|"]),
        ("\u{FEFF}a,b\n", ["1:a|b"]), ("\u{FEFF}\"a\"\n", ["1:a"]), ("\u{FEFF}", []),
        ("a\n\nb\n", ["1:a", "3:b"]), ("\"a,\"\"b\"\"\r\nc\",d\ne\n", ["1:a,\"b\"\r\nc|d", "2:e"]),
        (" a , \"b\"\n", ["1:CSV_QUOTE_INVALID"]), (" a , b \n", ["1: a | b "]), ("å,\u{1F3AC}\n", ["1:å|\u{1F3AC}"]),
        // A bad row costs its own line.
        ("a\"b\nc\n", ["1:CSV_QUOTE_INVALID", "2:c"]), ("\"a\"b,c\nd\n", ["1:CSV_QUOTE_INVALID", "2:d"]),
        ("\"a\nb\nc", ["1:CSV_QUOTE_UNCLOSED", "2:b", "3:c"]),
        ("\"a\nb,\"c\"\nd\n", ["1:CSV_QUOTE_INVALID", "2:b|c", "3:d"]),
        ("\"a\n\"b\n\"c\nd\n", ["1:CSV_QUOTE_INVALID", "2:CSV_QUOTE_INVALID", "3:CSV_QUOTE_UNCLOSED", "4:d"]),
        ("a\rb\nc\n", ["1:CSV_LINE_BREAK_INVALID", "2:c"]), ("\ra\nc\n", ["1:CSV_LINE_BREAK_INVALID", "2:c"]),
        ("a\r", ["1:CSV_LINE_BREAK_INVALID"]), ("a\n\r", ["1:a", "2:CSV_LINE_BREAK_INVALID"]),
    ]

    @Test(arguments: files)
    func filesHoweverTheyAreCut(text: String, rows: [String]) {
        let bytes = Array(text.utf8)
        for chunk in 1...max(1, bytes.count) { #expect(Self.read(bytes, chunk: chunk) == rows, "by \(chunk)") }
    }

    @Test func whatIsNotUTF8CostsItsRow() {
        let bytes = Array("a\n".utf8) + [0xFF, 0x2C, 0x0A] + Array("\"".utf8) + [0xC3, 0x22, 0x0A] + Array("b\n".utf8)
        #expect(Self.read(bytes, chunk: 1) == ["1:a", "2:CSV_NOT_UTF8", "3:CSV_NOT_UTF8", "4:b"])
    }

    @Test func fieldsAndRowsAreBounded() {
        var limits = CSVLimits()
        (limits.fieldBytes, limits.rowBytes, limits.fields) = (4, 6, 3)
        let text = "abcd,ef\nabcde\nx\nabcd,efg\n\"abcde\ny\nf\"\na,b,c\na,b,c,d\n,,\nz"
        let rows = [
            "1:abcd|ef", "2:CSV_FIELD_TOO_LARGE", "3:x", "4:CSV_ROW_TOO_LARGE", "5:CSV_FIELD_TOO_LARGE", "6:y",
            "7:CSV_QUOTE_INVALID", "8:a|b|c", "9:CSV_TOO_MANY_FIELDS", "10:||", "11:z",
        ]
        for chunk in 1...text.utf8.count {
            #expect(Self.read(Array(text.utf8), chunk: chunk, limits: limits) == rows, "by \(chunk)")
        }
    }

    /// What is beyond the largest field is passed over once: looked through again for each byte of that field, these
    /// would take hours.
    @Test(arguments: ["", "\""])
    func aLineThatNeverEndsIsReadOnce(quote: String) {
        let line = Array("\(quote)".utf8) + Array(repeating: UInt8(ascii: "x"), count: 4 << 20)
        let bytes = Array("code\n".utf8) + line + Array("\nb\n".utf8)
        #expect(Self.read(bytes, chunk: bytes.count) == ["1:code", "2:CSV_FIELD_TOO_LARGE", "3:b"])
    }

    /// A file that is one open quote is given up line by line, each byte read twice at most.
    @Test func anOpenQuoteDoesNotSwallowTheFile() {
        let lines = 200_000
        var reader = CSVReader()
        var (rows, problems) = (0, 0)
        func count(_ result: Result<CSVRow, CSVProblem>) {
            if case .success = result { rows += 1 } else { problems += 1 }
        }
        reader.feed(Array("\"code\n".utf8)) { count($0) }
        for _ in 0..<lines { reader.feed(Array("line\n".utf8)) { count($0) } }
        reader.finish { count($0) }
        #expect(rows == lines && problems == 1)
    }

    @Test func whatIsWrittenIsReadAgain() {
        let rows = [
            ["a", "b c", ""], [""], ["", ""], ["\"", ",", "\r\n", "\u{FEFF}"], ["å\u{1F3AC}", "=1+1", " "],
        ]
        var writer = CSVWriter()
        for row in rows { writer.write(row) }
        let bytes = writer.take()
        #expect(writer.take().isEmpty && bytes.starts(with: Array("a,b c,\r\n\"\"\r\n".utf8)))
        var reader = CSVReader()
        var found: [[String]] = []
        reader.feed(bytes) { if case .success(let row) = $0 { found.append(row.fields) } }
        reader.finish { if case .success(let row) = $0 { found.append(row.fields) } }
        #expect(found == rows)
    }

    private enum Column: String, CSVColumn {
        case code, name
        case copy = "[NEW] CC Email"

        static let required: Set<Self> = [.code]
    }

    private static func table(
        _ text: String, _ unknown: CSVTableReader<Column>.UnknownColumns = .refused
    ) throws -> [String] {
        var reader = CSVTableReader<Column>(unknownColumns: unknown)
        var found: [String] = []
        func note(_ result: Result<CSVRecord<Column>, CSVProblem>) {
            switch result {
            case .success(let record):
                found.append("\(record.row):\(record[.code])|\(record[.name])|\(record[.copy])")
            case .failure(let problem): found.append("\(problem.row):\(problem.reason)")
            }
        }
        for byte in text.utf8 { try reader.feed([byte]) { note($0) } }
        try reader.finish { note($0) }
        return found
    }

    @Test func columnsByTheirNames() throws {
        #expect(try Self.table("\u{FEFF} Name ,CODE\r\nx,1\n\ny,2") == ["2:1|x|", "4:2|y|"])
        #expect(try Self.table("code,[new] cc email\n1,a@b\n") == ["2:1||a@b"])
        #expect(
            try Self.table("code,\n1,\n2,,\n3,,x\n4\n") == [
                "2:1||", "3:2||", "4:CSV_FIELDS_EXTRA", "5:CSV_FIELDS_MISSING",
            ])
        #expect(try Self.table("code,x,\"y\n\"\n1,2,3\n", .ignored) == ["2:1||"])
        #expect(try Self.table("code\n") == [])
        #expect(try Self.table("code\na\"\nb\n") == ["2:CSV_QUOTE_INVALID", "3:b||"])
    }

    @Test(arguments: [
        ("", 1, "CSV_HEADER_MISSING"), ("\n\n", 1, "CSV_HEADER_MISSING"), ("name\n", 1, "CSV_COLUMN_MISSING"),
        ("code,Code\n", 1, "CSV_COLUMN_REPEATED"), ("\ncode,x\n", 2, "CSV_COLUMN_UNKNOWN"),
        ("\"code\n", 1, "CSV_QUOTE_UNCLOSED"),
    ])
    func headersThatCannotBeTaken(text: String, row: Int, reason: String) throws {
        let problem = #expect(throws: CSVProblem.self) { try Self.table(text) }
        #expect(problem?.row == row && problem?.reason == reason)
        let refusal = problem?.refusal("csv")
        #expect(refusal?.code == .invalidArgument && refusal?.reason == reason)
        #expect(refusal?.violations.map(\.field) == ["csv"] && refusal?.message.contains("row \(row)") == true)
    }
}
