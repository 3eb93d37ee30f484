import NIOCore

/// Data frames: one message of a stream each, without an envelope.
enum DataFrame {
    /// Appends a message.
    ///
    /// - Parameter message: at most ``RPCLimits/frameBytes``.
    static func write(_ message: [UInt8], streamID: UInt32, to buffer: inout ByteBuffer) {
        buffer.reserveCapacity(minimumWritableBytes: FrameHeader.size + message.count)
        FrameHeader(length: UInt32(message.count), streamID: streamID, type: .data).write(to: &buffer)
        buffer.writeBytes(message)
    }

    /// Appends the end of what this side sends.
    static func writeEnd(streamID: UInt32, to buffer: inout ByteBuffer) {
        let flags = FrameFlags.remoteClosed | FrameFlags.noData
        FrameHeader(length: 0, streamID: streamID, type: .data, flags: flags).write(to: &buffer)
    }
}
