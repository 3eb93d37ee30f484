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

    /// Ends a call and returns its stream id; nil where it has ended before.
    mutating func remove(_ key: CallKey) -> UInt32? {
        let index = Int(key.slot)
        guard index < slots.count, slots[index].isUsed, slots[index].generation == key.generation else { return nil }
        release(index)
        return slots[index].streamID
    }

    /// Ends the calls whose deadline has passed and returns their stream ids.
    mutating func removeExpired(at now: NIODeadline) -> [UInt32] {
        var expired: [UInt32] = []
        for index in slots.indices where slots[index].isUsed && slots[index].deadline <= now {
            expired.append(slots[index].streamID)
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
