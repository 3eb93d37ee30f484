import Foundation
import Testing
import UsherContract

@testable import UsherStorage

/// How the WAL begins anew beside those who read.
@Suite struct CheckpointTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func storage(_ change: (inout StorageLimits) -> Void = { _ in }) throws -> Storage {
        try Fixture.storage(directory) { limits in
            (limits.checkpointFrames, limits.restartFrames, limits.restartRetryAfter) = (20, 60, .zero)
            change(&limits)
        }
    }

    private func add(_ database: Database, _ code: String, bytes: Int = 20_000) throws {
        try database.writeBlocking(as: .system()) { tx in
            let id = try tx.addItem(code)
            try tx.execute("UPDATE item SET note = ? WHERE id = ?", [UInt8](repeating: 7, count: bytes), id)
        }
    }

    private var walBytes: Int { get throws { try FileSystem.size(of: directory.file(of: "acme") + "-wal") ?? 0 } }

    @Test func aReadThatRunsHoldsUpNoWriteAndTheNextReadWaitsForTheCheckpoint() throws {
        let storage = try storage()
        defer { storage.shutdown() }
        let acme = try Fixture.organisation(storage)
        try add(acme, "first")
        let (entered, opened) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let held = TestCall(set: { $0.isRead = true }) { tx in
            _ = try tx.codes()
            entered.signal()
            opened.wait()
            return EncodedReply(bytes: [])
        }
        acme.submit(held)
        entered.wait()
        // The read that runs keeps the WAL from beginning anew; these do not wait for it.
        for number in 0..<30 { try add(acme, "\(number)") }
        #expect(try walBytes > 60 * 4_120)
        #expect(acme.state.withLock { $0.isGated })
        let next = TestCall(set: { $0.isRead = true }) { tx in
            EncodedReply(bytes: Array("\(try tx.codes().count)".utf8))
        }
        acme.submit(next)
        #expect(next.completions == 0)
        opened.signal()
        _ = try held.reply()
        #expect(try String(decoding: next.reply(), as: UTF8.self) == "31")
        #expect(try walBytes == 0, "the checkpoint came before the read")
        #expect(!acme.state.withLock { $0.isGated })
    }

    @Test func readsWithoutEndKeepTheWALBounded() throws {
        let storage = try storage()
        defer { storage.shutdown() }
        let acme = try Fixture.organisation(storage)
        let isDone = Handle(false)
        let readers = DispatchGroup()
        for _ in 0..<4 {
            readers.enter()
            Thread {
                while !isDone.value { _ = try? acme.codes }
                readers.leave()
            }.start()
        }
        var largest = 0
        for number in 0..<200 {
            try add(acme, "\(number)")
            largest = max(largest, storage.health.largestWALBytes)
        }
        isDone.value = true
        readers.wait()
        #expect(largest < 3 * 60 * 4_120)
        #expect(try acme.codes.count == 200)
    }

    @Test func anotherProcessThatReadsIsNotWaitedForAndWritesEndAtABound() throws {
        let storage = try storage { $0.mostFrames = 200 }
        defer { storage.shutdown() }
        let acme = try Fixture.organisation(storage)
        try add(acme, "first")
        let foreign = try Connection(.reader, path: directory.file(of: "acme"), cacheKiB: 64)
        var refusal: Refusal?
        var written = 1
        try foreign.use { session in
            try session.execute("BEGIN")
            _ = try session.integer("SELECT count(*) FROM item")
            while refusal == nil, written < 500 {
                do {
                    try add(acme, "\(written)")
                    written += 1
                } catch {
                    refusal = error as? Refusal
                }
            }
            #expect(refusal?.reason == "STORAGE_WAL_FULL" && refusal?.retryAfter != nil)
            #expect(try acme.codes.count == written, "reads go on")
            #expect(storage.health.largestWALBytes >= 200 * 4_120)
            try session.execute("COMMIT")
        }
        try foreign.close()
        try add(acme, "last")
        #expect(storage.health.largestWALBytes < 60 * 4_120)
    }
}

/// A value that threads share.
final class Handle<T>: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: T

    init(_ value: T) { stored = value }

    var value: T {
        get { lock.withLock { stored } }
        set { lock.withLock { stored = newValue } }
    }
}
