import Foundation
import Synchronization
import Testing
import UsherContract

@testable import UsherStorage

/// A call on the platform's database as it comes from the wire, with its own request id: it makes an organisation with
/// its files, or a key of one. The reply is the id of what was made.
final class PlatformCall: LaneCall, Sendable {
    enum Work: Sendable {
        case organisation(String)
        case key(of: String)
    }

    let request: Int
    let caller = Caller(role: .platformOperator, principal: "key1", organisationID: nil, scopes: .all)
    let method = MethodDescriptor(
        service: "test.Platform", name: "Make", requestType: "", responseType: "", streaming: .unary,
        idempotency: .unknown, hasRequestID: true, requestContainsMap: false)
    let deadline = ContinuousClock.now + .seconds(3_600)
    let cost = 10
    private let work: Work
    private let storage: Storage
    private let announced: Announcements
    private let outcome = Mutex<Result<[UInt8], any Error>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    /// The organisations and keys that were made known in this process, as the credential table is, by request.
    final class Announcements: Sendable {
        private let requests = Mutex<Set<Int>>([])

        var all: Set<Int> { requests.withLock { $0 } }
        func add(_ request: Int) { requests.withLock { _ = $0.insert(request) } }
    }

    init(_ request: Int, on storage: Storage, _ announced: Announcements) {
        self.request = request
        self.storage = storage
        self.announced = announced
        work = request % 3 == 0 ? .organisation("org-\(request)") : .key(of: "org-\(request / 3 * 3)")
    }

    func decode() throws -> DecodedCall {
        DecodedCall(
            requestID: "r\(request)", fingerprint: { [self] in [UInt8(truncatingIfNeeded: request)] },
            run: { [self] tx in
                let reply = try make(tx)
                try tx.record("made", reply)
                tx.afterCommit { [self] in announced.add(request) }
                return EncodedReply(bytes: Array(reply.utf8))
            })
    }

    private func make(_ tx: Transaction) throws -> String {
        switch work {
        case .organisation(let id):
            try tx.execute("INSERT INTO organisation (id) VALUES (?)", id)
            try storage.createOrganisation(id)
            return id
        case .key(let organisation):
            let id = tx.newID("key")
            // One of them is larger than the page cache.
            let note = [UInt8](repeating: UInt8(truncatingIfNeeded: request), count: request == 4 ? 70_000 : 300)
            try tx.execute(
                "INSERT INTO api_key (id, organisation, request, note) VALUES (?, ?, ?, ?)", id, organisation,
                request, note)
            return id.description
        }
    }

    func complete(_ result: Result<[UInt8], any Error>) {
        outcome.withLock { $0 = result }
        done.signal()
    }

    /// Waits. The timeout is a watchdog that ends a test that hangs.
    func result() throws -> Result<[UInt8], any Error> {
        try #require(done.wait(timeout: .now() + 120) == .success, "the call was never completed")
        done.signal()
        return try #require(outcome.withLock { $0 })
    }

    /// Makes the call and waits for the id of what was made.
    func run() throws -> String {
        storage.platform.submit(self)
        return String(decoding: try result().get(), as: UTF8.self)
    }
}

/// What the platform's database holds, in one view.
struct PlatformHoldings: Sendable {
    /// What was made, by request.
    var made: [Int: String] = [:]
    var integrity: [String] = []
    var journal: [String] = []
    var replies: [String] = []

    init(_ storage: Storage) throws { self = try storage.platform.readBlocking(as: .system()) { try Self($0) } }

    private init(_ tx: Transaction) throws {
        for id in try tx.rows("SELECT id FROM organisation", read: { try $0.text(0) }) {
            if let request = Int(id.dropFirst("org-".count)), id.hasPrefix("org-") { made[request] = id }
        }
        for key in try tx.rows(
            "SELECT request, id FROM api_key", read: { (try $0.int(0), try $0.id(1, prefix: "key")) })
        {
            made[key.0] = key.1.description
        }
        integrity = try tx.rows("PRAGMA integrity_check") { try $0.text(0) }
        journal = try tx.rows("SELECT resource FROM journal WHERE event = 'made'") { try $0.text(0) }
        replies = try tx.rows("SELECT reply FROM request_log") { String(decoding: try $0.blob(0), as: UTF8.self) }
    }

    /// What is wrong with it in itself; empty where every call is there as a whole or not at all.
    var faults: [String] {
        var faults = integrity.filter { $0 != "ok" }
        let all = made.values.sorted()
        if journal.sorted() != all { faults.append("made \(all), recorded \(journal)") }
        if replies.sorted() != all { faults.append("made \(all), replies \(replies)") }
        return faults
    }
}
