public import NIOCore

/// What a frame is. Types that are not named here are ignored, so that later ones do no harm.
public struct FrameType: RawRepresentable, Sendable, Hashable {
    public static let request = FrameType(rawValue: 1)
    public static let response = FrameType(rawValue: 2)
    public static let data = FrameType(rawValue: 3)

    // The extensions, on stream 0 and only where the client has asked for them; see proto/PROTOCOL.md.
    /// Asks for a ``pong`` with the same body.
    static let ping = FrameType(rawValue: 4)
    static let pong = FrameType(rawValue: 5)
    /// The client drops a call; the body is its stream id.
    static let cancel = FrameType(rawValue: 6)
    /// The server takes no more calls on this connection.
    static let goAway = FrameType(rawValue: 7)

    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }
}

/// What the bits of a header's flags say. Source: containerd/ttrpc `channel.go`.
enum FrameFlags {
    /// The sender sends no more on this stream.
    static let remoteClosed: UInt8 = 0x01
    /// The sender will send on this stream.
    static let remoteOpen: UInt8 = 0x02
    /// The frame holds no message, not even an empty one.
    static let noData: UInt8 = 0x04
}

/// The ten bytes in front of every frame, big-endian. Source: containerd/ttrpc `channel.go`.
public struct FrameHeader: Sendable, Hashable {
    /// The size of a header on the wire, in bytes.
    public static let size = 10

    /// The bytes that follow the header. The first byte on the wire is reserved and zero.
    public var length: UInt32
    /// Which call the frame belongs to; odd where a client began it.
    public var streamID: UInt32
    public var type: FrameType
    public var flags: UInt8

    public init(length: UInt32, streamID: UInt32, type: FrameType, flags: UInt8 = 0) {
        self.length = length
        self.streamID = streamID
        self.type = type
        self.flags = flags
    }

    /// Reads a header at the reader index without moving it; nil where there are fewer than ten bytes.
    public init?(peeking buffer: ByteBuffer) {
        guard
            let (length, streamID, type, flags) = buffer.peekMultipleIntegers(
                as: (UInt32, UInt32, UInt8, UInt8).self)
        else { return nil }
        self.init(length: length, streamID: streamID, type: FrameType(rawValue: type), flags: flags)
    }

    /// Appends the header's ten bytes.
    public func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(length, streamID, type.rawValue, flags)
    }
}
