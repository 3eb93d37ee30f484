import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct CatalogServiceTests {
    @Test func anAssetIsReadAsItWasCreated() async throws {
        let harness = try await Harness.withOpening()
        var request = Usher_Catalog_V1_CreateAssetRequest()
        request.asset = .with {
            $0.type = .playlist
            $0.title = "Best of \u{1F3AC}"
            $0.description_p = "Line one\nline two"
            $0.relatedContent = [.with { ($0.kind, $0.url) = (.bonus, "http://example.org/bonus?a=1#b") }]
            $0.memberAssetIds = ["opening"]
            $0.geoPolicy = .with { ($0.mode, $0.countryCodes) = (.block, ["no", "SE", "se"]) }
            $0.singleIpProtection = false
        }
        let made = try await harness.call(Catalog.createAsset, request)
        #expect(made.assetID.hasPrefix("ast_") && made.organisationID == "nordfilm")
        #expect(made.geoPolicy.countryCodes == ["NO", "SE"] && made.hasSingleIpProtection)
        #expect(made.memberAssetIds == ["opening"] && made.relatedContent == request.asset.relatedContent)
        #expect(try await harness.call(Catalog.getAsset, .with { $0.assetID = made.assetID }) == made)
        #expect(
            try await harness.refusal(Catalog.getAsset, .with { $0.assetID = "Opening" })?.reason == "ASSET_NOT_FOUND")
    }

    private static let badAssets: [(String, @Sendable (inout Usher_Catalog_V1_Asset) -> Void)] = [
        ("asset.asset_id", { $0.assetID = "a b" }), ("asset.type", { $0.type = .unspecified }),
        ("asset.type", { $0.type = .UNRECOGNIZED(77) }), ("asset.title", { $0.title = "" }),
        ("asset.title", { $0.title = String(repeating: "x", count: 501) }),
        ("asset.description", { $0.description_p = "\u{0}" }),
        ("asset.member_asset_ids", { $0.memberAssetIds = ["opening"] }),
        ("asset.member_asset_ids", { ($0.type, $0.memberAssetIds) = (.series, ["opening", "opening"]) }),
        (
            "asset.related_content[0].url",
            { $0.relatedContent = [.with { ($0.kind, $0.url) = (.bonus, "javascript:x") }] }
        ),
        ("asset.related_content[0].kind", { $0.relatedContent = [.with { $0.url = "https://example.org" }] }),
        ("asset.geo_policy.mode", { $0.geoPolicy.countryCodes = ["SE"] }),
        ("asset.geo_policy.country_codes", { $0.geoPolicy.mode = .allow }),
        ("asset.geo_policy.country_codes", { $0.geoPolicy = .with { ($0.mode, $0.countryCodes) = (.allow, ["SWE"]) } }),
    ]

    @Test(arguments: badAssets)
    func assetsThatCannotBeAccepted(
        field: String, change: @Sendable (inout Usher_Catalog_V1_Asset) -> Void
    ) async throws {
        let harness = try await Harness.withOpening()
        var request = Usher_Catalog_V1_CreateAssetRequest()
        request.asset = .with { ($0.type, $0.title) = (.video, "x") }
        change(&request.asset)
        let refusal = try await harness.refusal(Catalog.createAsset, request)
        #expect(refusal?.violations.map(\.field) == [field])
    }

    @Test func idsAreTakenOnceAndMembersMustExistAndBePlain() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("season") { ($0.type, $0.memberAssetIds) = (.series, ["opening"]) }
        for (members, id, reason) in [
            (["opening"], "opening", "ASSET_EXISTS"), (["missing"], "new", "ASSET_NOT_FOUND"),
            (["season"], "new", "FIELD_INVALID"),
        ] {
            let refusal = try await harness.refusal(
                Catalog.createAsset,
                .with {
                    $0.asset = .with {
                        ($0.assetID, $0.type, $0.title, $0.memberAssetIds) = (id, .series, "x", members)
                    }
                })
            #expect(refusal?.reason == reason)
        }
    }

    @Test func viewers() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.call(
            Catalog.createViewer, .with { $0.viewer = .with { ($0.viewerID, $0.email) = ("anna", "Anna@Example.org") } }
        )
        #expect(made.email == "Anna@Example.org" && made.status == .active)
        #expect(try await harness.call(Catalog.getViewer, .with { $0.viewerID = "anna" }) == made)
        #expect(
            try await harness.refusal(Catalog.createViewer, .with { $0.viewer.viewerID = "anna" })?.reason
                == "VIEWER_EXISTS")
        #expect(try await harness.call(Catalog.createViewer, .init()).viewerID.hasPrefix("vwr_"))
        for email in ["anna", "@example.org", "anna@", "a@b@c", "a b@c"] {
            #expect(
                try await harness.refusal(Catalog.createViewer, .with { $0.viewer.email = email })?.violations.first?
                    .field
                    == "viewer.email")
        }
    }
}
