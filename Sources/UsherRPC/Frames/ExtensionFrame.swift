import NIOCore

/// The frames of the extensions, which plain ttrpc does not have. They are on stream 0.
enum ExtensionFrame {
    /// A client that wants the extensions says so in the metadata of its first request.
    static let metadata = (key: "usher-extensions", value: "1")
    /// The longest body of a ping that is answered, in bytes.
    static let pingBytes = 64

    static func write(_ type: FrameType, _ body: ByteBuffer = ByteBuffer(), to buffer: inout ByteBuffer) {
        FrameHeader(length: UInt32(body.readableBytes), streamID: 0, type: type).write(to: &buffer)
        buffer.writeImmutableBuffer(body)
    }

    static func writeCancel(_ streamID: UInt32, to buffer: inout ByteBuffer) {
        write(.cancel, ByteBuffer(integer: streamID), to: &buffer)
    }

    /// The stream id in the body of a cancel; nil where it is none.
    static func cancelled(_ body: ByteBuffer) -> UInt32? {
        body.readableBytes == 4 ? body.getInteger(at: body.readerIndex) : nil
    }
}
