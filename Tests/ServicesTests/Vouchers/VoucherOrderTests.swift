import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// Vouchers that are bought for later.
@Suite struct VoucherOrderTests {
    /// The package `print`, delivered on paper, with a free limited year, a paid one, and what cannot be had for free.
    private static func shop() async throws -> Harness {
        let harness = try await Harness.withOpening()
        try await harness.createPackage("print", assets: ["opening"]) {
            ($0.printProduct, $0.deliveryAddressRequired, $0.voucherPurchaseEnabled) = (true, true, true)
        }
        try await harness.createPackage("digital", assets: ["opening"]) { $0.voucherPurchaseEnabled = true }
        try await harness.createPackage("unsold", assets: [])
        try await harness.createPaymentPeriod("free-year", package: "print")
        try await harness.createPaymentPeriod("paid-year", package: "print", price: 99_900)
        try await harness.createPaymentPeriod("free-recurring", package: "print", .recurring)
        try await harness.createPaymentPeriod("paid-recurring", package: "print", .recurring, price: 9_900)
        try await harness.createPaymentPeriod("free-single", package: "print", .single)
        try await harness.createPaymentPeriod("gone", package: "print", enabled: false)
        try await harness.createPaymentPeriod("endless", package: "print", months: 1_200)
        try await harness.createPaymentPeriod("unsold-year", package: "unsold")
        try await harness.createPaymentPeriod("digital-month", package: "digital", months: 1)
        return harness
    }

    /// The organisation's key, where the operator lets it sell vouchers.
    private static func seller(_ features: Set<String> = ["purchasable_vouchers"]) -> Caller {
        Caller(
            role: .organisation, principal: "key_shop", organisationID: "nordfilm", scopes: .all, features: features)
    }

    private func order(
        _ period: String, _ quantity: Int32 = 1, paid: Bool = false,
        _ change: (inout Usher_Vouchers_V1_PlaceVoucherOrderRequest) -> Void = { _ in }
    ) -> Usher_Vouchers_V1_PlaceVoucherOrderRequest {
        var request = Usher_Vouchers_V1_PlaceVoucherOrderRequest()
        (request.paymentPeriodID, request.quantity, request.purchaserID) = (period, quantity, "acme")
        request.paymentMethod = paid ? .adyen : .free
        if paid { request.paymentReference = "PSP-8836" }
        change(&request)
        return request
    }

    private func place(
        _ harness: Harness, _ request: Usher_Vouchers_V1_PlaceVoucherOrderRequest
    ) async throws -> Usher_Vouchers_V1_PlaceVoucherOrderResponse {
        try await harness.call(Vouchers.placeVoucherOrder, request, as: Self.seller())
    }

    private static let address = Usher_Type_V1_PostalAddress.with {
        ($0.name, $0.street, $0.postcode) = ("Anna Ek", "Storgatan 1", "111 22")
        ($0.city, $0.country) = ("Stockholm", "se")
    }

