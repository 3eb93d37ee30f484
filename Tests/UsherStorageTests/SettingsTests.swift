import Foundation
import GRDB
import Testing
import UsherContract

@testable import UsherStorage

@Suite struct SettingsTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private static let common = [
        "journal_mode": "wal", "foreign_keys": "1", "trusted_schema": "0", "cell_size_check": "1", "mmap_size": "0",
        "busy_timeout": "5000", "temp_store": "2",
    ]

    private func expect(_ database: UsherStorage.Database, _ settings: [String: String], isRead: Bool) throws {
        for (name, value) in settings {
            let read: @Sendable (Transaction) throws -> String? = { tx in
                try tx.row("PRAGMA \(name)") { row in try (try? row.int64(0)).map(String.init) ?? row.text(0) }
            }
            let found =
                try isRead
                ? database.readBlocking(as: .system(), read) : database.writeBlocking(as: .system(), read)
            #expect(found == value, "\(name)")
        }
    }

    @Test func everyConnectionHasItsSettings() throws {
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let writer = ["synchronous": "2", "wal_autocheckpoint": "0", "recursive_triggers": "1"]
        try expect(database, Self.common.merging(writer) { $1 }, isRead: false)
        try expect(storage.platform, Self.common.merging(writer) { $1 }, isRead: false)
        try expect(database, Self.common.merging(["cache_size": "-512"]) { $1 }, isRead: true)
        try expect(database, ["cache_size": "-4096", "application_id": "1433626703"], isRead: false)
        try expect(storage.platform, ["cache_size": "-2048", "application_id": "1433626704"], isRead: true)
        try expect(database, ["user_version": "\(1 << 16 | 1)"], isRead: true)
    }

    @Test func tablesAreStrict() throws {
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let loose = try database.readBlocking(as: .system()) { tx in
            try tx.rows("SELECT name FROM pragma_table_list WHERE schema = 'main' AND NOT strict") { try $0.text(0) }
        }
        #expect(loose == ["sqlite_schema"])
    }

    /// Every statement's plan is tested without statistics. Those of a small database would have a large one's tables
    /// read whole, until it is closed again.
    @Test func noStatisticsChangePlans() throws {
        for life in 0..<2 {
            let storage = try Fixture.storage(directory)
            defer { storage.shutdown() }
            if life == 0 { try Fixture.create("acme", in: storage) }
            let tables = try storage.organisation("acme").writeBlocking(as: .system()) { tx in
                let item = try tx.addItem("item \(life)").number
                if life == 0 { try tx.execute("CREATE INDEX child_item ON child (item)") }
                try tx.execute("INSERT INTO child (id, item) VALUES (?, ?)", item, item)
                #expect(try tx.row("SELECT id FROM child WHERE item = ?", item) { try $0.int64(0) } == item)
                return try tx.rows("SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'") { try $0.text(0) }
            }
            #expect(tables == [])
        }
    }

    @Test func theWALIsBounded() throws {
        let storage = try Fixture.storage(directory) { limits in
            (limits.checkpointFrames, limits.restartFrames) = (50, 200)
        }
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let wal = directory.file(of: "acme") + "-wal"
        var largest = 0
        for number in 0..<400 {
            try database.writeBlocking(as: .system()) { tx in _ = try tx.addItem("\(number)") }
            largest = max(largest, try FileSystem.size(of: wal) ?? 0)
        }
        #expect(storage.statistics.checkpoints > 4)
        #expect(largest > 40 * 4_096, "the checkpoint waits for its frames")
        #expect(largest < 250 * 4_120)
    }

    /// A reader holds the WAL: the checkpoint must neither fail nor wait for ever, and must catch up afterwards.
    @Test func aLongReadHoldsTheWALUpOnlyWhileItRuns() throws {
        let storage = try Fixture.storage(directory) { limits in
            (limits.checkpointFrames, limits.restartFrames) = (50, 1_000_000)
        }
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        try database.readBlocking(as: .system()) { [database] tx in
            _ = try tx.count("item")
            for number in 0..<100 {
                let call = TestCall { tx in
                    try tx.addItem("\(number)")
                    return EncodedReply(bytes: [])
                }
                database.submit(call)
                _ = try call.reply()
            }
            #expect(try tx.count("item") == 0)
        }
        let wal = directory.file(of: "acme") + "-wal"
        let held = try FileSystem.size(of: wal) ?? 0
        for number in 100..<200 {
            try database.writeBlocking(as: .system()) { tx in _ = try tx.addItem("\(number)") }
        }
        let grown = (try FileSystem.size(of: wal) ?? 0) - held
        #expect(grown < 80 * 4_120, "until the next checkpoint; then the space is used again")
        #expect(try database.count("item") == 200)
    }

    @Test func aSettingThatCannotBeMadeIsAnError() throws {
        // A database in memory cannot be in WAL mode.
        #expect(throws: StorageError.setting("PRAGMA journal_mode is memory instead of wal")) {
            try Connection(.writer, path: ":memory:", cacheKiB: 100)
        }
    }

    @Test func randomBytesFillTheWholeBuffer() {
        for count in [0, 1, 7, 8, 9, 24, 33] {
            var seen = [UInt8](repeating: 0, count: count)
            for _ in 0..<64 {
                let bytes = Ambient.system.randomBytes(count)
                #expect(bytes.count == count)
                for (index, byte) in bytes.enumerated() { seen[index] |= byte }
            }
            #expect(seen.allSatisfy { $0 != 0 }, "64 zeros in one place are no chance")
        }
    }

    @Test func theClockIsTheSystems() {
        let now = Ambient.system.now()
        // Between 2020 and 2080.
        #expect((1_577_836_800_000_000..<3_471_292_800_000_000).contains(now.microseconds))
    }
}
