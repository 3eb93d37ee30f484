import NIOCore

/// The calls of a connection that are in flight.
///
/// Slots instead of a dictionary by stream id: a reply finds its slot directly, and ids that grow, as clients' ids do,
/// need no look-up.
///
/// Invariants: a slot is in use or on the free list; a generation never returns to a slot; `highestID` is at least the
/// id of every call in flight.
struct CallTable: Sendable {
    private struct Slot {
        var streamID: UInt32
        var generation: UInt32
        var deadline: NIODeadline
        var isUsed: Bool
        /// The client has dropped the call: its answer is not sent.
        var isSilent = false
    }

    private var slots: [Slot] = []
    private var free: [Int32] = []
    private var highestID: UInt32 = 0

    var count: Int { slots.count - free.count }

    func contains(_ streamID: UInt32) -> Bool {
        streamID <= highestID && slots.contains { $0.isUsed && $0.streamID == streamID }
    }

    mutating func insert(_ streamID: UInt32, deadline: NIODeadline) -> CallKey {
        highestID = max(highestID, streamID)
        guard let index = free.popLast() else {
            slots.append(Slot(streamID: streamID, generation: 0, deadline: deadline, isUsed: true))
            return CallKey(slot: Int32(slots.count - 1), generation: 0)
        }
        let generation = slots[Int(index)].generation &+ 1
        slots[Int(index)] = Slot(streamID: streamID, generation: generation, deadline: deadline, isUsed: true)
        return CallKey(slot: index, generation: generation)
    }

    /// Ends a call and returns its stream id; nil where it has ended before, or nobody waits for it.
    mutating func remove(_ key: CallKey) -> UInt32? {
        guard contains(key) else { return nil }
        let index = Int(key.slot)
        release(index)
        return slots[index].isSilent ? nil : slots[index].streamID
    }

    /// Whether a call has not ended.
    func contains(_ key: CallKey) -> Bool {
        let index = Int(key.slot)
        return index < slots.count && slots[index].isUsed && slots[index].generation == key.generation
    }

    /// Nobody waits for a call's answer any more. It counts until it comes.
    mutating func silence(_ streamID: UInt32) {
        guard streamID <= highestID,
            let index = slots.firstIndex(where: { $0.isUsed && $0.streamID == streamID })
        else { return }
        slots[index].isSilent = true
    }

    /// Ends the calls whose deadline has passed and returns their stream ids.
    mutating func removeExpired(at now: NIODeadline) -> [(key: CallKey, streamID: UInt32)] {
        var expired: [(key: CallKey, streamID: UInt32)] = []
        for index in slots.indices where slots[index].isUsed && slots[index].deadline <= now {
            let key = CallKey(slot: Int32(index), generation: slots[index].generation)
            if !slots[index].isSilent { expired.append((key, slots[index].streamID)) }
            release(index)
        }
        return expired
    }

    var earliestDeadline: NIODeadline? {
        var earliest: NIODeadline?
        for slot in slots where slot.isUsed { earliest = min(earliest ?? slot.deadline, slot.deadline) }
        return earliest
    }

    /// Ends every call.
    mutating func removeAll() {
        for index in slots.indices where slots[index].isUsed { release(index) }
    }

    private mutating func release(_ index: Int) {
        slots[index].isUsed = false
        free.append(Int32(index))
        // After a client's ids have wrapped around, growing ids are again found without a look-up.
        if count == 0 { highestID = 0 }
    }
}
