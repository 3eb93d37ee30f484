import Testing
import UsherContract
import UsherStorage

@Suite struct JournalTests {
    let directory: TemporaryDirectory
    let clock = TestClock()
    let storage: Storage
    let database: Database

    init() throws {
        directory = try TemporaryDirectory()
        storage = try Fixture.storage(directory, clock: clock)
        database = try Fixture.organisation(storage)
    }

    private func text(_ sql: String) throws -> [String] {
        try database.readBlocking(as: .system()) { tx in try tx.rows(sql) { try $0.text(0) } }
    }

    @Test func aRowSaysWhoDidWhatAndWhen() throws {
        defer { storage.shutdown() }
        let call = TestCall(set: { ($0.requestID, $0.name) = ("r7", "AddItem") }) { tx in
            try tx.record("item.created", "itm_1", after: ["code": "x"])
            return EncodedReply(bytes: [])
        }
        database.submit(call)
        _ = try call.reply()
        try database.writeBlocking(as: .system()) { tx in try tx.record("item.swept", "itm_1") }
        let rows = try database.readBlocking(as: .system()) { tx in
            try tx.rows(
                """
                SELECT seq || '|' || role || '|' || principal || '|' || method || '|' || request_id || '|' || event
                    || '|' || resource || '|' || changes FROM journal ORDER BY seq
                """
            ) { try $0.text(0) }
        }
        #expect(
            rows == [
                #"1|2|key1|test.Service/AddItem|r7|item.created|itm_1|{"code":[null,"x"]}"#,
                "2|3|system|||item.swept|itm_1|{}",
            ])
        let times = try database.readBlocking(as: .system()) { tx in
            try tx.rows("SELECT time FROM journal") { try $0.instant(0) }
        }
        #expect(times == [clock.now, clock.now])
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let before: JournalState?
        let after: JournalState?
        let json: String
        var testDescription: String { json }
    }

    @Test(arguments: [
        Change(before: nil, after: nil, json: "{}"),
        Change(before: nil, after: ["a": 1, "b": nil], json: #"{"a":[null,1]}"#),
        Change(before: ["a": 1, "b": "x"], after: nil, json: #"{"a":[1,null],"b":["x",null]}"#),
        Change(before: ["a": 1, "b": 2], after: ["a": 1, "b": 3], json: #"{"b":[2,3]}"#),
        Change(before: ["a": 1, "b": 2], after: ["b": 3, "c": true], json: #"{"b":[2,3],"c":[null,1],"a":[1,null]}"#),
        Change(before: ["t": "1"], after: ["t": 1], json: #"{"t":["1",1]}"#),
        Change(before: nil, after: ["x": [0x00, 0xaf] as [UInt8]], json: #"{"x":[null,"00af"]}"#),
        Change(
            before: nil, after: ["s\"": "a\\b\n\u{1}é😀"], json: #"{"s\"":[null,"a\\b\u000a\u0001é😀"]}"#),
        Change(
            before: nil, after: ["n": Int64.min, "i": Instant(microseconds: 5)],
            json: #"{"n":[null,-9223372036854775808],"i":[null,5]}"#),
    ])
    func changesAreCompactJSON(change: Change) throws {
        defer { storage.shutdown() }
        try database.writeBlocking(as: .system()) { tx in
            try tx.record("x", "y", before: change.before, after: change.after)
        }
        #expect(try text("SELECT changes FROM journal") == [change.json])
        #expect(try text("SELECT json_valid(changes) || '' FROM journal") == ["1"])
    }

    /// Runs a statement as a call; returns what the engine says.
    private func attempt(_ sql: String) throws -> StorageError? {
        do {
            try database.writeBlocking(as: .system()) { tx in
                try tx.execute(sql)
                try tx.record("attempt", "x")
            }
            return nil
        } catch let error as StorageError {
            return error
        }
    }

    @Test func theJournalIsFinal() throws {
        defer { storage.shutdown() }
        for number in 1...5 {
            try database.writeBlocking(as: .system()) { tx in try tx.record("event\(number)", "x") }
        }
        let changed = StorageError.constraint("the journal is never changed")
        let kept = StorageError.constraint("the journal keeps what is above the retention mark")
        #expect(try attempt("UPDATE journal SET event = 'forged' WHERE seq = 1") == changed)
        #expect(try attempt("DELETE FROM journal WHERE seq = 1") == kept)
        #expect(try attempt("DELETE FROM journal") == kept)
        let replace = "INSERT OR REPLACE INTO journal VALUES (1, 0, 0, '', '', '', 'forged', '', '')"
        #expect(try attempt(replace) == kept)
        #expect(try attempt("DELETE FROM retention") == .constraint("the retention mark is never removed"))

        #expect(try attempt("UPDATE retention SET retained_to = 3") == nil)
        #expect(try attempt("DELETE FROM journal WHERE seq <= 4") == kept)
        #expect(try attempt("DELETE FROM journal WHERE seq <= 3") == nil)
        let back = StorageError.constraint("the retention mark never moves back")
        #expect(try attempt("UPDATE retention SET retained_to = 2") == back)
        #expect(try text("SELECT seq || event FROM journal") == ["4event4", "5event5", "6attempt", "7attempt"])
    }

    @Test func theSequenceGoesOnWhenEverythingWasRemoved() throws {
        try database.writeBlocking(as: .system()) { tx in
            try tx.record("a", "x")
            try tx.execute("UPDATE retention SET retained_to = 1")
            try tx.execute("DELETE FROM journal")
        }
        #expect(try text("SELECT seq || '' FROM journal") == [])
        storage.shutdown()
        let second = try Fixture.storage(directory, clock: clock)
        defer { second.shutdown() }
        try second.organisation("acme").writeBlocking(as: .system()) { tx in try tx.record("b", "x") }
        let rows = try second.organisation("acme").readBlocking(as: .system()) { tx in
            try tx.rows("SELECT seq FROM journal") { try $0.int(0) }
        }
        #expect(rows == [2])
    }
}
