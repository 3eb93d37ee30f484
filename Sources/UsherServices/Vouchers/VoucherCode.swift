import Foundation

/// A voucher's code as created, and as compared.
struct VoucherCode: Hashable, Sendable {
    /// Without outer blanks, otherwise as the caller wrote it.
    let text: String
    /// The same for every way of writing the code: NFC and lower case.
    let folded: String

    /// In characters.
    static let lengths = 1...200
    /// What has more bytes than any code can have is no code, and is not folded to find out.
    private static let maximumBytes = 4_096

    /// Nine decimal digits can be typed on a TV.
    var isTVCompatible: Bool {
        text.utf8.count == 9 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension VoucherCode {
    /// Nil for what cannot be a code: nothing, or far too much. Never refuses by length otherwise: what does not exist
    /// is not found.
    init?(_ given: String) {
        guard given.utf8.count <= Self.maximumBytes else { return nil }
        if given.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            text = given
            folded = given.lowercased()
        } else {
            text = given.trimmingCharacters(in: .whitespacesAndNewlines)
            folded = text.precomposedStringWithCanonicalMapping.lowercased().precomposedStringWithCanonicalMapping
        }
        if text.isEmpty { return nil }
    }
}
