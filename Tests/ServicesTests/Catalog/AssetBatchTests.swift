import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct AssetBatchTests {
    private func asset(
        _ id: String, _ title: String = "x", _ change: (inout Usher_Catalog_V1_Asset) -> Void = { _ in }
    ) -> Usher_Catalog_V1_Asset {
        .with {
            ($0.assetID, $0.type, $0.title) = (id, .video, title)
            change(&$0)
        }
    }

    @Test func assetsAreBroughtInStep() async throws {
        let harness = try await Harness.withOpening()
        let season = asset("season") { ($0.type, $0.memberAssetIds) = (.series, ["pilot", "opening"]) }
        var request = Usher_Catalog_V1_BatchUpsertAssetsRequest()
        request.assets = [
            season, asset("pilot"), asset("opening", "Opening Night") { $0.type = .liveEvent },
        ]
        request.validateOnly = true
        let plan = try await harness.call(Catalog.batchUpsertAssets, request)
        #expect([plan.createdCount, plan.updatedCount, plan.unchangedCount] == [2, 0, 1])
        #expect(
            try await harness.refusal(Catalog.getAsset, .with { $0.assetID = "pilot" })?.reason == "ASSET_NOT_FOUND")
        request.validateOnly = false
        #expect(try await harness.call(Catalog.batchUpsertAssets, request) == plan)
        let read = try await harness.call(Catalog.getAsset, .with { $0.assetID = "season" })
        #expect(read.memberAssetIds == ["pilot", "opening"] && read.etag == "v1")
        request.assets[0].memberAssetIds = ["pilot"]
        request.assets[1].title = "Pilot"
        let second = try await harness.call(Catalog.batchUpsertAssets, request)
        #expect([second.createdCount, second.updatedCount, second.unchangedCount] == [0, 2, 1])
        #expect(try await harness.call(Catalog.getAsset, .with { $0.assetID = "pilot" }).title == "Pilot")
        #expect(try await harness.call(Catalog.getAsset, .with { $0.assetID = "season" }).etag == "v2")
        let third = try await harness.call(Catalog.batchUpsertAssets, request)
        #expect(third.unchangedCount == 3)
    }

    @Test func allOrNone() async throws {
        let harness = try await Harness.withOpening()
        for (rows, field, reason) in [
            ([], "assets", "FIELD_INVALID"),
            ((0...1_000).map { asset("a-\($0)") }, "assets", "FIELD_INVALID"),
            ([asset("new"), asset("")], "assets[1].asset_id", "FIELD_INVALID"),
            ([asset("new"), asset("new")], "assets[1].asset_id", "FIELD_INVALID"),
            ([asset("new"), asset("other", "")], "assets[1].title", "FIELD_INVALID"),
            ([asset("new"), asset("opening")], "assets[1].type", "FIELD_INVALID"),
            (
                [asset("new"), asset("s") { ($0.type, $0.memberAssetIds) = (.series, ["s"]) }],
                "assets[1].member_asset_ids", "FIELD_INVALID"
            ),
            ([asset("new"), asset("s") { ($0.type, $0.memberAssetIds) = (.series, ["q"]) }], nil, "ASSET_NOT_FOUND"),
        ] as [([Usher_Catalog_V1_Asset], String?, String)] {
            let refusal = try await harness.refusal(Catalog.batchUpsertAssets, .with { $0.assets = rows })
            #expect(refusal?.reason == reason && refusal?.violations.first?.field == field)
        }
        #expect(
            try await harness.refusal(Catalog.getAsset, .with { $0.assetID = "new" })?.reason == "ASSET_NOT_FOUND")
        let most = try await harness.call(
            Catalog.batchUpsertAssets, .with { $0.assets = (1...1_000).map { asset("a-\($0)") } })
        #expect(most.createdCount == 1_000)
    }

    @Test func aScheduledStreamSaysWhenItBegins() async throws {
        let harness = try await Harness.withOpening()
        func related(_ kind: Usher_Catalog_V1_RelatedContentKind) async throws -> Refusal? {
            try await harness.refusal(
                Catalog.updateAsset,
                .with {
                    $0.asset.assetID = "opening"
                    $0.asset.relatedContent = [
                        .with {
                            ($0.kind, $0.url, $0.title) = (kind, "https://example.org/live", "Live")
                            $0.startTime.seconds = 1_795_197_600
                        }
                    ]
                    $0.updateMask.paths = ["related_content"]
                })
        }
        #expect(try await related(.trailer)?.violations.map(\.field) == ["asset.related_content[0].start_time"])
        #expect(try await related(.liveStream) == nil)
        _ = try await harness.createVoucher("LAND") { $0.scope.assetIds = ["opening"] }
        let page = try await harness.call(Vouchers.lookupVoucher, .with { $0.code = "LAND" }).landingPage
        #expect(page.relatedContent.map(\.startTime.seconds) == [1_795_197_600])
        #expect(page.relatedContent.map(\.title) == ["Live"] && page.relatedContent.map(\.kind) == [.liveStream])
    }
}
