import Foundation
import Synchronization
import Testing
import UsherContract

@testable import UsherStorage

// Power loss: what is done to the disk is recorded, images of what it may hold are made at many moments, and storage is
// opened on each of them. Whatever was acknowledged by that moment must be there, whole, and answer its request id.

@Suite struct PowerLossTests {
    /// The findings of a run over many images.
    private struct Findings {
        var images = 0
        var moments = 0
        /// Acknowledged, and not there.
        var losses: [String] = []
        /// Everything else that must not be.
        var faults: [String] = []
    }

    /// Stands for the second organisation's creation among the acknowledged requests.
    private static let lateOrganisation = -1

    // MARK: Recording

    /// Callers redeem at the same time; organisations are closed and made meanwhile.
    private func record(_ disk: FaultDisk, calls: Int, callers: Int = 4, isControl: Bool = false) throws {
        let storage = try Redemptions.storage(disk.path)
        defer { storage.shutdown() }
        try Redemptions.create("acme", in: storage)
        let acme = storage.organisation("acme")
        if isControl {
            try Redeem(0, onSuccess: { disk.note(.acknowledged(0)) }).run(on: acme)
            let file = try #require(acme.state.withLock { $0.file })
            // The lane is idle, so that its connection can be lent here.
            try file.writer.use { try $0.pragma("synchronous", "NORMAL") }
        }
        let failures = Mutex<[String]>([])
        let group = DispatchGroup()
        for caller in 0..<callers {
            group.enter()
            Thread {
                defer { group.leave() }
                do {
                    for number in stride(from: caller + (isControl ? callers : 0), to: calls, by: callers) {
                        try Redeem(number) { disk.note(.acknowledged(number)) }.run(on: acme)
                        guard caller == 0, !isControl else { continue }
                        if number == calls / 2 / callers * callers {
                            try Redemptions.create("late", in: storage)
                            disk.note(.acknowledged(Self.lateOrganisation))
                        }
                        if number % (callers * 8) == callers * 7 { storage.closeIdleOrganisations() }
                    }
                } catch {
                    failures.withLock { $0.append("\(caller): \(error)") }
                }
            }.start()
        }
        group.wait()
        #expect(failures.withLock { $0 } == [], "the disk is sound while it is recorded")
    }

    // MARK: Looking at images

    /// Walks through what was recorded, and looks at images before and after each sync, and at random writes.
    private func walk(
        _ disk: FaultDisk, seed: UInt64, every: Int = 1, check: (DiskModel, Set<Int>, inout Findings) throws -> Void
    ) throws -> Findings {
        var random = SeededRandom(seed: seed)
        var findings = Findings()
        var model = disk.beginning
        var acknowledged: Set<Int> = []
        var moment = 0
        for event in disk.events {
            var isMoment = false
            switch event {
            case .sync: isMoment = true
            case .acknowledged(let number): acknowledged.insert(number)
            default: isMoment = Int.random(in: 0..<12, using: &random) == 0
            }
            if isMoment {
                moment += 1
                if moment % every == 0 {
                    findings.moments += 1
                    try check(model, acknowledged, &findings)
                }
            }
            model.apply(event)
            if case .sync = event, moment % every == 0 { try check(model, acknowledged, &findings) }
        }
        try check(model, acknowledged, &findings)
        return findings
    }

    /// Opens storage on an image and compares it with what was acknowledged.
    private func look(
        at image: [String: DiskModel.Entry], _ acknowledged: Set<Int>, _ what: String, _ findings: inout Findings
    ) throws {
        findings.images += 1
        let disk = try FaultDisk(image)
        defer { disk.remove() }
        let storage: Storage
        do {
            storage = try Redemptions.storage(disk.path)
        } catch {
            findings.faults.append("\(what): \(error)")
            return
        }
        defer { storage.shutdown() }
        let known = try Redemptions.organisations(in: storage)
        if acknowledged.contains(Self.lateOrganisation), !known.contains("late") {
            findings.losses.append("\(what): the second organisation")
        }
        for id in known where id != "acme" {
            if try Holdings(storage.organisation(id)).faults != [] { findings.faults.append("\(what): \(id)") }
        }
        guard known.contains("acme") else {
            if !acknowledged.isEmpty { findings.losses.append("\(what): the organisation") }
            return
        }
        let acme = storage.organisation("acme")
        do {
            let holdings = try Holdings(acme)
            findings.faults += holdings.faults.map { "\(what): \($0)" }
            for number in acknowledged.sorted() where number >= 0 && holdings.numbers[number] == nil {
                findings.losses.append("\(what): request \(number)")
            }
            guard findings.losses.isEmpty, findings.faults.isEmpty else { return }
            // All that were answered, and some that were not: those are done now, or were done then.
            let last = (acknowledged.max() ?? -1) + 3
            let calls = (0...last).map { Redeem($0) }
            for call in calls { acme.submit(call) }
            for call in calls {
                let number = try call.reply()
                if let before = holdings.numbers[call.request], number != before {
                    findings.faults.append("\(what): request \(call.request) gets \(number) after \(before)")
                }
            }
            let after = try Holdings(acme)
            findings.faults += after.faults.map { "\(what), afterwards: \($0)" }
            if !Set(0...last).isSubset(of: after.numbers.keys) {
                findings.faults.append("\(what): a request is missing")
            }
        } catch let refusal as Refusal where refusal.reason == "ORGANISATION_UNAVAILABLE" {
            // Behind what the platform knows to have been acknowledged.
            findings.losses.append("\(what): the organisation is refused")
        } catch {
            findings.faults.append("\(what): \(error)")
        }
    }

