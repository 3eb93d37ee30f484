import GRDB
import Synchronization
import Testing
import UsherContract
import UsherStorage

/// Requests are decoded before their transaction begins, and take bounded memory together.
@Suite struct DecodingTests {
    let directory: TemporaryDirectory
    let storage: Storage
    let database: UsherStorage.Database

    init() throws {
        directory = try TemporaryDirectory()
        storage = try Fixture.storage(directory) { limits in
            (limits.batchDecodedBytes, limits.batchTime) = (1_000, .seconds(60))
        }
        database = try Fixture.organisation(storage)
    }

    @Test func nobodyWaitsForTheWriteLockWhileACallIsDecoded() throws {
        defer { storage.shutdown() }
        let path = directory.file(of: "acme")
        let isFree = Mutex(false)
        let call = TestCall(set: {
            $0.onDecode = {
                var busy = Configuration()
                busy.busyMode = .immediateError
                let other = try? DatabaseQueue(path: path, configuration: busy)
                let taken = try? other?.inTransaction(.immediate) { _ in .rollback }
                isFree.withLock { $0 = taken != nil }
            }
        })
        database.submit(call)
        _ = try call.reply()
        #expect(isFree.withLock { $0 })
    }

    @Test(arguments: [false, true]) func aBatchIsBoundedByWhatItsRequestsBecome(isRead: Bool) throws {
        defer { storage.shutdown() }
        func batches(_ memories: [Int]) throws -> Int {
            let gate = Gate()
            let first = gate.close(database, isRead: isRead)
            let calls = memories.map { memory in
                TestCall(set: { ($0.memory, $0.isRead) = (memory, isRead) })
            }
            for call in calls { database.submit(call) }
            let before = isRead ? storage.statistics.readBatches : storage.statistics.commits
            gate.open()
            _ = try first.result()
            for call in calls { #expect(try call.reply() == [7]) }
            // The turn that answered the last call is counted before it answers.
            return (isRead ? storage.statistics.readBatches : storage.statistics.commits) - before - 1
        }
        #expect(try batches([1, 1, 1]) == 1)
        #expect(try batches([500, 500, 500, 500]) == 2)
        #expect(try batches([5_000, 5_000, 1]) == 3)
    }

    @Test func aCallThatCannotBeDecodedIsRefusedAndTheOthersGoOn() throws {
        defer { storage.shutdown() }
        let gate = Gate()
        let first = gate.close(database)
        let calls = (0..<6).map { number in
            TestCall(set: {
                if number % 2 == 0 { $0.decodeError = Refusal(.invalidArgument, "REQUEST_MALFORMED", "no") }
            }) { tx in
                try tx.addItem("code\(number)")
                return EncodedReply(bytes: [])
            }
        }
        for call in calls { database.submit(call) }
        gate.open()
        _ = try first.result()
        let reasons = try calls.map { try $0.refusal()?.reason }
        #expect(reasons == ["REQUEST_MALFORMED", nil, "REQUEST_MALFORMED", nil, "REQUEST_MALFORMED", nil])
        #expect(try database.codes == ["code1", "code3", "code5"])
    }
}
