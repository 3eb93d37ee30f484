internal import DequeModule
internal import UsherContract

// The two lanes of one database, as a state machine without threads: what waits, what runs, what is open.
// - A lane runs on one thread at a time; `scheduled` means that it stands in its pool's queue.
// - Opening and closing is the write lane's business. Reads of a closed database therefore wake the write lane.
// - A pool's queue may hold an entry for a lane that is no longer scheduled (its database was closed meanwhile); the
//   turn then does not begin.

struct LaneState {
    enum Phase { case idle, scheduled, running }

    struct Lane {
        var phase = Phase.idle
        private(set) var calls: Deque<any LaneCall> = []
        private var bytes = 0

        /// Returns false where the lane is full. An empty lane takes a call of any size.
        mutating func append(_ call: any LaneCall, _ limits: StorageLimits) -> Bool {
            let cost = call.cost
            guard calls.count < limits.queuedCalls, calls.isEmpty || bytes + cost <= limits.queuedBytes else {
                return false
            }
            calls.append(call)
            bytes += cost
            return true
        }

        /// The calls of one transaction.
        mutating func take(_ limits: StorageLimits) -> [any LaneCall] {
            var taken: [any LaneCall] = []
            taken.reserveCapacity(min(calls.count, limits.batchCalls))
            var size = 0
            while taken.count < limits.batchCalls, let call = calls.first {
                size += call.cost
                if size > limits.batchBytes, !taken.isEmpty { break }
                bytes -= call.cost
                taken.append(call)
                calls.removeFirst()
            }
            return taken
        }

        mutating func takeAll() -> [any LaneCall] {
            defer { (calls, bytes) = ([], 0) }
            return Array(calls)
        }

        /// Puts back what a turn had no time for.
        mutating func putBack(_ rest: ArraySlice<any LaneCall>) {
            calls.prepend(contentsOf: rest)
            for call in rest { bytes += call.cost }
        }
    }

    /// Which lanes have become ready and must be put into their pools' queues.
    struct Wake: OptionSet {
        let rawValue: UInt8
        static let reader = Wake(rawValue: 1)
        static let writer = Wake(rawValue: 2)
    }

    var read = Lane()
    var write = Lane()
    var file: DatabaseFile?
    /// The last id of a file that was given up: its transaction is gone, its ids are not given out again.
    var idFloor: Int64 = 0
    /// No more calls are taken.
    var isShut = false

    var isQuiet: Bool {
        read.phase == .idle && write.phase == .idle && read.calls.isEmpty && write.calls.isEmpty
    }

    enum Admission {
        case taken(Wake)
        case full
        case shut
    }

    /// Takes a call into the lane that its method belongs to.
    mutating func admit(_ call: any LaneCall, _ limits: StorageLimits) -> Admission {
        guard !isShut else { return .shut }
        let isTaken = call.method.isRead ? read.append(call, limits) : write.append(call, limits)
        return isTaken ? .taken(wake()) : .full
    }

    /// Schedules what has work and is idle.
    mutating func wake() -> Wake {
        var wake = Wake()
        if write.phase == .idle, !write.calls.isEmpty || (file == nil && !read.calls.isEmpty) {
            write.phase = .scheduled
            wake.insert(.writer)
        }
        if read.phase == .idle, file != nil, !read.calls.isEmpty {
            read.phase = .scheduled
            wake.insert(.reader)
        }
        return wake
    }

    /// Begins a turn of the write lane; false for an outdated entry.
    mutating func beginWrite() -> Bool {
        guard write.phase == .scheduled else { return false }
        write.phase = .running
        return true
    }

    enum ReadTurn {
        case outdated
        case closed
        case run(DatabaseFile, [any LaneCall])
    }

    /// Begins a turn of the read lane. Takes the calls before the transaction begins: whoever was told of a commit
    /// before it made the call sees that commit.
    mutating func beginRead(_ limits: StorageLimits) -> ReadTurn {
        guard read.phase == .scheduled else { return .outdated }
        guard let file else {
            read.phase = .idle
            return .closed
        }
        read.phase = .running
        return .run(file, read.take(limits))
    }

    /// Takes the open file away in order to close it, and keeps the write lane from running until `endWrite`. Nil where
    /// it is in use or not open.
    mutating func claimForClosing() -> DatabaseFile? {
        guard let open = file, write.phase != .running, read.phase != .running else { return nil }
        file = nil
        write.phase = .running
        return open
    }
}
