internal import UsherContract

// What waits in one lane, and in which order it is taken.
// - Verdicts come before everything else: somebody stands at a door. What else waits keeps a share of every
//   transaction, so that it is never put off for ever.
// - The platform's database belongs to all organisations: there the server's own work and the operator's come first,
//   and the calls of organisations are taken in turn, so that none waits behind another's many.
// - Neither kind can have all places, and on the platform no organisation more than its share.

struct LaneQueue {
    /// Whether it is the platform's, which all organisations share.
    private let isShared: Bool
    /// How many of the others a transaction takes beside those that come first; nil for as many as there are places.
    private let othersBeside: Int?
    private var first = CallLine()
    private var others = CallLine()
    /// The last transaction had no place or no time for any of the others: the next one begins with one.
    private var isOwed = false
    /// How many of the others the last transaction took behind those that come first.
    private var othersBehind = 0

    init(isShared: Bool, othersBeside: Int? = nil) {
        self.isShared = isShared
        self.othersBeside = othersBeside
    }

    var isEmpty: Bool { first.isEmpty && others.isEmpty }
    var count: Int { first.count + others.count }
    /// Whether something waits that comes before the others.
    var hasFirst: Bool { !first.isEmpty }

    /// Returns false where there is no place. An empty lane takes a call of any size; the server's own work, of which
    /// there is never much, always has a place.
    mutating func append(_ call: any LaneCall, _ limits: StorageLimits) -> Bool {
        guard call.caller.role == .system || hasPlace(for: call, limits) else { return false }
        put(call, atFront: false)
        return true
    }

    private func hasPlace(for call: any LaneCall, _ limits: StorageLimits) -> Bool {
        let cost = call.cost
        guard count < limits.queuedCalls, isEmpty || first.bytes + others.bytes + cost <= limits.queuedBytes else {
            return false
        }
        let comesFirst = call.comesFirst(inShared: isShared)
        let line = comesFirst ? first : others
        guard line.count < Self.most(limits.queuedCalls),
            line.isEmpty || line.bytes + cost <= Self.most(limits.queuedBytes)
        else { return false }
        guard let owner = owner(of: call), !comesFirst else { return true }
        let share = line.waiting(of: owner)
        return share.count < max(1, limits.queuedCalls / StorageLimits.organisationShare)
            && (share.count == 0 || share.bytes + cost <= limits.queuedBytes / StorageLimits.organisationShare)
    }

    /// What one kind of calls can have of the places.
    private static func most(_ places: Int) -> Int { places - places / StorageLimits.keptShare }

    /// The calls of one transaction: those that come first, then others; one of the others at the head where the last
    /// transaction had none.
    mutating func take(_ limits: StorageLimits) -> [any LaneCall] {
        var batch = Batch(limits)
        if isOwed { Self.fill(&batch, from: &others, upTo: 1) }
        let isLedByOther = !batch.calls.isEmpty
        let kept = others.isEmpty ? 0 : max(1, limits.batchCalls / StorageLimits.keptShare)
        Self.fill(&batch, from: &first, upTo: max(1, limits.batchCalls - kept))
        let ahead = batch.calls.count
        let most = ahead == 0 || isLedByOther && ahead == 1 ? nil : othersBeside.map { ahead + $0 }
        Self.fill(&batch, from: &others, upTo: min(limits.batchCalls, most ?? limits.batchCalls))
        othersBehind = batch.calls.count - ahead
        isOwed = !isLedByOther && othersBehind == 0 && !others.isEmpty
        if isLedByOther { othersBehind = 0 }
        return batch.calls
    }

    mutating func takeAll() -> [any LaneCall] {
        var all: [any LaneCall] = []
        while let call = first.pop() { all.append(call) }
        while let call = others.pop() { all.append(call) }
        (isOwed, othersBehind) = (false, 0)
        return all
    }

    /// Puts back what the transaction had no time for.
    mutating func putBack(_ rest: ArraySlice<any LaneCall>) {
        for call in rest.reversed() { put(call, atFront: true) }
        if othersBehind > 0, rest.count >= othersBehind { isOwed = true }
    }

    private mutating func put(_ call: any LaneCall, atFront: Bool) {
        if call.comesFirst(inShared: isShared) {
            first.put(call, of: nil, atFront: atFront)
        } else {
            others.put(call, of: owner(of: call), atFront: atFront)
        }
    }

    /// Whose share a call takes; nil in an organisation's own lanes, where all calls are its own.
    private func owner(of call: any LaneCall) -> String? { isShared ? call.caller.organisationID ?? "" : nil }

    private static func fill(_ batch: inout Batch, from line: inout CallLine, upTo count: Int) {
        while batch.calls.count < count, let call = line.next, batch.hasRoom(for: call) {
            _ = line.pop()
            batch.add(call)
        }
    }

    /// The calls of a transaction while they are chosen. A call that is larger than allowed is still taken, alone.
    private struct Batch {
        private(set) var calls: [any LaneCall] = []
        private let limit: Int
        private var bytes = 0

        init(_ limits: StorageLimits) { limit = limits.batchBytes }

        func hasRoom(for call: any LaneCall) -> Bool { calls.isEmpty || bytes + call.cost <= limit }

        mutating func add(_ call: any LaneCall) {
            calls.append(call)
            bytes += call.cost
        }
    }
}

extension LaneCall {
    /// Whether it is taken before the others of its lane.
    func comesFirst(inShared isShared: Bool) -> Bool {
        isShared ? caller.role != .organisation : precedence == .verdict
    }
}
