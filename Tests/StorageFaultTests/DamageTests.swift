import Foundation
import Logging
import Synchronization
import Testing
import UsherContract

@testable import UsherStorage

// Damaged files: the others are served, the log says which file and what, and so does an inspection, which changes
// nothing.

@Suite struct DamageTests {
    enum Damage: String, CaseIterable, Sendable {
        case missing, empty, truncated, header, middle, newer, foreign
    }

    private static let ids = ["acme", "other"]
    private static let path = "organisations/acme/usher.sqlite"

    /// Two organisations with redemptions. Killed: as a process leaves them that does not close them.
    private static func image(isKilled: Bool = false) throws -> [String: DiskModel.Entry] {
        let disk = try FaultDisk()
        defer { disk.remove() }
        let storage = try Redemptions.storage(disk.path) { if isKilled { $0.checkpointFrames = 10_000 } }
        var random = SeededRandom(seed: 0)
        var running: DiskModel
        do {
            defer { storage.shutdown() }
            for id in ids {
                try Redemptions.create(id, in: storage)
                for number in 0..<20 { try Redeem(number).run(on: storage.organisation(id)) }
            }
            running = disk.now
        }
        return (isKilled ? running : disk.now).image(.kept, &random)
    }

    private static func apply(_ damage: Damage, to image: inout [String: DiskModel.Entry]) {
        guard case .file(var bytes)? = image[path] else { return }
        switch damage {
        case .missing:
            image[path] = nil
            return
        case .empty: bytes = Data()
        case .truncated: bytes = bytes.prefix(bytes.count / 2)
        case .header: bytes.replaceSubrange(0..<16, with: Data(repeating: 0x41, count: 16))
        case .middle: bytes.replaceSubrange(4_096 * 8..<4_096 * 30, with: Data(repeating: 0xee, count: 4_096 * 22))
        // The database header keeps user_version at 60 and application_id at 68. Source: sqlite.org/fileformat.html.
        case .newer: bytes[62] = 0xff
        case .foreign: bytes[68] = 0
        }
        image[path] = .file(bytes)
    }

    private static func inspect(_ disk: FaultDisk, isQuick: Bool = false) throws -> Inspection {
        try Storage.inspect(
            directory: disk.path, platformMigrations: Redemptions.platformMigrations,
            organisationMigrations: Redemptions.migrations,
            organisationIDs: "SELECT id FROM organisation ORDER BY id", isQuick: isQuick)
    }

    /// The directory's files and what is in them, without the lock.
    private static func contents(of disk: FaultDisk) throws -> [String: Data] {
        var contents: [String: Data] = [:]
        let walk = FileManager.default.enumerator(atPath: disk.path)
        while let name = walk?.nextObject() as? String {
            guard name != "LOCK" else { continue }
            contents[name] = FileManager.default.contents(atPath: "\(disk.path)/\(name)") ?? Data()
        }
        return contents
    }

