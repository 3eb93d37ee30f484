import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// Vouchers that make a subscription, and vouchers that take something off a price.
@Suite struct VoucherEffectTests {
    private static func digital() async throws -> Harness {
        let harness = try await Harness.withOpening()
        try await harness.createPackage("digital", assets: ["opening"]) { $0.packageCode = "adeprimo_digital" }
        return harness
    }

    private func createTryOut(
        _ harness: Harness, _ code: String = "", _ change: (inout Usher_Vouchers_V1_Voucher) -> Void = { _ in }
    ) async throws -> Usher_Vouchers_V1_Voucher {
        try await harness.createVoucher(code) {
            ($0.effect, $0.daysOfAccess, $0.packageCode) = (.subscription, 30, "adeprimo_digital")
            $0.provisionService = "tulo"
            change(&$0)
        }
    }

    @Test func aTryOutIsRedeemedOnce() async throws {
        let harness = try await Self.digital()
        let made = try await createTryOut(harness, "1382b0") { $0.redeemUntil.seconds = 1_798_757_999 }
        #expect(made.usageLimit == 1 && made.redeemOn == .redeem && made.packageCode == "adeprimo_digital")
        #expect(made.daysOfAccess == 30 && made.provisionService == "tulo" && !made.hasScope)
        let reply = try await harness.redeem("1382B0")
        #expect(reply.access.type == .subscription && reply.access.packageID == "digital")
        #expect(reply.access.expireTime.seconds == 1_795_197_600 + 30 * 86_400)
        #expect(reply.redemption.provisionService == "tulo" && reply.redemption.packageID == "digital")
        #expect(reply.redemption.subscriptionID.hasPrefix("sub_"))
        let subscription = try await harness.call(
            Subscriptions.getSubscription, .with { $0.subscriptionID = reply.redemption.subscriptionID })
        #expect(subscription.provisionService == "tulo" && subscription.voucherID == made.voucherID)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
        #expect(try await harness.redeemReason("1382b0", "bob") == "VOUCHER_USED")
        harness.now = harness.now + .hours(30 * 24)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "ACCESS_EXPIRED")
        let over = try await harness.call(
            Subscriptions.getSubscription, .with { $0.subscriptionID = reply.redemption.subscriptionID })
        #expect(over.state == .deactivated, "it does not renew")
    }

    @Test func refusalsOfATryOut() async throws {
        let harness = try await Self.digital()
        try await harness.createAsset("other")
        _ = try await createTryOut(harness, "FIRST")
        _ = try await createTryOut(harness, "SECOND")
        #expect(try await harness.redeemReason("FIRST", "") == "VIEWER_REQUIRED")
        #expect(try await harness.redeemReason("FIRST", asset: "other") == "OUT_OF_SCOPE")
        #expect(try await harness.redeemReason("FIRST", asset: "opening") == nil)
        #expect(try await harness.redeemReason("SECOND") == "ALREADY_SUBSCRIBED")
        let verdict = try await harness.call(
            Vouchers.validateVoucher, .with { ($0.code, $0.viewerID) = ("SECOND", "anna") })
        #expect(verdict.reason == "ALREADY_SUBSCRIBED" && verdict.state == .active)
        #expect(try await harness.redeemReason("SECOND", "bob") == nil)
        _ = try await createTryOut(harness, "LATE")
        try await harness.call(Catalog.deletePackage, .with { $0.packageID = "digital" })
        #expect(try await harness.redeemReason("LATE", "carl") == "PACKAGE_NOT_FOUND")
    }

    /// Taking a redemption back ends the subscription with its access; the voucher can be used again.
    @Test func rollingBackEndsTheSubscription() async throws {
        let harness = try await Self.digital()
        let made = try await createTryOut(harness, "BACK")
        let reply = try await harness.redeem("BACK")
        let back = try await harness.call(Vouchers.rollBackRedemption, .with { $0.voucherID = made.voucherID })
        #expect(back.usedCount == 0 && !back.redeemed && !back.hasExpireTime && back.state == .active)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        let subscription = try await harness.call(
            Subscriptions.getSubscription, .with { $0.subscriptionID = reply.redemption.subscriptionID })
        #expect(subscription.state == .deactivated)
        #expect(try await harness.redeemReason("BACK") == nil)
    }

    /// Only what an ACCESS voucher gave ends with it.
    @Test(arguments: [true, false])
    func aSubscriptionOutlivesItsVoucher(expires: Bool) async throws {
        let harness = try await Self.digital()
        let made = try await createTryOut(harness, "STAYS")
        _ = try await harness.redeem("STAYS")
        if expires {
            _ = try await harness.call(Vouchers.expireVoucher, .with { $0.voucherID = made.voucherID })
        } else {
            _ = try await harness.call(Vouchers.deactivateVoucher, .with { $0.voucherID = made.voucherID })
        }
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
    }

    @Test func tryOutsAreGeneratedInBatches() async throws {
        let harness = try await Self.digital()
        let made = try await harness.call(
            Vouchers.generateVouchers,
            .with {
                ($0.packageCode, $0.daysOfAccess, $0.count) = ("adeprimo_digital", 14, 50)
                ($0.provisionService, $0.codeProfile.kind) = ("partner", .hex10)
            })
        #expect(made.vouchers.count == 50 && Set(made.vouchers.map(\.code)).count == 50)
        #expect(made.vouchers.allSatisfy { $0.code.wholeMatch(of: /[0-9a-f]{10}/) != nil })
        for voucher in [made.vouchers[0], made.vouchers[49]] {
            let found = try await harness.call(Vouchers.getVoucher, .with { $0.voucherID = voucher.voucherID })
            #expect(found.effect == .subscription && found.daysOfAccess == 14 && found.usageLimit == 1)
            #expect(found.redeemOn == .redeem && found.provisionService == "partner")
            #expect(found.packageCode == "adeprimo_digital" && found.batchID == made.batchID)
        }
        let end = try await harness.redeem(made.vouchers[49].code).access.expireTime.seconds
        #expect(end == 1_795_197_600 + 14 * 86_400)
    }

    @Test func anUpdateKeepsThePackageUnlessItNamesAnother() async throws {
        let harness = try await Self.digital()
        try await harness.createPackage("paper", assets: []) { $0.packageCode = "paper" }
        let made = try await createTryOut(harness)
        var request = Usher_Vouchers_V1_UpdateVoucherRequest()
        request.voucher.voucherID = made.voucherID
        (request.voucher.daysOfAccess, request.voucher.packageCode) = (60, "paper")
        request.updateMask.paths = ["days_of_access"]
        let longer = try await harness.call(Vouchers.updateVoucher, request)
        #expect(longer.daysOfAccess == 60 && longer.packageCode == "adeprimo_digital")
        request.updateMask.paths = ["package_code"]
        #expect(try await harness.call(Vouchers.updateVoucher, request).packageCode == "paper")
        request.voucher.packageCode = "none"
        #expect(try await harness.refusal(Vouchers.updateVoucher, request)?.reason == "PACKAGE_NOT_FOUND")
    }

    private static let bad: [(String, @Sendable (inout Usher_Vouchers_V1_Voucher) -> Void)] = [
        ("days_of_access", { $0.daysOfAccess = 0 }), ("days_of_access", { $0.daysOfAccess = 10_000 }),
        ("package_code", { $0.packageCode = "" }), ("scope", { $0.scope.assetIds = ["opening"] }),
        ("redeem_on", { $0.redeemOn = .firstPlay }),
        ("access_period", { ($0.accessPeriod.unit, $0.accessPeriod.length) = (.day, 1) }),
        ("discount_percent", { $0.discountPercent = 10 }),
        ("provision_service", { $0.provisionService = String(repeating: "x", count: 201) }),
        ("package_code", { $0.effect = .access }),
        ("discount_percent", { ($0.effect, $0.daysOfAccess, $0.packageCode) = (.discount, 0, "") }),
        ("discount_cycles", { $0.takeDiscount(.cycles, 0) }), ("discount_cycles", { $0.takeDiscount(.cycles, 1_201) }),
        ("discount_cycles", { $0.takeDiscount(.once, 2) }),
        ("discount_duration", { $0.takeDiscount(.UNRECOGNIZED(9), 0) }),
        (
            "discount_percent",
            {
                ($0.effect, $0.daysOfAccess, $0.discountDuration) = (.access, 0, .once); $0.packageCode = ""
            }
        ),
    ]

    @Test(arguments: bad)
    func fieldsThatCannotBeAccepted(
        field: String, change: @Sendable (inout Usher_Vouchers_V1_Voucher) -> Void
    ) async throws {
        let harness = try await Self.digital()
        var request = Usher_Vouchers_V1_CreateVoucherRequest()
        (request.voucher.effect, request.voucher.daysOfAccess) = (.subscription, 30)
        request.voucher.packageCode = "adeprimo_digital"
        change(&request.voucher)
        let refusal = try await harness.refusal(Vouchers.createVoucher, request)
        #expect(refusal?.code == .invalidArgument && refusal?.violations.first?.field == "voucher.\(field)")
    }

    @Test func unlimitedIsForSubscriptionVouchers() async throws {
        let harness = try await Self.digital()
        var request = Usher_Vouchers_V1_CreateVoucherRequest()
        (request.voucher.effect, request.voucher.daysOfAccess) = (.subscription, 30)
        (request.voucher.packageCode, request.unlimited) = ("adeprimo_digital", true)
        #expect(try await !harness.call(Vouchers.createVoucher, request).hasUsageLimit)
        request.voucher.usageLimit = 5
        #expect(
            try await harness.refusal(Vouchers.createVoucher, request)?.violations.first?.field == "unlimited")
    }

    @Test func discountsForOneSomeAndAllPayments() async throws {
        let harness = try await Self.digital()
        let rows: [(Usher_Vouchers_V1_DiscountDuration, Int32, Usher_Vouchers_V1_DiscountDuration)] = [
            (.unspecified, 0, .once), (.once, 0, .once), (.forever, 0, .forever), (.cycles, 3, .cycles),
            (.cycles, 1, .once),
        ]
        for (duration, cycles, shown) in rows {
            let made = try await harness.createVoucher("") { $0.takeDiscount(duration, cycles) }
            #expect(made.discountDuration == shown && made.discountPercent == 25)
            #expect(made.discountCycles == (shown == .cycles ? cycles : 0))
            #expect(try await harness.redeemReason(made.code) == "PURCHASE_REQUIRED")
        }
    }

    @Test func whatIsLeftOfAPriceIsRounded() {
        for (percent, price, left) in [(25, 9_999, 7_499), (50, 1, 1), (100, 9_999, 0), (1, 50, 50), (33, 100, 67)] {
            #expect(Voucher.Discount(percent: percent).reduced(Int64(price)) == Int64(left))
        }
    }
    /// Days are calendar days in the organisation's time zone: over a change of the clocks the hour stays.
    @Test(arguments: [
        ("2027-03-20T12:00:00Z", Int32(30), "2027-04-19T11:00:00Z"),
        ("2027-10-20T12:00:00Z", 30, "2027-11-19T13:00:00Z"),
        ("2028-02-28T23:30:00Z", 1, "2028-02-29T23:30:00Z"), ("2027-12-31T12:00:00Z", 9_999, "2055-05-17T11:00:00Z"),
    ])
    func daysOfAccess(start: String, days: Int32, end: String) async throws {
        let harness = try await Self.digital()
        try await harness.call(
            Organisations.updateSettings,
            .with { ($0.settings.timeZone, $0.updateMask.paths) = ("Europe/Stockholm", ["time_zone"]) })
        harness.now = try Instant.parsed(start)
        _ = try await createTryOut(harness, "DAYS") { $0.daysOfAccess = days }
        let expiry = try await harness.redeem("DAYS").access.expireTime
        #expect(Instant(expiry) == (try Instant.parsed(end)))
    }

    /// 64 at once with one code, and one viewer with 64 codes: one subscription each.
    @Test(arguments: [true, false])
    func oneSubscriptionUnderConcurrency(isOneCode: Bool) async throws {
        let harness = try await Self.digital()
        for number in 0..<(isOneCode ? 1 : 64) { _ = try await createTryOut(harness, "CODE-\(number)") }
        let reasons = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<64 {
                let (code, viewer) = isOneCode ? ("CODE-0", "viewer-\(number)") : ("CODE-\(number)", "anna")
                group.addTask { try await harness.redeemReason(code, viewer) }
            }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(reasons.count { $0 == nil } == 1)
        #expect(reasons.count { $0 == (isOneCode ? "VOUCHER_USED" : "ALREADY_SUBSCRIBED") } == 63)
        let made = try await harness.call(Subscriptions.listSubscriptions, .with { $0.pageSize = 1_000 })
        #expect(made.subscriptions.count == 1)
    }
}

extension Usher_Vouchers_V1_Voucher {
    fileprivate mutating func takeDiscount(_ duration: Usher_Vouchers_V1_DiscountDuration, _ cycles: Int32) {
        (effect, daysOfAccess, packageCode) = (.discount, 0, "")
        (discountPercent, discountDuration, discountCycles) = (25, duration, cycles)
    }
}
