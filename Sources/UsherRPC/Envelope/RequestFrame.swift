import NIOCore

/// Request frames, as a client writes them.
enum RequestFrame {
    /// Appends a call.
    ///
    /// - Returns: false, with nothing written, where it would be larger than a frame may be.
    static func write(
        service: String, method: String, payload: [UInt8], timeoutNanoseconds: Int64,
        metadata: [(String, String)], streamID: UInt32, flags: UInt8 = 0, to buffer: inout ByteBuffer
    ) -> Bool {
        var length = fieldSize(service.utf8.count) + fieldSize(method.utf8.count) + fieldSize(payload.count)
        let timeout = UInt64(bitPattern: timeoutNanoseconds)
        if timeout != 0 { length += 1 + varintSize(timeout) }
        for pair in metadata {
            let size = pairSize(pair)
            length += 1 + varintSize(UInt64(size)) + size
        }
        guard length <= RPCLimits.frameBytes else { return false }
        buffer.reserveCapacity(minimumWritableBytes: FrameHeader.size + length)
        FrameHeader(length: UInt32(length), streamID: streamID, type: .request, flags: flags).write(to: &buffer)
        buffer.writeField(1, service)
        buffer.writeField(2, method)
        buffer.writeField(3, payload)
        if timeout != 0 {
            buffer.writeInteger(UInt8(4 << 3))
            buffer.writeVarint(timeout)
        }
        for pair in metadata {
            buffer.writeFieldStart(5, count: pairSize(pair))
            buffer.writeField(1, pair.0)
            buffer.writeField(2, pair.1)
        }
        return true
    }

    private static func pairSize(_ pair: (key: String, value: String)) -> Int {
        fieldSize(pair.key.utf8.count) + fieldSize(pair.value.utf8.count)
    }
}
