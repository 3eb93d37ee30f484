/// A Swift file in two more readings, which have the original's lines: what is left out becomes blanks.
///
/// Knows nested comments, all kinds of string literals and interpolation. Bare regex literals are read as code, so that
/// quotes and `//` must not stand in them.
struct SwiftText {
    /// Comments are blank.
    private(set) var withoutComments: String
    /// Comments and the text of string literals are blank; what is interpolated is code.
    private(set) var code: String

    init(_ source: String) {
        var scanner = SwiftScanner(source)
        scanner.scan()
        withoutComments = String(decoding: scanner.withoutComments, as: UTF8.self)
        code = String(decoding: scanner.code, as: UTF8.self)
    }
}

private struct SwiftScanner {
    private enum Context {
        /// The file, or an interpolation, which ends where its parentheses do.
        case code(openParentheses: Int)
        case string(quotes: Int, pounds: Int)
    }

    private let bytes: [UInt8]
    private var position = 0
    private var contexts: [Context] = [.code(openParentheses: 0)]
    private(set) var withoutComments: [UInt8] = []
    private(set) var code: [UInt8] = []

    init(_ source: String) { bytes = Array(source.utf8) }

    mutating func scan() {
        while position < bytes.count {
            switch contexts[contexts.count - 1] {
            case .code(let open): scanCode(open)
            case .string(let quotes, let pounds): scanString(quotes, pounds)
            }
        }
    }

    private mutating func scanCode(_ open: Int) {
        if starts(with: "//") {
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { take(comment: true, text: true) }
            return
        }
        if starts(with: "/*") { return skipBlockComment() }
        let pounds = count(of: "#", at: position)
        if byte(at: position + pounds) == UInt8(ascii: "\"") {
            let quotes = count(of: "\"", at: position + pounds) >= 3 ? 3 : 1
            contexts.append(.string(quotes: quotes, pounds: pounds))
            return take(pounds + quotes)
        }
        switch bytes[position] {
        case UInt8(ascii: "("): contexts[contexts.count - 1] = .code(openParentheses: open + 1)
        case UInt8(ascii: ")") where open == 0 && contexts.count > 1: contexts.removeLast()
        case UInt8(ascii: ")"): contexts[contexts.count - 1] = .code(openParentheses: open - 1)
        default: break
        }
        take(max(1, pounds))
    }

    private mutating func scanString(_ quotes: Int, _ pounds: Int) {
        let isMultiline = quotes == 3
        if bytes[position] == UInt8(ascii: "\\"), count(of: "#", at: position + 1) >= pounds {
            let next = position + 1 + pounds
            if byte(at: next) == UInt8(ascii: "(") {
                contexts.append(.code(openParentheses: 0))
                return take(2 + pounds)
            }
            for _ in 0..<(2 + pounds) where position < bytes.count { take(comment: false, text: true) }
            return
        }
        if count(of: "\"", at: position) >= quotes, count(of: "#", at: position + quotes) >= pounds {
            contexts.removeLast()
            return take(quotes + pounds)
        }
        // Never compiled; the rest of the file is still read.
        if bytes[position] == UInt8(ascii: "\n"), !isMultiline { contexts.removeLast() }
        take(comment: false, text: true)
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
            } else if starts(with: "*/") {
                depth -= 1
            } else {
                take(comment: true, text: true)
                continue
            }
            take(comment: true, text: true)
            take(comment: true, text: true)
        } while depth > 0 && position < bytes.count
    }

    /// Moves on by bytes that are in both readings.
    private mutating func take(_ count: Int) {
        for _ in 0..<count where position < bytes.count { take(comment: false, text: false) }
    }

    private mutating func take(comment: Bool, text: Bool) {
        let byte = bytes[position]
        let blank = byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " ")
        withoutComments.append(comment ? blank : byte)
        code.append(text ? blank : byte)
        position += 1
    }

    private func byte(at index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

    private func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[position...].starts(with: $0) }
    }

    private func count(of character: Unicode.Scalar, at start: Int) -> Int {
        var index = start
        while byte(at: index) == UInt8(ascii: character) { index += 1 }
        return index - start
    }
}
