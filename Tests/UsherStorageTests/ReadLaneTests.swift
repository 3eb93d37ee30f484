import Synchronization
import Testing
import UsherContract
import UsherStorage

@Suite struct ReadLaneTests {
    let directory: TemporaryDirectory
    let storage: Storage
    let database: Database

    init() throws {
        directory = try TemporaryDirectory()
        storage = try Fixture.storage(directory) { ($0.readerThreads, $0.batchTime) = (2, .seconds(60)) }
        database = try Fixture.organisation(storage)
    }

    @Test func readsThatWaitShareOneTransaction() throws {
        defer { storage.shutdown() }
        _ = try database.codes
        let gate = Gate()
        let first = gate.close(database, isRead: true)
        let calls = (0..<50).map { _ in
            TestCall(set: { $0.isRead = true }) { tx in EncodedReply(bytes: [UInt8(try tx.count("item"))]) }
        }
        for call in calls { database.submit(call) }
        let before = storage.statistics.readBatches
        gate.open()
        _ = try first.reply()
        for call in calls { #expect(try call.reply() == [0]) }
        #expect(storage.statistics.readBatches <= before + 2)
    }

    @Test func aReadCannotWrite() throws {
        defer { storage.shutdown() }
        let writes: [@Sendable (Transaction) throws -> Void] = [
            { tx in try tx.execute("INSERT INTO item (id, code, used) VALUES (1, 'x', 0)") },
            { tx in try tx.record("event", "x") },
            { tx in _ = try tx.row("UPDATE item SET used = 1 RETURNING id") { try $0.int(0) } },
        ]
        for write in writes {
            #expect(throws: StorageError.readOnly) { try database.readBlocking(as: .system(), write) }
        }
        #expect(try database.codes == [])
    }

    @Test func aFailedReadLeavesTheOthersOfItsBatchAlone() throws {
        defer { storage.shutdown() }
        let gate = Gate()
        let first = gate.close(database, isRead: true)
        let bad = TestCall(set: { $0.isRead = true }) { tx in
            EncodedReply(bytes: try tx.row("SELECT nothing FROM nowhere") { try $0.blob(0) } ?? [])
        }
        let good = TestCall(set: { $0.isRead = true })
        for call in [bad, good] { database.submit(call) }
        gate.open()
        _ = try first.reply()
        #expect(throws: StorageError.self) { try bad.reply() }
        #expect(try good.reply() == [7])
    }

    /// The read waits while a read of the old state runs, and must all the same see what was acknowledged before it
    /// was submitted.
    @Test func aReadSeesEveryCommitThatWasAcknowledgedBeforeItWasMade() throws {
        defer { storage.shutdown() }
        let gate = Gate()
        let first = gate.close(database, isRead: true)
        try database.writeBlocking(as: .system()) { tx in _ = try tx.addItem("new") }
        let read = TestCall(set: { $0.isRead = true }) { tx in EncodedReply(bytes: [UInt8(try tx.count("item"))]) }
        database.submit(read)
        gate.open()
        _ = try first.reply()
        #expect(try read.reply() == [1])
    }

    @Test func aReadSeesOneStateThroughout() throws {
        defer { storage.shutdown() }
        let database = database
        let seen = try database.readBlocking(as: .system()) { tx in
            let before = try tx.count("item")
            // The write lane goes on while a read runs.
            let write = TestCall { tx in
                try tx.addItem("meanwhile")
                return EncodedReply(bytes: [])
            }
            database.submit(write)
            _ = try write.reply()
            return [before, try tx.count("item")]
        }
        #expect(seen == [0, 0])
        #expect(try database.codes == ["meanwhile"])
    }

    @Test func aLargeReplyIsRefused() throws {
        defer { storage.shutdown() }
        let call = TestCall(set: { $0.isRead = true }) { _ in
            EncodedReply(bytes: [UInt8](repeating: 0, count: (4 << 20) + 1))
        }
        database.submit(call)
        #expect(try call.refusal()?.reason == "REPLY_TOO_LARGE")
    }
}
