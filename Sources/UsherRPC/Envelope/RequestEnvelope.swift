public import NIOCore

/// The envelope of a call: what is called, with what, for how long. Everything is a slice of the received bytes.
///
///     Request { string service=1; string method=2; bytes payload=3; int64 timeout_nano=4;
///               repeated KeyValue metadata=5 }
///
/// Source: containerd/ttrpc `request.proto`.
public struct RequestEnvelope: Sendable {
    private let bytes: ByteBuffer
    private let layout: Layout

    /// Reads an envelope; nil where the bytes are none, or have more fields or metadata than an envelope may have.
    /// Unknown fields are skipped; of a field that stands there twice the last counts.
    public static func scan(_ bytes: ByteBuffer) -> RequestEnvelope? {
        guard let layout = bytes.withUnsafeReadableBytes({ try? Layout(scanning: $0) }) else { return nil }
        return RequestEnvelope(bytes: bytes, layout: layout)
    }

    /// The full name of the service, UTF-8.
    public var service: ByteBuffer { slice(layout.service) }
    /// The name of the method, UTF-8.
    public var method: ByteBuffer { slice(layout.method) }
    /// The encoded request message.
    public var payload: ByteBuffer { slice(layout.payload) }
    /// How long the caller waits, in nanoseconds; 0 is without a limit, and a negative time is over already.
    public var timeoutNanoseconds: Int64 { layout.timeoutNanoseconds }
    public var metadata: Metadata { Metadata(scanned: slice(layout.metadata)) }

    /// The names as they stand in the received bytes, for a look-up without copies.
    func withNames<Result>(
        _ body: (_ service: UnsafeRawBufferPointer, _ method: UnsafeRawBufferPointer) -> Result
    ) -> Result {
        bytes.withUnsafeReadableBytes { bytes in
            body(
                UnsafeRawBufferPointer(rebasing: bytes[layout.service]),
                UnsafeRawBufferPointer(rebasing: bytes[layout.method]))
        }
    }

    private func slice(_ range: Range<Int>) -> ByteBuffer {
        bytes.getSlice(at: bytes.readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
    }
}

extension RequestEnvelope {
    /// Where the fields are, from the first byte of the envelope.
    private struct Layout {
        var service = 0..<0
        var method = 0..<0
        var payload = 0..<0
        var timeoutNanoseconds: Int64 = 0
        /// From the first metadata field to the end of the last one; other fields may stand between them.
        var metadata = 0..<0

        init(scanning bytes: UnsafeRawBufferPointer) throws(MalformedMessage) {
            var scanner = FieldScanner(bytes)
            var (fields, metadataBytes) = (0, 0)
            while !scanner.isAtEnd {
                fields += 1
                guard fields <= RPCLimits.envelopeFields else { throw MalformedMessage() }
                let start = scanner.position
                switch try scanner.tag() {
                case (1, .lengthDelimited): service = try scanner.string()
                case (2, .lengthDelimited): method = try scanner.string()
                case (3, .lengthDelimited): payload = try scanner.content()
                case (4, .varint): timeoutNanoseconds = Int64(bitPattern: try scanner.varint())
                case (5, .lengthDelimited):
                    let pair = try scanner.content()
                    metadataBytes += pair.count
                    guard metadataBytes <= RPCLimits.envelopeMetadataBytes else { throw MalformedMessage() }
                    _ = try Metadata.Pair(scanning: bytes, pair)
                    metadata = (metadata.isEmpty ? start : metadata.lowerBound)..<scanner.position
                case (_, let type): try scanner.skip(type)
                }
            }
        }
    }
}
