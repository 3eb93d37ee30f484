import Testing
import UsherContract

@testable import UsherStorage

/// What is too old leaves the request log although nobody writes any more, and no organisation is woken more than once
/// a day for it.
@Suite(.timeLimit(.minutes(10))) struct RequestLogSweepTests {
    private let directory: TemporaryDirectory
    private let clock = TestClock()

    init() throws { directory = try TemporaryDirectory() }

    private func storage() throws -> Storage {
        try Fixture.storage(directory, clock: clock) { $0.sweepKeys = 4 }
    }

    private func call(_ id: String, _ database: Database) throws {
        let call = TestCall(set: { $0.requestID = id }) { tx in
            try tx.addItem(id)
            return EncodedReply(bytes: [1])
        }
        database.submit(call)
        _ = try call.reply()
    }

    private func isDone(_ id: String, _ database: Database) throws -> Bool {
        let call = TestCall(set: { $0.requestID = id }) { tx in
            try tx.addItem("again-\(id)")
            return EncodedReply(bytes: [2])
        }
        database.submit(call)
        return try call.reply() == [1]
    }

    /// What the server does with those who are to be woken.
    private func wake(_ storage: Storage) throws -> Int {
        var turns = 0
        for id in storage.organisationsToWake(at: clock.now) {
            var isMore = true
            while isMore {
                turns += 1
                isMore = try storage.organisation(id).writeBlocking(as: .system()) { tx in
                    let log = try tx.sweepRequestLog()
                    if !log.isMore { tx.rest(until: log.next) }
                    return log.isMore
                }
            }
        }
        return turns
    }

    @Test func repliesGoWithoutAnyWrite() throws {
        let storage = try storage()
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        for number in 0..<10 { try call("r\(number)", database) }
        #expect(try database.count("request_log") == 10)
        clock.now = clock.now + .hours(24) - .seconds(1)
        #expect(try wake(storage) == 0, "nothing is too old")
        clock.now = clock.now + .hours(24) + .seconds(1)
        #expect(try wake(storage) == 3, "ten entries, four at a time")
        #expect(try database.count("request_log") == 0)
        #expect(storage.organisationsToWake(at: clock.now + .hours(1_000)) == [], "and nobody is woken for nothing")
    }

    @Test func itIsKnownAfterARestart() throws {
        let first = try storage()
        try call("r", try Fixture.organisation(first))
        first.shutdown()
        clock.now = clock.now + .hours(48)
        let second = try storage()
        defer { second.shutdown() }
        #expect(second.organisationsToWake(at: clock.now) == ["acme"])
        #expect(try wake(second) == 1)
        #expect(try second.organisation("acme").count("request_log") == 0)
    }

    @Test func youngOnesStayAndHaveTheirTurnADayLater() throws {
        let storage = try storage()
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        try call("old", database)
        clock.now = clock.now + .hours(30)
        try call("young", database)
        clock.now = clock.now + .hours(18)
        _ = try wake(storage)
        #expect(try database.count("request_log") == 1)
        clock.now = clock.now + .hours(30)
        _ = try wake(storage)
        #expect(try database.count("request_log") == 0)
    }

    /// Commits of all databases are counted: the first call of a day has the platform written, the others do not.
    @Test func aDayCostsOneWakeUp() throws {
        let storage = try storage()
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        var commits: [Int] = []
        var turns = 0
        for hour in 0..<72 {
            let before = storage.statistics.commits
            try call("r\(hour)", database)
            commits.append(storage.statistics.commits - before)
            if try wake(storage) > 0 { turns += 1 }
            clock.now = clock.now + .hours(1)
        }
        #expect(commits[0] == 2)
        // After a walk the platform is told of the next one, sometime.
        #expect(commits.dropFirst().filter { $0 > 1 }.count <= turns, "no other call has the platform written")
        #expect((1...3).contains(turns))
        #expect(try database.count("request_log") < 50)
    }

    /// An entry that is added behind the walk is not lost.
    @Test func whatIsAddedMeanwhileIsFoundLater() throws {
        let storage = try storage()
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        for number in 0..<10 { try call("r\(number)", database) }
        clock.now = clock.now + .hours(48)
        let isMore = try database.writeBlocking(as: .system()) { try $0.sweepRequestLog().isMore }
        #expect(isMore)
        for number in 10..<20 { try call("r\(number)", database) }
        _ = try wake(storage)
        #expect(try database.count("request_log") == 10)
        clock.now = clock.now + .hours(48)
        _ = try wake(storage)
        #expect(try database.count("request_log") == 0)
    }

    @Test func aRolledBackSweepHasDoneNothing() throws {
        struct Stopped: Error {}
        let storage = try storage()
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        for number in 0..<10 { try call("r\(number)", database) }
        clock.now = clock.now + .hours(48)
        #expect(throws: Stopped.self) {
            try database.writeBlocking(as: .system()) { tx in
                while try tx.sweepRequestLog().isMore {}
                throw Stopped()
            }
        }
        #expect(try database.count("request_log") == 10)
        #expect(try wake(storage) == 3)
        #expect(try database.count("request_log") == 0)
    }

    /// Another time of day for each, so that they are not all opened at once.
    @Test func organisationsAreSpreadOverTheDay() {
        let hours = (0..<1_000).map { number in
            let slots = SweepSlots(of: "/data/organisations/tenant-\(number)/usher.sqlite")
            return slots.first(at: clock.now).microseconds / 3_600_000_000 % 24
        }
        #expect(Set(hours).count == 24)
        for number in 0..<100 {
            let slots = SweepSlots(of: "tenant-\(number)")
            let moment = clock.now + .seconds(number * 1_000)
            let first = slots.first(at: moment)
            #expect(first >= moment && first < moment + .hours(24))
            #expect(slots.first(at: first) == first)
        }
    }

    // MARK: Persons

    @Test func aForgottenPersonsRepliesAreBlank() throws {
        let storage = try storage()
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        for (id, person) in [("anna", 1), ("bob", 2), ("nobody", nil)] as [(String, Int64?)] {
            let call = TestCall(set: { $0.requestID = id }) { tx in
                try tx.addItem(id)
                tx.replyTells(of: person)
                return EncodedReply(bytes: [1])
            }
            database.submit(call)
            _ = try call.reply()
        }
        try database.writeBlocking(as: .system()) { try $0.forgetReplies(of: 1) }
        #expect(try isDone("bob", database))
        #expect(try isDone("nobody", database))
        let again = TestCall(set: { $0.requestID = "anna" })
        database.submit(again)
        #expect(try again.refusal()?.reason == "REPLY_NOT_KEPT")
        #expect(try database.codes == ["anna", "bob", "nobody"], "nothing is done twice")
        let blank = "SELECT count(*) FROM request_log WHERE reply IS NULL AND person_key IS NULL"
        #expect(try database.readBlocking(as: .system()) { try $0.row(blank) { try $0.int(0) } } == 1)
    }
}
