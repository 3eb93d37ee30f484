internal import DequeModule

/// Calls that wait, in the order in which they came; where they have owners, one of each owner in turn.
struct CallLine {
    private(set) var count = 0
    private(set) var bytes = 0
    /// Those without an owner.
    private var unowned: Deque<any LaneCall> = []
    private var byOwner: [String: Waiting] = [:]
    /// The owners with calls in `byOwner`, the next one first.
    private var ring: Deque<String> = []

    private struct Waiting {
        var calls: Deque<any LaneCall> = []
        var bytes = 0
    }

    var isEmpty: Bool { count == 0 }

    /// How much of an owner waits.
    func waiting(of owner: String) -> (count: Int, bytes: Int) {
        byOwner[owner].map { ($0.calls.count, $0.bytes) } ?? (0, 0)
    }

    mutating func put(_ call: any LaneCall, of owner: String?, atFront: Bool) {
        count += 1
        bytes += call.cost
        guard let owner else {
            if atFront { unowned.prepend(call) } else { unowned.append(call) }
            return
        }
        if byOwner[owner] == nil {
            if atFront { ring.prepend(owner) } else { ring.append(owner) }
        }
        byOwner[owner, default: Waiting()].bytes += call.cost
        if atFront {
            byOwner[owner]?.calls.prepend(call)
        } else {
            byOwner[owner]?.calls.append(call)
        }
    }

    /// What ``pop()`` gives.
    var next: (any LaneCall)? { unowned.first ?? ring.first.flatMap { byOwner[$0]?.calls.first } }

    mutating func pop() -> (any LaneCall)? {
        guard let call = unowned.popFirst() ?? popOwned() else { return nil }
        count -= 1
        bytes -= call.cost
        return call
    }

    private mutating func popOwned() -> (any LaneCall)? {
        guard let owner = ring.popFirst(), let call = byOwner[owner]?.calls.popFirst() else { return nil }
        byOwner[owner]?.bytes -= call.cost
        // Whoever has more comes again after all others.
        if byOwner[owner]?.calls.isEmpty ?? true { byOwner[owner] = nil } else { ring.append(owner) }
        return call
    }
}
