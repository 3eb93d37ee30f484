/// Codes as people write them, and what is the same code.
enum CodeText {
    /// Spellings of one code each, the first as it is printed.
    static let families: [[String]] =
        (1...9).map { ["CODE-\($0)", "code-\($0)", " Code-\($0)\n"] } + [
            // Composed, decomposed, and in capitals.
            ["\u{c9}t\u{e9}", "\u{e9}te\u{301}", "E\u{301}T\u{c9}"], ["123456789", " 123456789"],
            [String(repeating: "long", count: 50), String(repeating: "LONG", count: 50)],
        ]

    static let unknown = ["nothing", "CODE-99", "123 456 789", "\u{1f3ad}"]

    private static let canonical: [[UInt8]: String] = Dictionary(
        uniqueKeysWithValues: families.flatMap { family in family.map { (Array($0.utf8), family[0]) } })

    /// The same text for the same code. Bytes are compared: Swift's own equality of texts hides what is being tested.
    static func same(_ text: String) -> String {
        if let family = canonical[Array(text.utf8)] { return String(family.lowercased()) }
        return trimmed(text).lowercased()
    }

    static func trimmed(_ text: String) -> String {
        let blanks: Set<Character> = [" ", "\n", "\t", "\r", "\r\n"]
        return String(text.drop { blanks.contains($0) }.reversed().drop { blanks.contains($0) }.reversed())
    }
}
