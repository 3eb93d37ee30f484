import Testing
import UsherContract
import UsherStorage

@Suite struct SQLTests {
    let directory: TemporaryDirectory
    let storage: Storage
    let database: Database

    init() throws {
        directory = try TemporaryDirectory()
        storage = try Fixture.storage(directory) { $0.requireJournal = false }
        database = try Fixture.organisation(storage)
    }

    enum State: Int, SQLBindable { case live = 7 }

    @Test func valuesComeBackAsTheyWent() throws {
        defer { storage.shutdown() }
        try database.writeBlocking(as: .system()) { tx throws in
            let id = ResourceID(prefix: "itm", number: 99)
            let large = [UInt8](repeating: 3, count: 100_000)
            let none: String? = nil
            let some: Int64? = .max
            let found: Void? = try tx.row(
                "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?", Int64.min, 5, true, "", "aé😀\u{0}z", [] as [UInt8],
                large, Instant(microseconds: -1), id, none, some, State.live
            ) { (row: SQLRow) throws in
                #expect(try row.int64(0) == .min)
                #expect(try row.int(1) == 5)
                #expect(try row.bool(2))
                #expect(try row.text(3) == "")
                #expect(try row.text(4) == "aé😀\u{0}z")
                #expect(try row.blob(5) == [])
                #expect(try row.blob(6) == large)
                #expect(try row.instant(7) == Instant(microseconds: -1))
                #expect(try row.id(8, prefix: "itm") == id)
                #expect(try row.textOrNil(9) == nil)
                #expect(try row.int64OrNil(10) == .max)
                #expect(try row.int(11) == 7)
                #expect(try row.intOrNil(9) == nil)
                #expect(try row.boolOrNil(9) == nil)
                #expect(try row.blobOrNil(9) == nil)
                #expect(try row.instantOrNil(9) == nil)
                #expect(try row.idOrNil(9, prefix: "itm") == nil)
                #expect(row.isNull(9) && !row.isNull(10))
            }
            #expect(found != nil)
        }
    }

