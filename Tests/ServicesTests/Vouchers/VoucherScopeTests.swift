import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// What a voucher may be used for: assets, packages, price options, payment types.
@Suite struct VoucherScopeTests {
    /// Assets a, b, c and the series s with member m; packages p (a, s) and q (b); price options of a, p and q.
    static func catalogue() async throws -> Harness {
        let harness = try await Harness.withOpening()
        for id in ["a", "b", "c", "m"] { try await harness.createAsset(id) }
        try await harness.createAsset("s") { ($0.type, $0.memberAssetIds) = (.series, ["m"]) }
        try await harness.createPackage("p", assets: ["a", "s"])
        try await harness.createPackage("q", assets: ["b"])
        try await harness.createPriceOption("a-ppv", asset: "a")
        try await harness.createPriceOption("a-sub", asset: "a", .subscription)
        try await harness.createPriceOption("b-ppv", asset: "b")
        try await harness.createPriceOption("m-ppv", asset: "m")
        try await harness.createPriceOption("p-ppv", package: "p")
        try await harness.createPriceOption("q-sub", package: "q", .subscription)
        return harness
    }

    private struct Row: Sendable {
        var asset = "", package = "", option = ""
        /// What is refused, or else the asset or the package that access is to; empty for everything.
        var outcome: String

        static func asset(_ id: String, _ outcome: String) -> Row { Row(asset: id, outcome: outcome) }
        static func package(_ id: String, _ outcome: String) -> Row { Row(package: id, outcome: outcome) }
        static func option(_ id: String, _ outcome: String) -> Row { Row(option: id, outcome: outcome) }
        static func nothing(_ outcome: String) -> Row { Row(outcome: outcome) }
    }

    private func check(
        _ harness: Harness, _ rows: [Row], _ scope: (inout Usher_Vouchers_V1_VoucherScope) -> Void
    ) async throws {
        let made = try await harness.createVoucher("") { scope(&$0.scope) }
        for row in rows {
            let verdict = try await harness.call(
                Vouchers.validateVoucher,
                .with {
                    ($0.code, $0.viewerID, $0.assetID) = (made.code, "anna", row.asset)
                    ($0.packageID, $0.priceOptionID) = (row.package, row.option)
                })
            let request = Usher_Vouchers_V1_RedeemVoucherRequest.with {
                ($0.code, $0.viewerID, $0.assetID) = (made.code, "anna", row.asset)
                ($0.packageID, $0.priceOptionID) = (row.package, row.option)
            }
            do {
                let reply = try await harness.call(Vouchers.redeemVoucher, request)
                #expect(reply.access.assetID + reply.access.packageID == row.outcome, "\(made.scope) \(row)")
                #expect(reply.redemption.assetID == reply.access.assetID, "\(row)")
                #expect(reply.redemption.packageID == reply.access.packageID, "\(row)")
                #expect(reply.redemption.subscriptionID.isEmpty && reply.access.type == .accessVoucher)
                #expect(verdict.valid, "\(row)")
            } catch let refusal as Refusal {
                #expect(refusal.reason == row.outcome && verdict.reason == row.outcome, "\(made.scope) \(row)")
            }
        }
    }

    @Test func everything() async throws {
        let harness = try await Self.catalogue()
        let rows: [Row] = [
            .nothing(""), .asset("m", "m"), .package("p", "p"), .option("a-sub", "a"), .option("p-ppv", "p"),
            .asset("none", "ASSET_NOT_FOUND"), .package("none", "PACKAGE_NOT_FOUND"),
            .option("none", "PRICE_OPTION_NOT_FOUND"),
            // Several are parts of one another.
            Row(asset: "m", package: "p", outcome: "p"), Row(asset: "b", package: "p", outcome: "OUT_OF_SCOPE"),
            Row(asset: "a", package: "p", option: "a-ppv", outcome: "a"),
            Row(asset: "m", package: "p", option: "p-ppv", outcome: "p"),
            Row(asset: "b", option: "a-ppv", outcome: "OUT_OF_SCOPE"),
            Row(package: "q", option: "a-ppv", outcome: "OUT_OF_SCOPE"),
        ]
        try await check(harness, rows) { _ in }
    }

