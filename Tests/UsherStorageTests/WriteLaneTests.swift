import GRDB
import Synchronization
import Testing
import UsherContract
import UsherStorage

@Suite struct WriteLaneTests {
    /// What contradicts itself in the tables is one call's failure.
    @Test func anInconsistencyCostsNoOther() throws {
        let directory = try TemporaryDirectory()
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let gate = Gate()
        let held = gate.close(database)
        let bad = TestCall { _ in throw StorageError.inconsistent("a row that is named and not there") }
        let good = TestCall { tx in
            try tx.addItem("good")
            return EncodedReply(bytes: [1])
        }
        for call in [bad, good] { database.submit(call) }
        gate.open()
        _ = try held.reply()
        #expect(throws: StorageError.self) { try bad.reply() }
        #expect(try good.reply() == [1])
        #expect(storage.statistics.failedBatches == 0)
    }

    let directory: TemporaryDirectory
    let storage: Storage
    let database: UsherStorage.Database

    init() throws {
        directory = try TemporaryDirectory()
        storage = try Fixture.storage(directory) { $0.batchTime = .seconds(60) }
        database = try Fixture.organisation(storage)
    }

    /// Submits the calls so that one transaction takes them all.
    private func together(_ calls: [TestCall]) throws {
        let gate = Gate()
        let first = gate.close(database)
        for call in calls { database.submit(call) }
        gate.open()
        _ = try first.result()
        for call in calls { _ = try call.result() }
    }

    @Test func callsThatWaitShareOneCommit() throws {
        defer { storage.shutdown() }
        let calls = (0..<100).map { number in
            TestCall { tx in
                try tx.addItem("code\(number)")
                return EncodedReply(bytes: [UInt8(number)])
            }
        }
        let gate = Gate()
        let first = gate.close(database)
        for call in calls { database.submit(call) }
        let before = storage.statistics.commits
        gate.open()
        for (number, call) in calls.enumerated() { #expect(try call.reply() == [UInt8(number)]) }
        #expect(try first.reply() == [])
        #expect(storage.statistics.commits == before + 2, "the one that held the lane, and one for all others")
        #expect(try database.codes.count == 100)
    }

    @Test func aBatchIsBoundedByCallsAndBytes() throws {
        storage.shutdown()
        let small = try Fixture.storage(directory) { limits in
            (limits.batchCalls, limits.batchBytes, limits.batchTime) = (4, 100, .seconds(60))
        }
        defer { small.shutdown() }
        let database = small.organisation("acme")
        func commits(_ costs: [Int]) throws -> Int {
            let gate = Gate()
            let first = gate.close(database)
            let calls = costs.map { cost in TestCall(set: { $0.cost = cost }) }
            for call in calls { database.submit(call) }
            let before = small.statistics.commits
            gate.open()
            for call in [first] + calls { _ = try call.result() }
            return small.statistics.commits - before - 1
        }
        #expect(try commits([1, 1, 1, 1, 1, 1, 1, 1, 1]) == 3, "four, four, one")
        #expect(try commits([60, 60, 60]) == 3, "two would be more than 100 bytes")
        #expect(try commits([50, 50, 500, 1]) == 3, "a large one goes alone")
    }

    @Test func aBatchThatTakesTooLongLeavesTheRestToTheNextTurn() throws {
        storage.shutdown()
        let hasty = try Fixture.storage(directory) { $0.batchTime = .zero }
        defer { hasty.shutdown() }
        let database = hasty.organisation("acme")
        let gate = Gate()
        let first = gate.close(database)
        let calls = (0..<5).map { number in
            TestCall { tx in
                try tx.addItem("\(number)")
                return EncodedReply(bytes: [])
            }
        }
        for call in calls { database.submit(call) }
        let before = hasty.statistics.commits
        gate.open()
        for call in [first] + calls { _ = try call.reply() }
        #expect(hasty.statistics.commits == before + 6)
        #expect(try database.codes == ["0", "1", "2", "3", "4"], "in the order of submission")
    }

    @Test func repliesComeAfterTheCommitOfAll() throws {
        defer { storage.shutdown() }
        let events = Mutex<[String]>([])
        let path = directory.file(of: "acme")
        let calls = (0..<3).map { number in
            TestCall(set: {
                $0.onComplete = {
                    // What another connection sees is what is committed.
                    let seen = try? DatabaseQueue(path: path, configuration: readOnly).read {
                        try Int.fetchOne($0, sql: "SELECT count(*) FROM item")
                    }
                    events.withLock { $0.append("reply \(number) sees \(seen ?? -1)") }
                }
            }) { tx in
                try tx.addItem("code\(number)")
                events.withLock { $0.append("run \(number)") }
                return EncodedReply(bytes: [])
            }
        }
        try together(calls)
        #expect(
            events.withLock { $0 } == [
                "run 0", "run 1", "run 2", "reply 0 sees 3", "reply 1 sees 3", "reply 2 sees 3",
            ])
    }

