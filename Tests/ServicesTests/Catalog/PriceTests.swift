import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct PriceTests {
    private static func option(
        _ id: String, _ change: (inout Usher_Catalog_V1_PriceOption) -> Void = { _ in }
    ) -> Usher_Catalog_V1_CreatePriceOptionRequest {
        .with { request in
            request.priceOption = .with {
                ($0.priceOptionID, $0.assetID, $0.paymentType) = (id, "opening", .ppv)
                $0.price = .with { ($0.currencyCode, $0.minorUnits) = ("sek", 4_900) }
            }
            change(&request.priceOption)
        }
    }

    private static func period(
        _ id: String, _ change: (inout Usher_Catalog_V1_PaymentPeriod) -> Void = { _ in }
    ) -> Usher_Catalog_V1_CreatePaymentPeriodRequest {
        .with { request in
            request.paymentPeriod = .with {
                ($0.paymentPeriodID, $0.packageID, $0.type) = (id, "pkg", .limited)
                ($0.length.unit, $0.length.length) = (.month, 12)
                $0.price = .with { ($0.currencyCode, $0.minorUnits) = ("EUR", 0) }
            }
            change(&request.paymentPeriod)
        }
    }

    private func harness() async throws -> Harness {
        let harness = try await Harness.withOpening()
        try await harness.call(
            Catalog.createPackage, .with { $0.package = .with { ($0.packageID, $0.title) = ("pkg", "x") } })
        return harness
    }

    @Test func aPriceOptionIsReadAsItWasCreated() async throws {
        let harness = try await harness()
        let made = try await harness.call(Catalog.createPriceOption, Self.option("") { $0.name = "Early bird" })
        #expect(made.priceOptionID.hasPrefix("prc_") && made.assetID == "opening" && made.packageID.isEmpty)
        #expect(made.price.currencyCode == "SEK" && made.price.minorUnits == 4_900 && !made.hasAccessPeriod)
        #expect(try await harness.call(Catalog.getPriceOption, .with { $0.priceOptionID = made.priceOptionID }) == made)
        let monthly = try await harness.call(
            Catalog.createPriceOption,
            Self.option("monthly") {
                ($0.assetID, $0.packageID, $0.paymentType) = ("", "pkg", .subscription)
                $0.accessPeriod = .with { ($0.unit, $0.length) = (.week, 4) }
            })
        #expect(monthly.packageID == "pkg" && monthly.paymentType == .subscription)
        #expect(monthly.accessPeriod.unit == .week && monthly.accessPeriod.length == 4)
    }

    private static let badOptions: [(String, @Sendable (inout Usher_Catalog_V1_PriceOption) -> Void)] = [
        ("price_option", { $0.packageID = "pkg" }), ("price_option", { $0.assetID = "" }),
        ("price_option.price_option_id", { $0.priceOptionID = "-" }),
        ("price_option.name", { $0.name = String(repeating: "x", count: 201) }),
        ("price_option.payment_type", { $0.paymentType = .unspecified }),
        ("price_option.payment_type", { $0.paymentType = .UNRECOGNIZED(3) }),
        ("price_option.price", { $0.clearPrice() }),
        ("price_option.price.currency_code", { $0.price.currencyCode = "S3K" }),
        ("price_option.price.currency_code", { $0.price.currencyCode = "SE" }),
        ("price_option.price.minor_units", { $0.price.minorUnits = -1 }),
        ("price_option.price.minor_units", { $0.price.minorUnits = 1_000_000_000_001 }),
        ("price_option.access_period", { $0.paymentType = .subscription }),
        ("price_option.access_period.unit", { $0.accessPeriod.length = 1 }),
        (
            "price_option.access_period.unit",
            { $0.accessPeriod = .with { ($0.unit, $0.length) = (.UNRECOGNIZED(6), 1) } }
        ),
        ("price_option.access_period.length", { $0.accessPeriod.unit = .day }),
        ("price_option.access_period.length", { $0.accessPeriod = .with { ($0.unit, $0.length) = (.hour, 10_000) } }),
        ("price_option.access_period.length", { $0.accessPeriod = .with { ($0.unit, $0.length) = (.week, 1_429) } }),
        ("price_option.access_period.length", { $0.accessPeriod = .with { ($0.unit, $0.length) = (.month, 1_201) } }),
        ("price_option.access_period.length", { $0.accessPeriod = .with { ($0.unit, $0.length) = (.year, 101) } }),
    ]

    @Test(arguments: badOptions)
    func priceOptionsThatCannotBeAccepted(
        field: String, change: @Sendable (inout Usher_Catalog_V1_PriceOption) -> Void
    ) async throws {
        let harness = try await harness()
        let refusal = try await harness.refusal(Catalog.createPriceOption, Self.option("new", change))
        #expect(refusal?.code == .invalidArgument && refusal?.violations.map(\.field) == [field])
    }

    private static let badPeriods: [(String, @Sendable (inout Usher_Catalog_V1_PaymentPeriod) -> Void)] = [
        ("payment_period.payment_period_id", { $0.paymentPeriodID = "a/b" }),
        ("payment_period.name", { $0.name = "\u{7F}" }),
        ("payment_period.type", { $0.type = .unspecified }), ("payment_period.type", { $0.type = .UNRECOGNIZED(4) }),
        ("payment_period.length", { $0.clearLength() }),
        ("payment_period.length.unit", { $0.length.unit = .hour }),
        ("payment_period.length.length", { $0.length.length = 0 }),
        ("payment_period.price", { $0.clearPrice() }),
    ]

    @Test(arguments: badPeriods)
    func paymentPeriodsThatCannotBeAccepted(
        field: String, change: @Sendable (inout Usher_Catalog_V1_PaymentPeriod) -> Void
    ) async throws {
        let harness = try await harness()
        let refusal = try await harness.refusal(Catalog.createPaymentPeriod, Self.period("new", change))
        #expect(refusal?.code == .invalidArgument && refusal?.violations.map(\.field) == [field])
    }

    @Test func refusalsInTheirOrder() async throws {
        let harness = try await harness()
        try await harness.call(Catalog.createPriceOption, Self.option("taken"))
        try await harness.call(Catalog.createPaymentPeriod, Self.period("taken"))
        for (name, asset, package, id, reason) in [
            ("\u{0}", "missing", "", "taken", "FIELD_INVALID"), ("", "missing", "", "taken", "ASSET_NOT_FOUND"),
            ("", "", "missing", "taken", "PACKAGE_NOT_FOUND"), ("", "opening", "", "taken", "PRICE_OPTION_EXISTS"),
        ] {
            let request = Self.option(id) { ($0.name, $0.assetID, $0.packageID) = (name, asset, package) }
            #expect(try await harness.refusal(Catalog.createPriceOption, request)?.reason == reason)
        }
        for (name, package, reason) in [
            ("\u{0}", "missing", "FIELD_INVALID"), ("", "missing", "PACKAGE_NOT_FOUND"),
            ("", "pkg", "PAYMENT_PERIOD_EXISTS"),
        ] {
            let request = Self.period("taken") { ($0.name, $0.packageID) = (name, package) }
            #expect(try await harness.refusal(Catalog.createPaymentPeriod, request)?.reason == reason)
        }
        for (path, id, etag, reason) in [
            ("payment_type", "missing", "v9", "FIELD_INVALID"), ("name", "missing", "v9", "NOT_FOUND"),
            ("name", "taken", "v9", "ETAG_MISMATCH"), ("price", "taken", "v1", "FIELD_INVALID"),
        ] {
            let option = try await harness.refusal(
                Catalog.updatePriceOption,
                .with {
                    $0.priceOption = .with { ($0.priceOptionID, $0.etag) = (id, etag) }
                    $0.updateMask.paths = [path]
                })
            let period = try await harness.refusal(
                Catalog.updatePaymentPeriod,
                .with {
                    $0.paymentPeriod = .with { ($0.paymentPeriodID, $0.etag) = (id, etag) }
                    $0.updateMask.paths = [path]
                })
            #expect(option?.reason == (reason == "NOT_FOUND" ? "PRICE_OPTION_NOT_FOUND" : reason))
            #expect(period?.reason == (reason == "NOT_FOUND" ? "PAYMENT_PERIOD_NOT_FOUND" : reason))
        }
        for (id, etag, reason) in [("missing", "v9", "NOT_FOUND"), ("taken", "v9", "ETAG_MISMATCH")] {
            let option = try await harness.refusal(
                Catalog.deletePriceOption, .with { ($0.priceOptionID, $0.etag) = (id, etag) })
            let period = try await harness.refusal(
                Catalog.deletePaymentPeriod, .with { ($0.paymentPeriodID, $0.etag) = (id, etag) })
            #expect(option?.reason == (reason == "NOT_FOUND" ? "PRICE_OPTION_NOT_FOUND" : reason))
            #expect(period?.reason == (reason == "NOT_FOUND" ? "PAYMENT_PERIOD_NOT_FOUND" : reason))
        }
        #expect(
            try await harness.refusal(
                Catalog.listPriceOptions, .with { ($0.assetID, $0.packageID) = ("opening", "pkg") })?.violations
                .map(\.field) == ["package_id"])
    }

    @Test func offersChangeByTheirMasksAndGo() async throws {
        let harness = try await harness()
        let option = try await harness.call(Catalog.createPriceOption, Self.option("fee"))
        let dearer = try await harness.call(
            Catalog.updatePriceOption,
            .with {
                $0.priceOption = .with {
                    ($0.priceOptionID, $0.assetID, $0.name, $0.etag) = ("fee", "other", "no", option.etag)
                    $0.price = .with { ($0.currencyCode, $0.minorUnits) = ("EUR", 990) }
                    $0.accessPeriod = .with { ($0.unit, $0.length) = (.hour, 48) }
                }
                $0.updateMask.paths = ["price", "access_period"]
            })
        #expect(dearer.price.minorUnits == 990 && dearer.price.currencyCode == "EUR" && dearer.assetID == "opening")
        #expect(dearer.accessPeriod.length == 48 && dearer.name.isEmpty && dearer.etag == "v2")
        let period = try await harness.call(Catalog.createPaymentPeriod, Self.period("year"))
        #expect(period.enabled && period.packageID == "pkg" && period.length.length == 12)
        let closed = try await harness.call(
            Catalog.updatePaymentPeriod,
            .with {
                $0.paymentPeriod = .with { ($0.paymentPeriodID, $0.enabled, $0.name) = ("year", false, "no") }
                $0.updateMask.paths = ["enabled"]
            })
        #expect(closed.hasEnabled && !closed.enabled && closed.name.isEmpty && closed.etag == "v2")
        #expect(try await harness.call(Catalog.getPaymentPeriod, .with { $0.paymentPeriodID = "year" }) == closed)
        let whole = try await harness.call(
            Catalog.updatePaymentPeriod,
            .with { $0.paymentPeriod = Self.period("year") { $0.name = "A year" }.paymentPeriod })
        #expect(whole.enabled && whole.name == "A year")
        for number in 1...3 { try await harness.call(Catalog.createPriceOption, Self.option("fee-\(number)")) }
        let first = try await harness.call(
            Catalog.listPriceOptions, .with { ($0.assetID, $0.pageSize) = ("opening", 3) })
        let rest = try await harness.call(
            Catalog.listPriceOptions,
            .with { ($0.assetID, $0.pageSize, $0.pageToken) = ("opening", 3, first.nextPageToken) })
        #expect((first.priceOptions + rest.priceOptions).map(\.priceOptionID) == ["fee", "fee-1", "fee-2", "fee-3"])
        try await harness.call(Catalog.deletePriceOption, .with { $0.priceOptionID = "fee" })
        try await harness.call(Catalog.deletePaymentPeriod, .with { $0.paymentPeriodID = "year" })
        #expect(try await harness.call(Catalog.listPriceOptions, .init()).priceOptions.count == 3)
        for id in ["pkg", "missing", ""] {
            let found = try await harness.call(Catalog.listPaymentPeriods, .with { $0.packageID = id })
            #expect(found.paymentPeriods.isEmpty)
        }
        try await harness.call(Catalog.createPriceOption, Self.option("fee"))
        try await harness.call(Catalog.deleteAsset, .with { $0.assetID = "opening" })
        #expect(try await harness.call(Catalog.listPriceOptions, .init()).priceOptions.isEmpty)
    }
}
