import Testing

@testable import UsherStorage

/// No e-mail address gets into the journal, whoever puts it where.
@Suite struct JournalGuardTests {
    @Test(arguments: [
        ("anna@example.org", "[address]"), ("wrote to anna@example.org twice", "wrote to [address] twice"),
        ("Anna <anna@example.org>, Bob (bob@x)", "Anna <[address]>, Bob ([address])"),
        ("mailto:anna@example.org", "mailto:[address]"), ("ännä@exämple.org", "[address]"),
        ("a@b@c", "[address]"), ("\"odd one\"@example.org", "\"odd one\"@example.org"),
    ])
    func addressesAreBlanked(_ text: String, _ expected: String) {
        #expect(JournalGuard.withoutAddresses(text) == expected)
    }

    @Test(arguments: [
        "", "Gala", "Gala @ Opera", "@nordfilm", "https://example.org/@nordfilm/live", "5@", "x @y", "ü€🎭",
    ])
    func whatIsNoneStays(_ text: String) {
        #expect(JournalGuard.withoutAddresses(text) == text)
    }

    @Test func aRowHasNone() throws {
        let directory = try TemporaryDirectory()
        let storage = try Fixture.storage(directory)
        defer { storage.shutdown() }
        let database = try Fixture.organisation(storage)
        let call = TestCall(set: { $0.requestID = "redeem-anna@example.org" }) { tx in
            try tx.addItem("a")
            try tx.record("item.noted", "itm_1", before: ["note": "bob@example.org"], after: ["note": "x"])
            return EncodedReply(bytes: [])
        }
        database.submit(call)
        _ = try call.reply()
        let entries = try database.readBlocking(as: .system()) { try $0.journal(after: 0, limit: 10) }
        #expect(entries.map(\.requestID) == ["[address]", "[address]"])
        #expect(entries.last?.changes == #"{"note":["[address]","x"]}"#)
    }
}
