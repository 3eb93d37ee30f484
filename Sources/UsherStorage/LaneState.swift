internal import UsherContract

// The two lanes of one database, as a state machine without threads: what waits, what runs, what is open.
// - A lane runs on one thread at a time; `scheduled` means that it stands in its pool's queue.
// - Opening and closing is the write lane's business, and the lane does not run meanwhile. An organisation's file is
//   opened in a pool of its own, so that it does not wait for the writes of others; the platform's, which is nearly
//   always open, by its own write lane's turn.
// - While the gate is closed no read begins: once the read that ran has ended, the write lane is alone with the file.
// - A pool's queue may hold an entry for a lane that is no longer scheduled (its database was closed meanwhile); the
//   turn then does not begin.

struct LaneState {
    enum Phase {
        case idle, scheduled, running
        /// The write lane stands in the queue of those whose file is to be opened.
        case opening
    }

    struct Lane {
        var phase = Phase.idle
        private(set) var calls: LaneQueue

        init(isShared: Bool, othersBeside: Int? = nil) {
            calls = LaneQueue(isShared: isShared, othersBeside: othersBeside)
        }

        /// Returns false where the lane is full.
        mutating func append(_ call: any LaneCall, _ limits: StorageLimits) -> Bool { calls.append(call, limits) }

        /// The calls of one transaction.
        mutating func take(_ limits: StorageLimits) -> [any LaneCall] { calls.take(limits) }

        mutating func takeAll() -> [any LaneCall] { calls.takeAll() }

        /// Puts back what a turn had no time for.
        mutating func putBack(_ rest: ArraySlice<any LaneCall>) { calls.putBack(rest) }
    }

    /// Which lanes have become ready and must be put into their pools' queues.
    struct Wake: OptionSet {
        let rawValue: UInt8
        static let reader = Wake(rawValue: 1)
        static let writer = Wake(rawValue: 2)
        static let opener = Wake(rawValue: 4)
    }

    /// Whether it is the platform's, which all organisations share.
    let isShared: Bool
    var read: Lane
    var write: Lane
    var file: DatabaseFile?
    /// The last id of a file that was given up: its transaction is gone, its ids are not given out again.
    var idFloor: Int64 = 0
    /// No more calls are taken.
    var isShut = false
    /// Whether the gate is closed: the write lane has something to do alone.
    private(set) var isGated = false
    /// Whether writes wait with the gate, too: the file is about to be opened anew.
    private var holdsWrites = false
    /// Whether the write lane is to have a turn although nothing waits in it.
    var isPoked = false

    init(isShared: Bool = false) {
        self.isShared = isShared
        // What is taken is decoded, and a read that verdicts wait for runs one list.
        (read, write) = (Lane(isShared: isShared, othersBeside: 1), Lane(isShared: isShared))
    }

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
        let hasWrites = !write.calls.isEmpty && !holdsWrites
        let isWanted = hasWrites || isPoked || (file == nil && !read.calls.isEmpty)
        if write.phase == .idle, isWanted || (isAlone && file != nil) {
            let isOpening = file == nil && !isShared
            write.phase = isOpening ? .opening : .scheduled
            wake.insert(isOpening ? .opener : .writer)
        }
        if read.phase == .idle, file != nil, !isGated, !read.calls.isEmpty {
            read.phase = .scheduled
            wake.insert(.reader)
        }
        return wake
    }

    /// Begins a turn of the write lane; false for an outdated entry.
    mutating func beginWrite() -> Bool {
        guard write.phase == .scheduled else { return false }
        write.phase = .running
        isPoked = false
        return true
    }

    /// Begins to open the file, during which the write lane does not run; false for an outdated entry.
    mutating func beginOpening() -> Bool {
        guard write.phase == .opening else { return false }
        write.phase = .running
        isPoked = false
        return true
    }

    /// Lets no read begin from now on. Returns whether none runs: the write lane's turn is then alone with the file.
    /// Otherwise the end of the read wakes the write lane.
    mutating func closeGate(holdingWrites: Bool = false) -> Bool {
        isGated = true
        holdsWrites = holdsWrites || holdingWrites
        return isAlone
    }

    mutating func openGate() { (isGated, holdsWrites) = (false, false) }

    /// Whether the gate is closed and the last read has ended.
    var isAlone: Bool { isGated && read.phase != .running }

    enum ReadTurn {
        case outdated
        case closed
        case run(DatabaseFile, [any LaneCall])
    }

    /// Begins a turn of the read lane. Takes the calls before the transaction begins: whoever was told of a commit
    /// before it made the call sees that commit.
    mutating func beginRead(_ limits: StorageLimits) -> ReadTurn {
        guard read.phase == .scheduled else { return .outdated }
        if isGated {
            // Opening the gate puts the lane into its pool's queue again.
            read.phase = .idle
            return .outdated
        }
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
        openGate()
        write.phase = .running
        return open
    }
}