    @Test func assetsAndPackages() async throws {
        let harness = try await Self.catalogue()
        try await check(
            harness,
            [
                .nothing("s"), .asset("s", "s"), .asset("m", "s"), .asset("a", "OUT_OF_SCOPE"),
                .package("p", "OUT_OF_SCOPE"), .option("m-ppv", "m"), .option("a-ppv", "OUT_OF_SCOPE"),
            ]
        ) { $0.assetIds = ["s"] }
        try await check(
            harness,
            [
                .nothing("p"), .package("p", "p"), .asset("a", "p"), .asset("m", "p"), .asset("b", "OUT_OF_SCOPE"),
                .package("q", "OUT_OF_SCOPE"), .option("p-ppv", "p"), .option("q-sub", "OUT_OF_SCOPE"),
            ]
        ) { $0.packageIds = ["p"] }
        try await check(
            harness,
            [
                .nothing("ASSET_REQUIRED"), .asset("a", "p"), .asset("b", "b"), .asset("c", "OUT_OF_SCOPE"),
                .package("p", "p"), .package("q", "OUT_OF_SCOPE"),
            ]
        ) { ($0.assetIds, $0.packageIds) = (["b"], ["p"]) }
    }

    @Test func priceOptions() async throws {
        let harness = try await Self.catalogue()
        try await check(
            harness,
            [
                .nothing("a"), .option("a-ppv", "a"), .asset("a", "a"), .option("a-sub", "OUT_OF_SCOPE"),
                .asset("b", "OUT_OF_SCOPE"), .package("p", "OUT_OF_SCOPE"),
            ]
        ) { $0.priceOptionIds = ["a-ppv"] }
        try await check(
            harness,
            [
                .nothing("ASSET_REQUIRED"), .asset("a", "ASSET_REQUIRED"), .asset("s", "p"), .asset("m", "p"),
                .option("a-ppv", "a"), .package("p", "p"), .package("q", "OUT_OF_SCOPE"),
            ]
        ) { $0.priceOptionIds = ["a-ppv", "p-ppv"] }
        // Of the assets that it is for, these price options; also where none is named.
        try await check(
            harness,
            [
                .option("a-ppv", "a"), .option("b-ppv", "OUT_OF_SCOPE"), .nothing("a"), .asset("a", "a"),
                .asset("b", "OUT_OF_SCOPE"),
            ]
        ) { ($0.assetIds, $0.priceOptionIds) = (["a"], ["a-ppv", "b-ppv"]) }
        try await check(harness, [.nothing("m"), .asset("m", "m"), .asset("s", "OUT_OF_SCOPE")]) {
            ($0.assetIds, $0.priceOptionIds) = (["s"], ["m-ppv", "b-ppv"])
        }
    }

    @Test func paymentTypes() async throws {
        let harness = try await Self.catalogue()
        try await check(
            harness,
            [.nothing(""), .asset("a", "a"), .option("a-ppv", "a"), .option("a-sub", "OUT_OF_SCOPE")]
        ) { $0.paymentTypes = [.ppv] }
        try await check(
            harness,
            [.nothing("OUT_OF_SCOPE"), .asset("a", "OUT_OF_SCOPE"), .option("a-sub", "a"), .option("q-sub", "q")]
        ) { $0.paymentTypes = [.subscription] }
        try await check(harness, [.asset("a", "a"), .option("a-sub", "a")]) {
            $0.paymentTypes = [.subscription, .ppv]
        }
        try await check(harness, [.nothing("a"), .option("p-ppv", "OUT_OF_SCOPE")]) {
            ($0.paymentTypes, $0.priceOptionIds) = ([.subscription], ["a-sub", "p-ppv"])
        }
    }

    @Test func whatWasDeletedOpensNothing() async throws {
        let harness = try await Self.catalogue()
        let made = try await harness.createVoucher("") { $0.scope.packageIds = ["q"] }
        let subscribed = try await harness.createVoucher("") {
            ($0.scope.packageIds, $0.scope.paymentTypes) = (["q"], [.subscription])
        }
        let offered = try await harness.createVoucher("") { $0.scope.priceOptionIds = ["b-ppv"] }
        try await harness.call(Catalog.deletePackage, .with { $0.packageID = "q" })
        try await harness.call(Catalog.deletePriceOption, .with { $0.priceOptionID = "b-ppv" })
        for voucher in [made, subscribed] {
            #expect(try await harness.redeemReason(voucher.code) == "PACKAGE_NOT_FOUND")
        }
        #expect(try await harness.redeemReason(offered.code) == "OUT_OF_SCOPE")
    }

