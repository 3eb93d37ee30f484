import Synchronization
import Testing
import UsherContract
import UsherStorage

@Suite struct IDTests {
    let directory: TemporaryDirectory
    let clock = TestClock()

    init() throws { directory = try TemporaryDirectory() }

    private func ids(_ database: Database, _ count: Int) throws -> [Int64] {
        try database.writeBlocking(as: .system()) { tx in (0..<count).map { _ in tx.newID("itm").number } }
    }

    @Test func idsIncreaseWhateverTheClockDoes() throws {
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        var all: [Int64] = []
        let steps: [Duration] = [
            .zero, .milliseconds(1), .seconds(-86_400), .zero, .seconds(3), .seconds(-1), .hours(48),
        ]
        for step in steps {
            clock.now = clock.now + step
            all += try ids(database, 1_000)
        }
        #expect(all == all.sorted())
        #expect(Set(all).count == all.count)
        #expect(all[0] > 0)
    }

    @Test func idsCarryTheTime() throws {
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let number = try ids(try Fixture.organisation(storage), 1)[0]
        #expect(number >> 22 == clock.now.microseconds / 1_000 - 1_577_836_800_000)
        #expect(number & (1 << 22 - 1) < 1 << 21, "begins in the lower half, so that there is room to count")
    }

    @Test func idsIncreaseAcrossRestartsWithTheClockStandingStill() throws {
        var all: [Int64] = []
        for round in 0..<4 {
            let storage = try Fixture.storage(directory, clock: clock)
            let database = round == 0 ? try Fixture.organisation(storage) : storage.organisation("acme")
            all += try ids(database, 100)
            storage.shutdown()
            if round == 2 { clock.now = clock.now - .seconds(86_400) }
        }
        #expect(all == all.sorted())
        #expect(Set(all).count == all.count)
    }

    @Test func aRolledBackCallAndALostTransactionTakeTheirIDsWithThem() throws {
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let seen = Mutex<[Int64]>([])
        @Sendable func note(_ tx: Transaction) { seen.withLock { $0.append(tx.newID("itm").number) } }
        let call = TestCall { tx in
            note(tx)
            throw Refusal(.notFound, "NOPE", "no")
        }
        database.submit(call)
        _ = try call.result()
        for _ in 0..<2 {
            let lost = TestCall { tx in
                note(tx)
                try tx.execute("ROLLBACK")
                return EncodedReply(bytes: [])
            }
            database.submit(lost)
            #expect(try lost.refusal()?.code == .unavailable)
        }
        try database.writeBlocking(as: .system()) { tx in note(tx) }
        let numbers = seen.withLock { $0 }
        #expect(numbers.count == 4)
        #expect(numbers == Array(Set(numbers)).sorted())
    }

    @Test func theMarkIsStoredOncePerBlock() throws {
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        func mark() throws -> Int64 {
            try database.readBlocking(as: .system()) { tx in
                try tx.row("SELECT reserved FROM id_mark") { try $0.int64(0) } ?? 0
            }
        }
        let first = try ids(database, 10_000).last ?? 0
        let reserved = try mark()
        #expect(reserved > first)
        clock.now = clock.now + .milliseconds(500)
        _ = try ids(database, 10_000)
        #expect(try mark() == reserved)
        clock.now = clock.now + .milliseconds(1_000)
        let last = try ids(database, 1)[0]
        #expect(try mark() > reserved)
        #expect(last > first)
    }

    @Test func aReadMakesNoIDs() throws {
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        #expect(throws: StorageError.readOnly) {
            try database.readBlocking(as: .system()) { tx in tx.newID("itm") }
        }
    }
}
