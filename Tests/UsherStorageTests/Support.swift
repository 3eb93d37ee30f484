import Foundation
import Logging
import Synchronization
import Testing
import UsherContract
import UsherStorage

/// A data directory that goes away with the test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var name = Array((NSTemporaryDirectory() + "usher-storage-XXXXXX").utf8CString)
        let made = try #require(mkdtemp(&name), "no temporary directory")
        path = String(cString: made)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(of organisation: String) -> String { "\(path)/organisations/\(organisation)/usher.sqlite" }
}

/// A clock that is set by hand.
final class TestClock: Sendable {
    private let time: Mutex<Instant>

    init(_ microseconds: Int64 = 1_800_000_000_000_000) { time = Mutex(Instant(microseconds: microseconds)) }

    var now: Instant {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }

    var ambient: Ambient { Ambient(now: { self.now }, fillRandom: Ambient.system.fillRandom) }
}

enum Fixture {
    static let organisationMigrations = [
        Migration(1, "items") { sql in
            [
                """
                CREATE TABLE item (
                    id \(sql.key), code \(sql.text) NOT NULL UNIQUE,
                    used \(sql.integer) NOT NULL CONSTRAINT used_limit CHECK (used <= 3), note \(sql.blob)
                ) \(sql.strict)
                """,
                """
                CREATE TABLE child (
                    id \(sql.key), item \(sql.integer) NOT NULL REFERENCES item (id)
                ) \(sql.strict)
                """,
                """
                CREATE TABLE late (
                    id \(sql.key), item \(sql.integer) NOT NULL REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED
                ) \(sql.strict)
                """,
            ]
        }
    ]

    static let platformMigrations = [
        Migration(1, "organisations") { sql in
            ["CREATE TABLE organisation (id \(sql.text) PRIMARY KEY) \(sql.withoutRowID)"]
        }
    ]

    static func storage(
        _ directory: TemporaryDirectory, clock: TestClock? = nil,
        organisationMigrations: [Migration] = Fixture.organisationMigrations,
        _ change: (inout StorageLimits) -> Void = { _ in }
    ) throws -> Storage {
        var limits = StorageLimits()
        // Commits are counted: none of the platform's by itself.
        limits.journalMarksAfter = .seconds(3_600)
        change(&limits)
        return try Storage(
            directory: directory.path, ambient: clock?.ambient ?? .system, limits: limits,
            platformMigrations: platformMigrations, organisationMigrations: organisationMigrations,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Creates an organisation as its service does: file and row in one write of the platform.
    static func create(_ id: String, in storage: Storage) throws {
        try storage.platform.writeBlocking(as: .system()) { tx in
            try tx.execute("INSERT INTO organisation (id) VALUES (?)", id)
            try storage.createOrganisation(id)
            try tx.record("organisation.created", id)
        }
    }

    static func organisation(_ storage: Storage, _ id: String = "acme") throws -> Database {
        try create(id, in: storage)
        return storage.organisation(id)
    }
}

extension Transaction {
    /// Adds an item, with its journal row.
    @discardableResult
    func addItem(_ code: String, used: Int = 0) throws -> ResourceID {
        let id = newID("itm")
        try execute("INSERT INTO item (id, code, used) VALUES (?, ?, ?)", id, code, used)
        try record("item.created", id.description, after: ["code": code, "used": used])
        return id
    }

    func codes() throws -> [String] {
        try rows("SELECT code FROM item ORDER BY id") { try $0.text(0) }
    }

    func count(_ table: String) throws -> Int {
        try row("SELECT count(*) FROM \(table)") { try $0.int(0) } ?? -1
    }
}

extension Database {
    var codes: [String] { get throws { try readBlocking(as: .system()) { try $0.codes() } } }

    func count(_ table: String) throws -> Int { try readBlocking(as: .system()) { try $0.count(table) } }
}

/// A call as the wire would make it.
final class TestCall: LaneCall, Sendable {
    struct Settings: Sendable {
        var principal = "key1"
        var role = Caller.Role.organisation
        var organisationID: String? = "acme"
        var precedence = Precedence.ordinary
        var name = "Do"
        var isRead = false
        var requestID = ""
        var request: [UInt8] = [1]
        var deadline = ContinuousClock.now + .seconds(3_600)
        var cost = 10
        var decodeError: Refusal?
        var memory = 0
        var onDecode: @Sendable () -> Void = {}
        var onComplete: @Sendable () -> Void = {}
    }

    let caller: Caller
    let method: MethodDescriptor
    let deadline: ContinuousClock.Instant
    let cost: Int
    let precedence: Precedence
    private let settings: Settings
    private let body: @Sendable (Transaction) throws -> EncodedReply
    private let results = Mutex<[Result<[UInt8], any Error>]>([])
    private let done = DispatchSemaphore(value: 0)

    convenience init() { self.init(set: { _ in }) }

    convenience init(_ body: @escaping @Sendable (Transaction) throws -> EncodedReply) {
        self.init(set: { _ in }, body)
    }

    init(
        set change: (inout Settings) -> Void,
        _ body: @escaping @Sendable (Transaction) throws -> EncodedReply = { _ in EncodedReply(bytes: [7]) }
    ) {
        var settings = Settings()
        change(&settings)
        self.settings = settings
        self.body = body
        caller = Caller(
            role: settings.role, principal: settings.principal, organisationID: settings.organisationID, scopes: .all)
        precedence = settings.precedence
        method = MethodDescriptor(
            service: "test.Service", name: settings.name, requestType: "", responseType: "", streaming: .unary,
            idempotency: settings.isRead ? .noSideEffects : .unknown, hasRequestID: true, requestContainsMap: false)
        deadline = settings.deadline
        cost = settings.cost
    }

    func decode() throws -> DecodedCall {
        settings.onDecode()
        if let error = settings.decodeError { throw error }
        return DecodedCall(
            requestID: settings.requestID, fingerprint: { [settings] in settings.request }, memory: settings.memory,
            run: body)
    }

    func complete(_ result: Result<[UInt8], any Error>) {
        settings.onComplete()
        results.withLock { $0.append(result) }
        done.signal()
    }

    /// Waits for the reply. The timeout is a watchdog that ends a test that hangs.
    func result() throws -> Result<[UInt8], any Error> {
        try #require(done.wait(timeout: .now() + 60) == .success, "the call was never completed")
        done.signal()
        return results.withLock { $0[0] }
    }

    func reply() throws -> [UInt8] { try result().get() }

    /// The refusal's reason; nil for a success or another error.
    func refusal() throws -> Refusal? {
        guard case .failure(let error) = try result() else { return nil }
        return error as? Refusal
    }

    /// How often the call was completed.
    var completions: Int { results.withLock { $0.count } }
}

/// Holds a lane up until it is opened, so that a test decides what is in the next transaction.
final class Gate: Sendable {
    private let entered = DispatchSemaphore(value: 0)
    private let opened = DispatchSemaphore(value: 0)

    /// Occupies the lane; returns when the lane's thread is held.
    func close(_ database: Database, isRead: Bool = false) -> TestCall {
        let call = TestCall(set: { $0.isRead = isRead }) { [self] _ in
            entered.signal()
            opened.wait()
            return EncodedReply(bytes: [])
        }
        database.submit(call)
        entered.wait()
        return call
    }

    func open() { opened.signal() }
}

/// Runs `body` on so many threads of its own and waits for all.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for number in 0..<count {
        group.enter()
        Thread {
            body(number)
            group.leave()
        }.start()
    }
    group.wait()
}
