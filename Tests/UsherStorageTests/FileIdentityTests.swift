import Foundation
import Synchronization
import Testing
import UsherContract

@testable import UsherStorage

/// Files that are not what belongs in their place: they are refused and named, and nothing is written into them.
@Suite struct FileIdentityTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func storage(_ directory: TemporaryDirectory? = nil) throws -> Storage {
        try Fixture.storage(directory ?? self.directory) { $0.journalMarksAfter = .zero }
    }

    private func add(_ database: Database, _ codes: String...) throws {
        for code in codes { try database.writeBlocking(as: .system()) { tx in _ = try tx.addItem(code) } }
    }

    private func expectRefused(_ database: Database, _ location: SourceLocation = #_sourceLocation) {
        for isRead in [true, false] {
            let error = #expect(throws: Refusal.self, sourceLocation: location) {
                _ =
                    try isRead
                    ? database.codes : database.writeBlocking(as: .system()) { try [$0.addItem("no").description] }
            }
            #expect(error?.reason == "ORGANISATION_UNAVAILABLE", sourceLocation: location)
        }
    }

    private func inspect(_ directory: TemporaryDirectory? = nil) throws -> Inspection {
        try Storage.inspect(
            directory: (directory ?? self.directory).path, platformMigrations: Fixture.platformMigrations,
            organisationMigrations: Fixture.organisationMigrations, organisationIDs: "SELECT id FROM organisation",
            isQuick: true)
    }

    private func acceptLoss(_ directory: TemporaryDirectory? = nil) throws -> AcceptedLoss {
        try Storage.acceptLoss(
            of: "acme", directory: (directory ?? self.directory).path,
            platformMigrations: Fixture.platformMigrations, organisationMigrations: Fixture.organisationMigrations)
    }

    private func acceptances(in storage: Storage) throws -> Int {
        try storage.platform.readBlocking(as: .system()) { try $0.count("accepted_losses") }
    }

    private func copy(_ source: String, _ target: String) throws {
        try? FileManager.default.removeItem(atPath: target)
        try FileManager.default.copyItem(atPath: source, toPath: target)
    }

    /// A directory as a process leaves it that is killed now.
    private func killed(_ storage: Storage) throws -> TemporaryDirectory {
        for _ in 0..<2 {
            storage.tend()
            // Behind what is in the platform's lane; while something is, nothing more is put there.
            try storage.platform.writeBlocking(as: .system()) { _ in }
        }
        let copy = try TemporaryDirectory()
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
            try FileManager.default.copyItem(atPath: "\(directory.path)/\(name)", toPath: "\(copy.path)/\(name)")
        }
        return copy
    }

    /// Changes a byte of a WAL.
    private func damage(_ path: String, at offset: Int) throws {
        var bytes = try #require(FileManager.default.contents(atPath: path))
        bytes[offset] ^= 0xff
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    // MARK: Stopped

    @Test(arguments: [false, true]) func swappedFilesAreRefused(isKilled: Bool) throws {
        let first = try storage()
        for id in ["acme", "other", "third"] { try add(try Fixture.organisation(first, id), id) }
        var place = directory
        if isKilled { place = try killed(first) }
        first.shutdown()
        let (acme, other) = (place.file(of: "acme"), place.file(of: "other"))
        try FileManager.default.moveItem(atPath: acme, toPath: acme + ".x")
        try FileManager.default.moveItem(atPath: other, toPath: acme)
        try FileManager.default.moveItem(atPath: acme + ".x", toPath: other)
        let before = FileManager.default.contents(atPath: acme)
        let problems = try inspect(place).organisations.map(\.problems)
        #expect(problems[0].contains { $0.contains("organisation other") })
        #expect(problems[1].contains { $0.contains("organisation acme") } && problems[2] == [])

        let second = try storage(place)
        expectRefused(second.organisation("acme"))
        expectRefused(second.organisation("other"))
        #expect(try second.organisation("third").codes == ["third"])
        #expect(second.health.unavailableOrganisations == 2)
        second.shutdown()
        #expect(FileManager.default.contents(atPath: acme) == before, "a WAL beside it is not written into it")
        #expect(throws: StorageError.self) { try acceptLoss(place) }
    }

    @Test func anOlderFileIsRefusedUntilItIsAccepted() throws {
        var current = try storage()
        try add(try Fixture.organisation(current), "a", "b")
        current.shutdown()
        try copy(directory.file(of: "acme"), directory.path + "/older")
        #expect(try acceptLoss().problems == [])

        current = try storage()
        try add(current.organisation("acme"), "c")
        #expect(try acceptances(in: current) == 0)
        current.shutdown()
        try copy(directory.file(of: "acme"), directory.path + "/newer")
        try copy(directory.path + "/older", directory.file(of: "acme"))

        current = try storage()
        expectRefused(current.organisation("acme"))
        current.shutdown()
        let problems = try inspect().organisations[0].problems
        #expect(problems.count == 1 && problems[0].contains("ends at row 2") && problems[0].contains("row 3"))

        // The newer one is served as if nothing had been.
        try copy(directory.path + "/newer", directory.file(of: "acme"))
        current = try storage()
        #expect(try current.organisation("acme").codes == ["a", "b", "c"])
        current.shutdown()

        try copy(directory.path + "/older", directory.file(of: "acme"))
        let loss = try acceptLoss()
        #expect(loss.knownSequence == 3 && loss.foundSequence == 2 && loss.problems.count == 1)
        current = try storage()
        defer { current.shutdown() }
        #expect(try current.organisation("acme").codes == ["a", "b"])
        #expect(try acceptances(in: current) == 1)
        try add(current.organisation("acme"), "d")
    }

    @Test func anOlderPlatformDatabaseIsRefusedUntilItsMarkIsRemoved() throws {
        let (platform, older) = (directory.path + "/platform.sqlite", directory.path + "/older")
        var current = try storage()
        _ = try Fixture.organisation(current)
        current.shutdown()
        try copy(platform, older)
        current = try storage()
        _ = try Fixture.organisation(current, "other")
        current.shutdown()
        try copy(older, platform)
        #expect(throws: StorageError.self) { try storage() }
        #expect(try inspect().platform.problems.contains { $0.contains("platform.mark") })
        try FileManager.default.removeItem(atPath: directory.path + "/platform.mark")
        current = try storage()
        current.shutdown()
    }

    @Test func aMissingWALIsALoss() throws {
        let first = try storage()
        defer { first.shutdown() }
        try add(try Fixture.organisation(first), "a", "b")
        let place = try killed(first)
        try FileManager.default.removeItem(atPath: place.file(of: "acme") + "-wal")
        #expect(try !inspect(place).isSound)
        let second = try storage(place)
        expectRefused(second.organisation("acme"))
        second.shutdown()
        let loss = try acceptLoss(place)
        #expect(loss.knownSequence == 2 && loss.foundSequence == 0 && loss.keptWAL == nil)
        let third = try storage(place)
        defer { third.shutdown() }
        #expect(try third.organisation("acme").codes == [])
    }

    @Test func damageInTheMiddleOfAWALIsALossAndItsEndIsNot() throws {
        let first = try storage()
        defer { first.shutdown() }
        let acme = try Fixture.organisation(first)
        try add(acme, "a", "b", "c", "d")
        let place = try killed(first)
        let wal = place.file(of: "acme") + "-wal"
        let sound = try #require(try WALFile(path: wal))
        #expect(sound.damage == nil && sound.committedFrames > 4)

        // What a loss of power leaves of a transaction that nobody was told of.
        let whole = try #require(FileManager.default.contents(atPath: wal))
        try (whole + whole[32..<3_000]).write(to: URL(fileURLWithPath: wal))
        var current = try storage(place)
        #expect(try current.organisation("acme").codes == ["a", "b", "c", "d"])
        current.shutdown()

        let broken = try killed(first)
        let path = broken.file(of: "acme") + "-wal"
        try damage(path, at: 32 + 24 + 100)
        #expect(try WALFile(path: path)?.damage != nil)
        let before = FileManager.default.contents(atPath: path)
        #expect(try inspect(broken).organisations[0].problems.contains { $0.contains("WAL is damaged") })
        current = try storage(broken)
        expectRefused(current.organisation("acme"))
        current.shutdown()
        #expect(FileManager.default.contents(atPath: path) == before, "it is evidence")
        let loss = try acceptLoss(broken)
        let kept = try #require(loss.keptWAL)
        #expect(FileManager.default.contents(atPath: "\(broken.path)/\(kept)") == before)
        current = try storage(broken)
        defer { current.shutdown() }
        #expect(try current.organisation("acme").codes == [])
    }

    // MARK: Running

    @Test(arguments: ["", "-wal"]) func aFileThatWasRemovedTakesNoMoreAcknowledgements(suffix: String) throws {
        let storage = try storage()
        defer { storage.shutdown() }
        let acme = try Fixture.organisation(storage)
        let other = try Fixture.organisation(storage, "other")
        try add(acme, "a")
        try FileManager.default.removeItem(atPath: directory.file(of: "acme") + suffix)
        let read = #expect(throws: Refusal.self) { _ = try acme.codes }
        #expect(read?.reason == "ORGANISATION_UNAVAILABLE")
        expectRefused(acme)
        try add(other, "b")
        #expect(try other.codes == ["b"])
    }

    @Test func aFileThatWasReplacedTakesNothingOfTheOtherOne() throws {
        let storage = try storage()
        let acme = try Fixture.organisation(storage)
        let other = try Fixture.organisation(storage, "other")
        try add(acme, "a")
        try add(other, "b")
        storage.closeIdleOrganisations()
        storage.closeIdleOrganisations()
        try add(acme, "c")
        try copy(directory.file(of: "other"), directory.path + "/foreign")
        try FileManager.default.moveItem(atPath: directory.path + "/foreign", toPath: directory.path + "/moved")
        let before = try #require(FileManager.default.contents(atPath: directory.path + "/moved"))
        #expect(rename(directory.path + "/moved", directory.file(of: "acme")) == 0)
        expectRefused(acme)
        storage.shutdown()
        #expect(FileManager.default.contents(atPath: directory.file(of: "acme")) == before)
        let kept = directory.file(of: "acme") + "-wal.aside"
        #expect(FileManager.default.fileExists(atPath: kept), "what only the WAL had is not lost")
    }

    @Test func withoutItsLockFileTheDirectoryIsLockedStill() throws {
        let storage = try storage()
        defer { storage.shutdown() }
        try FileManager.default.removeItem(atPath: directory.path + "/LOCK")
        #expect(throws: StorageError.locked("\(directory.path) is in use by another process")) { try self.storage() }
    }
}
