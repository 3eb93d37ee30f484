/// Writes `{"name":[old,new],…}`. By hand because it is written on every change, and an encoder with its containers
/// costs more than the row that it is stored in.
struct JSONText {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    init() { bytes.reserveCapacity(128) }

    /// Adds a field that differs; leaves out one that does not.
    mutating func add(_ name: String, _ old: SQLValue, _ new: SQLValue) {
        guard old != new else { return }
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        string(name)
        bytes.append(contentsOf: [UInt8(ascii: ":"), UInt8(ascii: "[")])
        value(old)
        bytes.append(UInt8(ascii: ","))
        value(new)
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func finish() -> String {
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func value(_ value: SQLValue) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .integer(let number): bytes.append(contentsOf: String(number).utf8)
        case .text(let text): string(JournalGuard.withoutAddresses(text))
        case .blob(let blob):
            bytes.append(UInt8(ascii: "\""))
            for byte in blob { hexadecimal(byte) }
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// Source: RFC 8259, section 7.
    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                hexadecimal(byte)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func hexadecimal(_ byte: UInt8) {
        for digit in [byte >> 4, byte & 15] {
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
