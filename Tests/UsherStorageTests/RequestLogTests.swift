import Synchronization
import Testing
import UsherContract
import UsherStorage

@Suite struct RequestLogTests {
    let directory: TemporaryDirectory
    let clock = TestClock()
    let storage: Storage
    let database: Database

    init() throws {
        directory = try TemporaryDirectory()
        storage = try Fixture.storage(directory, clock: clock)
        database = try Fixture.organisation(storage)
    }

    private func add(
        _ code: String, set: (inout TestCall.Settings) -> Void, reply: EncodedReply = EncodedReply(bytes: [1, 2, 3])
    ) -> TestCall {
        let call = TestCall(set: set) { tx in
            try tx.addItem(code)
            return reply
        }
        database.submit(call)
        return call
    }

    @Test func theSameRequestGetsTheSameReplyAndIsDoneOnce() throws {
        defer { storage.shutdown() }
        #expect(try add("a", set: { $0.requestID = "r1" }).reply() == [1, 2, 3])
        let again = add("b", set: { $0.requestID = "r1" }, reply: EncodedReply(bytes: [9]))
        #expect(try again.reply() == [1, 2, 3], "the stored bytes, and not what a second run would say")
        #expect(try database.codes == ["a"])
        #expect(storage.statistics.replayedCalls == 1)
    }

    @Test func theReplySurvivesARestart() throws {
        #expect(try add("a", set: { $0.requestID = "r1" }).reply() == [1, 2, 3])
        storage.shutdown()
        let second = try Fixture.storage(directory, clock: clock)
        defer { second.shutdown() }
        let again = TestCall(set: { $0.requestID = "r1" }) { _ in EncodedReply(bytes: [9]) }
        second.organisation("acme").submit(again)
        #expect(try again.reply() == [1, 2, 3])
    }

    @Test func sixtyFourCallersWithOneRequestIDAreOneCall() throws {
        defer { storage.shutdown() }
        let replies = Mutex<[[UInt8]]>([])
        let runs = Mutex<UInt8>(0)
        onThreads(64) { [database] _ in
            let call = TestCall(set: { $0.requestID = "one" }) { tx in
                try tx.addItem("a")
                return EncodedReply(bytes: [
                    runs.withLock {
                        $0 += 1; return $0
                    }
                ])
            }
            database.submit(call)
            if let reply = try? call.reply() { replies.withLock { $0.append(reply) } }
        }
        #expect(replies.withLock { $0 } == [[UInt8]](repeating: [1], count: 64))
        #expect(try database.codes == ["a"])
    }

    @Test(arguments: ["a\u{0}", "\u{1b}[2J", "a\nb", "\u{7f}", "\u{85}"])
    func anIDHasNoControlCharacters(id: String) throws {
        defer { storage.shutdown() }
        let refusal = try add("a", set: { $0.requestID = id }).refusal()
        #expect(refusal?.reason == "FIELD_INVALID" && refusal?.violations.first?.field == "request_id")
        #expect(try database.codes == [])
    }

    @Test func anotherRequestUnderTheSameIDIsRefused() throws {
        defer { storage.shutdown() }
        _ = try add("a", set: { $0.requestID = "r1" }).reply()
        let other = add("b", set: { ($0.requestID, $0.request) = ("r1", [2]) })
        #expect(try other.refusal()?.code == .failedPrecondition)
        #expect(try other.refusal()?.reason == "REQUEST_ID_REUSED")
        #expect(try database.codes == ["a"])
    }

    @Test func theIDBelongsToTheOrganisationAndTheMethod() throws {
        defer { storage.shutdown() }
        _ = try add("a", set: { $0.requestID = "r1" }).reply()
        _ = try add("b", set: { ($0.requestID, $0.organisationID) = ("r1", "other") }).reply()
        _ = try add("c", set: { ($0.requestID, $0.name) = ("r1", "Other") }).reply()
        _ = try add("d", set: { ($0.requestID, $0.name) = ("1", "Dor") }).reply()
        #expect(try database.codes == ["a", "b", "c", "d"])
    }

