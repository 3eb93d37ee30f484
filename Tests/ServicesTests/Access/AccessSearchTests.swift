import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct AccessSearchTests {
    /// The whole address, the whole part before the @ or the whole part after it; never a fragment.
    @Test func byEmailExactlyAsSpecified() async throws {
        let harness = try await Harness.withOpening()
        let viewers = [("derby", "derby@mail.com"), ("other", "other@mail.com"), ("mail", "mail@derby.se")]
        for (viewer, email) in viewers {
            try await harness.call(
                Catalog.createViewer, .with { ($0.viewer.viewerID, $0.viewer.email) = (viewer, email) })
            for _ in 0..<2 { try await harness.call(Accesses.grantAccess, .with { $0.viewerID = viewer }) }
        }
        for (query, expected) in [
            ("derby@mail.com", ["derby", "derby"]), ("derby", ["derby", "derby"]), ("DERBY", ["derby", "derby"]),
            ("mail.com", ["derby", "derby", "other", "other"]), ("mail", ["mail", "mail"]),
            ("derby.se", ["mail", "mail"]), ("derb", []), ("mail.co", []), ("erby", []), ("derby@mail", []),
            ("@mail.com", []), ("derby@", []), ("com", []),
        ] {
            #expect(try await harness.find(.email, query).map(\.viewerID) == expected, "\(query)")
        }
    }

    @Test func byEverythingElse() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("gala") { $0.title = "Öppning" }
        let first = try await harness.call(
            Accesses.grantAccess, .with { ($0.viewerID, $0.assetID) = ("anna", "opening") })
        try await harness.call(Accesses.grantAccess, .with { ($0.viewerID, $0.assetID) = ("bob", "gala") })
        _ = try await harness.createVoucher("CODE")
        _ = try await harness.redeem("CODE", "cleo", asset: "opening")
        try await harness.call(Accesses.revokeAccess, .with { $0.accessID = first.accessID })
        let rows: [(Usher_Access_V1_AccessSearchField, String, Usher_Access_V1_AccessActivity, [String])] = [
            (.accessID, first.accessID, .unspecified, ["anna"]), (.accessID, "acc_0000000000001", .unspecified, []),
            (.accessID, "x", .unspecified, []),
            (.assetTitle, "opening night", .unspecified, ["anna", "cleo"]),
            (.assetTitle, "OPENING", .active, ["cleo"]), (.assetTitle, "öPP", .unspecified, ["bob"]),
            (.assetTitle, "night", .unspecified, []),
            (.type, "Access-voucher", .unspecified, ["cleo"]), (.type, "granted", .inactive, ["anna"]),
            (.viewerID, "bob", .unspecified, ["bob"]), (.viewerID, "bo", .unspecified, []),
            (.assetID, "opening", .unspecified, ["anna", "cleo"]), (.assetID, "open", .unspecified, []),
        ]
        for (field, query, activity, expected) in rows {
            let found = try await harness.find(field, query, activity)
            #expect(found.map(\.viewerID) == expected, "\(field) \(query)")
        }
        for bad: Usher_Access_V1_SearchAccessRequest in [
            .init(), .with { $0.query = "anna" }, .with { $0.field = .email },
            .with { ($0.field, $0.query) = (.type, "stolen") },
        ] {
            #expect(try await harness.refusal(Accesses.searchAccess, bad)?.code == .invalidArgument)
        }
    }

    @Test func pageByPageItIsTheSame() async throws {
        let harness = try await Harness.withOpening()
        for number in 0..<20 {
            let viewer = "viewer-\(number)"
            try await harness.call(
                Catalog.createViewer,
                .with { ($0.viewer.viewerID, $0.viewer.email) = (viewer, "\(viewer)@mail.com") })
            for _ in 0..<number % 4 {
                try await harness.call(
                    Accesses.grantAccess, .with { ($0.viewerID, $0.assetID) = (viewer, "opening") })
            }
        }
        for (field, query) in [(Usher_Access_V1_AccessSearchField.email, "mail.com"), (.assetTitle, "Opening")] {
            let all = try await harness.find(field, query)
            #expect(all.count == 30)
            var (paged, token) = ([Usher_Access_V1_Access](), "")
            repeat {
                let page = try await harness.call(
                    Accesses.searchAccess,
                    .with { ($0.field, $0.query, $0.pageSize, $0.pageToken) = (field, query, 7, token) })
                paged += page.accesses
                token = page.nextPageToken
            } while !token.isEmpty
            #expect(paged == all)
        }
    }
}

extension Harness {
    fileprivate func find(
        _ field: Usher_Access_V1_AccessSearchField, _ query: String,
        _ activity: Usher_Access_V1_AccessActivity = .unspecified
    ) async throws -> [Usher_Access_V1_Access] {
        try await call(
            Accesses.searchAccess, .with { ($0.field, $0.query, $0.activity) = (field, query, activity) }
        ).accesses
    }
}