    @Test func aCompanyOrdersAndEachRedeemsAlone() async throws {
        let harness = try await Self.shop()
        let placed = try await place(harness, order("paid-year", 25, paid: true) { $0.provisionService = "shop" })
        let made = placed.voucherOrder
        #expect(placed.vouchers.count == 25 && Set(placed.vouchers.map(\.code)).count == 25)
        #expect(made.purchaserID == "acme" && made.packageCode == "print" && made.paymentPeriodID == "paid-year")
        #expect(made.quantity == 25 && made.daysOfAccess == 365 && made.state == .placed && made.redeemedCount == 0)
        #expect(made.paymentMethod == .adyen && made.paymentReference == "PSP-8836")
        #expect(made.amount.minorUnits == 25 * 99_900 && made.amount.currencyCode == "SEK")
        let code = placed.vouchers[3].code
        // Ordering is no subscription, for anybody.
        #expect(try await harness.check("opening") { $0.viewerID = "acme" }.reason == "NO_ACCESS")
        #expect(try await harness.redeemReason(code, "anna") == "ADDRESS_REQUIRED")
        var redeem = Usher_Vouchers_V1_RedeemVoucherRequest()
        (redeem.code, redeem.viewerID, redeem.deliveryAddress) = (code, "anna", Self.address)
        var validate = Usher_Vouchers_V1_ValidateVoucherRequest()
        (validate.code, validate.viewerID) = (code, "anna")
        #expect(try await harness.call(Vouchers.validateVoucher, validate).reason == "ADDRESS_REQUIRED")
        validate.deliveryAddress = Self.address
        #expect(try await harness.call(Vouchers.validateVoucher, validate).valid)
        let reply = try await harness.call(Vouchers.redeemVoucher, redeem)
        #expect(reply.access.type == .subscription && reply.access.expireTime.seconds == 1_795_197_600 + 365 * 86_400)
        redeem.viewerID = "bob"
        #expect(try await harness.refusal(Vouchers.redeemVoucher, redeem)?.reason == "VOUCHER_USED")
        (redeem.code, redeem.viewerID) = (placed.vouchers[4].code, "anna")
        #expect(try await harness.refusal(Vouchers.redeemVoucher, redeem)?.reason == "ALREADY_SUBSCRIBED")

        let exports = try await harness.call(Subscriptions.listSubscriptionExports, .init()).exports
        #expect(exports.count == 1 && exports[0].subscriptionID == reply.redemption.subscriptionID)
        #expect(exports[0].viewerID == "anna" && exports[0].packageCode == "print")
        #expect(exports[0].voucherID == reply.redemption.voucherID && exports[0].provisionService == "shop")
        #expect(exports[0].startTime == reply.access.startTime && exports[0].endTime == reply.access.expireTime)
        var address = Self.address
        address.country = "SE"
        #expect(exports[0].deliveryAddress == address)
        let done = try await harness.call(
            Subscriptions.acknowledgeSubscriptionExport, .with { $0.exportID = exports[0].exportID })
        #expect(done.acknowledgeTime.seconds == 1_795_197_600)
        harness.now = harness.now + .seconds(1)
        #expect(
            try await harness.call(
                Subscriptions.acknowledgeSubscriptionExport, .with { $0.exportID = exports[0].exportID }) == done)
        #expect(try await harness.call(Subscriptions.listSubscriptionExports, .init()).exports.isEmpty)
        let all = try await harness.call(
            Subscriptions.listSubscriptionExports, .with { $0.includeAcknowledged = true })
        #expect(all.exports == [done])
        let none = try await harness.refusal(
            Subscriptions.acknowledgeSubscriptionExport, .with { $0.exportID = "exp_0000000000001" })
        #expect(none?.reason == "SUBSCRIPTION_EXPORT_NOT_FOUND" && none?.code == .notFound)
        let now = try await harness.call(
            Vouchers.getVoucherOrder, .with { $0.voucherOrderID = made.voucherOrderID })
        #expect(now.redeemedCount == 1)
    }

    /// A digital product has no address to ask for, and is exported all the same; other vouchers are not exported.
    @Test func everyBoughtVoucherIsExportedAndNoOther() async throws {
        let harness = try await Self.shop()
        let bought = try await place(harness, order("digital-month"))
        #expect(bought.voucherOrder.daysOfAccess == 30)
        _ = try await harness.createVoucher("GIVEN") {
            ($0.effect, $0.daysOfAccess, $0.packageCode) = (.subscription, 30, "print")
        }
        #expect(try await harness.redeemReason("GIVEN", "bob") == nil)
        #expect(try await harness.redeemReason(bought.vouchers[0].code, "anna") == nil)
        let exports = try await harness.call(Subscriptions.listSubscriptionExports, .init()).exports
        #expect(exports.map(\.viewerID) == ["anna"] && !exports[0].hasDeliveryAddress)
    }

    @Test func refusalsOfAnOrder() async throws {
        let harness = try await Self.shop()
        let rows: [(period: String, paid: Bool, reason: String?)] = [
            ("none", false, "PAYMENT_PERIOD_NOT_FOUND"), ("unsold-year", false, "VOUCHER_PURCHASE_DISABLED"),
            ("gone", false, "PERIOD_DISABLED"), ("endless", false, "PERIOD_TOO_LONG"),
            ("paid-year", false, "PERIOD_NOT_FREE"), ("paid-recurring", false, "PERIOD_NOT_FREE"),
            ("free-recurring", false, "PERIOD_NOT_LIMITED"), ("free-single", false, "PERIOD_NOT_LIMITED"),
            ("free-year", false, nil), ("paid-recurring", true, nil), ("paid-year", true, nil),
        ]
        for row in rows {
            let request = order(row.period, paid: row.paid)
            let off = try await harness.refusal(Vouchers.placeVoucherOrder, request, as: Self.seller([]))
            #expect(off?.reason == "FEATURE_DISABLED" && off?.code == .failedPrecondition)
            let refusal = try await harness.refusal(Vouchers.placeVoucherOrder, request, as: Self.seller())
            #expect(refusal?.reason == row.reason, "\(row)")
        }
        try await harness.call(
            Organisations.updateSettings,
            .with { ($0.settings.requireKnownViewers, $0.updateMask.paths) = (true, ["require_known_viewers"]) })
        let unknown = order("free-year") { $0.purchaserID = "nobody" }
        #expect(
            try await harness.refusal(Vouchers.placeVoucherOrder, unknown, as: Self.seller())?.reason
                == "VIEWER_NOT_FOUND")
        let none = try await harness.refusal(
            Vouchers.getVoucherOrder, .with { $0.voucherOrderID = "vor_0000000000001" })
        let cancel = try await harness.refusal(
            Vouchers.cancelVoucherOrder, .with { $0.voucherOrderID = "vor_0000000000001" })
        #expect(none?.reason == "VOUCHER_ORDER_NOT_FOUND" && cancel?.reason == "VOUCHER_ORDER_NOT_FOUND")
    }

    private static let bad: [(String, @Sendable (inout Usher_Vouchers_V1_PlaceVoucherOrderRequest) -> Void)] = [
        ("quantity", { $0.quantity = -1 }), ("quantity", { $0.quantity = 10_001 }),
        ("purchaser_id", { $0.purchaserID = "" }), ("purchaser_id", { $0.purchaserID = "a b" }),
        ("payment_method", { $0.paymentMethod = .unspecified }), ("payment_reference", { $0.paymentReference = "X" }),
        ("payment_reference", { $0.paymentMethod = .adyen }), ("redeem_until", { $0.redeemUntil.seconds = 1 << 60 }),
        ("name", { $0.name = "a\u{7}" }),
    ]

    @Test(arguments: bad)
    func fieldsThatCannotBeAccepted(
        field: String, change: @Sendable (inout Usher_Vouchers_V1_PlaceVoucherOrderRequest) -> Void
    ) async throws {
        let harness = try await Self.shop()
        let refusal = try await harness.refusal(
            Vouchers.placeVoucherOrder, order("free-year", 1, change), as: Self.seller())
        #expect(refusal?.violations.first?.field == field)
    }

    @Test(arguments: ["name", "street", "postcode", "city", "country"])
    func anAddressIsWhole(field: String) async throws {
        let harness = try await Self.shop()
        let code = try await place(harness, order("free-year")).vouchers[0].code
        var address = Self.address
        switch field {
        case "name": address.name = ""
        case "street": address.street = String(repeating: "x", count: 201)
        case "postcode": address.postcode = ""
        case "city": address.city = "a\u{7}"
        default: address.country = "SWE"
        }
        let refusal = try await harness.refusal(
            Vouchers.redeemVoucher, .with { ($0.code, $0.viewerID, $0.deliveryAddress) = (code, "anna", address) })
        #expect(refusal?.violations.first?.field == "delivery_address.\(field)")
    }

    @Test func cancellingSwitchesOffWhatWasNotUsed() async throws {
        let harness = try await Self.shop()
        let placed = try await place(harness, order("digital-month", 3))
        let id = placed.voucherOrder.voucherOrderID
        _ = try await harness.redeem(placed.vouchers[0].code, "anna")
        try await harness.call(Vouchers.deleteVoucher, .with { $0.voucherID = placed.vouchers[1].voucherID })
        let cancelled = try await harness.call(
            Vouchers.cancelVoucherOrder, .with { ($0.voucherOrderID, $0.reason) = (id, "Wrong product") })
        #expect(cancelled.state == .cancelled && cancelled.cancelReason == "Wrong product")
        #expect(cancelled.redeemedCount == 1 && cancelled.hasCancelTime)
        #expect(try await harness.redeemReason(placed.vouchers[2].code, "bob") == "VOUCHER_DEACTIVATED")
        #expect(try await harness.redeemReason(placed.vouchers[1].code, "bob") == "VOUCHER_DELETED")
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
        harness.now = harness.now + .seconds(1)
        let again = try await harness.call(
            Vouchers.cancelVoucherOrder, .with { ($0.voucherOrderID, $0.reason) = (id, "Again") })
        #expect(again == cancelled)
    }

    @Test func boughtVouchersAreListedByPurchaserAndOrder() async throws {
        let harness = try await Self.shop()
        let first = try await place(harness, order("digital-month", 7))
        let second = try await place(harness, order("free-year", 4))
        _ = try await place(harness, order("free-year", 2) { $0.purchaserID = "other" })
        func list(
            _ change: (inout Usher_Vouchers_V1_ListBoughtVouchersRequest) -> Void
        ) async throws -> [Usher_Vouchers_V1_Voucher] {
            var request = Usher_Vouchers_V1_ListBoughtVouchersRequest()
            request.pageSize = 3
            change(&request)
            var found: [Usher_Vouchers_V1_Voucher] = []
            repeat {
                let page = try await harness.call(Vouchers.listBoughtVouchers, request)
                found += page.vouchers
                request.pageToken = page.nextPageToken
            } while !request.pageToken.isEmpty
            return found
        }
        let all = try await list { $0.purchaserID = "acme" }
        #expect(all.map(\.code) == (first.vouchers + second.vouchers).map(\.code))
        #expect(all.allSatisfy { $0.purchaserID == "acme" && $0.effect == .subscription && $0.usageLimit == 1 })
        #expect(Set(all.map(\.voucherOrderID)).count == 2)
        let id = second.voucherOrder.voucherOrderID
        #expect(try await list { $0.voucherOrderID = id }.map(\.code) == second.vouchers.map(\.code))
        #expect(try await list { ($0.purchaserID, $0.voucherOrderID) = ("acme", id) }.count == 4)
        #expect(try await list { ($0.purchaserID, $0.voucherOrderID) = ("other", id) }.isEmpty)
        #expect(try await list { $0.purchaserID = "nobody" }.isEmpty)
        #expect(
            try await harness.refusal(Vouchers.listBoughtVouchers, .init())?.violations.first?.field == "purchaser_id")
    }

    /// A period is as many days as it has from the day on which it is ordered.
    @Test(arguments: [
        ("2027-01-31T12:00:00Z", Int32(1), Int32(28)), ("2028-01-31T12:00:00Z", 1, 29),
        ("2028-02-29T12:00:00Z", 12, 365),
        // Over both changes of the clocks in Stockholm.
        ("2027-03-01T12:00:00Z", 1, 31), ("2027-10-01T12:00:00Z", 1, 31),
    ])
    func daysOfAPeriod(start: String, months: Int32, days: Int32) async throws {
        let harness = try await Self.shop()
        try await harness.call(
            Organisations.updateSettings,
            .with { ($0.settings.timeZone, $0.updateMask.paths) = ("Europe/Stockholm", ["time_zone"]) })
        try await harness.createPaymentPeriod("this", package: "digital", months: months)
        harness.now = try Instant.parsed(start)
        #expect(try await place(harness, order("this")).voucherOrder.daysOfAccess == days)
    }
}
