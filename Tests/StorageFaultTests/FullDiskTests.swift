import Foundation
import Logging
import Testing
import UsherContract

@testable import UsherStorage

// A disk that is full takes no reads away: not of what is open, not of what is opened, not after a restart. Writes are
// refused and say why, and go on by themselves when there is room.

@Suite struct FullDiskTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var operation: DiskOperation
        var code: Int32
        /// Whether the WAL was left by a process that was killed.
        var isKilled: Bool
        var reason: String

        var testDescription: String { "\(operation) fails with \(code), killed \(isKilled)" }
    }

    /// Source: sqlite.org/rescode.html. SQLITE_FULL; SQLITE_IOERR_WRITE, _FSYNC, _SHMSIZE; SQLITE_READONLY.
    static let cases = [
        Case(operation: .write, code: 13, isKilled: true, reason: "STORAGE_FULL"),
        Case(operation: .write, code: 10 | 3 << 8, isKilled: true, reason: "STORAGE_UNAVAILABLE"),
        Case(operation: .sync, code: 10 | 4 << 8, isKilled: true, reason: "STORAGE_UNAVAILABLE"),
        Case(operation: .write, code: 8, isKilled: true, reason: "STORAGE_UNAVAILABLE"),
        Case(operation: .sharedMemory, code: 10 | 19 << 8, isKilled: true, reason: "STORAGE_FULL"),
        Case(operation: .sharedMemory, code: 10 | 19 << 8, isKilled: false, reason: "STORAGE_FULL"),
    ]

    private static let numbers = 0..<20

    private static func image(isKilled: Bool) throws -> [String: DiskModel.Entry] {
        let disk = try FaultDisk()
        defer { disk.remove() }
        let storage = try Redemptions.storage(disk.path) { $0.checkpointFrames = 10_000 }
        var random = SeededRandom(seed: 0)
        var running: DiskModel
        do {
            defer { storage.shutdown() }
            for id in ["acme", "other"] {
                try Redemptions.create(id, in: storage)
                for number in numbers { try Redeem(number).run(on: storage.organisation(id)) }
            }
            running = disk.now
        }
        return (isKilled ? running : disk.now).image(.kept, &random)
    }

    private func refusal(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? Refusal)?.reason ?? "\(error)"
        }
    }

    @Test(arguments: cases) func readsGoOnAndWritesComeBack(fault: Case) throws {
        let disk = try FaultDisk(try Self.image(isKilled: fault.isKilled))
        defer { disk.remove() }
        disk.arm(
            Fault(operation: fault.operation, nth: 1, isLasting: true, code: fault.code), scope: "organisations/acme/")
        let storage = try Redemptions.storage(disk.path)
        defer { storage.shutdown() }
        let acme = storage.organisation("acme")
        for _ in 0..<2 {
            let holdings = try Holdings(acme)
            #expect(Set(holdings.numbers.keys) == Set(Self.numbers) && holdings.faults == [])
            #expect(refusal { try Redeem(100).run(on: acme) } == fault.reason)
            #expect(storage.health.readOnlyDatabases == 1)
            #expect(storage.health.fullDatabases == (fault.reason == "STORAGE_FULL" ? 1 : 0))
            #expect(try Redeem(101).run(on: storage.organisation("other")) > 0)
        }
        // What was read while nothing could be written is durable.
        var random = SeededRandom(seed: 0)
        let after = try FaultDisk(disk.now.image(.dropped, &random))
        defer { after.remove() }
        let second = try Redemptions.storage(after.path)
        #expect(try Set(Holdings(second.organisation("acme")).numbers.keys) == Set(Self.numbers))
        second.shutdown()

        disk.disarm()
        storage.tend()
        // Behind what `tend` has asked for, which nobody waits for.
        #expect(try Redeem(102).run(on: acme) > 0)
        #expect(storage.health.readOnlyDatabases == 0)
        for number in Self.numbers { try Redeem(number).run(on: acme) }
        #expect(try Set(Holdings(acme).numbers.keys) == Set(Self.numbers).union([102]))
    }

    @Test func aDiskThatBecomesFullLosesNothingAndAsksForNoCallToGoOn() throws {
        let disk = try FaultDisk(try Self.image(isKilled: false))
        defer { disk.remove() }
        let storage = try Redemptions.storage(disk.path)
        defer { storage.shutdown() }
        let acme = storage.organisation("acme")
        try Redeem(100).run(on: acme)
        disk.arm(Fault(operation: .write, nth: 1, isLasting: true, code: 13), scope: "organisations/acme/")
        var reasons: [String] = []
        for _ in 0..<5 {
            if let reason = refusal({ try Redeem(101).run(on: acme) }) { reasons.append(reason) }
            #expect(try Holdings(acme).numbers[100] != nil)
        }
        // The commit that found the disk full cannot tell what it has left; all after it can.
        #expect(reasons.count == 5 && ["OUTCOME_UNKNOWN", "STORAGE_FULL"].contains(reasons.first))
        #expect(reasons.dropFirst().allSatisfy { $0 == "STORAGE_FULL" }, "\(reasons)")
        disk.disarm()
        for _ in 0..<5_000 where storage.health.readOnlyDatabases > 0 {
            storage.tend()
            usleep(1_000)
        }
        #expect(storage.health.readOnlyDatabases == 0)
        #expect(try Holdings(acme).numbers[101] == nil)
        #expect(try Redeem(101).run(on: acme) > 0)
    }

    @Test func thePlatformIsServedAsItIs() throws {
        let disk = try FaultDisk(try Self.image(isKilled: true))
        defer { disk.remove() }
        disk.arm(Fault(operation: .write, nth: 1, isLasting: true, code: 13), scope: "platform.sqlite")
        let storage = try Redemptions.storage(disk.path)
        defer { storage.shutdown() }
        #expect(!storage.health.isPlatformWritable)
        #expect(try Redemptions.organisations(in: storage) == ["acme", "other"])
        #expect(try Redeem(50).run(on: storage.organisation("acme")) > 0)
        #expect(refusal { try Redemptions.create("new", in: storage) } == "STORAGE_FULL")
        disk.disarm()
        try Redemptions.create("new", in: storage)
        #expect(storage.health.isPlatformWritable)
    }

    @Test func oneLineTellsOfManyRefusals() throws {
        let disk = try FaultDisk(try Self.image(isKilled: true))
        defer { disk.remove() }
        disk.arm(Fault(operation: .write, nth: 1, isLasting: true, code: 13), scope: "organisations/")
        let lines = LogLines()
        let storage = try Redemptions.storage(disk.path, logger: Logger(label: "test") { _ in lines.handler })
        defer { storage.shutdown() }
        for number in 0..<50 {
            for id in ["acme", "other"] {
                #expect(refusal { try Redeem(number + 500).run(on: storage.organisation(id)) } == "STORAGE_FULL")
            }
        }
        let told = lines.all.filter { $0.contains("open for reading only") }
        #expect(told.count == 1, "\(told)")
    }
}
