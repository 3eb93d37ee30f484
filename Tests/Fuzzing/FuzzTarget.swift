// What is fuzzed. A check feeds any bytes to one parser, crashes where the parser does, and compares the parser's
// answer with one that was reached in another way.

/// A parser under test.
public protocol FuzzTarget: Sendable {
    /// For reports: `frames`.
    var name: String { get }
    /// Good inputs to begin from.
    var seeds: [[UInt8]] { get }

    /// Feeds `input` to the parser.
    ///
    /// - Returns: what the parser made of it, for the statistics.
    /// - Throws: ``FuzzViolation`` where the parser's answer is wrong.
    func check(_ input: [UInt8]) throws -> FuzzOutcome
}

/// Whether a parser took its input. A fuzz run that sees only one of the two tests little.
public enum FuzzOutcome: Sendable, Hashable {
    case accepted, refused
}

/// A wrong answer, with the input that gave it.
public struct FuzzViolation: Error, CustomStringConvertible {
    public let target: String
    public let what: String
    public let input: [UInt8]

    public init(target: String, what: String, input: [UInt8]) {
        (self.target, self.what, self.input) = (target, what, input)
    }

    public var description: String {
        let digits = input.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0\(text)" : text
        }
        return "\(target): \(what)\ninput: \(digits.joined())"
    }
}

extension FuzzTarget {
    /// - Throws: ``FuzzViolation`` unless `condition` holds.
    func require(_ condition: Bool, _ what: @autoclosure () -> String, _ input: [UInt8]) throws {
        guard condition else { throw FuzzViolation(target: name, what: what(), input: input) }
    }
}
