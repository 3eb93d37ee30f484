internal import DequeModule
internal import Foundation

// A fixed pool of threads and the queue of databases whose lanes have work, in round robin.
// - A turn is bounded, and a lane with more work goes to the end of the queue: nobody waits for more than one turn of
//   each lane in front.
// - A lane that goes on is put back by its own thread without waking another, which would only take turns with it.

final class LanePool: @unchecked Sendable {
    /// Runs a turn. Returns whether the lane has more work.
    typealias Turn = @Sendable (Database) -> Bool

    private let turn: Turn
    private let condition = NSCondition()
    // All below is guarded by `condition`.
    private var queue: Deque<Database> = []
    private var running = 0
    private var threads: Int
    private var isStopping = false
    private var isWatched = false

    init(_ name: String, threads: Int, turn: @escaping Turn) {
        self.threads = threads
        self.turn = turn
        for number in 0..<threads {
            let thread = Thread { [self] in work() }
            thread.name = "\(name)-\(number)"
            thread.start()
        }
    }

    func schedule(_ database: Database) {
        condition.lock()
        queue.append(database)
        wakeOne()
        condition.unlock()
    }

    /// Waits until nothing is scheduled and no turn runs.
    func waitUntilIdle() {
        condition.lock()
        isWatched = true
        while !isIdle { condition.wait() }
        isWatched = false
        condition.unlock()
    }

    /// Ends the threads, after what is scheduled, and waits for them.
    func stop() {
        condition.lock()
        isStopping = true
        isWatched = true
        condition.broadcast()
        while threads > 0 { condition.wait() }
        condition.unlock()
    }

    private var isIdle: Bool { queue.isEmpty && running == 0 }

    /// Threads and watchers wait on one condition; a single signal might reach only a watcher.
    private func wakeOne() {
        if isWatched { condition.broadcast() } else { condition.signal() }
    }

    private func work() {
        condition.lock()
        while true {
            if let database = queue.popFirst() {
                running += 1
                condition.unlock()
                let more = turn(database)
                condition.lock()
                running -= 1
                if more { queue.append(database) }
                if isWatched { condition.broadcast() }
            } else if isStopping {
                break
            } else {
                condition.wait()
            }
        }
        threads -= 1
        condition.broadcast()
        condition.unlock()
    }
}
