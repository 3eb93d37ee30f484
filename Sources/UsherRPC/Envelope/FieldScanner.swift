/// Bytes that are no protobuf message.
struct MalformedMessage: Error {}

/// Reads the fields of a protobuf message in place.
///
/// It accepts what SwiftProtobuf accepts, but for groups, which proto3 does not have.
/// Source: protobuf.dev "Encoding".
struct FieldScanner {
    enum WireType: UInt8 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
        case fixed32 = 5
    }

    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    private let end: Int

    /// - Parameter range: the message within `bytes`; nil for all of them.
    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>? = nil) {
        self.bytes = bytes
        position = range?.lowerBound ?? 0
        end = range?.upperBound ?? bytes.count
    }

    var isAtEnd: Bool { position == end }

    mutating func tag() throws(MalformedMessage) -> (field: Int, type: WireType) {
        let start = position
        let tag = try varint()
        // A tag has 32 bits; SwiftProtobuf refuses longer encodings even of small ones.
        guard position - start <= 5, tag < UInt64(UInt32.max), tag >> 3 > 0,
            let type = WireType(rawValue: UInt8(tag & 7))
        else {
            throw MalformedMessage()
        }
        return (Int(tag >> 3), type)
    }

    @inline(__always)
    mutating func varint() throws(MalformedMessage) -> UInt64 {
        guard position < end else { throw MalformedMessage() }
        let first = bytes[position]
        position += 1
        return first < 0x80 ? UInt64(first) : try longVarint(UInt64(first & 0x7f))
    }

    private mutating func longVarint(_ first: UInt64) throws(MalformedMessage) -> UInt64 {
        var value = first
        var shift: UInt64 = 7
        while position < end, shift < 70 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw MalformedMessage()
    }

    /// Where the bytes of a length-delimited field are.
    mutating func content() throws(MalformedMessage) -> Range<Int> {
        let count = try varint()
        guard count <= UInt64(end - position) else { throw MalformedMessage() }
        let start = position
        position += Int(count)
        return start..<position
    }

    /// Where the bytes of a string field are; they are valid UTF-8.
    mutating func string() throws(MalformedMessage) -> Range<Int> {
        let range = try content()
        guard Self.isUTF8(UnsafeRawBufferPointer(rebasing: bytes[range])) else { throw MalformedMessage() }
        return range
    }

    mutating func skip(_ type: WireType) throws(MalformedMessage) {
        switch type {
        case .varint: _ = try varint()
        case .fixed64: try skip(bytes: 8)
        case .lengthDelimited: _ = try content()
        case .fixed32: try skip(bytes: 4)
        }
    }

    private mutating func skip(bytes count: Int) throws(MalformedMessage) {
        guard end - position >= count else { throw MalformedMessage() }
        position += count
    }

    private static func isUTF8(_ text: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset + 8 <= text.count {
            if text.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
                return String(validating: text, as: UTF8.self) != nil
            }
            offset += 8
        }
        while offset < text.count {
            if text[offset] >= 0x80 { return String(validating: text, as: UTF8.self) != nil }
            offset += 1
        }
        return true
    }
}
