import NIOCore

// Bytes of a stream to gRPC messages.
// - A message that came in one piece is a slice of the received bytes; one that did not is gathered in a buffer of its
//   own, so that a little of it does not hold a whole receive buffer.
// - Memory follows what has arrived, never what a prefix announces.

/// Cuts a stream's bytes into length-prefixed messages. Source: gRPC `PROTOCOL-HTTP2.md`.
struct MessageReader: Sendable {
    /// The compressed flag and the length that stand before every message, in bytes.
    static let prefixSize = 5

    enum Event: Sendable, Hashable {
        case message(ByteBuffer)
        /// The message is compressed; it was not read, and nothing after it will be.
        case compressed
        /// The message is beyond the limit; it was not read, and nothing after it will be.
        case oversized
    }

    private let maximumLength: Int
    private var held = ByteBuffer()
    /// Whether ``held`` is a slice of the received bytes.
    private var isBorrowed = false

    init(maximumLength: Int = RPCLimits.frameBytes) { self.maximumLength = maximumLength }

    /// Whether there are bytes that are no whole message yet.
    var hasRest: Bool { held.readableBytes > 0 }

    /// The bytes that are held.
    var heldBytes: Int { held.readableBytes }

    /// How large the message says that it is which has begun to come; nil where that has not come.
    var announcedBytes: Int? { announced }

    /// How many bytes of the message that has begun are still to come, or of its prefix.
    var missing: Int {
        guard held.readableBytes > 0 else { return 0 }
        guard let length = announced else { return Self.prefixSize - held.readableBytes }
        return max(0, Self.prefixSize + length - held.readableBytes)
    }

    mutating func feed(_ bytes: ByteBuffer) {
        guard held.readableBytes > 0 else {
            held = bytes
            isBorrowed = true
            return
        }
        own()
        held.writeImmutableBuffer(bytes)
    }

    /// The next event; nil until more bytes come, and what there is is copied then.
    mutating func next() -> Event? {
        guard let compressed = held.getInteger(at: held.readerIndex, as: UInt8.self) else { return nil }
        if compressed != 0 { return .compressed }
        guard let length = announced else {
            own()
            return nil
        }
        guard length <= maximumLength else { return .oversized }
        guard held.readableBytes >= Self.prefixSize + length else {
            own()
            return nil
        }
        held.moveReaderIndex(forwardBy: Self.prefixSize)
        return held.readSlice(length: length).map { .message($0) }
    }

    /// Forgets what was received.
    mutating func clear() {
        held = ByteBuffer()
        isBorrowed = false
    }

    private var announced: Int? { held.getInteger(at: held.readerIndex + 1, as: UInt32.self).map(Int.init) }

    private mutating func own() {
        guard isBorrowed else { return }
        held = ByteBuffer(bytes: held.readableBytesView)
        isBorrowed = false
    }
}
