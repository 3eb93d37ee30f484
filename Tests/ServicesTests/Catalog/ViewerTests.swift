import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct ViewerTests {
    @Test func viewersAreFoundByWholePartsOfTheirAddresses() async throws {
        let harness = try await Harness.withOpening()
        for (id, email) in [
            ("one", "Derby@Mail.com"), ("two", "derby@example.org"), ("three", "mail.com@example.org"),
            ("four", "anna@mail.com"), ("five", ""), ("six", "DE\u{301}RBY@mail.com"),
        ] {
            try await harness.call(
                Catalog.createViewer, .with { $0.viewer = .with { ($0.viewerID, $0.email) = (id, email) } })
        }
        func find(_ email: String) async throws -> [String] {
            var (ids, token) = ([String](), "")
            repeat {
                let page = try await harness.call(
                    Catalog.listViewers, .with { ($0.email, $0.pageSize, $0.pageToken) = (email, 1, token) })
                ids += page.viewers.map(\.viewerID)
                token = page.nextPageToken
            } while !token.isEmpty
            return ids
        }
        for (email, ids) in [
            ("derby", ["one", "two"]), ("DERBY", ["one", "two"]), (" derby@mail.com ", ["one"]),
            ("mail.com", ["one", "three", "four", "six"]), ("example.org", ["two", "three"]),
            ("d\u{E9}rby", ["six"]), ("derb", []), ("mail", []), ("ail.com", []), ("@mail.com", []), ("derby@", []),
            ("%", []), ("", ["one", "two", "three", "four", "five", "six"]),
        ] { #expect(try await find(email) == ids, "\(email)") }
        try await harness.call(
            Catalog.updateViewer, .with { $0.viewer = .with { ($0.viewerID, $0.email) = ("one", "new@example.org") } })
        try await harness.call(Catalog.deleteViewer, .with { $0.viewerID = "two" })
        #expect(try await find("derby") == [])
        #expect(try await find("example.org") == ["one", "three"])
        #expect(
            try await harness.refusal(
                Catalog.listViewers, .with { $0.email = String(repeating: "x", count: 255) })?.violations.map(\.field)
                == ["email"])
    }

    /// The journal is never changed: an address that is to be forgotten one day must not get into it.
    @Test func addressesAreNotInTheJournal() async throws {
        let harness = try await Harness.withOpening()
        try await harness.call(
            Catalog.createViewer, .with { $0.viewer = .with { ($0.viewerID, $0.email) = ("anna", "a@example.org") } })
        try await harness.call(
            Catalog.updateViewer, .with { $0.viewer = .with { ($0.viewerID, $0.email) = ("anna", "b@example.org") } })
        try await harness.call(
            Catalog.batchUpsertViewers,
            .with { $0.viewers = [.with { ($0.viewerID, $0.email) = ("anna", "c@example.org") }] })
        try await harness.call(Catalog.deleteViewer, .with { $0.viewerID = "anna" })
        let entries = try await harness.storage.organisation("nordfilm").read(as: .system()) {
            try $0.journal(after: 0, limit: 1_000)
        }
        #expect(
            entries.map(\.event)
                == ["asset.created", "viewer.created", "viewer.updated", "viewers.upserted", "viewer.deleted"])
        #expect(!entries.contains { "\($0)".contains("example.org") })
    }

    @Test func viewersAreBroughtInStep() async throws {
        let harness = try await Harness.withOpening()
        try await harness.call(
            Catalog.createViewer, .with { $0.viewer = .with { ($0.viewerID, $0.email) = ("anna", "a@example.org") } })
        var request = Usher_Catalog_V1_BatchUpsertViewersRequest()
        request.viewers = [("anna", "new@example.org"), ("bob", "b@example.org"), ("carl", "")].map { id, email in
            .with { ($0.viewerID, $0.email) = (id, email) }
        }
        request.validateOnly = true
        let plan = try await harness.call(Catalog.batchUpsertViewers, request)
        #expect([plan.createdCount, plan.updatedCount, plan.unchangedCount] == [2, 1, 0])
        #expect(try await harness.call(Catalog.getViewer, .with { $0.viewerID = "anna" }).email == "a@example.org")
        request.validateOnly = false
        #expect(try await harness.call(Catalog.batchUpsertViewers, request) == plan)
        let anna = try await harness.call(Catalog.getViewer, .with { $0.viewerID = "anna" })
        #expect(anna.email == "new@example.org" && anna.etag == "v2")
        #expect(try await harness.call(Catalog.listViewers, .with { $0.email = "new" }).viewers == [anna])
        #expect(try await harness.call(Catalog.batchUpsertViewers, request).unchangedCount == 3)
    }

    @Test func badBatchesChangeNothing() async throws {
        let harness = try await Harness.withOpening()
        for (rows, field) in [
            ([], "viewers"), ((0...1_000).map { ("v-\($0)", "") }, "viewers"),
            ([("new", ""), ("", "")], "viewers[1].viewer_id"), ([("new", ""), ("new", "")], "viewers[1].viewer_id"),
            ([("new", ""), ("a b", "")], "viewers[1].viewer_id"), ([("new", ""), ("b", "b")], "viewers[1].email"),
        ] as [([(String, String)], String)] {
            let refusal = try await harness.refusal(
                Catalog.batchUpsertViewers,
                .with { $0.viewers = rows.map { row in .with { ($0.viewerID, $0.email) = row } } })
            #expect(refusal?.violations.map(\.field) == [field])
        }
        #expect(try await harness.call(Catalog.listViewers, .init()).viewers.isEmpty)
    }

    @Test func addressesAsTheyAreCompared() {
        let address = EmailAddress(" A\u{308}nna.B+c@EXAMPLE.org")
        #expect(address?.folded == "\u{E4}nna.b+c@example.org")
        #expect(address?.local == "\u{E4}nna.b+c" && address?.domain == "example.org")
        for text in ["", "anna", "@example.org", "anna@", "a@b@c", "a b@c"] { #expect(EmailAddress(text) == nil) }
    }
}
