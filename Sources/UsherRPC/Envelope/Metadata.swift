public import NIOCore
import NIOHPACK

/// What a caller says besides its request: keys with any number of values.
///
/// Keys are compared without regard to ASCII case. Nothing is read or copied until it is asked for.
public struct Metadata: Sendable {
    private enum Source {
        /// Metadata fields of an envelope that was scanned, with whatever fields stand between them.
        case envelope(ByteBuffer)
        /// The headers of an HTTP/2 stream. Values of keys that end in `-bin` are base 64.
        case headers(HPACKHeaders)
    }

    private let source: Source

    init(scanned fields: ByteBuffer) { source = .envelope(fields) }

    init(headers: HPACKHeaders) { source = .headers(headers) }

    public var isEmpty: Bool {
        switch source {
        case .envelope(let fields): fields.readableBytes == 0
        case .headers(let headers): headers.isEmpty
        }
    }

    /// The first value of `key`, UTF-8; nil where there is none.
    ///
    /// - Parameter key: in lower case.
    public func first(_ key: String) -> ByteBuffer? {
        var found: ByteBuffer?
        forEach(key) { value in
            found = value
            return false
        }
        return found
    }

    /// The first value of `key` as text.
    ///
    /// - Parameter key: in lower case.
    public func firstString(_ key: String) -> String? { first(key).map { String(buffer: $0) } }

    /// Every value of `key`, in the order in which they were sent.
    ///
    /// - Parameter key: in lower case.
    public func all(_ key: String) -> [ByteBuffer] {
        var found: [ByteBuffer] = []
        forEach(key) { value in
            found.append(value)
            return true
        }
        return found
    }

    /// - Parameter body: returns whether it wants more.
    private func forEach(_ key: String, _ body: (ByteBuffer) -> Bool) {
        switch source {
        case .envelope(let fields): Self.forEach(key, in: fields, body)
        case .headers(let headers): Self.forEach(key, in: headers, body)
        }
    }

    private static func forEach(_ key: String, in fields: ByteBuffer, _ body: (ByteBuffer) -> Bool) {
        guard fields.readableBytes > 0 else { return }
        fields.withUnsafeReadableBytes { bytes in
            var scanner = FieldScanner(bytes)
            while let pair = Pair.next(of: &scanner, bytes) {
                guard matches(bytes[pair.key], key) else { continue }
                let start = fields.readerIndex + pair.value.lowerBound
                guard body(fields.getSlice(at: start, length: pair.value.count) ?? ByteBuffer()) else { return }
            }
        }
    }

    private static func forEach(_ key: String, in headers: HPACKHeaders, _ body: (ByteBuffer) -> Bool) {
        // Names on HTTP/2 are in lower case; others have been refused.
        for (name, value, _) in headers where name == key {
            guard key.hasSuffix("-bin") else {
                guard body(ByteBuffer(string: value)) else { return }
                continue
            }
            // Intermediaries may join values with commas; what is no base 64 is no value.
            for part in value.split(separator: ",") {
                guard let bytes = Base64.decode(part.drop { $0 == " " }) else { continue }
                guard body(ByteBuffer(bytes: bytes)) else { return }
            }
        }
    }

    private static func matches(_ sent: Slice<UnsafeRawBufferPointer>, _ key: String) -> Bool {
        guard sent.count == key.utf8.count else { return false }
        return zip(sent, key.utf8).allSatisfy { sent, asked in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(sent) ? sent | 0x20 == asked : sent == asked
        }
    }
}

extension Metadata {
    /// Where key and value of one `KeyValue { string key=1; string value=2 }` are.
    struct Pair {
        var key = 0..<0
        var value = 0..<0

        init(scanning bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(MalformedMessage) {
            var scanner = FieldScanner(bytes, range)
            while !scanner.isAtEnd {
                switch try scanner.tag() {
                case (1, .lengthDelimited): key = try scanner.string()
                case (2, .lengthDelimited): value = try scanner.string()
                case (_, let type): try scanner.skip(type)
                }
            }
        }

        /// The next pair of an envelope; nil at its end.
        static func next(of scanner: inout FieldScanner, _ bytes: UnsafeRawBufferPointer) -> Pair? {
            do throws(MalformedMessage) {
                while !scanner.isAtEnd {
                    switch try scanner.tag() {
                    case (5, .lengthDelimited): return try Pair(scanning: bytes, scanner.content())
                    case (_, let type): try scanner.skip(type)
                    }
                }
            } catch {
                assertionFailure("metadata is made of a scanned envelope")
            }
            return nil
        }
    }
}
