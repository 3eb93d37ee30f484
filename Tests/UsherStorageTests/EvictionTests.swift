import Synchronization
import Testing
import UsherContract
import UsherStorage

@Suite struct EvictionTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func add(_ database: Database, _ code: String) throws {
        try database.writeBlocking(as: .system()) { tx in _ = try tx.addItem(code) }
    }

    @Test func noMoreThanTheCapacityIsOpen() throws {
        let storage = try Fixture.storage(directory) { $0.openOrganisations = 3 }
        defer { storage.shutdown() }
        let all = try (0..<10).map { try Fixture.organisation(storage, "org\($0)") }
        for round in 0..<3 {
            for (number, database) in all.enumerated() {
                try add(database, "\(number)-\(round)")
                let statistics = storage.statistics
                // The platform's database is open, too, and is never closed.
                #expect(statistics.opens - statistics.evictions <= 4)
            }
        }
        #expect(storage.statistics.evictions >= 27)
        for (number, database) in all.enumerated() {
            #expect(try database.codes == (0..<3).map { "\(number)-\($0)" })
        }
    }

    @Test func whatIsInUseStaysOpen() throws {
        let storage = try Fixture.storage(directory) { $0.openOrganisations = 2 }
        defer { storage.shutdown() }
        let used = try Fixture.organisation(storage, "used")
        let others = try (0..<6).map { try Fixture.organisation(storage, "org\($0)") }
        try add(used, "first")
        let gate = Gate()
        let held = gate.close(used, isRead: true)
        for database in others { try add(database, "x") }
        let opens = storage.statistics.opens
        // Its read still runs, thus it is still open: the write finds it so.
        try add(used, "second")
        #expect(storage.statistics.opens == opens)
        gate.open()
        _ = try held.reply()
        #expect(try used.codes == ["first", "second"])
    }

    @Test func closingTheIdleGivesBackTheirFilesAndLosesNothing() throws {
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        let idle = try Fixture.organisation(storage, "idle")
        let busy = try Fixture.organisation(storage, "busy")
        try add(idle, "a")
        try add(busy, "b")
        storage.closeIdleOrganisations()
        #expect(storage.statistics.evictions == 0, "both were used since the last time")
        try add(busy, "c")
        storage.closeIdleOrganisations()
        #expect(storage.statistics.evictions == 1)
        storage.closeIdleOrganisations()
        #expect(storage.statistics.evictions == 2)
        #expect(try idle.codes == ["a"])
        #expect(try busy.codes == ["b", "c"])
    }

    /// Many threads on few places: every database is closed and opened all the time, also while calls wait for it.
    @Test func nothingIsLostWhileDatabasesComeAndGo() throws {
        let storage = try Fixture.storage(directory) { ($0.openOrganisations, $0.batchCalls) = (4, 3) }
        defer { storage.shutdown() }
        let all = try (0..<12).map { try Fixture.organisation(storage, "org\($0)") }
        let failures = Mutex<[String]>([])
        onThreads(64) { thread in
            for round in 0..<12 {
                let database = all[(thread * 5 + round * 7) % all.count]
                let code = "\(thread)-\(round)"
                do {
                    try database.writeBlocking(as: .system()) { tx in _ = try tx.addItem(code) }
                    let found = try database.readBlocking(as: .system()) { tx in
                        try tx.row("SELECT used FROM item WHERE code = ?", code) { try $0.int(0) }
                    }
                    if found == nil { failures.withLock { $0.append("\(code) is not seen") } }
                    if round == 5, thread % 16 == 0 { storage.closeIdleOrganisations() }
                } catch {
                    failures.withLock { $0.append("\(code): \(error)") }
                }
            }
        }
        #expect(failures.withLock { $0 } == [])
        #expect(try all.map { try $0.count("item") }.reduce(0, +) == 64 * 12)
        #expect(try all.map { try $0.count("journal") }.reduce(0, +) == 64 * 12)
        #expect(storage.statistics.evictions > 12)
    }

    @Test func shutdownFinishesWhatWaitsAndRefusesWhatComes() throws {
        let storage = try Fixture.storage(directory) { ($0.openOrganisations, $0.batchCalls) = (2, 1) }
        let all = try (0..<5).map { try Fixture.organisation(storage, "org\($0)") }
        let calls = (0..<100).map { number in
            TestCall(set: { $0.isRead = number % 3 == 0 }) { tx in
                if number % 3 != 0 { try tx.addItem("\(number)") }
                return EncodedReply(bytes: [1])
            }
        }
        for (number, call) in calls.enumerated() { all[number % 5].submit(call) }
        storage.shutdown()
        for call in calls {
            #expect(call.completions == 1)
            #expect(try call.reply() == [1])
        }
        let late = TestCall()
        all[0].submit(late)
        #expect(try late.refusal()?.reason == "SHUTTING_DOWN")
        storage.shutdown()
    }
}
