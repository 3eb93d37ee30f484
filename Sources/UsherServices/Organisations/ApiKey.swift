import Crypto
import UsherContract

/// A key that a system calls with. The key itself is never kept, only its SHA-256.
struct ApiKey: Hashable, Sendable {
    var id: ResourceID
    /// Nil for an operator's key.
    var organisationID: String?
    var name: String
    var scopes: Set<Scope>
    var isTest: Bool
    var hash: [UInt8]
    var createTime: Instant
    var expireTime: Instant?
    var revokeTime: Instant?
    /// The URI in client certificates that stands for the key.
    var certificateURI: String? = nil

    static let certificateURILengths = 1...1_024

    /// Whether a text can be a URI in a certificate. Source: RFC 5280, 4.2.1.6.
    static func isCertificateURI(_ text: String) -> Bool {
        certificateURILengths.contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
            && text.utf8.dropFirst().contains(UInt8(ascii: ":"))
    }

    static let prefix = "key"
    static let nameLengths = 0...200
}

/// The text of a key: `ush_<live|test>_<key id>_<secret>_<checksum>`.
///
/// The checksum is the CRC-32 of everything before its underscore, so that typing errors are refused without a
/// look-up. The secret has 200 random bits.
struct ApiKeyText {
    /// What is presented as a bearer token.
    let text: String

    static let secretLength = 25
    /// No key is longer; whatever is, is refused unread.
    static let maximumLength = 96

    init(id: ResourceID, secret: [UInt8], isTest: Bool) {
        let number = id.description.dropFirst(ApiKey.prefix.count + 1)
        let body = "ush_\(isTest ? "test" : "live")_\(number)_\(Self.base32(secret))"
        text = "\(body)_\(Self.hexadecimal(CRC32.checksum(of: body.utf8)))"
    }

    /// What is kept of the key.
    var hash: [UInt8] { Self.hash(of: Array(text.utf8)) }

    static func hash(of text: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: text)) }

    /// The id that a well-formed key names; nil for anything else.
    static func keyID(in text: [UInt8]) -> ResourceID? {
        guard text.count <= maximumLength else { return nil }
        let parts = text.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].elementsEqual("ush".utf8),
            parts[1].elementsEqual("live".utf8) || parts[1].elementsEqual("test".utf8)
        else { return nil }
        let body = text.dropLast(parts[4].count + 1)
        guard parts[4].elementsEqual(hexadecimal(CRC32.checksum(of: body)).utf8) else { return nil }
        return ResourceID("\(ApiKey.prefix)_\(String(decoding: parts[2], as: UTF8.self))", prefix: ApiKey.prefix)
    }

    /// Whether two hashes are equal, in a time that does not depend on where they differ.
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func base32(_ bytes: [UInt8]) -> String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
        var digits: [UInt8] = []
        var (rest, bits) = (UInt32(0), 0)
        for byte in bytes {
            (rest, bits) = (rest << 8 | UInt32(byte), bits + 8)
            while bits >= 5 {
                bits -= 5
                digits.append(alphabet[Int(rest >> UInt32(bits) & 31)])
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

/// CRC-32 as in zlib. By hand: no package of ours offers it, and linking zlib for eight lines would be more to keep.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
    }

    static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }
}