    private func lookAtAll(
        _ model: DiskModel, _ acknowledged: Set<Int>, _ random: inout SeededRandom, _ findings: inout Findings
    ) throws {
        // Without pending changes all images are the same.
        for survival in model.hasPending ? DiskModel.Survival.allCases : [.kept] {
            let image = model.image(survival, &random)
            try look(at: image, acknowledged, "moment \(findings.moments), \(survival)", &findings)
        }
    }

    // MARK: Tests

    @Test func whatWasAcknowledgedSurvivesALossOfPower() throws {
        let disk = try FaultDisk()
        defer { disk.remove() }
        try record(disk, calls: Scale.count(40))
        var random = SeededRandom(seed: Scale.seed)
        let findings = try walk(disk, seed: Scale.seed) { model, acknowledged, findings in
            try lookAtAll(model, acknowledged, &random, &findings)
        }
        #expect(findings.losses == [], "seed \(Scale.seed)")
        #expect(findings.faults == [], "seed \(Scale.seed)")
        #expect(findings.images > findings.moments && findings.moments > 20)
        print("power loss: \(findings.images) images at \(findings.moments) moments, seed \(Scale.seed)")
    }

    /// The control: without the sync in the commit, the same test finds what is lost.
    @Test func withoutSyncsTheSameTestFindsALoss() throws {
        let disk = try FaultDisk()
        defer { disk.remove() }
        try record(disk, calls: 24, isControl: true)
        var random = SeededRandom(seed: Scale.seed)
        let findings = try walk(disk, seed: Scale.seed) { model, acknowledged, findings in
            guard findings.losses.isEmpty else { return }
            try lookAtAll(model, acknowledged, &random, &findings)
        }
        #expect(!findings.losses.isEmpty, "synchronous=NORMAL must lose acknowledgements")
        print("power loss, control with synchronous=NORMAL: \(findings.losses.first ?? "no loss")")
    }

    /// The process ends first, with writes that were never synced, or whose sync failed, but that can be read; a second
    /// life answers from them; then the power goes. What the second life has said must hold.
    @Test(arguments: [false, true]) func whatASecondLifeAnswersSurvivesALossOfPower(syncFailed: Bool) throws {
        let disk = try FaultDisk()
        defer { disk.remove() }
        try record(disk, calls: 24, callers: 3)
        var random = SeededRandom(seed: Scale.seed)
        let findings = try walk(disk, seed: Scale.seed, every: 4) { model, acknowledged, findings in
            guard model.hasPending, !acknowledged.isEmpty else { return }
            var disk = model
            if syncFailed { disk.apply(.syncFailed("organisations/acme/usher.sqlite-wal")) }
            let second = try FaultDisk(model.image(.kept, &random), model: disk)
            defer { second.remove() }
            var answered = acknowledged
            var ends: [(model: DiskModel, answered: Set<Int>)] = []
            let storage = try Redemptions.storage(second.path)
            do {
                defer { storage.shutdown() }
                let acme = storage.organisation("acme")
                // What may be in the unsynced part already, each in a transaction of its own.
                for number in 0...(acknowledged.max() ?? 0) + 3 {
                    try Redeem(number).run(on: acme)
                    answered.insert(number)
                    if !acknowledged.contains(number) { ends.append((second.now, answered)) }
                }
            }
            ends.append((second.now, answered))
            for (position, end) in ends.enumerated() {
                for survival in [DiskModel.Survival.dropped, .torn] {
                    let what = "second life at moment \(findings.moments), end \(position), \(survival)"
                    try look(at: end.model.image(survival, &random), end.answered, what, &findings)
                }
            }
        }
        #expect(findings.losses == [], "seed \(Scale.seed)")
        #expect(findings.faults == [], "seed \(Scale.seed)")
        #expect(findings.images > 10)
        print(
            "power loss after a killed process, sync failed \(syncFailed): \(findings.images) images, "
                + "seed \(Scale.seed)")
    }
}

extension Redeem {
    /// Submits and waits.
    @discardableResult
    func run(on database: Database) throws -> Int {
        database.submit(self)
        return try reply()
    }
}
