/// Writes CSV row by row; what was written is taken away chunk by chunk. Source: RFC 4180.
public struct CSVWriter: Sendable {
    private var bytes: [UInt8] = []

    public init() {}

    /// How much is waiting to be taken, in bytes.
    public var count: Int { bytes.count }

    /// Writes a row. Fields are quoted only where they must be.
    public mutating func write(_ fields: some Sequence<String>) {
        let start = bytes.count
        var isFirst = true
        for field in fields {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            write(field)
        }
        // A row with one empty field would be a blank line.
        if bytes.count == start { bytes.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: "\"")]) }
        bytes.append(contentsOf: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
    }

    /// What has been written since it was last taken.
    public mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    private mutating func write(_ field: String) {
        let special: Set<UInt8> = [UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        // A byte order mark at the beginning of a file would be taken for one.
        guard field.utf8.contains(where: special.contains) || field.utf8.first == 0xEF else {
            bytes.append(contentsOf: field.utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in field.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
