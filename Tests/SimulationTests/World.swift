import Foundation
import Logging
import Synchronization
import UsherContract
import UsherServices
import UsherStorage

/// The services on a storage of their own, with a clock and random numbers that follow from a seed. It can be closed
/// and opened again.
final class World {
    private(set) var storage: Storage
    private(set) var services: Services
    private(set) var credentials = CredentialTable()
    let clock: SimulatedClock
    let directory: String
    private let ambient: Ambient

    /// 2026-11-20T18:00:00Z.
    static let start = Instant(microseconds: 1_795_197_600_000_000)

    init(seed: UInt64) throws {
        let clock = SimulatedClock(Self.start)
        let dice = Mutex(Dice(seed: ~seed))
        let memory = "/dev/shm"
        let parent = FileManager.default.fileExists(atPath: memory) ? memory + "/" : NSTemporaryDirectory()
        directory = "\(parent)usher-simulation-\(UUID().uuidString)"
        ambient = Ambient(
            now: { clock.now },
            fillRandom: { buffer in
                dice.withLock { dice in
                    for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: dice.next() >> 32) }
                }
            })
        self.clock = clock
        storage = try Self.open(directory, ambient)
        services = Services(storage: storage, credentials: credentials)
    }

    private static func open(_ directory: String, _ ambient: Ambient) throws -> Storage {
        var limits = StorageLimits()
        (limits.readerThreads, limits.writerThreads) = (1, 2)
        return try Storage(
            directory: directory, ambient: ambient, limits: limits, platformMigrations: Schema.platform,
            organisationMigrations: Schema.organisation,
            logger: Logger(label: "simulation", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Makes the operator's first key. Returns what is presented.
    func makeOperatorKey() throws -> String {
        let organisations = services.organisations
        let text = try storage.platform.writeBlocking(as: .system()) { tx in
            let text = try organisations.makeFirstOperatorKey(keep: { _ in }, in: tx)
            try organisations.loadCredentials(in: tx)
            return text
        }
        guard let text else { throw Discrepancy(source: .answer, what: "no operator's key was made") }
        return text
    }

    /// Closes the storage as a server does that ends, and opens it as one does that begins.
    func reopen() throws {
        storage.shutdown()
        storage = try Self.open(directory, ambient)
        credentials = CredentialTable()
        services = Services(storage: storage, credentials: credentials)
        let organisations = services.organisations
        try storage.platform.readBlocking(as: .system()) { try organisations.loadCredentials(in: $0) }
    }

    /// Tells what time did in an organisation, as the server does.
    func sweep(_ organisationID: String) throws {
        let services = services
        while try storage.organisation(organisationID).writeBlocking(as: .system(), { try services.sweep($0) }) {}
    }

    /// Finds what no answer tells, see ``Context/ids``.
    func ids(in organisationID: String) -> (_ table: String, _ column: String, _ id: String) throws -> [String] {
        let database = database(organisationID)
        return { table, column, id in
            let (prefix, number) = (table == "payments" ? "pmt" : "exp", ResourceID(id, prefix: "sub")?.number)
            return try database.readBlocking(as: .system()) { tx in
                try tx.rows("SELECT id FROM \(table) WHERE \(column) = ? ORDER BY id", number) {
                    ResourceID(prefix: prefix, number: try $0.int64(0)).description
                }
            }
        }
    }

    /// For good.
    func close() {
        storage.shutdown()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Nil is the platform's.
    func database(_ organisationID: String?) -> Database {
        organisationID.map(storage.organisation) ?? storage.platform
    }

    func row(_ method: MethodDescriptor) throws -> UsherServices.Method {
        guard let row = services.methods.first(where: { $0.descriptor == method }) else {
            throw Discrepancy(source: .answer, what: "\(method.fullName) is not served")
        }
        return row
    }

    /// Establishes the caller from a key, as the dispatcher does.
    func admit(_ key: String, acting named: String?, _ method: UsherServices.Method) throws -> Caller {
        let credential = try credentials.authenticate(Array(key.utf8), at: clock.now)
        let acting = credential.organisationID ?? named
        let features = try acting.map(credentials.features(ofOrganisation:)) ?? []
        switch method.permission {
        case .platformOperator:
            guard credential.role == .platformOperator else {
                throw Refusal(.permissionDenied, "OPERATOR_REQUIRED", "")
            }
        case .anyOf(let scopes):
            guard credential.scopes.allows(anyOf: scopes) else {
                throw Refusal(.permissionDenied, "SCOPE_MISSING", "")
            }
        }
        guard method.database == .platform || acting != nil else {
            throw Refusal(.failedPrecondition, "ORGANISATION_REQUIRED", "")
        }
        return Caller(
            role: credential.role, principal: credential.keyID, organisationID: acting, scopes: credential.scopes,
            expireTime: credential.expireTime, features: features)
    }
}

/// A clock that stands still until it is set.
final class SimulatedClock: Sendable {
    private let value: Mutex<Instant>

    init(_ start: Instant) { value = Mutex(start) }

    var now: Instant {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}

/// A call on a lane, and what came of it.
final class SimulatedCall: LaneCall {
    let caller: Caller
    let deadline = ContinuousClock.now + .seconds(3_600)
    private let row: UsherServices.Method
    private let payload: [UInt8]
    private let bug: SeededBug?
    private let outcome = Mutex<Result<[UInt8], any Error>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    init(_ row: UsherServices.Method, _ payload: [UInt8], by caller: Caller, _ bug: SeededBug?) {
        self.row = row
        self.payload = payload
        self.caller = caller
        self.bug = bug
    }

    var method: MethodDescriptor { row.descriptor }
    var cost: Int { payload.count }

    func decode() throws -> DecodedCall {
        let call = try row.decode(payload)
        return bug?.spoil(call, of: row.descriptor) ?? call
    }

    func complete(_ result: Result<[UInt8], any Error>) {
        outcome.withLock { $0 = result }
        done.signal()
    }

    /// Waits. The timeout is a watchdog that ends a test that hangs.
    func result() throws -> Result<[UInt8], any Error> {
        guard done.wait(timeout: .now() + 120) == .success, let result = outcome.withLock({ $0 }) else {
            throw Discrepancy(source: .answer, what: "\(method.fullName) was never answered")
        }
        return result
    }
}
