import NIOCore

// Writing the few protobuf fields of an envelope straight into an outgoing buffer; SwiftProtobuf would make the message
// first and copy the payload.

/// The bytes that a varint takes.
func varintSize(_ value: UInt64) -> Int { (70 - (value | 1).leadingZeroBitCount) / 7 }

/// The bytes that a length-delimited field with a number below 16 takes; none where it is empty, as in proto3.
func fieldSize(_ count: Int) -> Int { count == 0 ? 0 : 1 + varintSize(UInt64(count)) + count }

extension ByteBuffer {
    mutating func writeVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        writeInteger(UInt8(rest))
    }

    /// Writes tag and length of a length-delimited field with a number below 16.
    mutating func writeFieldStart(_ number: UInt8, count: Int) {
        writeInteger(number << 3 | 2)
        writeVarint(UInt64(count))
    }

    mutating func writeField(_ number: UInt8, _ text: String) {
        guard !text.isEmpty else { return }
        writeFieldStart(number, count: text.utf8.count)
        writeString(text)
    }

    mutating func writeField(_ number: UInt8, _ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        writeFieldStart(number, count: bytes.count)
        writeBytes(bytes)
    }
}
