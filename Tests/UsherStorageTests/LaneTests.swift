import Synchronization
import Testing
import UsherContract

@testable import UsherStorage

/// Bounds and fairness, decided by turns and not by time.
@Suite struct LaneTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: [true, false]) func aFullLaneRefuses(isRead: Bool) throws {
        let storage = try Fixture.storage(directory) { ($0.queuedCalls, $0.queuedBytes) = (3, 1_000) }
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let other = try Fixture.organisation(storage, "other")
        let gate = Gate()
        let held = gate.close(database, isRead: isRead)
        let waiting = (0..<3).map { _ in TestCall(set: { $0.isRead = isRead }) }
        for call in waiting { database.submit(call) }
        let tooMany = TestCall(set: { $0.isRead = isRead })
        database.submit(tooMany)
        #expect(tooMany.completions == 1, "refused at once")
        #expect(try tooMany.refusal()?.code == .resourceExhausted)
        #expect(try tooMany.refusal()?.reason == "ORGANISATION_OVERLOADED")
        #expect(try tooMany.refusal()?.retryAfter != nil)
        #expect(storage.statistics.overloadedCalls == 1)

        let elsewhere = TestCall(set: { $0.isRead = isRead })
        other.submit(elsewhere)
        #expect(try elsewhere.reply() == [7], "another organisation has lanes of its own")
        let otherLane = TestCall(set: { $0.isRead = !isRead })
        database.submit(otherLane)
        #expect(try otherLane.reply() == [7])
        gate.open()
        for call in [held] + waiting { _ = try call.reply() }
        let again = TestCall(set: { $0.isRead = isRead })
        database.submit(again)
        #expect(try again.reply() == [7])
    }

    @Test func aLaneIsBoundedByBytes() throws {
        let storage = try Fixture.storage(directory) { $0.queuedBytes = 1_000 }
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let gate = Gate()
        let held = gate.close(database)
        let large = TestCall(set: { $0.cost = 5_000 })
        database.submit(large)
        let small = TestCall(set: { $0.cost = 1 })
        database.submit(small)
        #expect(large.completions == 0, "an empty lane takes a call of any size")
        #expect(try small.refusal()?.reason == "ORGANISATION_OVERLOADED")
        gate.open()
        for call in [held, large] { _ = try call.reply() }
        // What was taken gives its bytes back: there is room for two of these, and not for three.
        let second = Gate()
        let heldAgain = second.close(database)
        let calls = (0..<3).map { _ in TestCall(set: { $0.cost = 400 }) }
        for call in calls { database.submit(call) }
        second.open()
        _ = try heldAgain.reply()
        #expect(try calls.map { try $0.refusal()?.reason } == [nil, nil, "ORGANISATION_OVERLOADED"])
    }

    /// One thread, one organisation with hundreds of calls waiting, one with a single call: it must be served after one
    /// batch of the other, not after all.
    @Test(arguments: [true, false]) func aQuietOrganisationWaitsForOneTurnOfABusyOne(isRead: Bool) throws {
        let storage = try Fixture.storage(directory) { limits in
            (limits.readerThreads, limits.writerThreads, limits.batchCalls) = (1, 1, 10)
        }
        defer { storage.shutdown() }
        let busy = try Fixture.organisation(storage, "busy")
        let quiet = try Fixture.organisation(storage, "quiet")
        for database in [busy, quiet] { _ = try database.codes }
        let order = Mutex<[String]>([])
        func call(_ name: String) -> TestCall {
            TestCall(set: { $0.isRead = isRead }) { _ in
                order.withLock { $0.append(name) }
                return EncodedReply(bytes: [])
            }
        }
        let gate = Gate()
        let held = gate.close(busy, isRead: isRead)
        let flood = (0..<500).map { _ in call("busy") }
        for call in flood { busy.submit(call) }
        let single = call("quiet")
        quiet.submit(single)
        gate.open()
        for call in [held] + flood + [single] { _ = try call.reply() }
        let position = try #require(order.withLock { $0.firstIndex(of: "quiet") })
        #expect(position <= 10)
    }

    @Test func callsOfAClosedDatabaseHaveItOpened() {
        var state = LaneState()
        let isTaken = state.read.append(TestCall(), StorageLimits())
        let wakes = [state.wake(), state.wake()]
        let isWriting = state.beginWrite()
        let begins = [state.beginOpening(), state.beginOpening()]
        state.write.phase = .idle
        let last = state.wake()
        #expect(isTaken)
        #expect(wakes == [.opener, []], "once is enough")
        #expect(!isWriting, "an outdated entry does not open it on a writer's thread")
        #expect(begins == [true, false], "on one thread at a time")
        #expect(last == .opener, "still closed, still a call")
    }

    @Test func thePlatformOpensInItsOwnWriteLane() {
        var state = LaneState(isShared: true)
        _ = state.write.append(TestCall(), StorageLimits())
        let wake = state.wake()
        #expect(wake == .writer)
    }

    @Test func aTurnOfALaneThatIsNotScheduledDoesNotBegin() {
        var state = LaneState()
        let begins = state.beginWrite()
        #expect(!begins)
        guard case .outdated = state.beginRead(StorageLimits()) else {
            Issue.record("began")
            return
        }
    }
}
