/// The checksum of keys, reckoned bit by bit and not as the server does it.
public enum KeyText {
    /// `body`, an underscore, and the checksum that it needs.
    public static func signed(_ body: String) -> String {
        String(decoding: signed(Array(body.utf8) + [UInt8(ascii: "_")]), as: UTF8.self)
    }

    /// `text` with what follows its last underscore replaced by the checksum of what is before it.
    static func signed(_ text: [UInt8]) -> [UInt8] {
        guard let end = text.lastIndex(of: UInt8(ascii: "_")) else { return text }
        return text[...end] + checksum(of: text[..<end])
    }

    /// CRC-32 as in zlib, in eight hexadecimal digits.
    static func checksum(of bytes: ArraySlice<UInt8>) -> [UInt8] {
        var value = UInt32.max
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        let digits = Array("0123456789abcdef".utf8)
        return stride(from: 28, through: 0, by: -4).map { digits[Int(~value >> UInt32($0) & 15)] }
    }
}
