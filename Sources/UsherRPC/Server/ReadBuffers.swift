import NIOCore

/// The buffers that a connection is read into: as large as what came of late.
///
/// A channel keeps a buffer that it may use again as long as it lives, and never a smaller one; so only small ones are
/// said to be for using again, and a connection that once received much holds little when it is idle.
struct ReadBuffers: RecvByteBufferAllocator {
    private static let kept = 2 * RPCLimits.keptBuffer

    private var sizes = AdaptiveRecvByteBufferAllocator(
        minimum: RPCLimits.keptBuffer, initial: kept, maximum: RPCLimits.readChunk)

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { sizes.buffer(allocator: allocator) }

    /// Nil where the next buffer is not to be one that was used.
    func nextBufferSize() -> Int? { sizes.nextBufferSize().flatMap { $0 <= Self.kept ? $0 : nil } }

    /// - Returns: true, which means that without a ``nextBufferSize()`` a new buffer is made.
    mutating func record(actualReadBytes: Int) -> Bool {
        _ = sizes.record(actualReadBytes: actualReadBytes)
        return true
    }
}
