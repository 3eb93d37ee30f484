import NIOCore

/// The envelope of an answer, as a client reads it.
struct ResponseEnvelope {
    /// An encoded `google.rpc.Status`; empty means OK.
    let status: ByteBuffer
    let payload: ByteBuffer

    /// Nil where the bytes are no envelope.
    init?(scanning bytes: ByteBuffer) {
        let ranges = bytes.withUnsafeReadableBytes { try? Self.ranges($0) }
        guard let (status, payload) = ranges,
            let status = bytes.getSlice(at: bytes.readerIndex + status.lowerBound, length: status.count),
            let payload = bytes.getSlice(at: bytes.readerIndex + payload.lowerBound, length: payload.count)
        else { return nil }
        self.status = status
        self.payload = payload
    }

    private static func ranges(
        _ bytes: UnsafeRawBufferPointer
    ) throws(MalformedMessage) -> (status: Range<Int>, payload: Range<Int>) {
        var scanner = FieldScanner(bytes)
        var status = 0..<0
        var payload = 0..<0
        while !scanner.isAtEnd {
            switch try scanner.tag() {
            case (1, .lengthDelimited): status = try scanner.content()
            case (2, .lengthDelimited): payload = try scanner.content()
            case (_, let type): try scanner.skip(type)
            }
        }
        return (status, payload)
    }
}
