import Testing
import UsherContract
import UsherStorage

/// Those who follow the journal are woken by commits, and by nothing that was rolled back.
@Suite(.timeLimit(.minutes(10))) struct CommitSignalTests {
    private func with(_ body: (Database, Storage) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        let storage = try Fixture.storage(directory, clock: TestClock())
        defer { storage.shutdown() }
        try await body(try Fixture.organisation(storage), storage)
    }

    private func record(_ database: Database, _ event: String = "item.created") async throws {
        try await database.write(as: .system()) { try $0.record(event, "itm_1") }
    }

    @Test func whatIsCommittedAlreadyIsNotWaitedFor() async throws {
        try await with { database, _ in
            try await record(database)
            try await record(database)
            try await database.committed(after: 0)
            try await database.committed(after: 1)
        }
    }

    @Test func aCommitWakesThoseWhoWait() async throws {
        try await with { database, _ in
            try await record(database)
            let waiting = (0..<10).map { _ in Task { try await database.committed(after: 1) } }
            try await record(database)
            for task in waiting { try await task.value }
        }
    }

    /// Only cancellation ends the wait: neither the refused call nor the row before is a commit after it.
    @Test func whatWasRolledBackWakesNobody() async throws {
        try await with { database, _ in
            try await record(database)
            let waiting = Task { try await database.committed(after: 1) }
            await #expect(throws: Refusal.self) {
                try await database.write(as: .system()) { tx in
                    try tx.record("item.created", "itm_2")
                    throw Refusal(.aborted, "NO", "no")
                }
            }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }

    @Test func theEndOfTheStorageEndsTheWait() async throws {
        let directory = try TemporaryDirectory()
        let storage = try Fixture.storage(directory, clock: TestClock())
        let database = try Fixture.organisation(storage)
        let waiting = Task { try await database.committed(after: 0) }
        storage.shutdown()
        await #expect(throws: Refusal.self) { try await waiting.value }
    }

    @Test func theJournalIsReadBothWays() async throws {
        try await with { database, _ in
            for number in 1...5 { try await record(database, "item.\(number)") }
            let (up, down, bounds) = try await database.read(as: .system()) { tx in
                (try tx.journal(after: 2, limit: 2), try tx.journal(before: 3, limit: 9), try tx.journalBounds())
            }
            #expect(up.map(\.event) == ["item.3", "item.4"] && down.map(\.event) == ["item.2", "item.1"])
            #expect(up[0].role == .system && up[0].principal == "system" && up[0].resource == "itm_1")
            #expect(bounds == JournalBounds(retainedTo: 0, last: 5))
        }
    }
}