    @Test func aFailureLeavesTheOthersOfItsBatchAlone() throws {
        defer { storage.shutdown() }
        struct Surprise: Error {}
        let refused = Refusal(.notFound, "NOPE", "no")
        let good = TestCall { tx in
            try tx.addItem("good")
            return EncodedReply(bytes: [1])
        }
        let bad = TestCall { tx in
            try tx.addItem("bad")
            throw refused
        }
        let surprising = TestCall { tx in
            try tx.addItem("surprising")
            throw Surprise()
        }
        let constrained = TestCall { tx in
            try tx.addItem("constrained")
            try tx.addItem("good")
            return EncodedReply(bytes: [])
        }
        let garbled = TestCall(set: { $0.decodeError = refused })
        let last = TestCall { tx in
            try tx.addItem("last")
            return EncodedReply(bytes: [2])
        }
        try together([good, bad, surprising, constrained, garbled, last])
        #expect(try good.reply() == [1])
        #expect(try bad.refusal() == refused)
        #expect(throws: Surprise.self) { try surprising.reply() }
        #expect(throws: StorageError.unique("item.code")) { try constrained.reply() }
        #expect(try garbled.refusal() == refused)
        #expect(try last.reply() == [2])
        #expect(try database.codes == ["good", "last"])
        #expect(try database.count("journal") == 2)
        #expect(
            try database.readBlocking(as: .system()) { tx in
                try tx.rows("SELECT seq FROM journal") { try $0.int(0) }
            } == [1, 2], "no gaps")
    }

    @Test func aCallSeesWhatEarlierCallsOfItsBatchDid() throws {
        defer { storage.shutdown() }
        let add = TestCall { tx in
            try tx.addItem("one")
            return EncodedReply(bytes: [])
        }
        let look = TestCall { tx in EncodedReply(bytes: [UInt8(try tx.count("item"))]) }
        try together([add, look])
        #expect(try look.reply() == [1])
    }

    @Test func aCallWhoseDeadlineHasPassedIsDropped() throws {
        defer { storage.shutdown() }
        let ran = Mutex(false)
        let late = TestCall(set: { $0.deadline = .now - .seconds(1) }) { _ in
            ran.withLock { $0 = true }
            return EncodedReply(bytes: [])
        }
        let lateRead = TestCall(set: { ($0.deadline, $0.isRead) = (.now - .seconds(1), true) }) { _ in
            ran.withLock { $0 = true }
            return EncodedReply(bytes: [])
        }
        database.submit(late)
        database.submit(lateRead)
        #expect(try late.refusal()?.code == .deadlineExceeded)
        #expect(try late.refusal()?.reason == "DEADLINE_EXCEEDED")
        #expect(try lateRead.refusal()?.reason == "DEADLINE_EXCEEDED")
        #expect(!ran.withLock { $0 })
        #expect(storage.statistics.droppedCalls == 2)
    }

    @Test func aReplyThatIsTooLargeUndoesTheCall() throws {
        defer { storage.shutdown() }
        let large = TestCall { tx in
            try tx.addItem("large")
            return EncodedReply(bytes: [UInt8](repeating: 0, count: StorageLimits().replyBytes + 1))
        }
        let largest = TestCall { tx in
            try tx.addItem("largest")
            return EncodedReply(bytes: [UInt8](repeating: 0, count: StorageLimits().replyBytes))
        }
        try together([large, largest])
        #expect(try large.refusal()?.code == .resourceExhausted)
        #expect(try large.refusal()?.reason == "REPLY_TOO_LARGE")
        #expect(try largest.reply().count == StorageLimits().replyBytes)
        #expect(try database.codes == ["largest"])
    }

    @Test func aChangeWithoutAJournalRowIsUndone() throws {
        defer { storage.shutdown() }
        let silent = TestCall { tx in
            try tx.execute("INSERT INTO item (id, code, used) VALUES (1, 'x', 0)")
            return EncodedReply(bytes: [])
        }
        let nothing = TestCall { tx in
            try tx.execute("UPDATE item SET used = 1 WHERE id = 99")
            return EncodedReply(bytes: [3])
        }
        try together([silent, nothing])
        #expect(throws: StorageError.unrecordedChange("test.Service/Do")) { try silent.reply() }
        #expect(try nothing.reply() == [3])
        #expect(try database.codes == [])
    }

    @Test func whenTheEngineRollsBackEveryoneIsToldThatNothingHappened() throws {
        defer { storage.shutdown() }
        let first = TestCall { tx in
            try tx.addItem("first")
            return EncodedReply(bytes: [])
        }
        let breaker = TestCall { tx in
            // As SQLite does by itself when the disk is full; the handler goes on regardless.
            _ = try? tx.execute("ROLLBACK")
            _ = try? tx.addItem("outside")
            return EncodedReply(bytes: [])
        }
        let last = TestCall { tx in
            try tx.addItem("last")
            return EncodedReply(bytes: [])
        }
        try together([first, breaker, last])
        for call in [first, breaker, last] {
            #expect(try call.refusal()?.code == .unavailable)
            #expect(try call.refusal()?.reason == "STORAGE_UNAVAILABLE")
            #expect(call.completions == 1)
        }
        #expect(try database.codes == [], "the one outside would have committed by itself")
        #expect(storage.statistics.failedBatches == 1)
    }

    @Test func whenTheCommitFailsTheOutcomeIsUnknown() throws {
        defer { storage.shutdown() }
        let committed = Mutex(0)
        let good = TestCall { tx in
            try tx.addItem("good")
            tx.afterCommit { committed.withLock { $0 += 1 } }
            return EncodedReply(bytes: [])
        }
        let refused = TestCall { _ in throw Refusal(.notFound, "NOPE", "no") }
        let breaker = TestCall { tx in
            // A deferred constraint fails at the COMMIT.
            try tx.execute("INSERT INTO late (id, item) VALUES (1, 12345)")
            try tx.record("late.created", "1")
            return EncodedReply(bytes: [])
        }
        #expect(try database.codes == [], "opens the file")
        let opens = storage.statistics.opens
        try together([good, refused, breaker])
        for call in [good, refused, breaker] {
            #expect(try call.refusal()?.code == .unknown)
            #expect(try call.refusal()?.reason == "OUTCOME_UNKNOWN")
        }
        #expect(try database.codes == [])
        #expect(committed.withLock { $0 } == 0)
        let again = TestCall { tx in
            try tx.addItem("again")
            return EncodedReply(bytes: [5])
        }
        database.submit(again)
        #expect(try again.reply() == [5])
        #expect(storage.statistics.opens == opens + 1, "with new connections")
    }

    @Test func afterCommitRunsOnceForWhatWasCommittedBeforeTheReply() throws {
        defer { storage.shutdown() }
        let events = Mutex<[String]>([])
        let kept = TestCall(set: { $0.onComplete = { events.withLock { $0.append("reply") } } }) { tx in
            tx.afterCommit { events.withLock { $0.append("kept") } }
            return EncodedReply(bytes: [])
        }
        let dropped = TestCall { tx in
            tx.afterCommit { events.withLock { $0.append("dropped") } }
            throw Refusal(.notFound, "NOPE", "no")
        }
        try together([kept, dropped])
        #expect(events.withLock { $0 } == ["kept", "reply"])
    }

    @Test func aTransactionEndsWithItsBatch() throws {
        defer { storage.shutdown() }
        let kept = Mutex<SendableBox?>(nil)
        try database.writeBlocking(as: .system()) { tx in kept.withLock { $0 = SendableBox(tx) } }
        let transaction = try #require(kept.withLock { $0 }).transaction
        #expect(throws: StorageError.closed) { try transaction.execute("DELETE FROM item") }
        #expect(throws: StorageError.closed) { try transaction.record("x", "y") }
    }

    @Test func theCallerAndTheTimeAreTheCalls() throws {
        storage.shutdown()
        let clock = TestClock()
        let timed = try Fixture.storage(directory, clock: clock)
        defer { timed.shutdown() }
        let caller = Caller(role: .platformOperator, principal: "op", organisationID: nil, scopes: .all)
        let seen = try timed.organisation("acme").writeBlocking(as: caller) { tx in
            let first = tx.now
            clock.now = clock.now + .seconds(5)
            return [first == tx.now, tx.caller == caller, tx.randomBytes(24) != tx.randomBytes(24)]
        }
        #expect(seen == [true, true, true])
    }

    @Test func sixtyFourThreadsWriteAndReadWhatTheyWrote() throws {
        defer { storage.shutdown() }
        let failures = Mutex<[String]>([])
        onThreads(64) { [database] thread in
            for round in 0..<20 {
                let code = "\(thread)-\(round)"
                do {
                    try database.writeBlocking(as: .system()) { tx in _ = try tx.addItem(code) }
                    let found = try database.readBlocking(as: .system()) { tx in
                        try tx.row("SELECT used FROM item WHERE code = ?", code) { try $0.int(0) }
                    }
                    if found != 0 { failures.withLock { $0.append("\(code) was acknowledged and is not seen") } }
                } catch {
                    failures.withLock { $0.append("\(code): \(error)") }
                }
            }
        }
        #expect(failures.withLock { $0 } == [])
        #expect(try database.count("item") == 1_280)
        #expect(storage.statistics.commits < 1_280, "commits were shared")
    }

    @Test func asyncWritesAndReadsGoThroughTheSameLanes() async throws {
        defer { storage.shutdown() }
        let id = try await database.write(as: .system()) { tx in try tx.addItem("async") }
        let found = try await database.read(as: .system()) { tx in
            try tx.row("SELECT id FROM item WHERE code = ?", "async") { try $0.id(0, prefix: "itm") }
        }
        #expect(found == id)
        await #expect(throws: StorageError.check("used_limit")) {
            _ = try await database.write(as: Caller.system()) { tx in try tx.addItem("much", used: 4) }
        }
    }
}

private let readOnly: GRDB.Configuration = {
    var configuration = Configuration()
    configuration.readonly = true
    return configuration
}()

private struct SendableBox: @unchecked Sendable {
    let transaction: Transaction
    init(_ transaction: Transaction) { self.transaction = transaction }
}
