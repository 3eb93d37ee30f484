public import NIOCore

// Bytes to frames.
// - A frame's body is a slice of the received bytes; it must be dropped before more bytes are fed, or they are copied.
// - Memory follows what has arrived, never what a header announces: after a turn it is at most about four times the
//   undecoded rest.
// - A body that is too large is skipped as it comes and never held.

/// Cuts a connection's bytes into frames, in place.
public struct FrameDecoder: Sendable {
    public enum Event: Sendable, Hashable {
        /// A whole frame.
        case frame(FrameHeader, body: ByteBuffer)
        /// A frame beyond the limit; its body is skipped.
        case oversized(FrameHeader)
        /// The reserved byte is not zero: this is not ttrpc, and nothing after it can be trusted. Final.
        case foreign
    }

    private let maximumLength: Int
    private var received = ByteBuffer()
    private var toSkip = 0

    /// - Parameter maximumLength: the largest body, in bytes.
    public init(maximumLength: Int = RPCLimits.frameBytes) { self.maximumLength = maximumLength }

    /// Whether there are bytes that are no whole frame yet, or were not asked for.
    public var hasRest: Bool { received.readableBytes > 0 || toSkip > 0 }

    /// The bytes that are held: of a frame that is not whole yet, or that were not asked for.
    public var restBytes: Int { received.readableBytes }

    /// The header of the frame that is coming; nil where there is none yet, or the frame is skipped.
    public var unfinished: FrameHeader? { toSkip == 0 ? FrameHeader(peeking: received) : nil }

    /// Skips the frame that is coming, like one that is too large.
    public mutating func skipUnfinished() {
        guard let header = unfinished else { return }
        received.moveReaderIndex(forwardBy: FrameHeader.size)
        let count = min(Int(header.length), received.readableBytes)
        received.moveReaderIndex(forwardBy: count)
        toSkip = Int(header.length) - count
    }

    /// The memory that the rest takes, in bytes.
    public var heldBytes: Int { received.storageCapacity }

    /// Takes received bytes.
    public mutating func feed(_ bytes: ByteBuffer) {
        guard received.readableBytes > 0 else {
            received = bytes
            return
        }
        received.writeImmutableBuffer(bytes)
    }

    /// The next event; nil until more bytes come.
    public mutating func next() -> Event? {
        if toSkip > 0 {
            let count = min(toSkip, received.readableBytes)
            received.moveReaderIndex(forwardBy: count)
            toSkip -= count
            if toSkip > 0 { return nil }
        }
        guard let first = received.getInteger(at: received.readerIndex, as: UInt8.self) else { return nil }
        guard first == 0 else { return .foreign }
        guard let header = FrameHeader(peeking: received) else { return nil }
        let length = Int(header.length)
        guard length <= maximumLength else {
            received.moveReaderIndex(forwardBy: FrameHeader.size)
            toSkip = length
            return .oversized(header)
        }
        guard received.readableBytes >= FrameHeader.size + length else { return nil }
        received.moveReaderIndex(forwardBy: FrameHeader.size)
        return received.readSlice(length: length).map { .frame(header, body: $0) }
    }

    /// Gives memory back that the rest does not need: for the end of a turn.
    public mutating func settle() {
        let rest = received.readableBytes
        if rest == 0 {
            received = ByteBuffer()
        } else if received.storageCapacity > 4 * rest + RPCLimits.keptBuffer {
            received = ByteBuffer(bytes: received.readableBytesView)
        }
    }

    /// Forgets what was received.
    public mutating func clear() {
        received = ByteBuffer()
        toSkip = 0
    }
}
