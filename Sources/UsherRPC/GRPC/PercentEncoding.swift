/// How `grpc-message` is written: every byte of its UTF-8 but printable ASCII, and the percent sign, as `%` and two
/// digits. Source: gRPC `PROTOCOL-HTTP2.md`.
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// The text, encoded; what would make it longer than `limit` bytes is left out, whole characters at a time.
    static func encode(_ text: String, limit: Int) -> String {
        var encoded: [UInt8] = []
        for character in text {
            let start = encoded.count
            for byte in character.utf8 {
                if (0x20...0x7e).contains(byte), byte != UInt8(ascii: "%") {
                    encoded.append(byte)
                } else {
                    encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }
            guard encoded.count <= limit else {
                encoded.removeSubrange(start...)
                break
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
