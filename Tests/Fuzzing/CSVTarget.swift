import UsherServices

/// `CSVReader`: however its bytes are cut, it gives the rows that a plain reading of the whole file gives; and what
/// `CSVWriter` makes of these is read as the same again.
public struct CSVTarget: FuzzTarget {
    public let name = "csv"

    public init() {}

    public var seeds: [[UInt8]] {
        [
            "a,b\r\n1,\"2,\"\"3\"\"\"\r\n", "\u{FEFF}a\n\n\"\"\nlast", "a,\"b\nc\"\n\"d\r\ne\",\"\"\n",
            "x\"y\nok,1\n\"open\nand,so\non,\"\"\n", "\"a\"b\n\"c\nd\"e\nf\n", "lone\rreturn\n\r\n,\n\"\r\n\"\r\n",
            "a,b,c,d,e\n\(String(repeating: "x", count: 20))\n", "åäö,\"\u{1F3AC}\"\r\n",
        ].map { Array($0.utf8) }
    }

    /// Small, so that mutated inputs are beyond them about as often as not.
    private static let limits = {
        var limits = CSVLimits()
        (limits.fieldBytes, limits.rowBytes, limits.fields) = (16, 24, 4)
        return limits
    }()

    public func check(_ input: [UInt8]) throws -> FuzzOutcome {
        var random = SplitMix(seed: input.reduce(UInt64(input.count)) { $0 &* 31 &+ UInt64($1) })
        var reader = CSVReader(limits: Self.limits)
        var found: [Row] = []
        var fed = 0
        while fed < input.count {
            let end = min(input.count, fed + 1 + random.below(random.below(8) == 0 ? input.count : 12))
            reader.feed(Array(input[fed..<end])) { found.append(Row($0)) }
            fed = end
        }
        reader.finish { found.append(Row($0)) }
        let expected = Self.read(input)
        try require(found == expected, "read \(found) instead of \(expected)", input)
        var writer = CSVWriter()
        let rows = found.compactMap(\.fields)
        for row in rows { writer.write(row) }
        var again: [Row] = []
        var second = CSVReader(limits: Self.limits)
        second.feed(writer.take()) { again.append(Row($0)) }
        second.finish { again.append(Row($0)) }
        try require(again.map(\.fields) == rows, "wrote \(rows), which reads as \(again)", input)
        return found.contains { $0.fields == nil } ? .refused : .accepted
    }

    private struct Row: Equatable {
        var number: Int
        /// Nil for one that cannot be read.
        var fields: [String]?

        init(number: Int, fields: [String]?) { (self.number, self.fields) = (number, fields) }

        init(_ result: Result<CSVRow, CSVProblem>) {
            switch result {
            case .success(let row): self.init(number: row.number, fields: row.fields)
            case .failure(let problem): self.init(number: problem.row, fields: nil)
            }
        }
    }

    /// The plain reading: a row at a time, from its first byte; where that fails, from behind the next line break.
    private static func read(_ file: [UInt8]) -> [Row] {
        let bytes = file.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(file.dropFirst(3)) : file
        var (rows, position, number) = ([Row](), 0, 1)
        while position < bytes.count {
            if let end = lineBreak(bytes, position) {
                position = end
            } else if let (fields, end) = row(bytes, from: position) {
                rows.append(Row(number: number, fields: fields))
                position = end
            } else {
                rows.append(Row(number: number, fields: nil))
                position = (bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count) + 1
            }
            number += 1
        }
        return rows
    }

    /// Where the line goes on behind the line break at `position`; nil where there is none.
    private static func lineBreak(_ bytes: [UInt8], _ position: Int) -> Int? {
        if bytes[position...].starts(with: [UInt8(ascii: "\n")]) { return position + 1 }
        return bytes[position...].starts(with: [UInt8(ascii: "\r"), UInt8(ascii: "\n")]) ? position + 2 : nil
    }

    private static func row(_ bytes: [UInt8], from start: Int) -> (fields: [String], end: Int)? {
        var (fields, position, total) = ([String](), start, 0)
        while true {
            guard let (value, end) = field(bytes, from: position) else { return nil }
            total += value.count
            guard value.count <= limits.fieldBytes, total <= limits.rowBytes, fields.count < limits.fields,
                let text = String(validating: value, as: UTF8.self)
            else { return nil }
            fields.append(text)
            if end == bytes.count { return (fields, end) }
            if let next = lineBreak(bytes, end) { return (fields, next) }
            guard bytes[end] == UInt8(ascii: ",") else { return nil }
            position = end + 1
        }
    }

    private static func field(_ bytes: [UInt8], from start: Int) -> (value: [UInt8], end: Int)? {
        let quote = UInt8(ascii: "\"")
        guard start < bytes.count, bytes[start] == quote else {
            let ends: Set<UInt8> = [UInt8(ascii: ","), UInt8(ascii: "\r"), UInt8(ascii: "\n"), quote]
            let end = bytes[start...].firstIndex(where: ends.contains) ?? bytes.count
            return (Array(bytes[start..<end]), end)
        }
        var (value, position) = ([UInt8](), start + 1)
        while position < bytes.count {
            if bytes[position] == quote {
                guard position + 1 < bytes.count, bytes[position + 1] == quote else { return (value, position + 1) }
                position += 1
            }
            value.append(bytes[position])
            position += 1
        }
        return nil
    }
}
