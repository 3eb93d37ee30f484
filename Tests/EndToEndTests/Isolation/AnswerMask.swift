import Foundation
import UsherAPI

/// Covers in an answer what may differ between two calls that were treated alike: what was sent, what the caller has,
/// and what is made at random. The lengths stay.
struct AnswerMask {
    private var texts: Set<String>

    init(_ texts: some Sequence<String>) { self.texts = Set(texts.filter { $0.count > 2 }) }

    func apply(_ frame: RawFrame, of method: any AnyMethod) throws -> RawFrame {
        var masked = frame
        var hidden = texts
        if let payload = frame.payload {
            let json = try method.responseJSON(from: payload)
            Self.collectRandom(try JSONSerialization.jsonObject(with: Data(json.utf8)), into: &hidden)
        }
        // Longer texts first: a shorter one may be a part of one.
        for text in hidden.sorted(by: { ($0.utf8.count, $0) > ($1.utf8.count, $1) }) {
            Self.cover(Array(text.utf8), in: &masked.body)
        }
        Self.coverIDs(in: &masked.body)
        return masked
    }

    /// Codes and keys that the server made.
    private static func collectRandom(_ value: Any, into texts: inout Set<String>) {
        if let list = value as? [Any] { for element in list { collectRandom(element, into: &texts) } }
        guard let object = value as? [String: Any] else { return }
        for (name, value) in object {
            if ["code", "secret", "nextPageToken", "barcode", "previousBarcode"].contains(name),
                let text = value as? String
            {
                texts.insert(text)
            } else {
                collectRandom(value, into: &texts)
            }
        }
    }

    private static func cover(_ text: [UInt8], in bytes: inout [UInt8]) {
        guard !text.isEmpty, bytes.count >= text.count else { return }
        var position = 0
        while position + text.count <= bytes.count {
            if bytes[position] == text[0], bytes[position..<position + text.count].elementsEqual(text) {
                for index in position..<position + text.count { bytes[index] = UInt8(ascii: "*") }
                position += text.count
            } else {
                position += 1
            }
        }
    }

    /// `vch_` and thirteen digits, and its like.
    private static func coverIDs(in bytes: inout [UInt8]) {
        let digits = Set("0123456789abcdefghjkmnpqrstvwxyz".utf8)
        for position in bytes.indices where bytes[position] == UInt8(ascii: "_") && position >= 3 {
            let number = position + 1..<position + 14
            if number.upperBound <= bytes.count, bytes[number].allSatisfy(digits.contains),
                bytes[position - 3..<position].allSatisfy((UInt8(ascii: "a")...UInt8(ascii: "z")).contains)
            {
                for index in number { bytes[index] = UInt8(ascii: "*") }
            }
        }
    }
}
