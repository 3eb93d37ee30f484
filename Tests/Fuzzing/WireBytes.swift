// Bytes of the wire, written without the server's own code, so that a mistake there is not repeated here.

/// ttrpc frames and envelopes.
public enum WireBytes {
    /// A frame: ten bytes of header, big-endian, and the body.
    ///
    /// - Parameter length: what the header says; nil for the truth.
    public static func frame(
        _ body: [UInt8], id: UInt32 = 1, type: UInt8 = 1, flags: UInt8 = 0, length: UInt32? = nil
    ) -> [UInt8] {
        bigEndian(length ?? UInt32(body.count)) + bigEndian(id) + [type, flags] + body
    }

    /// The envelope of a request.
    public static func envelope(
        service: String, method: String, payload: [UInt8] = [], timeoutNanoseconds: Int64 = 0,
        metadata: [(String, String)] = []
    ) -> [UInt8] {
        var bytes = field(1, Array(service.utf8)) + field(2, Array(method.utf8))
        if !payload.isEmpty { bytes += field(3, payload) }
        if timeoutNanoseconds != 0 { bytes += [4 << 3] + varint(UInt64(bitPattern: timeoutNanoseconds)) }
        for (key, value) in metadata { bytes += field(5, field(1, Array(key.utf8)) + field(2, Array(value.utf8))) }
        return bytes
    }

    /// The body of a Response that succeeds.
    public static func response(payload: [UInt8]) -> [UInt8] { payload.isEmpty ? [] : field(2, payload) }

    /// A length-delimited field.
    public static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        varint(UInt64(number << 3 | 2)) + varint(UInt64(content.count)) + content
    }

    public static func varint(_ value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
