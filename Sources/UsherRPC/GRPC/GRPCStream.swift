import NIOCore
import NIOHTTP2
import UsherContract

/// One call on an HTTP/2 stream, from its headers until the stream is closed and its handler is done.
struct GRPCStream: Sendable {
    enum Phase: Sendable {
        /// The request of a unary call is coming in.
        case receiving
        /// The handler has a unary call.
        case executing
        /// Messages flow between the client and the call's task.
        case streaming
        /// The client was answered, or nobody waits for an answer.
        case done
    }

    let id: HTTP2StreamID
    let method: Int
    let streaming: StreamingKind
    let deadline: NIODeadline
    var metadata: Metadata
    /// The size of its headers, in bytes.
    let headBytes: Int
    let namesCompression: Bool
    var phase: Phase
    var reader = MessageReader()
    /// The request message of a unary call, where it has come before the end of the stream.
    var message: ByteBuffer?
    /// Messages that have come on a streaming call.
    var messageCount = 0
    /// Bytes of messages, prefixes included, that the call's task has not taken.
    var buffered = 0
    /// Whether the client has ended its side, and whether the call's task was told.
    var isHalfClosed = false
    var isEndDelivered = false
    /// Whether the handler or the call's task still has the call.
    var isRunning = false
    /// Whether the stream is closed for HTTP/2.
    var isClosed = false
    /// The inbound window, and what it was enlarged by for the message that is coming, in bytes.
    var window = RPCLimits.streamWindow
    var enlarged = 0
    /// Bytes of the answer.
    var unsent = 0
    /// What of ``held`` the connection has counted.
    var counted = 0

    /// Whether what comes is for somebody.
    var isWanted: Bool {
        switch phase {
        case .receiving, .streaming: true
        case .executing, .done: false
        }
    }

    /// Bytes that are held of the request, in memory of the stream's own.
    var held: Int {
        if case .done = phase { return 0 }
        return headBytes + reader.heldBytes + (message?.readableBytes ?? 0)
    }
}

/// The streams of a connection.
///
/// Invariants: a slot is in use or on the free list; a generation never returns to a slot; ``byID`` has exactly the
/// streams that are not closed.
struct GRPCStreamTable: Sendable {
    private struct Slot {
        var generation: UInt32 = 0
        var stream: GRPCStream?
    }

    private var slots: [Slot] = []
    private var free: [Int32] = []
    private var byID: [HTTP2StreamID: Int32] = [:]

    /// Streams that are not closed.
    var openCount: Int { byID.count }

    /// - Returns: the stream's slot.
    mutating func insert(_ stream: GRPCStream) -> Int {
        let slot = free.popLast() ?? newSlot()
        slots[Int(slot)].generation &+= 1
        slots[Int(slot)].stream = stream
        byID[stream.id] = slot
        return Int(slot)
    }

    /// The slot of a stream that is not closed.
    func slot(of id: HTTP2StreamID) -> Int? { byID[id].map(Int.init) }

    /// The slot of a call; nil where it is over.
    func slot(of key: CallKey) -> Int? {
        let slot = Int(key.slot)
        guard slot < slots.count, slots[slot].stream != nil else { return nil }
        return slots[slot].generation == key.generation ? slot : nil
    }

    func key(of slot: Int) -> CallKey { CallKey(slot: Int32(slot), generation: slots[slot].generation) }

    /// The stream in a slot that is in use.
    subscript(slot: Int) -> GRPCStream {
        _read {
            guard slots[slot].stream != nil else { preconditionFailure("the slot is free") }
            yield slots[slot].stream.unsafelyUnwrapped
        }
        _modify {
            guard slots[slot].stream != nil else { preconditionFailure("the slot is free") }
            yield &slots[slot].stream!
        }
    }

    /// The stream is closed for HTTP/2.
    mutating func close(_ slot: Int) {
        self[slot].isClosed = true
        byID[self[slot].id] = nil
    }

    /// Forgets a stream that is closed and whose handler is done.
    mutating func settle(_ slot: Int) {
        guard self[slot].isClosed, !self[slot].isRunning else { return }
        slots[slot].stream = nil
        free.append(Int32(slot))
    }

    mutating func removeAll() {
        byID = [:]
        for slot in used {
            slots[slot].stream = nil
            free.append(Int32(slot))
        }
    }

    /// The slots in use.
    var used: [Int] { slots.indices.filter { slots[$0].stream != nil } }

    var earliestDeadline: NIODeadline? {
        var earliest: NIODeadline?
        for slot in slots {
            guard let stream = slot.stream else { continue }
            if case .done = stream.phase { continue }
            earliest = min(earliest ?? stream.deadline, stream.deadline)
        }
        return earliest
    }

    private mutating func newSlot() -> Int32 {
        slots.append(Slot())
        return Int32(slots.count - 1)
    }
}
