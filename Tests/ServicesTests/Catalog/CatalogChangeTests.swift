import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct CatalogChangeTests {
    @Test func anAssetChangesByItsMask() async throws {
        let harness = try await Harness.withOpening()
        let before = try await harness.call(Catalog.getAsset, .with { $0.assetID = "opening" })
        var request = Usher_Catalog_V1_UpdateAssetRequest()
        request.asset = .with {
            ($0.assetID, $0.title, $0.description_p, $0.singleIpProtection) = ("opening", "Opening", "New", true)
            $0.geoPolicy = .with { ($0.mode, $0.countryCodes) = (.allow, ["SE"]) }
        }
        request.updateMask.paths = ["title", "geo_policy"]
        let changed = try await harness.call(Catalog.updateAsset, request)
        #expect(changed.title == "Opening" && changed.geoPolicy.countryCodes == ["SE"])
        #expect(changed.description_p.isEmpty && !changed.hasSingleIpProtection && changed.type == .liveEvent)
        #expect(changed.etag != before.etag && changed.createTime == before.createTime)
        #expect(try await harness.call(Catalog.getAsset, .with { $0.assetID = "opening" }) == changed)
        #expect(try await harness.call(Catalog.updateAsset, request) == changed, "the same once more is no change")
        var respelt = request
        respelt.asset.geoPolicy.countryCodes = ["se", "SE"]
        #expect(try await harness.call(Catalog.updateAsset, respelt) == changed, "in other words it is none either")
        request.asset.etag = before.etag
        #expect(try await harness.refusal(Catalog.updateAsset, request)?.reason == "ETAG_MISMATCH")
        request.asset.etag = changed.etag
        request.updateMask.paths = []
        let all = try await harness.call(Catalog.updateAsset, request)
        #expect(all.description_p == "New" && all.singleIpProtection)
        for (paths, title, reason) in [
            (["type"], "x", "FIELD_INVALID"), (["title"], "", "FIELD_INVALID"),
        ] {
            (request.updateMask.paths, request.asset.title, request.asset.etag) = (paths, title, "")
            #expect(try await harness.refusal(Catalog.updateAsset, request)?.reason == reason)
        }
    }

    @Test func aSeriesOpensTheMembersThatItHasNow() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("finale")
        try await harness.createAsset("festival") { ($0.type, $0.memberAssetIds) = (.series, ["opening"]) }
        try await harness.call(
            Accesses.grantAccess, .with { ($0.viewerID, $0.assetID) = ("anna", "festival") })
        func members(_ ids: [String]) async throws -> String? {
            try await harness.refusal(
                Catalog.updateAsset,
                .with {
                    ($0.asset.assetID, $0.asset.memberAssetIds) = ("festival", ids)
                    $0.updateMask.paths = ["member_asset_ids"]
                })?.reason
        }
        #expect(try await members(["finale", "opening"]) == nil)
        #expect(try await harness.check("finale") { $0.viewerID = "anna" }.allowed)
        #expect(try await members(["finale"]) == nil)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        #expect(try await members(["missing"]) == "ASSET_NOT_FOUND")
        #expect(try await members(["festival"]) == "FIELD_INVALID")
    }

    @Test func aDeletedAssetOpensNothingAndFreesItsID() async throws {
        let harness = try await Harness.withOpening()
        let voucher = try await harness.createVoucher("SCOPED") { $0.scope.assetIds = ["opening"] }
        try await harness.call(Accesses.grantAccess, .with { ($0.viewerID, $0.assetID) = ("anna", "opening") })
        try await harness.call(Catalog.deleteAsset, .with { $0.assetID = "opening" })
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "ASSET_NOT_FOUND")
        #expect(
            try await harness.refusal(Catalog.deleteAsset, .with { $0.assetID = "opening" })?.reason
                == "ASSET_NOT_FOUND")
        #expect(try await harness.redeemReason("SCOPED") == "ASSET_NOT_FOUND")
        try await harness.createAsset("opening")
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        #expect(try await harness.redeemReason("SCOPED") == "ASSET_NOT_FOUND")
        let read = try await harness.call(Vouchers.getVoucher, .with { $0.voucherID = voucher.voucherID })
        #expect(read.scope.assetIds == ["opening"])
        // A change of something else leaves the scope as it is.
        let renamed = try await harness.call(
            Vouchers.updateVoucher,
            .with {
                ($0.voucher.voucherID, $0.voucher.name) = (voucher.voucherID, "x")
                $0.updateMask.paths = ["name"]
            })
        #expect(renamed.name == "x")
        #expect(try await harness.redeemReason("SCOPED") == "ASSET_NOT_FOUND")
    }

    @Test func listsGoPageByPage() async throws {
        let harness = try await Harness.withOpening()
        for number in 1...5 {
            try await harness.createAsset("asset-\(number)") { $0.type = number.isMultiple(of: 2) ? .video : .series }
            try await harness.call(Catalog.createViewer, .with { $0.viewer.viewerID = "viewer-\(number)" })
        }
        try await harness.call(Catalog.deleteAsset, .with { $0.assetID = "asset-3" })
        try await harness.call(Catalog.deleteViewer, .with { $0.viewerID = "viewer-3" })
        var (assets, viewers, token) = ([String](), [String](), "")
        repeat {
            let page = try await harness.call(
                Catalog.listAssets, .with { ($0.pageSize, $0.pageToken) = (2, token) })
            assets += page.assets.map(\.assetID)
            token = page.nextPageToken
        } while !token.isEmpty
        repeat {
            let page = try await harness.call(
                Catalog.listViewers, .with { ($0.pageSize, $0.pageToken) = (2, token) })
            viewers += page.viewers.map(\.viewerID)
            token = page.nextPageToken
        } while !token.isEmpty
        #expect(assets == ["opening", "asset-1", "asset-2", "asset-4", "asset-5"])
        #expect(viewers == ["viewer-1", "viewer-2", "viewer-4", "viewer-5"])
        let series = try await harness.call(Catalog.listAssets, .with { $0.type = .series })
        #expect(series.assets.map(\.assetID) == ["asset-1", "asset-5"])
    }

    @Test func aDeletedViewerHasNothingAndIsForgotten() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.call(
            Catalog.createViewer, .with { $0.viewer = .with { ($0.viewerID, $0.email) = ("anna", "anna@example.org") } }
        )
        let changed = try await harness.call(
            Catalog.updateViewer,
            .with {
                $0.viewer = .with { ($0.viewerID, $0.email, $0.etag) = ("anna", "a@example.org", made.etag) }
            })
        #expect(changed.email == "a@example.org" && changed.etag != made.etag)
        #expect(
            try await harness.refusal(
                Catalog.updateViewer, .with { $0.viewer = .with { ($0.viewerID, $0.email) = ("anna", "?") } })?.code
                == .invalidArgument)
        try await harness.call(Accesses.grantAccess, .with { $0.viewerID = "anna" })
        try await harness.call(Catalog.deleteViewer, .with { $0.viewerID = "anna" })
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        for refusal in [
            try await harness.refusal(Catalog.getViewer, .with { $0.viewerID = "anna" }),
            try await harness.refusal(Catalog.deleteViewer, .with { $0.viewerID = "anna" }),
            try await harness.refusal(Catalog.updateViewer, .with { $0.viewer.viewerID = "anna" }),
        ] { #expect(refusal?.reason == "VIEWER_NOT_FOUND") }
        let again = try await harness.call(Catalog.createViewer, .with { $0.viewer.viewerID = "anna" })
        #expect(again.email.isEmpty)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
    }
}
