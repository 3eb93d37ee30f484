// The journal is for ever, and a person may have to be forgotten.
// - Whoever records an event names persons by their ids only. This is the net below: an e-mail address that somebody
//   writes in a reason, a name or a request id does not get into the journal either.

enum JournalGuard {
    /// What stands in the place of an e-mail address.
    static let blank = "[address]"

    /// The text with every e-mail address in it blanked.
    static func withoutAddresses(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "@")) else { return text }
        var result: [UInt8] = []
        var word: [UInt8] = []
        func endWord() {
            result += isAddress(word) ? Array(blank.utf8) : word
            word = []
        }
        for byte in text.utf8 {
            if isSeparator(byte) {
                endWord()
                result.append(byte)
            } else {
                word.append(byte)
            }
        }
        endWord()
        return String(decoding: result, as: UTF8.self)
    }

    /// Something before an `@`, and something behind it.
    private static func isAddress(_ word: [UInt8]) -> Bool {
        word.dropFirst().dropLast().contains(UInt8(ascii: "@"))
    }

    /// What does not stand within an address as people write it: blanks, quotation marks, brackets and such. A slash
    /// too, so that `https://example.org/@nordfilm` stays.
    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"),
            UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "|"):
            true
        default: false
        }
    }
}
