import Foundation
import Logging
import Synchronization
import Testing
import UsherContract

@testable import UsherStorage

// The workload: redemptions of a few vouchers. Each changes a counter, adds a row, records it in the journal and leaves
// its reply under its request id; whether all four or none of them are there is what the tests look at.

enum Redemptions {
    static let vouchers = 3

    static let migrations = [
        Migration(1, "vouchers") { sql in
            [
                "CREATE TABLE voucher (id \(sql.key), used \(sql.integer) NOT NULL) \(sql.strict)",
                """
                CREATE TABLE redemption (
                    id \(sql.key), voucher \(sql.integer) NOT NULL REFERENCES voucher (id),
                    request \(sql.integer) NOT NULL UNIQUE, number \(sql.integer) NOT NULL, note \(sql.blob) NOT NULL,
                    UNIQUE (voucher, number)
                ) \(sql.strict)
                """,
                "INSERT INTO voucher (id, used) VALUES (0, 0), (1, 0), (2, 0)",
            ]
        }
    ]

    static let platformMigrations = [
        Migration(1, "organisations") { sql in
            ["CREATE TABLE organisation (id \(sql.text) PRIMARY KEY) \(sql.withoutRowID)"]
        },
        Migration(2, "keys") { sql in
            [
                """
                CREATE TABLE api_key (
                    id \(sql.key), organisation \(sql.text) NOT NULL REFERENCES organisation (id),
                    request \(sql.integer) NOT NULL UNIQUE, note \(sql.blob) NOT NULL
                ) \(sql.strict)
                """
            ]
        },
    ]

    /// Opens the storage on a disk. Few frames and small caches, so that checkpoints and spilled pages take part.
    static func storage(
        _ directory: String, logger: Logger? = nil, _ change: (inout StorageLimits) -> Void = { _ in }
    ) throws -> Storage {
        var limits = StorageLimits()
        (limits.readerThreads, limits.writerThreads) = (1, 2)
        (limits.checkpointFrames, limits.restartFrames) = (24, 96)
        (limits.organisationCacheKiB, limits.organisationWriterCacheKiB, limits.platformCacheKiB) = (16, 16, 64)
        // What is refused for want of room is tried again with the next call.
        limits.writeRetryAfter = .zero
        limits.journalMarksAfter = .milliseconds(5)
        change(&limits)
        return try Storage(
            directory: directory, limits: limits, platformMigrations: platformMigrations,
            organisationMigrations: migrations,
            logger: logger ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    static func create(_ id: String, in storage: Storage) throws {
        try storage.platform.writeBlocking(as: .system()) { tx in
            try tx.execute("INSERT INTO organisation (id) VALUES (?)", id)
            try storage.createOrganisation(id)
            try tx.record("organisation.created", id)
        }
    }

    static func organisations(in storage: Storage) throws -> [String] {
        try storage.platform.readBlocking(as: .system()) { tx in
            try tx.rows("SELECT id FROM organisation ORDER BY id") { try $0.text(0) }
        }
    }
}

/// One redemption with its own request id, as it comes from the wire. The reply is the redemption's number.
final class Redeem: LaneCall, Sendable {
    let request: Int
    let caller = Caller(role: .organisation, principal: "key1", organisationID: "acme", scopes: .all)
    let method = MethodDescriptor(
        service: "test.Vouchers", name: "Redeem", requestType: "", responseType: "", streaming: .unary,
        idempotency: .unknown, hasRequestID: true, requestContainsMap: false)
    let deadline = ContinuousClock.now + .seconds(3_600)
    let cost = 10
    private let onSuccess: @Sendable () -> Void
    private let outcome = Mutex<Result<[UInt8], any Error>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    init(_ request: Int, onSuccess: @escaping @Sendable () -> Void = {}) {
        self.request = request
        self.onSuccess = onSuccess
    }

    func decode() throws -> DecodedCall {
        let request = request
        return DecodedCall(requestID: "r\(request)", fingerprint: { [UInt8(truncatingIfNeeded: request)] }) { tx in
            let voucher = request % Redemptions.vouchers
            let number = try tx.row("UPDATE voucher SET used = used + 1 WHERE id = ? RETURNING used", voucher) {
                try $0.int(0)
            }
            let id = tx.newID("red")
            // Every fifth is larger than the page cache, so that pages go to the WAL before the commit.
            let note = [UInt8](repeating: UInt8(truncatingIfNeeded: request), count: request % 5 == 4 ? 40_000 : 300)
            try tx.execute(
                "INSERT INTO redemption (id, voucher, request, number, note) VALUES (?, ?, ?, ?, ?)", id, voucher,
                request, number, note)
            try tx.record("voucher.redeemed", id.description, after: ["number": number])
            return EncodedReply(bytes: Array("\(number ?? 0)".utf8))
        }
    }

    func complete(_ result: Result<[UInt8], any Error>) {
        if case .success = result { onSuccess() }
        outcome.withLock { $0 = result }
        done.signal()
    }

    /// Waits. The timeout is a watchdog that ends a test that hangs.
    func result() throws -> Result<[UInt8], any Error> {
        try #require(done.wait(timeout: .now() + 120) == .success, "the call was never completed")
        done.signal()
        return try #require(outcome.withLock { $0 })
    }

    /// The redemption's number.
    func reply() throws -> Int { try #require(Int(String(decoding: try result().get(), as: UTF8.self))) }
}

/// What an organisation's database holds, in one view.
struct Holdings: Sendable {
    var numbers: [Int: Int] = [:]
    var integrity: [String] = []
    var used = 0
    var journal = 0
    var replies = 0

    init(_ database: Database) throws {
        self = try database.readBlocking(as: .system()) { tx in try Holdings(tx) }
    }

    private init(_ tx: Transaction) throws {
        let rows = try tx.rows("SELECT request, number, length(note) FROM redemption") {
            (request: try $0.int(0), number: try $0.int(1))
        }
        numbers = Dictionary(rows.map { ($0.request, $0.number) }) { first, _ in first }
        integrity = try tx.rows("PRAGMA integrity_check") { try $0.text(0) }
        used = try tx.row("SELECT sum(used) FROM voucher") { try $0.int(0) } ?? -1
        journal = try tx.row("SELECT count(*) FROM journal") { try $0.int(0) } ?? -1
        replies = try tx.row("SELECT count(*) FROM request_log") { try $0.int(0) } ?? -1
    }

    /// What is wrong with it in itself; empty where every call is there as a whole or not at all.
    var faults: [String] {
        var faults = integrity.filter { $0 != "ok" }
        let counts = [numbers.count, used, journal, replies]
        if Set(counts).count != 1 { faults.append("redemptions, uses, journal rows, replies: \(counts)") }
        return faults
    }
}

/// The size of the runs: 1 is for every test run, more for a long one.
enum Scale {
    static let factor = ProcessInfo.processInfo.environment["USHER_FAULT_SCALE"].flatMap(Double.init) ?? 1
    static let seed = ProcessInfo.processInfo.environment["USHER_FAULT_SEED"].flatMap(UInt64.init) ?? 1

    static func count(_ base: Int) -> Int { max(1, Int(Double(base) * factor)) }
}
