import Testing
import UsherContract

@testable import UsherStorage

/// A clock that is wrong by decades: nothing traps, nothing is written that could not be named, and what there is can
/// be read.
@Suite(.timeLimit(.minutes(10))) struct ClockTests {
    private let directory: TemporaryDirectory
    private let clock = TestClock()

    init() throws { directory = try TemporaryDirectory() }

    /// Microseconds since 1970 of 1 January.
    static let years: [(year: Int, time: Int64)] = [
        (-292_000, -9_000_000_000_000_000_000), (1, -62_135_596_800_000_000), (1900, -2_208_988_800_000_000), (1970, 0),
        (2019, 1_577_836_799_999_999), (2089, 3_776_860_055_552_000), (2150, 5_680_281_600_000_000),
        (9999, 253_370_764_800_000_000), (292_000, 9_000_000_000_000_000_000),
    ]

    @Test(arguments: years.map(\.time)) func writesAreRefusedAndReadsAreAnswered(time: Int64) throws {
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        try database.writeBlocking(as: .system()) { tx in
            try tx.addItem("before")
            tx.wake(at: tx.now + .seconds(10))
        }
        let done = TestCall(set: { $0.requestID = "done" })
        database.submit(done)
        #expect(try done.reply() == [7])

        let right = clock.now
        clock.now = Instant(microseconds: time)
        let call = TestCall { tx in
            try tx.addItem("meanwhile")
            return EncodedReply(bytes: [])
        }
        database.submit(call)
        let refusal = try call.refusal()
        #expect(refusal?.reason == "CLOCK_OUT_OF_RANGE" && refusal?.code == .unavailable)
        #expect(try database.codes == ["before"])
        let again = TestCall(set: { $0.requestID = "done" })
        database.submit(again)
        #expect(try again.reply() == [7], "what was done is known")
        #expect(storage.organisationsToWake(at: clock.now) == [], "nobody is woken to do what cannot be written")
        #expect(try storage.platform.readBlocking(as: .system()) { try $0.wakeUps().count } == 1)

        clock.now = right
        try database.writeBlocking(as: .system()) { try $0.addItem("after") }
        #expect(try database.codes == ["before", "after"])
    }

    @Test func theLastMomentIsGood() throws {
        let storage = try Fixture.storage(directory, clock: clock)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        clock.now = IDSource.moments.upperBound - .microseconds(1)
        try database.writeBlocking(as: .system()) { try $0.addItem("last") }
        clock.now = IDSource.moments.upperBound
        #expect(throws: Refusal.self) { try database.writeBlocking(as: .system()) { try $0.addItem("too late") } }
        clock.now = ResourceID.moments.lowerBound
        try database.writeBlocking(as: .system()) { try $0.addItem("the clock is set back") }
        #expect(try database.codes == ["last", "the clock is set back"], "and ids increase nevertheless")
    }

    /// Each opening begins above what was reserved: near the end there are no bits for that.
    @Test func idsAreNotGivenOutBeyondTheirBits() throws {
        for round in 0..<4 {
            let storage = try Fixture.storage(directory, clock: clock)
            defer { storage.shutdown() }
            clock.now = IDSource.moments.upperBound - .microseconds(1)
            let database = round == 0 ? try Fixture.organisation(storage) : storage.organisation("acme")
            let number = try? database.writeBlocking(as: .system()) { try $0.addItem("round-\(round)").number }
            #expect(number.map { $0 > 0 } ?? (round > 0))
            #expect(try database.count("item") >= 1)
        }
    }

    @Test(arguments: years.map(\.time)) func idsOfAnyMomentAreNumbers(time: Int64) {
        let moment = Instant(microseconds: time)
        #expect(ResourceID.lowestNumber(at: moment) >= 0)
        #expect(ResourceID(prefix: "itm", number: ResourceID.lowestNumber(at: moment)).description.count == 17)
        #expect(ResourceID(prefix: "itm", number: -1).description.count == 17, "as damage may have it")
    }

    /// In 41 bits of milliseconds the first that has none is 2089-09-06T15:47:35.552Z.
    @Test func theBitsEndIn2089() {
        #expect(ResourceID.moments.upperBound == Instant(microseconds: 3_776_860_055_552_000))
        #expect(ResourceID.lowestNumber(at: ResourceID.moments.upperBound) == (1 << 41 - 1) << 22)
    }
}