    @Test func anotherKeyOfTheOrganisationRepeatsTheSameRequest() throws {
        defer { storage.shutdown() }
        _ = try add("a", set: { $0.requestID = "r1" }, reply: EncodedReply(bytes: [1])).reply()
        let rotated = add(
            "b", set: { ($0.requestID, $0.principal) = ("r1", "key2") }, reply: EncodedReply(bytes: [9]))
        #expect(try rotated.reply() == [1])
        let asOperator = add(
            "c", set: { ($0.requestID, $0.principal, $0.role) = ("r1", "key3", .platformOperator) },
            reply: EncodedReply(bytes: [9]))
        #expect(try asOperator.reply() == [1])
        let other = add("d", set: { ($0.requestID, $0.principal, $0.request) = ("r1", "key2", [2]) })
        #expect(try other.refusal()?.reason == "REQUEST_ID_REUSED")
        #expect(try database.codes == ["a"])
    }

    @Test func refusalsAreJudgedAnew() throws {
        defer { storage.shutdown() }
        let refused = TestCall(set: { $0.requestID = "r1" }) { tx in
            try tx.addItem("x")
            throw Refusal(.notFound, "NOPE", "no")
        }
        database.submit(refused)
        #expect(try refused.refusal()?.reason == "NOPE")
        #expect(try add("a", set: { $0.requestID = "r1" }).reply() == [1, 2, 3])
        #expect(try database.codes == ["a"])
    }

    @Test func aSecretIsNotRepeated() throws {
        defer { storage.shutdown() }
        let reply = EncodedReply(bytes: [42, 42], replay: [0])
        #expect(try add("a", set: { $0.requestID = "r1" }, reply: reply).reply() == [42, 42])
        #expect(try add("a", set: { $0.requestID = "r1" }, reply: reply).reply() == [0])
        let stored = try database.readBlocking(as: .system()) { tx in
            try tx.rows("SELECT reply FROM request_log") { try $0.blob(0) }
        }
        #expect(stored == [[0]], "the secret is not in the file either")
    }

    @Test func aReplyTooLargeToKeepIsStillDoneOnce() throws {
        defer { storage.shutdown() }
        for (id, size) in [("fits", 1 << 20), ("large", (1 << 20) + 1)] {
            let reply = EncodedReply(bytes: [UInt8](repeating: 5, count: size))
            #expect(try add(id, set: { $0.requestID = id }, reply: reply).reply() == reply.bytes)
            let again = add(id, set: { $0.requestID = id }, reply: reply)
            #expect(try again.refusal()?.reason == (id == "fits" ? nil : "REPLY_NOT_KEPT"))
        }
        #expect(try database.codes == ["fits", "large"])
    }

    @Test(arguments: [(64, true), (65, false)]) func theIDHasALimit(length: Int, isAccepted: Bool) throws {
        defer { storage.shutdown() }
        let call = add("a", set: { $0.requestID = String(repeating: "é", count: length) })
        #expect(try call.refusal()?.code == (isAccepted ? nil : .invalidArgument))
        #expect(try call.refusal()?.violations.map(\.field) == (isAccepted ? nil : ["request_id"]))
    }

    @Test func callsWithoutAnIDAndReadsAreNotLogged() throws {
        defer { storage.shutdown() }
        _ = try add("a", set: { _ in }).reply()
        let read = TestCall(set: { ($0.requestID, $0.isRead) = ("r1", true) })
        database.submit(read)
        _ = try read.reply()
        #expect(try database.count("request_log") == 0)
    }

    @Test func oldRepliesAreRemovedAndYoungOnesKept() throws {
        defer { storage.shutdown() }
        func log(_ name: String, _ count: Int) throws {
            let calls = (0..<count).map { number in
                let call = TestCall(set: { $0.requestID = "\(name)\(number)" })
                database.submit(call)
                return call
            }
            for call in calls { _ = try call.reply() }
        }
        try log("old", 200)
        clock.now = clock.now + .hours(23)
        try log("middle", 200)
        #expect(try database.count("request_log") == 400, "nothing is older than 24 hours")
        clock.now = clock.now + .hours(2)
        // Looking at twice as many keys as are added must pass over all keys, and leave none of the old ones.
        for part in 0..<15 { try log("new\(part)-", 100) }
        let times = try database.readBlocking(as: .system()) { tx in
            try tx.rows("SELECT DISTINCT time FROM request_log") { try $0.instant(0) }
        }
        #expect(times.count == 2)
        #expect(times.allSatisfy { $0 >= clock.now - .hours(24) })
        #expect(try database.count("request_log") == 200 + 1_500)
    }
}
