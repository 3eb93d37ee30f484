import Foundation
import Synchronization
import Testing
import UsherContract

@testable import UsherStorage

// The platform's database under the faults of FaultTests: organisations and keys are made while its files fail, across
// a close. Nothing false is said, nothing is made known in memory that was not acknowledged, the organisations that
// there are go on, and each request is settled by its id afterwards.

@Suite struct PlatformFaultTests {
    private static let scope = "platform.sqlite"
    private static let requests = 0..<15

    /// An organisation with a few redemptions, closed.
    private static func prepared() throws -> [String: DiskModel.Entry] {
        let disk = try FaultDisk()
        defer { disk.remove() }
        let storage = try Redemptions.storage(disk.path)
        do {
            defer { storage.shutdown() }
            try Redemptions.create("other", in: storage)
            for number in 1_000..<1_004 { try Redeem(number).run(on: storage.organisation("other")) }
        }
        var random = SeededRandom(seed: 0)
        return disk.now.image(.kept, &random)
    }

    private struct Answers {
        var replies: [Int: String] = [:]
        var refusals: [Int: any Error] = [:]
        /// What was made known in memory, of all that were told so by the process that it belongs to.
        var announced: Set<Int> = []
    }

    // MARK: The workload

    /// One life of the process: the calls alone and together, and reads between. Returns without having done anything
    /// where the storage cannot be opened.
    private func live(
        _ disk: FaultDisk, _ groups: [Range<Int>], _ answers: inout Answers, _ run: inout FaultTests.Run
    ) throws {
        guard let storage = try? Redemptions.storage(disk.path) else { return }
        defer { storage.shutdown() }
        let announced = PlatformCall.Announcements()
        for group in groups {
            let calls = group.map { PlatformCall($0, on: storage, announced) }
            for call in calls { storage.platform.submit(call) }
            for call in calls {
                switch try call.result() {
                case .success(let reply): answers.replies[call.request] = String(decoding: reply, as: UTF8.self)
                case .failure(let error): answers.refusals[call.request] = error
                }
            }
            _ = try? PlatformHoldings(storage)
            do {
                try Redeem(group.lowerBound).run(on: storage.organisation("other"))
            } catch {
                run.faults.append("the organisation that there is: \(error)")
            }
        }
        answers.announced.formUnion(announced.all)
    }

    private func run(_ image: [String: DiskModel.Entry], _ fault: Fault?) throws -> FaultTests.Run {
        var run = FaultTests.Run()
        let disk = try FaultDisk(image)
        defer { disk.remove() }
        disk.arm(fault, scope: Self.scope)
        var answers = Answers()
        try live(disk, [0..<1, 1..<3, 3..<6, 6..<7, 7..<8], &answers, &run)
        try live(disk, [8..<12, 12..<13, 13..<15], &answers, &run)
        run.failures = disk.disarm()
        for operation in DiskOperation.allCases { run.counts[operation] = disk.count(operation) }
        guard fault != nil else { return run }

        // The fault has ended.
        let storage = try Redemptions.storage(disk.path)
        do {
            defer { storage.shutdown() }
            try compare(answers, with: storage, &run)
            try settle(answers, on: storage, &run)
        }
        try afterPowerLoss(disk.now, &run)
        return run
    }

    private func compare(_ answers: Answers, with storage: Storage, _ run: inout FaultTests.Run) throws {
        let holdings = try PlatformHoldings(storage)
        run.faults += holdings.faults
        for (request, reply) in answers.replies where holdings.made[request] != reply {
            run.faults.append("\(request) was told \(reply), there is \(holdings.made[request] ?? "nothing")")
        }
        if answers.announced != Set(answers.replies.keys) {
            run.faults.append("made known \(answers.announced.sorted()), told \(answers.replies.keys.sorted())")
        }
        for (request, error) in answers.refusals {
            if (error as? Refusal)?.reason == "OUTCOME_UNKNOWN" {
                run.unknown += 1
            } else {
                run.refused += 1
                if holdings.made[request] != nil {
                    run.faults.append("\(request) was refused, and is done: \(error)")
                }
            }
        }
    }

    /// Repeats every request: each is settled by its id, and every organisation can be used.
    private func settle(_ answers: Answers, on storage: Storage, _ run: inout FaultTests.Run) throws {
        let before = try PlatformHoldings(storage).made
        for request in Self.requests {
            let reply = try PlatformCall(request, on: storage, PlatformCall.Announcements()).run()
            if let known = before[request], known != reply {
                run.faults.append("\(request) gets \(reply) after \(known)")
            }
            if request % 3 == 0 { try Redeem(request).run(on: storage.organisation(reply)) }
        }
        run.faults += try PlatformHoldings(storage).faults
    }

    private func afterPowerLoss(_ model: DiskModel, _ run: inout FaultTests.Run) throws {
        var random = SeededRandom(seed: Scale.seed)
        let disk = try FaultDisk(model.image(.dropped, &random))
        defer { disk.remove() }
        let storage = try Redemptions.storage(disk.path)
        defer { storage.shutdown() }
        let holdings = try PlatformHoldings(storage)
        run.faults += holdings.faults.map { "after a loss of power: \($0)" }
        for request in Self.requests where holdings.made[request] == nil {
            run.faults.append("after a loss of power: \(request) is lost")
        }
        for request in Self.requests where request % 3 == 0 {
            let held = try Holdings(storage.organisation("org-\(request)"))
            if held.numbers[request] != 1 { run.faults.append("after a loss of power: org-\(request) is empty") }
        }
    }

    // MARK: Tests

    @Test(arguments: FaultTests.cases) func aFaultOfThePlatformIsNeitherHiddenNorForever(fault: FaultTests.Case) throws
    {
        let image = try Self.prepared()
        let count = try run(image, nil).counts[fault.operation] ?? 0
        try #require(count > 0, "the workload has no such operation")
        let step = max(1, Int(Double(count) / Double(Scale.count(8))))
        var total = FaultTests.Run()
        var points = 0
        for isLasting in [false, true] {
            for nth in stride(from: 1, through: count, by: step) {
                let what = "\(fault.name), \(isLasting ? "from" : "only") number \(nth)"
                do {
                    let run = try run(
                        image,
                        Fault(
                            operation: fault.operation, nth: nth, isLasting: isLasting, code: fault.code,
                            torn: fault.torn))
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
            "the platform, \(fault.name): \(points) fault points of \(2 * count), \(total.failures) failed operations, "
                + "\(total.unknown) outcomes unknown, \(total.refused) refused")
    }
}