    /// Each function is tried on values of other types and on NULL.
    @Test(arguments: [
        ("'text'", "int64"), ("NULL", "int64"), ("1", "text"), ("x'00'", "text"), ("NULL", "text"), ("'text'", "blob"),
        ("1", "blob"), ("2", "bool"), ("'text'", "bool"), ("NULL", "instant"), ("1.5", "int64"), ("'x'", "int64OrNil"),
    ])
    func anotherTypeThanExpectedIsAnError(value: String, function: String) throws {
        defer { storage.shutdown() }
        let readers: [String: @Sendable (SQLRow, Int) throws -> Void] = [
            "int64": { _ = try $0.int64($1) }, "text": { _ = try $0.text($1) }, "blob": { _ = try $0.blob($1) },
            "bool": { _ = try $0.bool($1) }, "instant": { _ = try $0.instant($1) },
            "int64OrNil": { _ = try $0.int64OrNil($1) },
        ]
        let read = try #require(readers[function])
        #expect {
            try database.readBlocking(as: .system()) { tx in try tx.row("SELECT \(value)") { try read($0, 0) } }
        } throws: {
            if case StorageError.typeMismatch = $0 { true } else { false }
        }
    }

    @Test func aColumnThatIsNotThereIsAnError() throws {
        defer { storage.shutdown() }
        #expect(throws: StorageError.self) {
            try database.readBlocking(as: .system()) { tx in try tx.row("SELECT 1") { try $0.int(1) } }
        }
    }

    @Test(arguments: [
        ("INSERT INTO item VALUES (1, 'b', 0, NULL)", StorageError.unique("item.id")),
        ("INSERT INTO item VALUES (2, 'a', 0, NULL)", .unique("item.code")),
        ("INSERT INTO item VALUES (2, 'b', 4, NULL)", .check("used_limit")),
        ("INSERT INTO item VALUES (2, NULL, 0, NULL)", .notNull("item.code")),
        ("INSERT INTO child VALUES (1, 77)", .foreignKey),
        ("DELETE FROM item", .foreignKey),
        (
            "INSERT INTO item VALUES (2, 'b', 'many', NULL)",
            .constraint("cannot store TEXT value in INTEGER column item.used")
        ),
    ])
    func constraintsHaveNames(sql: String, expected: StorageError) throws {
        defer { storage.shutdown() }
        #expect(throws: expected) {
            try database.writeBlocking(as: .system()) { tx in
                try tx.execute("INSERT INTO item VALUES (1, 'a', 0, NULL)")
                try tx.execute("INSERT INTO child VALUES (9, 1)")
                try tx.execute(sql)
            }
        }
    }

    @Test func aHandlerCanGoOnAfterAConstraint() throws {
        defer { storage.shutdown() }
        let changed = try database.writeBlocking(as: .system()) { tx in
            try tx.execute("INSERT INTO item VALUES (1, 'a', 0, NULL)")
            #expect(throws: StorageError.unique("item.code")) {
                try tx.execute("INSERT INTO item VALUES (2, 'a', 0, NULL)")
            }
            return try tx.execute("INSERT INTO item VALUES (2, 'b', 0, NULL), (3, 'c', 0, NULL)")
        }
        #expect(changed == 2)
        #expect(try database.codes == ["a", "b", "c"])
    }

    @Test func returningChangesEveryRow() throws {
        defer { storage.shutdown() }
        try database.writeBlocking(as: .system()) { tx in
            try tx.execute("INSERT INTO item VALUES (1, 'a', 0, NULL), (2, 'b', 0, NULL), (3, 'c', 1, NULL)")
            #expect(try tx.row("UPDATE item SET used = used + 1 RETURNING used") { try $0.int(0) } == 1)
            #expect(try tx.rows("SELECT used FROM item") { try $0.int(0) } == [1, 1, 2])
            #expect(try tx.row("UPDATE item SET used = 0 WHERE id = 9 RETURNING used") { try $0.int(0) } == nil)
            #expect(try tx.execute("UPDATE item SET used = 0 WHERE id = 9") == 0)
            try tx.execute("INSERT INTO child VALUES (1, 2)")
            #expect(throws: StorageError.foreignKey, "which is judged after the last row") {
                try tx.row("DELETE FROM item RETURNING id") { try $0.int(0) }
            }
            #expect(try tx.count("item") == 3)
        }
    }

    @Test func theSameStatementMayRunInsideItself() throws {
        defer { storage.shutdown() }
        try database.writeBlocking(as: .system()) { tx in
            try tx.execute("INSERT INTO item VALUES (1, 'a', 0, NULL), (2, 'b', 0, NULL), (3, 'c', 1, NULL)")
            let sql = "SELECT id FROM item WHERE id <= ? ORDER BY id"
            let nested = try tx.rows(sql, 3) { outer in
                [try outer.int(0)] + (try tx.rows(sql, try outer.int(0)) { try $0.int(0) })
            }
            #expect(nested == [[1, 1], [2, 1, 2], [3, 1, 2, 3]])
        }
    }

    /// Whoever else runs the statement, before, in between or after, has all of its own.
    @Test func sharedArgumentsStayTheirOwn() throws {
        defer { storage.shutdown() }
        let sql = "INSERT INTO item (id, code, used, note) VALUES (?, ?, ?, ?) ON CONFLICT (code) DO NOTHING"
        let large = [UInt8](repeating: 7, count: 100_000)
        let (one, two) = (SharedArguments([1, [1] as [UInt8]]), SharedArguments([2, large]))
        let other = "INSERT INTO item (id, code, used, note) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
        try database.writeBlocking(as: .system()) { tx in
            #expect(try tx.execute(sql, arguments: [1, "a"], shared: one) == 1)
            #expect(try tx.execute(sql, arguments: [2, "a"], shared: one) == 0)
            #expect(throws: StorageError.unique("item.id")) { try tx.execute(sql, arguments: [1, "b"], shared: one) }
            try tx.execute(sql, arguments: [2, "b"], shared: one)
            try tx.execute(sql, arguments: [3, "c"], shared: two)
            try tx.execute(sql, arguments: [4, "d"], shared: two)
            try tx.execute(sql, arguments: [5, "e"], shared: one)
            try tx.execute(sql, 6, "f", 3, nil as [UInt8]?)
            try tx.execute(sql, arguments: [7, "g"], shared: one)
            try tx.execute(other, arguments: [8, "h"], shared: one)
            try tx.execute(other, 9, "i", 0, large)
            #expect(throws: StorageError.self) { try tx.execute(sql, arguments: [10], shared: one) }
            try tx.execute(sql, arguments: [10, "j"], shared: one)
        }
        try database.writeBlocking(as: .system()) { tx in
            try tx.execute(sql, arguments: [11, "k"], shared: one)
            let found = try tx.rows("SELECT code, used, note FROM item ORDER BY id") {
                "\(try $0.text(0))\(try $0.int(1))\(try $0.blobOrNil(2)?.count ?? 0)"
            }
            #expect(
                found == [
                    "a11", "b11", "c2100000", "d2100000", "e11", "f30", "g11", "h11", "i0100000", "j11", "k11",
                ])
        }
    }

    @Test(arguments: [0, 2]) func theNumberOfArgumentsMustBeRight(count: Int) throws {
        defer { storage.shutdown() }
        #expect(throws: StorageError.self) {
            try database.readBlocking(as: .system()) { tx in
                try tx.row("SELECT ?", arguments: [Int](repeating: 1, count: count)) { try $0.int(0) }
            }
        }
    }

    @Test func aReaderThatThrowsLeavesNothingRunning() throws {
        defer { storage.shutdown() }
        struct Stop: Error {}
        try database.writeBlocking(as: .system()) { tx in
            try tx.execute("INSERT INTO item VALUES (1, 'a', 0, NULL), (2, 'b', 0, NULL)")
            #expect(throws: Stop.self) { try tx.rows("SELECT id FROM item") { _ in throw Stop() } }
        }
        #expect(try database.codes == ["a", "b"], "the COMMIT was not held up")
    }
}
