import Foundation
import GRDB
import Synchronization
import Testing
import UsherContract

@testable import UsherStorage

@Suite struct OrganisationTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func write(_ database: UsherStorage.Database, _ code: String) throws {
        try database.writeBlocking(as: .system()) { tx in _ = try tx.addItem(code) }
    }

    /// Opens a database file that nobody else has open.
    private func edit(_ path: String, _ body: (GRDB.Database) throws -> Void) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction(body)
        try queue.close()
    }

    /// Copies in another process: closing a database file in this one would drop its locks.
    private func copy(_ source: String, to target: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/cp")
        process.arguments = ["-r", source + "/.", target]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    @Test func organisationsAreSeparate() throws {
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        let first = try Fixture.organisation(storage, "first")
        let second = try Fixture.organisation(storage, "second")
        try write(first, "a")
        try write(second, "b")
        #expect(try first.codes == ["a"])
        #expect(try second.codes == ["b"])
        #expect(storage.organisation("first") === first)
        #expect(first.organisationID == "first" && storage.platform.organisationID == nil)
    }

    @Test func everythingIsThereAfterARestart() throws {
        let storage = try Fixture.storage(directory)
        try write(try Fixture.organisation(storage), "a")
        storage.shutdown()
        #expect(!FileManager.default.fileExists(atPath: directory.file(of: "acme") + "-wal"), "closed cleanly")
        let second = try Fixture.storage(directory)
        defer { second.shutdown() }
        #expect(try second.organisation("acme").codes == ["a"])
        #expect(try second.platform.count("organisation") == 1)
    }

    /// A copy of the files, taken while they are in use, is what a killed process leaves.
    @Test func whatWasAcknowledgedIsInTheFilesWithoutClosing() throws {
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        for number in 0..<50 { try write(database, "\(number)") }
        let copy = try TemporaryDirectory()
        try self.copy(directory.path, to: copy.path)
        #expect(FileManager.default.fileExists(atPath: copy.file(of: "acme") + "-wal"), "nothing was checkpointed yet")
        let second = try Fixture.storage(copy)
        defer { second.shutdown() }
        #expect(try second.organisation("acme").codes == (0..<50).map { "\($0)" })
    }

    @Test func aSecondStorageIsKeptOut() throws {
        let storage = try Fixture.storage(directory)
        #expect(throws: StorageError.locked("\(directory.path) is in use by another process")) {
            try Fixture.storage(directory)
        }
        storage.shutdown()
        try Fixture.storage(directory).shutdown()
    }

    @Test func anotherProcessIsKeptOut() throws {
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        process.arguments = ["-n", directory.path + "/LOCK", "true"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
    }

    /// A process that is being started holds copies of all descriptors until its exec; shutting down must release the
    /// directory all the same.
    @Test func theDirectoryIsReleasedWhileAnotherProcessHoldsACopyOfTheDescriptor() throws {
        let path = directory.path + "/LOCK"
        var lock: DirectoryLock? = try DirectoryLock(directory: directory.path)
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int($0) }
        let held = try #require(open.first { Self.target(of: $0) == path })
        let copy = dup(Int32(held))
        defer { close(copy) }
        #expect(throws: StorageError.self) { try DirectoryLock(directory: directory.path) }
        lock = nil
        #expect(lock == nil)
        _ = try DirectoryLock(directory: directory.path)
    }

    /// The path that a descriptor of this process is open on; nil where it is not open.
    private static func target(of descriptor: Int) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
    }

    // MARK: Creating

    @Test func whatAnAttemptWithoutCommitLeftIsReplaced() throws {
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        struct Crash: Error {}
        #expect(throws: Crash.self) {
            try storage.platform.writeBlocking(as: .system()) { tx in
                try tx.execute("INSERT INTO organisation (id) VALUES ('acme')")
                try storage.createOrganisation("acme")
                throw Crash()
            }
        }
        #expect(try storage.platform.count("organisation") == 0)
        let database = try Fixture.organisation(storage)
        #expect(try database.codes == [])
        try write(database, "a")
        #expect(try database.codes == ["a"])
    }

    @Test func leftoversOfACrashWhileCreatingAreReplaced() throws {
        let folder = directory.path + "/organisations/acme"
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for suffix in [".new", ".new-wal", "-wal", "-shm"] {
            try Data("half a file".utf8).write(to: URL(fileURLWithPath: "\(folder)/usher.sqlite\(suffix)"))
        }
        let database = try Fixture.organisation(storage)
        try write(database, "a")
        #expect(try database.codes == ["a"])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains(".new") }
        #expect(names == [])
    }

    /// Whatever the platform knows of it: what somebody has stored is never replaced, nor is what cannot be read.
    @Test(arguments: [true, false])
    func dataIsNeverReplaced(isReadable: Bool) throws {
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        try write(try Fixture.organisation(storage), "kept")
        let folder = directory.path + "/organisations/"
        try FileManager.default.createDirectory(atPath: folder + "other", withIntermediateDirectories: true)
        try copy(folder + "acme", to: folder + "other")
        if !isReadable { try Data("half a file".utf8).write(to: URL(fileURLWithPath: folder + "other/usher.sqlite")) }
        let before = try Data(contentsOf: URL(fileURLWithPath: folder + "other/usher.sqlite"))
        // The file in the other's folder is whole, and acme's.
        for id in ["other"] + (isReadable ? ["acme"] : []) {
            #expect(throws: (any Error).self) {
                try storage.platform.writeBlocking(as: .system()) { _ in try storage.createOrganisation(id) }
            }
        }
        try write(storage.organisation("acme"), "more")
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "other/usher.sqlite")) == before)
        #expect(try storage.organisation("acme").codes == ["kept", "more"])
    }

    @Test func organisationsWithoutAPlatformAreRefused() throws {
        do {
            let storage = try Fixture.storage(directory)
            defer { storage.shutdown() }
            try write(try Fixture.organisation(storage), "kept")
        }
        try FileManager.default.removeItem(atPath: directory.path + "/platform.sqlite")
        #expect(throws: StorageError.self) { try Fixture.storage(directory) }
    }

    @Test(arguments: ["", ".", "..", ".hidden", "a/b", "../x", "ä", "a b", String(repeating: "a", count: 64)])
    func anIDThatIsNoNameIsRefused(id: String) throws {
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        #expect(throws: StorageError.invalidOrganisationID(id)) { try storage.createOrganisation(id) }
        let call = TestCall()
        storage.organisation(id).submit(call)
        #expect(try call.refusal()?.reason == "ORGANISATION_UNAVAILABLE")
    }

    @Test func namesOfEveryKindAreFine() throws {
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        for id in ["a", "A-b_c.9", String(repeating: "z", count: 63)] {
            try write(try Fixture.organisation(storage, id), "x")
        }
    }

    // MARK: Files that cannot be used

    enum Damage: String, CaseIterable, Sendable {
        case missing, empty, garbage, headerOnly, foreign, newer, newerStorage, platformFile
    }

    @Test(arguments: Damage.allCases) func aDamagedFileRefusesOnlyItsOrganisation(damage: Damage) throws {
        do {
            let storage = try Fixture.storage(directory)
            try write(try Fixture.organisation(storage, "acme"), "a")
            try write(try Fixture.organisation(storage, "other"), "b")
            storage.shutdown()
        }
        let path = directory.file(of: "acme")
        let url = URL(fileURLWithPath: path)
        switch damage {
        case .missing: try FileManager.default.removeItem(at: url)
        case .empty: try Data().write(to: url)
        case .garbage: try Data((0..<8_192).map { UInt8(truncatingIfNeeded: $0 &* 7) }).write(to: url)
        case .headerOnly: try Data(contentsOf: url).prefix(600).write(to: url)
        case .foreign: try edit(path) { try $0.execute(sql: "PRAGMA application_id = 1") }
        case .newer: try edit(path) { try $0.execute(sql: "PRAGMA user_version = \(1 << 16 | 2)") }
        case .newerStorage: try edit(path) { try $0.execute(sql: "PRAGMA user_version = \(2 << 16 | 1)") }
        case .platformFile:
            try FileManager.default.removeItem(at: url)
            try FileManager.default.copyItem(atPath: directory.path + "/platform.sqlite", toPath: path)
        }
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        for isRead in [true, false, true] {
            let call = TestCall(set: { $0.isRead = isRead })
            storage.organisation("acme").submit(call)
            #expect(try call.refusal()?.code == .unavailable)
            #expect(try call.refusal()?.reason == "ORGANISATION_UNAVAILABLE")
        }
        #expect(FileManager.default.fileExists(atPath: path) == (damage != .missing), "nothing is made in its place")
        #expect(try storage.organisation("other").codes == ["b"])
    }

    @Test func damageInTheMiddleIsFoundWhereItIsRead() throws {
        do {
            let storage = try Fixture.storage(directory)
            let database = try Fixture.organisation(storage)
            for number in 0..<500 { try write(database, "\(number)") }
            storage.shutdown()
        }
        let path = directory.file(of: "acme")
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        let size = try handle.seekToEnd()
        // All pages but the first two dozen, which hold the schema.
        try handle.seek(toOffset: 4_096 * 24)
        try handle.write(contentsOf: Data(repeating: 0xee, count: Int(size) - 4_096 * 24))
        try handle.close()
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        for isRead in [true, false] {
            let call = TestCall(set: { $0.isRead = isRead }) { tx in
                _ = try tx.rows("SELECT id, code, used FROM item NOT INDEXED") { try $0.text(1) }
                _ = try tx.rows("SELECT * FROM journal") { try $0.text(8) }
                return EncodedReply(bytes: [])
            }
            storage.organisation("acme").submit(call)
            #expect(try call.refusal()?.reason == "ORGANISATION_UNAVAILABLE")
        }
    }

    @Test func aNewerPlatformDatabaseStopsTheStart() throws {
        try Fixture.storage(directory).shutdown()
        try edit(directory.path + "/platform.sqlite") { try $0.execute(sql: "PRAGMA user_version = \(3 << 16 | 9)") }
        #expect(throws: StorageError.newerVersion(found: 3 << 16 | 9, known: 3 << 16 | 1)) {
            try Fixture.storage(directory)
        }
    }

    // MARK: Migrations

    @Test func migrationsRunWhenAnOrganisationOpens() throws {
        do {
            let storage = try Fixture.storage(directory)
            try write(try Fixture.organisation(storage), "a")
            storage.shutdown()
        }
        let colour = Migration(2, "colour") { sql in ["ALTER TABLE item ADD COLUMN colour \(sql.text) DEFAULT 'red'"] }
        let broken = Migration(3, "broken") { sql in
            ["CREATE TABLE half (id \(sql.key)) \(sql.strict)", "CREATE TABLE item (id \(sql.key)) \(sql.strict)"]
        }
        do {
            let storage = try Fixture.storage(
                directory, organisationMigrations: Fixture.organisationMigrations + [colour, broken])
            let call = TestCall()
            storage.organisation("acme").submit(call)
            #expect(try call.refusal()?.reason == "ORGANISATION_UNAVAILABLE")
            storage.shutdown()
        }
        let storage = try Fixture.storage(directory, organisationMigrations: Fixture.organisationMigrations + [colour])
        defer { storage.shutdown() }
        let colours = try storage.organisation("acme").readBlocking(as: .system()) { tx in
            try tx.rows("SELECT code || colour FROM item") { try $0.text(0) }
        }
        #expect(colours == ["ared"])
        #expect(throws: StorageError.self, "the broken one left nothing") {
            try storage.organisation("acme").count("half")
        }
    }
}
