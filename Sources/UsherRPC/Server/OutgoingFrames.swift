import NIOCore
import UsherContract

/// The frames of a turn, gathered into buffers that are flushed together.
///
/// A class, so that no access to it lasts while the channel calls back: a write can end the connection at once.
final class OutgoingFrames {
    private var buffer = ByteBuffer()
    private var hasUnflushed = false
    /// Bytes that the channel was given, ever.
    private(set) var handedOver = 0

    func append(_ payload: [UInt8], _ streamID: UInt32, _ context: ChannelHandlerContext?) {
        ResponseFrame.write(payload, streamID: streamID, to: &buffer)
        handOverIfLarge(context)
    }

    func append(_ refusal: Refusal, _ streamID: UInt32, _ context: ChannelHandlerContext?) {
        ResponseFrame.write(refusal, streamID: streamID, to: &buffer)
        handOverIfLarge(context)
    }

    func append(message: [UInt8], _ streamID: UInt32, _ context: ChannelHandlerContext?) {
        DataFrame.write(message, streamID: streamID, to: &buffer)
        handOverIfLarge(context)
    }

    func appendEnd(_ streamID: UInt32) { DataFrame.writeEnd(streamID: streamID, to: &buffer) }

    func append(_ type: FrameType, _ body: ByteBuffer = ByteBuffer()) {
        ExtensionFrame.write(type, body, to: &buffer)
    }

    /// Fulfils `sent`, after the next flush, when all that is prepared has left for the network.
    func mark(_ context: ChannelHandlerContext, _ sent: EventLoopPromise<Void>) {
        handOver(context)
        hasUnflushed = true
        context.write(NIOAny(ByteBuffer()), promise: sent)
    }

    /// Sends what is prepared.
    func flush(_ context: ChannelHandlerContext) {
        handOver(context)
        guard hasUnflushed else { return }
        hasUnflushed = false
        context.flush()
    }

    /// Sends what is prepared; `sent` is fulfilled when it and all before it has left for the network.
    func finish(_ context: ChannelHandlerContext, _ sent: EventLoopPromise<Void>) {
        handOver(context)
        hasUnflushed = false
        context.writeAndFlush(NIOAny(ByteBuffer()), promise: sent)
    }

    func clear() {
        buffer = ByteBuffer()
        hasUnflushed = false
    }

    /// Large amounts go to the channel at once, so that it sees how much is unsent.
    private func handOverIfLarge(_ context: ChannelHandlerContext?) {
        if let context, buffer.readableBytes >= RPCLimits.outgoingChunk { handOver(context) }
    }

    private func handOver(_ context: ChannelHandlerContext) {
        guard buffer.readableBytes > 0 else { return }
        let full = buffer
        buffer = ByteBuffer()
        hasUnflushed = true
        handedOver += full.readableBytes
        context.write(NIOAny(full), promise: nil)
    }
}
