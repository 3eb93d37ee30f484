import Testing
import UsherContract

@testable import UsherStorage

/// What asks to be woken is woken, also after a restart, and the platform's database is written only when it must be.
@Suite(.timeLimit(.minutes(10))) struct WakeUpTests {
    private let directory: TemporaryDirectory
    private let clock = TestClock()

    init() throws { directory = try TemporaryDirectory() }

    private func instant(_ seconds: Int) -> Instant { clock.now + .seconds(seconds) }

    private func due(_ storage: Storage, at seconds: Int) -> [String] {
        storage.organisationsToWake(at: instant(seconds))
    }

    /// A change that asks to be woken.
    private func ask(_ database: Database, at seconds: Int) throws {
        let time = instant(seconds)
        try database.writeBlocking(as: .system()) { tx in
            try tx.record("item.created", "itm_1")
            tx.wake(at: time)
        }
    }

    private func rest(_ database: Database, until seconds: Int?) throws {
        let time = seconds.map(instant)
        try database.writeBlocking(as: .system()) { $0.rest(until: time) }
    }

    private func rows(_ storage: Storage) throws -> [String: Instant] {
        let rows = try storage.platform.readBlocking(as: .system()) { try $0.wakeUps() }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.organisationID, $0.time) })
    }

    @Test func whoAsksIsWokenAlsoAfterARestart() throws {
        for isSecond in [false, true] {
            let storage = try Fixture.storage(directory, clock: clock)
            defer { storage.shutdown() }
            if !isSecond {
                try ask(try Fixture.organisation(storage, "late"), at: 20)
                try ask(try Fixture.organisation(storage, "early"), at: 10)
                _ = try Fixture.organisation(storage, "never")
            }
            let opens = storage.statistics.opens
            #expect(due(storage, at: 9) == [])
            #expect(due(storage, at: 10) == ["early"])
            #expect(due(storage, at: 20) == ["early", "late"])
            #expect(storage.statistics.opens == opens, "no database is opened to know that")
        }
    }

    /// The platform's lane is held and has no place left for organisations: whoever asks to be woken waits, and neither
    /// it nor what shares its transaction is refused.
    @Test func aFullPlatformRefusesNoWakeUp() throws {
        let storage = try Fixture.storage(directory, clock: clock) { $0.queuedCalls = 16 }
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let gate = Gate()
        let held = gate.close(storage.platform)
        let flood = (0..<40).map { number in TestCall(set: { $0.organisationID = "flooder-\(number / 2)" }) }
        for call in flood { storage.platform.submit(call) }
        #expect(storage.statistics.overloadedCalls == 26, "14 of 16 places are for organisations, one for each")
        let time = instant(10)
        let asking = TestCall { tx in
            try tx.addItem("asks")
            tx.wake(at: time)
            return EncodedReply(bytes: [1])
        }
        database.submit(asking)
        gate.open()
        #expect(try asking.reply() == [1])
        _ = try held.reply()
        #expect(try flood.count { try $0.refusal() == nil } == 14)
        #expect(due(storage, at: 10) == ["acme"])
    }

    /// Commits of all databases are counted: what is asked for later than what is known costs none.
    @Test func onlyAnEarlierWakeUpIsWritten() throws {
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        func commits(_ seconds: Int) throws -> Int {
            let before = storage.statistics.commits
            try ask(database, at: seconds)
            return storage.statistics.commits - before
        }
        let counts = try [100, 100, 200, 50, 60].map(commits)
        #expect(counts == [2, 1, 1, 2, 1])
        #expect(due(storage, at: 49) == [])
        #expect(due(storage, at: 50) == ["acme"])
    }

    @Test func whatIsRolledBackWakesNobody() throws {
        struct Mistake: Error {}
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let soon = instant(1)
        #expect(throws: Mistake.self) {
            try database.writeBlocking(as: .system()) { tx in
                tx.wake(at: soon)
                tx.rest(until: nil)
                throw Mistake()
            }
        }
        #expect(try rows(storage) == [:])
        try ask(database, at: 5)
        #expect(throws: Mistake.self) {
            try database.writeBlocking(as: .system()) { tx in
                tx.rest(until: nil)
                throw Mistake()
            }
        }
        #expect(due(storage, at: 5) == ["acme"])
    }

    @Test func whoeverWasWokenRestsUntilTheNextTime() throws {
        do {
            let storage = try Fixture.storage(directory, clock: clock)
            defer { storage.shutdown() }
            for (id, next) in [("acme", 70 as Int?), ("done", nil)] {
                let database = try Fixture.organisation(storage, id)
                try ask(database, at: 10)
                try rest(database, until: next)
            }
            #expect(due(storage, at: 69) == [])
            #expect(due(storage, at: 70) == ["acme"])
        }
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        #expect(try rows(storage) == ["acme": instant(70)])
    }

    /// In one transaction in either order, and in two that follow each other: what was asked for is never rested away.
    @Test(arguments: [true, false]) func whatIsAskedForMeanwhileIsKept(isTogether: Bool) throws {
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let (soon, later) = (instant(50), instant(100))
        for (number, restsFirst) in [true, false].enumerated() {
            let database = try Fixture.organisation(storage, "org-\(number)")
            try ask(database, at: 0)
            let asking = TestCall { tx in
                try tx.record("item.created", "itm_1")
                tx.wake(at: soon)
                return EncodedReply(bytes: [])
            }
            // Whoever rests has looked at what there is.
            let resting = TestCall { tx in
                tx.rest(until: restsFirst ? later : soon)
                return EncodedReply(bytes: [])
            }
            let calls = restsFirst ? [resting, asking] : [asking, resting]
            let gate = Gate()
            let held = isTogether ? gate.close(database) : nil
            for call in calls {
                database.submit(call)
                if !isTogether { _ = try call.reply() }
            }
            gate.open()
            for call in calls + [held].compactMap(\.self) { _ = try call.reply() }
            #expect(due(storage, at: 49) == [], "\(restsFirst)")
            #expect(due(storage, at: 50) == ["org-\(number)"], "\(restsFirst)")
            try rest(database, until: nil)
        }
    }

    /// The commit waits for the platform, and only then is anybody told.
    @Test func theWakeUpIsDurableBeforeTheCommit() throws {
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let gate = Gate()
        let held = gate.close(storage.platform)
        let soon = instant(1)
        let call = TestCall { tx in
            try tx.addItem("A")
            tx.wake(at: soon)
            return EncodedReply(bytes: [])
        }
        database.submit(call)
        // The platform's lane is held: neither row nor commit can be there.
        #expect(try database.codes == [])
        #expect(call.completions == 0)
        gate.open()
        for call in [held, call] { _ = try call.reply() }
        #expect(try rows(storage) == ["acme": soon])
        #expect(try database.codes == ["A"])
    }

    /// As many organisations as there are threads, and more, wait for the platform at the same time.
    @Test func organisationsThatAllAskDoNotBlockOneAnother() throws {
        let storage = try Fixture.storage(directory, clock: clock) { $0.writerThreads = 2 }
        defer { storage.shutdown() }
        let databases = try (0..<16).map { try Fixture.organisation(storage, "org-\($0)") }
        onThreads(databases.count) { number in
            for round in (1...20).reversed() { try? self.ask(databases[number], at: round * 10 + number) }
        }
        #expect(try rows(storage).count == databases.count)
        #expect(due(storage, at: 10) == ["org-0"])
        #expect(due(storage, at: 30).count == databases.count)
    }

    @Test func aReadAsksForNothing() throws {
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let soon = instant(1)
        #expect(throws: StorageError.self) { try database.readBlocking(as: .system()) { $0.wake(at: soon) } }
    }

    /// Time is nobody's call: the row has its time, and the system's name, whoever's call writes it.
    @Test func whatTimeDoesIsRecordedWithItsTime() throws {
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let past = clock.now - .seconds(60)
        let call = TestCall { tx in
            try tx.recordPassing("item.expired", "itm_1", at: past, before: ["state": "A"], after: ["state": "B"])
            try tx.record("item.changed", "itm_1")
            return EncodedReply(bytes: [])
        }
        database.submit(call)
        _ = try call.reply()
        let entries = try database.readBlocking(as: .system()) { try $0.journal(after: 0, limit: 10) }
        #expect(entries.map(\.event) == ["item.expired", "item.changed"])
        #expect(entries.map(\.time) == [past, clock.now])
        #expect(entries.map(\.role) == [.system, .organisation] && entries[0].method.isEmpty)
        #expect(entries[0].changes == #"{"state":["A","B"]}"#)
    }
}
