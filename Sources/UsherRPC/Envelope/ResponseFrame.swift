import NIOCore
import UsherContract

/// Response frames, written straight into the outgoing buffer.
///
///     Response { google.rpc.Status status=1; bytes payload=2 }
///
/// Source: containerd/ttrpc `request.proto`. A status that is absent means OK.
enum ResponseFrame {
    /// Appends a reply.
    ///
    /// - Parameter payload: at most ``RPCLimits/replyPayloadBytes``.
    static func write(_ payload: [UInt8], streamID: UInt32, to buffer: inout ByteBuffer) {
        write(field: 2, payload, streamID, to: &buffer)
    }

    /// Appends a refusal. Never larger than a frame may be, whatever the refusal says.
    static func write(_ refusal: Refusal, streamID: UInt32, to buffer: inout ByteBuffer) {
        write(field: 1, refusal.statusBytes(limit: RPCLimits.statusBytes), streamID, to: &buffer)
    }

    private static func write(
        field number: UInt8, _ bytes: [UInt8], _ streamID: UInt32, to buffer: inout ByteBuffer
    ) {
        let length = fieldSize(bytes.count)
        buffer.reserveCapacity(minimumWritableBytes: FrameHeader.size + length)
        FrameHeader(length: UInt32(length), streamID: streamID, type: .response).write(to: &buffer)
        buffer.writeField(number, bytes)
    }
}
