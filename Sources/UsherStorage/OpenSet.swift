internal import DequeModule
internal import Synchronization

// Which organisations are open, at most so many. The one to close is found by second chance, an approximation of
// least recently used whose bookkeeping is one flag per turn: the ring is walked, and who was used since the last
// walk is passed over once.
// Locks are taken in this order: the ring's, then a database's.

final class OpenSet: Sendable {
    private let capacity: Int
    private let statistics: StatisticsCounters
    private let ring = Mutex<Deque<Database>>([])

    init(capacity: Int, statistics: StatisticsCounters) {
        self.capacity = capacity
        self.statistics = statistics
    }

    /// Counts `database` as open, and closes others on this thread until there is room. Only what is running at this
    /// moment cannot be closed; the capacity is far above the number of threads.
    func makeRoom(for database: Database) {
        let victims = ring.withLock { ring in
            var victims: [(Database, DatabaseFile)] = []
            while ring.count >= capacity, let victim = Self.next(&ring, among: ring.count * 2) {
                victims.append(victim)
            }
            ring.append(database)
            return victims
        }
        close(victims)
    }

    /// Closes what has not been used since the last time that this was called.
    func closeIdle() {
        let victims = ring.withLock { ring in
            var victims: [(Database, DatabaseFile)] = []
            for _ in 0..<ring.count {
                guard let victim = Self.next(&ring, among: 1) else { continue }
                victims.append(victim)
            }
            return victims
        }
        close(victims)
    }

    /// Closes up to so many that do not run now, used or not: descriptors are short. Returns whether it closed any.
    func giveWay(_ count: Int) -> Bool {
        let victims = ring.withLock { ring in
            var victims: [(Database, DatabaseFile)] = []
            while victims.count < count, let victim = Self.next(&ring, among: ring.count * 2) { victims.append(victim) }
            return victims
        }
        close(victims)
        return !victims.isEmpty
    }

    func remove(_ database: Database) {
        ring.withLock { $0.removeAll { $0 === database } }
    }

    /// Walks so many steps; takes the first that was not used and can be closed out of the ring.
    private static func next(_ ring: inout Deque<Database>, among steps: Int) -> (Database, DatabaseFile)? {
        for _ in 0..<steps {
            guard let candidate = ring.popFirst() else { return nil }
            if !candidate.takeWasUsed(), let file = candidate.claimForClosing() { return (candidate, file) }
            ring.append(candidate)
        }
        return nil
    }

    private func close(_ victims: [(Database, DatabaseFile)]) {
        for (database, file) in victims {
            database.finishClosing(file)
            statistics.update { $0.evictions += 1 }
        }
    }
}