    @Test(arguments: Damage.allCases) func damageIsConfinedAndNamed(damage: Damage) throws {
        var image = try Self.image()
        Self.apply(damage, to: &image)
        let disk = try FaultDisk(image)
        defer { disk.remove() }

        let before = try Self.contents(of: disk)
        let inspection = try Self.inspect(disk)
        #expect(try Self.contents(of: disk) == before, "looking changes nothing")
        #expect(!inspection.isSound)
        #expect(inspection.platform.problems == [])
        #expect(inspection.organisations.map(\.organisationID) == ["acme", "other"])
        #expect(!inspection.organisations[0].problems.isEmpty)
        #expect(inspection.organisations[0].path == Self.path)
        #expect(inspection.organisations[1].problems == [] && inspection.organisations[1].notes == [])
        if damage == .newer {
            #expect(inspection.organisations[0].problems.contains { $0.contains("newer Usher") })
        }

        let lines = LogLines()
        let storage = try Redemptions.storage(disk.path, logger: Logger(label: "test") { _ in lines.handler })
        defer { storage.shutdown() }
        for isRead in [false, true, false] {
            let error = #expect(throws: Refusal.self) {
                let acme = storage.organisation("acme")
                // Reads everything, so that damage in the middle is met.
                let read: @Sendable (Transaction) throws -> Int = { tx in
                    _ = try tx.rows("SELECT * FROM redemption NOT INDEXED") { try $0.blob(4) }
                    return try tx.rows("SELECT * FROM journal") { try $0.text(8) }.count
                }
                _ =
                    try isRead
                    ? acme.readBlocking(as: .system(), read) : acme.writeBlocking(as: .system(), read)
            }
            #expect(error?.reason == "ORGANISATION_UNAVAILABLE")
            #expect(try Redeem(isRead ? 100 : 101).run(on: storage.organisation("other")) > 0)
        }
        #expect(lines.all.contains { $0.contains("organisation=acme") && $0.contains("/\(Self.path)") })
        #expect(!lines.all.contains { $0.contains("organisation=other") })
    }

    @Test func aSoundDirectoryIsSound() throws {
        let disk = try FaultDisk(try Self.image())
        defer { disk.remove() }
        let before = try Self.contents(of: disk)
        for isQuick in [false, true] {
            let inspection = try Self.inspect(disk, isQuick: isQuick)
            #expect(inspection.isSound)
            #expect(inspection.platform.version == inspection.platformVersion)
            #expect(inspection.organisations.allSatisfy { $0.version == inspection.organisationVersion })
            #expect(inspection.organisations.allSatisfy { $0.bytes ?? 0 > 0 && $0.walBytes == 0 && $0.notes == [] })
        }
        #expect(try Self.contents(of: disk) == before)
    }

    @Test func aLeftWALIsLookedIntoAndKept() throws {
        let disk = try FaultDisk(try Self.image(isKilled: true))
        defer { disk.remove() }
        let before = try Self.contents(of: disk).filter { !$0.key.hasSuffix("-shm") }
        let inspection = try Self.inspect(disk)
        #expect(inspection.isSound)
        #expect(inspection.organisations.allSatisfy { $0.walBytes > 0 && $0.notes.contains { $0.contains("WAL") } })
        #expect(try Self.contents(of: disk).filter { !$0.key.hasSuffix("-shm") } == before)
        let storage = try Redemptions.storage(disk.path)
        defer { storage.shutdown() }
        #expect(try Holdings(storage.organisation("acme")).numbers.count == 20)
    }

    @Test func whatDoesNotBelongThereIsNamed() throws {
        var image = try Self.image()
        image["organisations/stray"] = .directory
        image["organisations/stray/usher.sqlite"] = image[Self.path]
        image[Self.path + ".new"] = .file(Data("half".utf8))
        let disk = try FaultDisk(image)
        defer { disk.remove() }
        let inspection = try Self.inspect(disk)
        let stray = try #require(inspection.organisations.first { $0.organisationID == "stray" })
        #expect(stray.problems.count == 2 && stray.problems[0].contains("does not know"))
        #expect(stray.problems[1].contains("organisation acme"))
        let acme = try #require(inspection.organisations.first { $0.organisationID == "acme" })
        #expect(acme.problems == [] && acme.notes.count == 1 && acme.notes[0].contains("usher.sqlite.new"))
    }

    @Test func aDamagedPlatformDatabaseDoesNotHideTheOthers() throws {
        var image = try Self.image()
        image["platform.sqlite"] = .file(Data(repeating: 1, count: 8_192))
        let disk = try FaultDisk(image)
        defer { disk.remove() }
        let inspection = try Self.inspect(disk)
        #expect(!inspection.platform.problems.isEmpty)
        #expect(inspection.organisations.map(\.problems) == [[], []])
    }

    @Test func aDirectoryInUseAndOneThatIsNoneAreRefused() throws {
        let disk = try FaultDisk(try Self.image())
        defer { disk.remove() }
        let storage = try Redemptions.storage(disk.path)
        #expect(throws: StorageError.locked("\(disk.path) is in use by another process")) { try Self.inspect(disk) }
        storage.shutdown()
        #expect(try Self.inspect(disk).isSound)
        let empty = try FaultDisk()
        defer { empty.remove() }
        #expect(throws: StorageError.self) { try Self.inspect(empty) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: empty.path) == [])
    }
}

/// What was logged, one line of text for each event.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var handler: any LogHandler { Handler(lines: self) }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted().joined(separator: " ")
            lines.lines.withLock { $0.append("\(event.message) \(fields)") }
        }
    }
}