    @Test func aScopeIsShownAndChanged() async throws {
        let harness = try await Self.catalogue()
        let made = try await harness.createVoucher("SCOPED") {
            $0.scope.assetIds = ["s", "b", "b"]
            $0.scope.packageIds = ["q", "p"]
            $0.scope.priceOptionIds = ["p-ppv", "b-ppv"]
            $0.scope.paymentTypes = [.ppv, .ppv]
        }
        let expected = Usher_Vouchers_V1_VoucherScope.with {
            ($0.assetIds, $0.packageIds, $0.priceOptionIds) = (["b", "s"], ["p", "q"], ["b-ppv", "p-ppv"])
            $0.paymentTypes = [.ppv]
        }
        #expect(made.scope == expected)
        var request = Usher_Vouchers_V1_UpdateVoucherRequest()
        request.voucher.voucherID = made.voucherID
        request.voucher.scope.packageIds = ["p"]
        request.updateMask.paths = ["scope"]
        let changed = try await harness.call(Vouchers.updateVoucher, request)
        #expect(changed.scope == request.voucher.scope && changed.etag != made.etag)
        #expect(try await harness.redeem("SCOPED").access.packageID == "p")
        request.voucher.clearScope()
        #expect(try await !harness.call(Vouchers.updateVoucher, request).hasScope)
        for (path, change) in Self.unknown {
            var bad = request
            change(&bad.voucher.scope)
            let refusal = try await harness.refusal(Vouchers.updateVoucher, bad)
            #expect(refusal?.reason == path, "\(path)")
        }
    }

    /// Another thing by the same id or code is another thing.
    @Test func whatAnUpdateDoesNotNameStays() async throws {
        let harness = try await Self.catalogue()
        let scoped = try await harness.createVoucher("") { $0.scope.assetIds = ["c"] }
        let subscribing = try await harness.createVoucher("") {
            ($0.effect, $0.daysOfAccess, $0.packageCode) = (.subscription, 30, "q")
        }
        try await harness.call(Catalog.deleteAsset, .with { $0.assetID = "c" })
        try await harness.createAsset("c")
        try await harness.call(Catalog.deletePackage, .with { $0.packageID = "q" })
        try await harness.createPackage("new", assets: ["b"]) { $0.packageCode = "q" }
        for (voucher, paths, reason) in [
            (scoped, ["name", "package_code"], "ASSET_NOT_FOUND"),
            (subscribing, ["name", "scope"], "PACKAGE_NOT_FOUND"),
        ] {
            var request = Usher_Vouchers_V1_UpdateVoucherRequest()
            (request.voucher.voucherID, request.voucher.name) = (voucher.voucherID, "renamed")
            request.updateMask.paths = paths
            #expect(try await harness.call(Vouchers.updateVoucher, request).name == "renamed")
            #expect(try await harness.redeemReason(voucher.code) == reason)
        }
    }

    private static let unknown: [(String, @Sendable (inout Usher_Vouchers_V1_VoucherScope) -> Void)] = [
        ("ASSET_NOT_FOUND", { $0.assetIds = ["none"] }), ("PACKAGE_NOT_FOUND", { $0.packageIds = ["none"] }),
        ("PRICE_OPTION_NOT_FOUND", { $0.priceOptionIds = ["none"] }),
        ("FIELD_INVALID", { $0.paymentTypes = [.unspecified] }),
        ("FIELD_INVALID", { $0.packageIds = Array(repeating: "p", count: 1_001) }),
    ]
}

extension Harness {
    func createPackage(
        _ id: String, assets: [String], _ change: (inout Usher_Catalog_V1_Package) -> Void = { _ in }
    ) async throws {
        var request = Usher_Catalog_V1_CreatePackageRequest()
        (request.package.packageID, request.package.title, request.package.assetIds) = (id, id, assets)
        change(&request.package)
        try await call(Catalog.createPackage, request)
    }

    func createPriceOption(
        _ id: String, asset: String = "", package: String = "", _ type: Usher_Catalog_V1_PaymentType = .ppv
    ) async throws {
        var request = Usher_Catalog_V1_CreatePriceOptionRequest()
        (request.priceOption.priceOptionID, request.priceOption.assetID) = (id, asset)
        (request.priceOption.packageID, request.priceOption.paymentType) = (package, type)
        (request.priceOption.price.currencyCode, request.priceOption.price.minorUnits) = ("SEK", 9_900)
        if type == .subscription {
            (request.priceOption.accessPeriod.unit, request.priceOption.accessPeriod.length) = (.month, 1)
        }
        try await call(Catalog.createPriceOption, request)
    }

    func createPaymentPeriod(
        _ id: String, package: String, _ type: Usher_Catalog_V1_PaymentPeriodType = .limited, months: Int32 = 12,
        price: Int64 = 0, enabled: Bool = true
    ) async throws {
        var request = Usher_Catalog_V1_CreatePaymentPeriodRequest()
        (request.paymentPeriod.paymentPeriodID, request.paymentPeriod.packageID) = (id, package)
        (request.paymentPeriod.type, request.paymentPeriod.enabled) = (type, enabled)
        (request.paymentPeriod.length.unit, request.paymentPeriod.length.length) = (.month, months)
        (request.paymentPeriod.price.currencyCode, request.paymentPeriod.price.minorUnits) = ("SEK", price)
        try await call(Catalog.createPaymentPeriod, request)
    }
}
