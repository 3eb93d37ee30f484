import Foundation
import Synchronization
import Testing
import UsherContract

@testable import UsherStorage

// I/O faults: a small fixed workload is run once for each operation on an organisation's files, and that operation
// fails, once or from then on. Meanwhile nothing false is said and the other organisation is served; afterwards the
// same storage goes on, each request is settled by its id, and what was said survives a loss of power.

@Suite struct FaultTests {
    /// Source: sqlite.org/rescode.html.
    private enum SQLiteCode {
        static let full: Int32 = 13
        static let cannotOpen: Int32 = 14
        static func ioError(_ kind: Int32) -> Int32 { 10 | kind << 8 }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var operation: DiskOperation
        var code: Int32
        var torn = 0
        var name: String

        var testDescription: String { name }
    }

    static let cases = [
        Case(operation: .write, code: SQLiteCode.ioError(3), name: "a write fails"),
        Case(operation: .write, code: SQLiteCode.ioError(3), torn: 700, name: "a write fails halfway"),
        Case(operation: .write, code: SQLiteCode.full, name: "the disk is full"),
        Case(operation: .sync, code: SQLiteCode.ioError(4), name: "a sync fails"),
        Case(operation: .truncate, code: SQLiteCode.ioError(6), name: "a truncation fails"),
        Case(operation: .open, code: SQLiteCode.cannotOpen, name: "a file cannot be opened"),
        Case(operation: .read, code: SQLiteCode.ioError(1), name: "a read fails"),
        Case(operation: .size, code: SQLiteCode.ioError(7), name: "a size cannot be read"),
        Case(operation: .delete, code: SQLiteCode.ioError(10), name: "a file cannot be deleted"),
        Case(operation: .sharedMemory, code: SQLiteCode.ioError(21), name: "shared memory cannot be mapped"),
    ]

    static let scope = "organisations/acme/"

    /// Two organisations with a few redemptions, closed.
    private static func prepared() throws -> [String: DiskModel.Entry] {
        let disk = try FaultDisk()
        defer { disk.remove() }
        let storage = try Redemptions.storage(disk.path)
        do {
            defer { storage.shutdown() }
            for id in ["acme", "other"] {
                try Redemptions.create(id, in: storage)
                for number in 1_000..<1_004 { try Redeem(number).run(on: storage.organisation(id)) }
            }
        }
        var random = SeededRandom(seed: 0)
        return disk.now.image(.kept, &random)
    }

    /// What one run has found.
    struct Run {
        var faults: [String] = []
        var failures = 0
        /// How often each operation was done while faults were armed.
        var counts: [DiskOperation: Int] = [:]
        var unknown = 0
        var refused = 0
    }

    // MARK: The workload

    private struct Answers {
        var numbers: [Int: Int] = [:]
        var refusals: [Int: any Error] = [:]

        mutating func take(_ calls: [Redeem]) throws {
            for call in calls {
                switch try call.result() {
                case .success(let reply): numbers[call.request] = Int(String(decoding: reply, as: UTF8.self))
                case .failure(let error): refusals[call.request] = error
                }
            }
        }
    }

    /// Alone, together, across a close and with checkpoints; reads between.
    private func work(_ storage: Storage, _ run: inout Run) throws -> Answers {
        let acme = storage.organisation("acme")
        var answers = Answers()
        var other = 0
        func submit(_ numbers: Range<Int>) throws {
            let calls = numbers.map { Redeem($0) }
            for call in calls { acme.submit(call) }
            try answers.take(calls)
            _ = try? acme.readBlocking(as: .system()) { tx in
                try tx.rows("SELECT * FROM redemption") { try $0.int(0) }
            }
            do {
                try Redeem(other).run(on: storage.organisation("other"))
            } catch {
                run.faults.append("the other organisation: \(error)")
            }
            other += 1
        }
        try submit(0..<1)
        try submit(1..<5)
        try submit(5..<6)
        // A turn that is just ending keeps its file open for a moment.
        for _ in 0..<5_000 where acme.state.withLock({ $0.file != nil }) {
            storage.closeIdleOrganisations()
            usleep(1_000)
        }
        try submit(6..<8)
        try submit(8..<13)
        return answers
    }

    private static let requests = 0..<13

