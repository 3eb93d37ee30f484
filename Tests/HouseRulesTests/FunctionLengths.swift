/// Where the functions of a file begin and how long they are.
///
/// A function is whatever stands in braces inside types only: functions, initialisers, accessors, closures of stored
/// properties. What is nested in one counts as a part of it.
struct FunctionLengths {
    struct Function: Equatable {
        /// From 1: the line of `func`, `init`, `var`, … or, for a closure, of its brace.
        let line: Int
        /// From there to the closing brace, both included.
        let length: Int
    }

    private struct Block {
        let isType: Bool
        let start: Int
        /// Of the text around it.
        let openParentheses: Int
    }

    private(set) var functions: [Function] = []

    private static let typeWords: Set<String> = ["actor", "class", "enum", "extension", "protocol", "struct"]
    private static let otherWords: Set<String> = ["deinit", "func", "init", "let", "subscript", "var"]

    private var blocks: [Block] = []
    private var line = 1
    private var openParentheses = 0
    /// The last word since the last brace that declares something, and its line.
    private var declaration: (word: String, line: Int)?

    /// - Parameter code: without comments and the text of literals, ``SwiftText/code``.
    init(code: String) {
        let characters = Array(code.utf8)
        var index = 0
        while index < characters.count {
            let end = Self.endOfWord(characters, from: index)
            if end > index {
                let before = index > 0 ? characters[index - 1] : 0
                let after = end < characters.count ? characters[end] : 0
                noteWord(String(decoding: characters[index..<end], as: UTF8.self), between: before, and: after)
                index = end
            } else {
                note(characters[index])
                index += 1
            }
        }
    }

    private static func endOfWord(_ characters: [UInt8], from start: Int) -> Int {
        var end = start
        while end < characters.count, isWordCharacter(characters[end]) { end += 1 }
        return end
    }

    private static func isWordCharacter(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || Unicode.Scalar(byte).properties.isAlphabetic
            || Unicode.Scalar(byte).properties.numericType != nil
    }

    private mutating func noteWord(_ word: String, between before: UInt8, and after: UInt8) {
        // `.init`, `` `class` `` and `protocol:` declare nothing.
        let isName = [UInt8(ascii: "."), UInt8(ascii: "`")].contains(before) || after == UInt8(ascii: ":")
        guard openParentheses == 0, !isName, Self.typeWords.contains(word) || Self.otherWords.contains(word) else {
            return
        }
        declaration = (word, line)
    }

    private mutating func note(_ character: UInt8) {
        switch character {
        case UInt8(ascii: "\n"): line += 1
        case UInt8(ascii: "("): openParentheses += 1
        case UInt8(ascii: ")"): openParentheses -= 1
        case UInt8(ascii: ";"): declaration = nil
        case UInt8(ascii: "{"):
            let isType = openParentheses == 0 && declaration.map { Self.typeWords.contains($0.word) } ?? false
            blocks.append(Block(isType: isType, start: declaration?.line ?? line, openParentheses: openParentheses))
            (openParentheses, declaration) = (0, nil)
        case UInt8(ascii: "}"):
            guard let block = blocks.popLast() else { return }
            (openParentheses, declaration) = (block.openParentheses, nil)
            if !block.isType, blocks.allSatisfy(\.isType) {
                functions.append(Function(line: block.start, length: line - block.start + 1))
            }
        default: break
        }
    }
}
