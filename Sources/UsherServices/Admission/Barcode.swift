import Foundation
import UsherStorage

/// What is scanned. A ticket or pass has at most one that is live.
struct Barcode: Hashable, Sendable {
    enum State: Int64, Sendable {
        case notPrinted = 1, printed, superseded, cancelled
    }

    var text: String
    /// The number of the ticket or pass. Ids are unique in a database whatever they name.
    var bearerKey: Int64
    /// Whether that is a pass.
    var isPass: Bool
    var state: State
    /// Whether a third party's system made it.
    var isExternal: Bool

    /// In characters.
    static let lengths = 1...200
    /// 31 signs make 79 bits, which nobody guesses at a door.
    private static let generatedLength = 16

    /// A new one, drawn from a cryptographic generator.
    static func generate(in tx: Transaction) -> String {
        let profile = CodeProfile(
            kind: .pattern, length: generatedLength, prefix: "", suffix: "", alphabet: CodeProfile.defaultAlphabet)
        var generator = CodeGenerator(profile, random: { _ in tx.randomBytes(2 * generatedLength) })
        return generator.next()
    }

    /// Without what a scanner may put around it.
    static func trimmed(_ text: String) -> String {
        // Nothing that long is a barcode, and it is not looked through to find out.
        guard text.utf8.count <= 4 * lengths.upperBound + 100 else { return "" }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
