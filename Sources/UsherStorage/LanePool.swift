internal import DequeModule
internal import Dispatch
internal import Foundation

// Threads and the queue of databases whose lanes have work, in round robin.
// - A turn is bounded, and a lane with more work goes to the end of the queue: nobody waits for more than one turn of
//   each lane in front.
// - A lane that goes on is put back by its own thread without waking another, which would only take turns with it.
// - A turn can run long all the same: one large call, a slow disk. While turns run long and others wait, each gets a
//   spare thread in its place, up to a limit; a thread that is no longer needed ends after its turn.

final class LanePool: @unchecked Sendable {
    /// Runs a turn. Returns whether the lane has more work.
    typealias Turn = @Sendable (Database) -> Bool

    private let name: String
    private let turn: Turn
    private let base: Int
    private let spares: Int
    private let longTurn: Duration
    private let condition = NSCondition()
    private let overseer = DispatchSemaphore(value: 0)
    // All below is guarded by `condition`.
    private var queue: Deque<Database> = []
    /// When the turn of each thread that has one began.
    private var turns: [Int: ContinuousClock.Instant] = [:]
    private var idle = 0
    private var threads = 0
    private var started = 0
    private var overseers = 0
    private var isOverseen = false
    private var isStopping = false
    private var isWatched = false

    /// - Parameters:
    ///   - threads: those that there always are.
    ///   - spares: how many more there can be, one for each turn that runs longer than `longTurn`.
    init(_ name: String, threads: Int, spares: Int, longTurn: Duration, turn: @escaping Turn) {
        (self.name, base, self.spares, self.longTurn, self.turn) = (name, threads, spares, longTurn, turn)
        condition.lock()
        for _ in 0..<threads { startThread() }
        if spares > 0 {
            overseers = 1
            let thread = Thread { [self] in oversee() }
            thread.name = "\(name)-spare"
            thread.start()
        }
        condition.unlock()
    }

    func schedule(_ database: Database) {
        condition.lock()
        queue.append(database)
        wakeOne()
        haveOverseen()
        condition.unlock()
    }

    /// How many threads there are now.
    var threadCount: Int {
        condition.lock()
        defer { condition.unlock() }
        return threads
    }

    /// Waits until nothing is scheduled and no turn runs.
    func waitUntilIdle() {
        condition.lock()
        isWatched = true
        while !(queue.isEmpty && turns.isEmpty) { condition.wait() }
        isWatched = false
        condition.unlock()
    }

    /// Ends the threads, after what is scheduled, and waits for them.
    func stop() {
        condition.lock()
        isStopping = true
        isWatched = true
        condition.broadcast()
        overseer.signal()
        while threads > 0 || overseers > 0 { condition.wait() }
        condition.unlock()
    }

    /// Threads and watchers wait on one condition; a single signal might reach only a watcher.
    private func wakeOne() {
        if isWatched { condition.broadcast() } else { condition.signal() }
    }

    // MARK: Threads

    private func startThread() {
        threads += 1
        started += 1
        let number = started
        let thread = Thread { [self] in work(number) }
        thread.name = "\(name)-\(number)"
        thread.start()
    }

    private func work(_ number: Int) {
        condition.lock()
        while !isSpare {
            if let database = queue.popFirst() {
                turns[number] = .now
                condition.unlock()
                let more = turn(database)
                condition.lock()
                turns[number] = nil
                if more { queue.append(database) }
                if isWatched { condition.broadcast() }
            } else if isStopping {
                break
            } else {
                idle += 1
                condition.wait()
                idle -= 1
            }
        }
        threads -= 1
        if isStopping || isWatched {
            condition.broadcast()
        } else if !queue.isEmpty {
            // What this thread put back is another's now.
            condition.signal()
            haveOverseen()
        }
        condition.unlock()
    }

    /// Whether there are more threads than are needed.
    private var isSpare: Bool { threads > base && threads > base + longTurns }

    private var longTurns: Int {
        let now = ContinuousClock.now
        return turns.values.count { now - $0 >= longTurn }
    }

    // MARK: Spare threads

    private var isShort: Bool { queue.count > idle && !isStopping }

    /// Has somebody look after the turns while others wait for them.
    private func haveOverseen() {
        guard spares > 0, !isOverseen, isShort else { return }
        isOverseen = true
        overseer.signal()
    }

    private func oversee() {
        while true {
            overseer.wait()
            while provideThread() { Thread.sleep(forTimeInterval: longTurn.seconds / 2) }
            condition.lock()
            if isStopping { break }
            condition.unlock()
        }
        overseers -= 1
        condition.broadcast()
        condition.unlock()
    }

    /// Starts a thread where one is needed. Returns whether to look again.
    private func provideThread() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard isShort else {
            isOverseen = false
            return false
        }
        if threads < base + min(longTurns, spares) { startThread() }
        return true
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