    /// Runs the workload with one fault, and compares what was said with what is there.
    private func run(_ image: [String: DiskModel.Entry], _ fault: Fault?) throws -> (Run, FaultDisk) {
        var run = Run()
        let disk = try FaultDisk(image)
        let storage = try Redemptions.storage(disk.path)
        defer { storage.shutdown() }
        disk.arm(fault, scope: Self.scope)
        let answers = try work(storage, &run)
        run.failures = disk.disarm()
        for operation in DiskOperation.allCases { run.counts[operation] = disk.count(operation) }
        guard fault != nil else { return (run, disk) }

        // The fault has ended: the same process goes on.
        let acme = storage.organisation("acme")
        let holdings = try Holdings(acme)
        run.faults += holdings.faults
        for (request, number) in answers.numbers where holdings.numbers[request] != number {
            run.faults.append("\(request) was told \(number), there is \(holdings.numbers[request] ?? 0)")
        }
        for (request, error) in answers.refusals {
            switch (error as? Refusal)?.reason {
            case "OUTCOME_UNKNOWN": run.unknown += 1
            case "STORAGE_UNAVAILABLE", "STORAGE_FULL", "ORGANISATION_UNAVAILABLE", nil:
                run.refused += 1
                if holdings.numbers[request] != nil {
                    run.faults.append("\(request) was refused, and is done: \(error)")
                }
            case let reason?: run.faults.append("\(request): \(reason)")
            }
        }
        // Each is settled by its request id, at the first attempt.
        for request in Self.requests {
            let number = try Redeem(request).run(on: acme)
            let before = answers.numbers[request] ?? holdings.numbers[request]
            if let before, before != number { run.faults.append("\(request) gets \(number) after \(before)") }
        }
        run.faults += try Holdings(acme).faults
        // And now the power goes.
        try afterPowerLoss(disk.now, &run)
        return (run, disk)
    }

    private func afterPowerLoss(_ model: DiskModel, _ run: inout Run) throws {
        var random = SeededRandom(seed: Scale.seed)
        for survival in model.hasPending ? [DiskModel.Survival.dropped, .torn] : [.dropped] {
            let disk = try FaultDisk(model.image(survival, &random))
            defer { disk.remove() }
            let storage = try Redemptions.storage(disk.path)
            defer { storage.shutdown() }
            let holdings = try Holdings(storage.organisation("acme"))
            run.faults += holdings.faults.map { "after a loss of power, \(survival): \($0)" }
            for request in Self.requests where holdings.numbers[request] == nil {
                run.faults.append("after a loss of power, \(survival): \(request) is lost")
            }
        }
    }

    // MARK: Tests

    @Test(arguments: cases) func aFaultIsNeitherHiddenNorForever(fault: Case) throws {
        let image = try Self.prepared()
        let (sound, disk) = try run(image, nil)
        disk.remove()
        let count = sound.counts[fault.operation] ?? 0
        try #require(count > 0, "the workload has no such operation")
        let step = max(1, Int(Double(count) / Double(Scale.count(60))))
        var total = Run()
        var points = 0
        for isLasting in [false, true] {
            for nth in stride(from: 1, through: count, by: step) {
                let what = "\(fault.name), \(isLasting ? "from" : "only") number \(nth)"
                do {
                    let (run, disk) = try run(
                        image,
                        Fault(
                            operation: fault.operation, nth: nth, isLasting: isLasting, code: fault.code,
                            torn: fault.torn))
                    disk.remove()
                    points += 1
                    total.faults += run.faults.map { "\(what): \($0)" }
                    total.failures += run.failures
                    total.unknown += run.unknown
                    total.refused += run.refused
                } catch {
                    total.faults.append("\(what): \(error)")
                }
            }
        }
        #expect(total.faults == [])
        #expect(total.failures >= points / 2, "the fault was met")
        print(
            "\(fault.name): \(points) fault points of \(2 * count), \(total.failures) failed operations, "
                + "\(total.unknown) outcomes unknown, \(total.refused) refused")
    }

    /// Making an organisation: either it is there and served, or nothing of it shows and it can be made again.
    @Test func aFaultWhileAnOrganisationIsMade() throws {
        let image = try Self.prepared()
        let operations: [(DiskOperation, Int32)] = [
            (.fileSystem, 0), (.open, SQLiteCode.cannotOpen), (.write, SQLiteCode.full), (.sync, SQLiteCode.ioError(4)),
        ]
        func make(_ fault: Fault?, count: DiskOperation) throws -> (Int, [String]) {
            let disk = try FaultDisk(image)
            defer { disk.remove() }
            let storage = try Redemptions.storage(disk.path)
            defer { storage.shutdown() }
            disk.arm(fault, scope: "organisations/new")
            let isMade = (try? Redemptions.create("new", in: storage)) != nil
            let done = disk.count(count)
            disk.disarm()
            var faults: [String] = []
            if isMade != (try Redemptions.organisations(in: storage).contains("new")) { faults.append("row") }
            if !isMade { try Redemptions.create("new", in: storage) }
            try Redeem(1).run(on: storage.organisation("new"))
            var random = SeededRandom(seed: Scale.seed)
            let second = try FaultDisk(disk.now.image(.dropped, &random))
            defer { second.remove() }
            let again = try Redemptions.storage(second.path)
            defer { again.shutdown() }
            let holdings = try Holdings(again.organisation("new"))
            if holdings.numbers != [1: 1] { faults.append("lost") }
            return (done, faults + holdings.faults)
        }
        var points = 0
        for (operation, code) in operations {
            let (count, faults) = try make(nil, count: operation)
            #expect(faults == [])
            #expect(count > 0 || operation == .sync, "\(operation)")
            for nth in stride(from: 1, through: count, by: 1) {
                let fault = Fault(operation: operation, nth: nth, isLasting: true, code: code)
                let (_, faults) = try make(fault, count: operation)
                #expect(faults == [], "\(operation) from number \(nth)")
                points += 1
            }
        }
        print("making an organisation: \(points) fault points")
    }
}
