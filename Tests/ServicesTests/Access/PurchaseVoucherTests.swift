import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// Purchases with vouchers, and print subscriptions that become vouchers.
@Suite struct PurchaseVoucherTests {
    @Test func aDiscountIsConsumedWithThePurchase() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPrices()
        let voucher = try await harness.createVoucher("HALF") {
            ($0.effect, $0.discountPercent, $0.usageLimit) = (.discount, 50, 1)
        }
        let bought = try await harness.buy("single-view", reference: "PSP-1") {
            ($0.code, $0.amount.minorUnits) = ("half", 2_450)
        }
        #expect(bought.access.type == .purchased && bought.access.voucherID == voucher.voucherID)
        // The period is the price option's.
        #expect(bought.access.expireTime.seconds == harness.seconds + 48 * 3_600)
        #expect(bought.payment.discountPercent == 50 && bought.payment.voucherID == voucher.voucherID)
        let redemptions = try await harness.call(
            Vouchers.listRedemptions, .with { $0.voucherID = voucher.voucherID }
        ).redemptions
        #expect(redemptions.map(\.redemptionID) == [bought.redemptionID])
        #expect(redemptions.first?.accessID == bought.access.accessID)
        #expect(
            try await harness.buyRefusal("single-view", "bob", reference: "PSP-2") { $0.code = "HALF" }?.reason
                == "VOUCHER_USED")
        let payments = try await harness.call(Accesses.listPayments, .with { $0.voucherID = voucher.voucherID })
        #expect(payments.payments == [bought.payment])
    }

    @Test func aFullDiscountNeedsNoPayment() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPrices()
        _ = try await harness.createVoucher("FREE") { ($0.effect, $0.discountPercent) = (.discount, 100) }
        let bought = try await harness.buy("once", reference: "") { ($0.code, $0.amount.minorUnits) = ("FREE", 0) }
        #expect(bought.access.type == .fullDiscount && bought.access.packageID == "all")
        #expect(bought.access.expireTime.seconds == harness.seconds + 30 * 86_400)
    }

    /// The access period is the voucher's own, and on a subscription price no subscription is made.
    @Test func anAccessVoucherTakesThePlaceOfThePayment() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPrices()
        _ = try await harness.createVoucher("VIP") { $0.accessPeriod = .with { ($0.unit, $0.length) = (.day, 7) } }
        let bought = try await harness.buy("monthly", reference: "") { ($0.code, $0.amount.minorUnits) = ("VIP", 0) }
        #expect(bought.access.type == .accessVoucher && bought.subscriptionID.isEmpty)
        #expect(bought.access.expireTime.seconds == harness.seconds + 7 * 86_400)
        #expect(bought.access.packageID == "all")
        #expect(try await harness.call(Subscriptions.listSubscriptions, .init()).subscriptions.isEmpty)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
    }

    @Test func aDiscountOnASubscriptionLastsItsCycles() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPrices()
        _ = try await harness.createVoucher("THREE") {
            ($0.effect, $0.discountPercent, $0.discountDuration, $0.discountCycles) = (.discount, 20, .cycles, 3)
        }
        let bought = try await harness.buy("monthly", reference: "PSP-1") { $0.code = "THREE" }
        for left in [2, 1, 0, 0] as [Int32] {
            let subscription = try await harness.call(
                Subscriptions.getSubscription, .with { $0.subscriptionID = bought.subscriptionID })
            #expect(subscription.discountPercent == 20 && subscription.discountCyclesLeft == left)
            try await harness.call(
                Subscriptions.renewSubscription, .with { $0.subscriptionID = bought.subscriptionID })
        }
    }

    @Test func aRefusedPurchaseUsesNothing() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPrices()
        let voucher = try await harness.createVoucher("HALF") { ($0.effect, $0.discountPercent) = (.discount, 50) }
        _ = try await harness.buy("monthly", reference: "PSP-1")
        for (option, code, reason) in [
            ("monthly", "HALF", "ALREADY_SUBSCRIBED"), ("single-view", "NONE", "VOUCHER_NOT_FOUND"),
        ] {
            let refusal = try await harness.buyRefusal(option, reference: "PSP-2") { $0.code = code }
            #expect(refusal?.reason == reason)
        }
        let after = try await harness.call(Vouchers.getVoucher, .with { $0.voucherID = voucher.voucherID })
        #expect(after.usedCount == 0)
        #expect(try await harness.call(Accesses.listPayments, .init()).payments.count == 1)
    }

    @Test func under64FoldConcurrencyTheLastUseIsBoughtOnce() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPrices()
        let voucher = try await harness.createVoucher("ONE") {
            ($0.effect, $0.discountPercent, $0.usageLimit) = (.discount, 100, 1)
        }
        let reasons = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<64 {
                group.addTask {
                    try await harness.buyRefusal("single-view", "viewer-\(number)", reference: "") {
                        ($0.code, $0.amount.minorUnits) = ("ONE", 0)
                    }?.reason
                }
            }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(reasons.filter { $0 == nil }.count == 1)
        #expect(reasons.compactMap { $0 }.allSatisfy { $0 == "VOUCHER_USED" })
        let payments = try await harness.call(Accesses.listPayments, .with { $0.voucherID = voucher.voucherID })
        #expect(payments.payments.count == 1)
    }

    // MARK: From print to digital

    @Test func aPrintSubscriptionBecomesADigitalVoucher() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPackage("paper") { $0.printProduct = true }
        let paper = try await harness.subscribe("anna") {
            ($0.packageID, $0.activate, $0.provisionService) = ("paper", true, "tulo")
        }
        harness.now = harness.now + .hours(24 * 10 + 1)
        let converted = try await harness.call(
            Subscriptions.convertToVoucher,
            .with { ($0.subscriptionID, $0.packageCode, $0.reason) = (paper.subscriptionID, "all", "reads online") })
        #expect(converted.subscription.state == .deactivated && converted.subscription.cancelReason == "reads online")
        let voucher = try await harness.call(Vouchers.getVoucher, .with { $0.voucherID = converted.voucherID })
        // Twenty days less an hour were left.
        #expect(voucher.effect == .subscription && voucher.daysOfAccess == 20 && voucher.packageCode == "all")
        #expect(voucher.code == converted.voucherCode && voucher.provisionService == "tulo")
        let redeemed = try await harness.redeem(converted.voucherCode, "anna")
        #expect(redeemed.access.packageID == "all" && redeemed.access.type == .subscription)
    }

    @Test func refusalsOfConverting() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPackage("paper") { $0.printProduct = true }
        let digital = try await harness.subscribe("anna") { $0.activate = true }
        let pending = try await harness.subscribe("bob") { $0.packageID = "paper" }
        let paper = try await harness.subscribe("cleo") { ($0.packageID, $0.activate) = ("paper", true) }
        for (id, code, days, reason) in [
            ("sub_0000000000001", "all", 0, "SUBSCRIPTION_NOT_FOUND"),
            (paper.subscriptionID, "missing", 0, "PACKAGE_NOT_FOUND"),
            (pending.subscriptionID, "all", 0, "SUBSCRIPTION_STATE"),
            (digital.subscriptionID, "all", 0, "NOT_A_PRINT_PRODUCT"),
            (digital.subscriptionID, "paper", 0, "NOT_A_PRINT_PRODUCT"),
            (paper.subscriptionID, "paper", 0, "NOT_A_DIGITAL_PRODUCT"),
            (paper.subscriptionID, "", 0, "FIELD_INVALID"), (paper.subscriptionID, "all", 10_000, "FIELD_INVALID"),
        ] as [(String, String, Int32, String)] {
            let refusal = try await harness.refusal(
                Subscriptions.convertToVoucher,
                .with { ($0.subscriptionID, $0.packageCode, $0.daysOfAccess) = (id, code, days) })
            #expect(refusal?.reason == reason, "\(reason)")
        }
        #expect(try await harness.get(paper).state == .active)
    }
}
