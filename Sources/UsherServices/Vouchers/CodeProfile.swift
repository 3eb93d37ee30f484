import UsherContract
import UsherStorage

/// How generated voucher codes look.
struct CodeProfile: Hashable, Sendable {
    enum Kind: Int64, Sendable {
        case tv9 = 1, hex10, pattern
    }

    var kind: Kind
    var length: Int
    var prefix: String
    var suffix: String
    var alphabet: String

    static let tv9 = CodeProfile(kind: .tv9, length: 9, prefix: "", suffix: "", alphabet: "0123456789")
    static let hex10 = CodeProfile(kind: .hex10, length: 10, prefix: "", suffix: "", alphabet: "0123456789abcdef")
    /// No I, J, O, 0 and 1, which people take for one another.
    static let defaultAlphabet = "ABCDEFGHKLMNPQRSTUVWXYZ23456789"
    static let defaultLength = 8
    static let lengths = 4...48
    static let affixLengths = 0...16
    static let alphabetSizes = 8...64

    /// How many codes there are, as far as an Int can say.
    var space: Int {
        var space = 1
        for _ in 0..<length {
            let (product, overflow) = space.multipliedReportingOverflow(by: alphabet.utf8.count)
            if overflow { return Int.max }
            space = product
        }
        return space
    }
}

/// Draws codes from a cryptographic generator, each as likely as any other.
struct CodeGenerator {
    private let profile: CodeProfile
    private let alphabet: [UInt8]
    private let random: (Int) -> [UInt8]
    private var pool: ArraySlice<UInt8> = []

    /// Bytes are asked for in pools of this size: one call of the generator each is the greater part of a code's cost.
    private static let poolSize = 4_096

    init(_ profile: CodeProfile, random: @escaping (Int) -> [UInt8]) {
        self.profile = profile
        self.random = random
        alphabet = Array(profile.alphabet.utf8)
    }

    mutating func next() -> String {
        // The largest multiple of the alphabet's size in a byte: what lies above would favour the first characters.
        let limit = 256 - 256 % alphabet.count
        var code: [UInt8] = []
        code.reserveCapacity(profile.length)
        while code.count < profile.length {
            if pool.isEmpty { pool = random(Self.poolSize)[...] }
            let byte = Int(pool.removeFirst())
            if byte < limit { code.append(alphabet[byte % alphabet.count]) }
        }
        return profile.prefix + String(decoding: code, as: UTF8.self) + profile.suffix
    }
}
