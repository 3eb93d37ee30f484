import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct PackageTests {
    private func package(
        _ id: String, _ change: (inout Usher_Catalog_V1_Package) -> Void = { _ in }
    ) -> Usher_Catalog_V1_CreatePackageRequest {
        .with { request in
            request.package = .with { ($0.packageID, $0.title) = (id, "Everything digital") }
            change(&request.package)
        }
    }

    @Test func aPackageIsReadAsItWasCreated() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("finale")
        let made = try await harness.call(
            Catalog.createPackage,
            package("") {
                ($0.packageCode, $0.description_p, $0.assetIds) = (
                    "adeprimo digital", "Paper too", ["finale", "opening"]
                )
                ($0.printProduct, $0.deliveryAddressRequired, $0.voucherPurchaseEnabled) = (true, true, true)
                ($0.graceDays, $0.allowSeveralSubscriptions) = (25, true)
            })
        #expect(made.packageID.hasPrefix("pkg_") && made.organisationID == "nordfilm")
        #expect(made.packageCode == "adeprimo digital" && made.assetIds == ["finale", "opening"])
        #expect(made.printProduct && made.deliveryAddressRequired && made.voucherPurchaseEnabled)
        #expect(made.graceDays == 25 && made.allowSeveralSubscriptions && made.etag == "v1")
        #expect(try await harness.call(Catalog.getPackage, .with { $0.packageID = made.packageID }) == made)
        let plain = try await harness.call(Catalog.createPackage, package("plain"))
        #expect(plain.packageCode == "plain" && plain.assetIds.isEmpty && plain.graceDays == 0)
    }

    private static let bad: [(String, @Sendable (inout Usher_Catalog_V1_Package) -> Void)] = [
        ("package.package_id", { $0.packageID = "a b" }),
        ("package.package_code", { $0.packageCode = String(repeating: "x", count: 51) }),
        ("package.package_code", { $0.packageID = String(repeating: "x", count: 51) }),
        ("package.package_code", { $0.packageCode = "a\u{0}" }),
        ("package.title", { $0.title = "" }),
        ("package.description", { $0.description_p = String(repeating: "x", count: 10_001) }),
        ("package.asset_ids", { $0.assetIds = ["opening", "opening"] }),
        ("package.asset_ids", { $0.assetIds = (0...1_000).map { "asset-\($0)" } }),
        ("package.delivery_address_required", { $0.deliveryAddressRequired = true }),
        ("package.grace_days", { $0.graceDays = 26 }), ("package.grace_days", { $0.graceDays = -1 }),
    ]

    @Test(arguments: bad)
    func packagesThatCannotBeAccepted(
        field: String, change: @Sendable (inout Usher_Catalog_V1_Package) -> Void
    ) async throws {
        let harness = try await Harness.withOpening()
        let refusal = try await harness.refusal(Catalog.createPackage, package("new", change))
        #expect(refusal?.code == .invalidArgument && refusal?.violations.map(\.field) == [field])
    }

    /// Each row breaks everything that later rows break, so that the order of the refusals shows.
    @Test func refusalsInTheirOrder() async throws {
        let harness = try await Harness.withOpening()
        try await harness.call(Catalog.createPackage, package("taken") { $0.packageCode = "code" })
        for (title, assets, id, reason) in [
            ("", ["missing"], "taken", "FIELD_INVALID"), ("x", ["missing"], "taken", "ASSET_NOT_FOUND"),
            ("x", ["opening"], "taken", "PACKAGE_EXISTS"), ("x", ["opening"], "new", "PACKAGE_CODE_TAKEN"),
        ] {
            let refusal = try await harness.refusal(
                Catalog.createPackage,
                package(id) { ($0.title, $0.assetIds, $0.packageCode) = (title, assets, "code") })
            #expect(refusal?.reason == reason)
        }
        try await harness.call(Catalog.createPackage, package("other"))
        for (paths, id, etag, assets, code, reason) in [
            (["package_id"], "missing", "v9", ["missing"], "code", "FIELD_INVALID"),
            ([], "missing", "v9", ["missing"], "code", "PACKAGE_NOT_FOUND"),
            ([], "other", "v9", ["missing"], "code", "ETAG_MISMATCH"),
            (["grace_days", "asset_ids"], "other", "v1", ["missing"], "code", "FIELD_INVALID"),
            (["asset_ids", "package_code"], "other", "v1", ["missing"], "code", "ASSET_NOT_FOUND"),
            (["asset_ids", "package_code"], "other", "v1", ["opening"], "code", "PACKAGE_CODE_TAKEN"),
        ] {
            let refusal = try await harness.refusal(
                Catalog.updatePackage,
                .with {
                    $0.package = .with {
                        ($0.packageID, $0.etag, $0.assetIds, $0.packageCode) = (id, etag, assets, code)
                        ($0.title, $0.graceDays) = ("x", 99)
                    }
                    $0.updateMask.paths = paths
                })
            #expect(refusal?.reason == reason)
        }
        for (id, etag, reason) in [("missing", "v9", "PACKAGE_NOT_FOUND"), ("other", "v9", "ETAG_MISMATCH")] {
            #expect(
                try await harness.refusal(
                    Catalog.deletePackage, .with { ($0.packageID, $0.etag) = (id, etag) })?.reason == reason)
        }
        #expect(
            try await harness.refusal(Catalog.getPackage, .with { $0.packageID = "missing" })?.reason
                == "PACKAGE_NOT_FOUND")
    }

    @Test func aPackageChangesByItsMask() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.call(Catalog.createPackage, package("pkg") { $0.assetIds = ["opening"] })
        var request = Usher_Catalog_V1_UpdatePackageRequest()
        request.package = .with {
            ($0.packageID, $0.packageCode, $0.title, $0.graceDays, $0.etag) = ("pkg", "new-code", "New", 7, made.etag)
            ($0.printProduct, $0.deliveryAddressRequired) = (true, true)
            ($0.voucherPurchaseEnabled, $0.allowSeveralSubscriptions, $0.description_p) = (true, true, "More")
        }
        request.updateMask.paths = ["package_code", "grace_days"]
        let changed = try await harness.call(Catalog.updatePackage, request)
        #expect(changed.packageCode == "new-code" && changed.graceDays == 7 && changed.title == made.title)
        #expect(changed.assetIds == ["opening"] && changed.etag == "v2" && !changed.printProduct)
        request.package.etag = ""
        #expect(try await harness.call(Catalog.updatePackage, request) == changed, "the same once more is no change")
        request.updateMask.paths = []
        let all = try await harness.call(Catalog.updatePackage, request)
        #expect(all.title == "New" && all.assetIds.isEmpty && all.printProduct && all.deliveryAddressRequired)
        #expect(all.voucherPurchaseEnabled && all.allowSeveralSubscriptions && all.description_p == "More")
        #expect(try await harness.call(Catalog.getPackage, .with { $0.packageID = "pkg" }) == all)
    }

    @Test func listsByAssetAndByCode() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("finale")
        for number in 1...5 {
            try await harness.call(
                Catalog.createPackage,
                package("pkg-\(number)") { $0.assetIds = number.isMultiple(of: 2) ? ["opening"] : ["finale"] })
        }
        try await harness.call(Catalog.deletePackage, .with { $0.packageID = "pkg-3" })
        func list(_ change: @escaping (inout Usher_Catalog_V1_ListPackagesRequest) -> Void) async throws -> [String] {
            var (ids, request) = ([String](), Usher_Catalog_V1_ListPackagesRequest())
            change(&request)
            request.pageSize = 1
            repeat {
                let page = try await harness.call(Catalog.listPackages, request)
                ids += page.packages.map(\.packageID)
                request.pageToken = page.nextPageToken
            } while !request.pageToken.isEmpty
            return ids
        }
        #expect(try await list { _ in } == ["pkg-1", "pkg-2", "pkg-4", "pkg-5"])
        #expect(try await list { $0.assetID = "finale" } == ["pkg-1", "pkg-5"])
        #expect(try await list { $0.assetID = "missing" } == [])
        #expect(try await list { $0.packageCode = "pkg-4" } == ["pkg-4"])
        #expect(try await list { ($0.packageCode, $0.assetID) = ("pkg-4", "opening") } == ["pkg-4"])
        #expect(try await list { ($0.packageCode, $0.assetID) = ("pkg-4", "finale") } == [])
        #expect(try await list { $0.packageCode = "pkg-3" } == [])
        try await harness.call(Catalog.deleteAsset, .with { $0.assetID = "finale" })
        #expect(try await harness.call(Catalog.getPackage, .with { $0.packageID = "pkg-1" }).assetIds.isEmpty)
    }

    @Test func aDeletedPackageTakesItsOffersAlongAndFreesItsNames() async throws {
        let harness = try await Harness.withOpening()
        try await harness.call(Catalog.createPackage, package("pkg") { $0.packageCode = "code" })
        try await harness.call(
            Catalog.createPriceOption,
            .with {
                $0.priceOption = .with {
                    ($0.priceOptionID, $0.packageID, $0.paymentType) = ("fee", "pkg", .ppv)
                    $0.price.currencyCode = "SEK"
                }
            })
        try await harness.call(
            Catalog.createPaymentPeriod,
            .with {
                $0.paymentPeriod = .with {
                    ($0.paymentPeriodID, $0.packageID, $0.type) = ("month", "pkg", .recurring)
                    ($0.length.unit, $0.length.length, $0.price.currencyCode) = (.month, 1, "SEK")
                }
            })
        try await harness.call(Catalog.deletePackage, .with { $0.packageID = "pkg" })
        for refusal in [
            try await harness.refusal(Catalog.getPackage, .with { $0.packageID = "pkg" }),
            try await harness.refusal(Catalog.deletePackage, .with { $0.packageID = "pkg" }),
        ] { #expect(refusal?.reason == "PACKAGE_NOT_FOUND") }
        #expect(
            try await harness.refusal(Catalog.getPriceOption, .with { $0.priceOptionID = "fee" })?.reason
                == "PRICE_OPTION_NOT_FOUND")
        #expect(
            try await harness.refusal(Catalog.getPaymentPeriod, .with { $0.paymentPeriodID = "month" })?.reason
                == "PAYMENT_PERIOD_NOT_FOUND")
        try await harness.call(Catalog.createPackage, package("pkg") { $0.packageCode = "code" })
        #expect(try await harness.call(Catalog.listPriceOptions, .with { $0.packageID = "pkg" }).priceOptions.isEmpty)
    }

    /// What other services ask of packages.
    @Test func lookUps() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("finale")
        try await harness.createAsset("extra")
        try await harness.createAsset("season") { ($0.type, $0.memberAssetIds) = (.series, ["finale"]) }
        try await harness.call(
            Catalog.createPackage, package("pkg") { ($0.packageCode, $0.assetIds) = ("code", ["season", "opening"]) })
        try await harness.storage.organisation("nordfilm").read(as: .system(organisationID: "nordfilm")) { tx in
            let key = try #require(try PackageStore.key(of: "pkg", in: tx))
            func asset(_ id: String) throws -> Int64 { try #require(try AssetStore.key(of: id, in: tx)) }
            #expect(try PackageStore.key(ofCode: "code", in: tx) == key)
            #expect(try PackageStore.key(ofCode: "CODE", in: tx) == nil)
            #expect(try PackageStore.id(of: key, in: tx) == "pkg" && PackageStore.code(of: key, in: tx) == "code")
            #expect(try PackageStore.isLive(key, in: tx) && !PackageStore.isLive(key + 1, in: tx))
            #expect(try PackageStore.assetKeys(of: key, in: tx) == [try asset("season"), try asset("opening")])
            #expect(try PackageStore.packageKeys(containing: asset("opening"), limit: 9, in: tx) == [key])
            for (id, opens) in [("season", true), ("opening", true), ("finale", true), ("extra", false)] {
                #expect(try PackageStore.opens(asset(id), package: key, in: tx) == opens, "\(id)")
            }
        }
    }
}
