import Dispatch
import Logging
import Testing
import UsherContract

@testable import UsherStorage

/// A turn that runs long costs nobody else a thread.
@Suite struct LanePoolTests {
    private let core = StorageCore(
        ambient: .system, limits: StorageLimits(), platformSchema: Schema(.platform, []),
        organisationSchema: Schema(.organisation, []), platformMark: PlatformMark(directory: ""),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

    private func database(_ id: String) -> Database {
        Database(organisationID: id, path: "", core: core, platform: nil)
    }

    @Test func longTurnsGetSpareThreadsWhichEndAgain() {
        defer { core.stop() }
        let (gate, began) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let quiet = DispatchSemaphore(value: 0)
        let pool = LanePool("test", threads: 2, spares: 4, longTurn: .milliseconds(5)) { database in
            if database.organisationID == "long" {
                began.signal()
                gate.wait()
            } else {
                quiet.signal()
            }
            return false
        }
        for _ in 0..<2 { pool.schedule(database("long")) }
        for _ in 0..<2 { began.wait() }
        #expect(pool.threadCount == 2, "nobody waits")
        pool.schedule(database("quiet"))
        #expect(quiet.wait(timeout: .now() + 60) == .success, "both threads are held, and it runs all the same")
        for _ in 0..<2 { gate.signal() }
        pool.waitUntilIdle()
        while pool.threadCount > 2 {
            // A thread sees after a turn that it is no longer needed.
            pool.schedule(database("quiet"))
            pool.waitUntilIdle()
        }
        pool.schedule(database("quiet"))
        pool.waitUntilIdle()
        #expect(pool.threadCount == 2)
        pool.stop()
    }

    @Test func spareThreadsAreBounded() {
        defer { core.stop() }
        let (gate, began) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let pool = LanePool("test", threads: 1, spares: 2, longTurn: .milliseconds(1)) { _ in
            began.signal()
            gate.wait()
            return false
        }
        for _ in 0..<5 { pool.schedule(database("long")) }
        for _ in 0..<3 { began.wait() }
        #expect(pool.threadCount == 3)
        for _ in 0..<5 { gate.signal() }
        pool.waitUntilIdle()
        pool.stop()
        #expect(pool.threadCount == 0)
    }
}
