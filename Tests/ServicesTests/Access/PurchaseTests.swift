import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct PurchaseTests {
    @Test func payPerViewGivesAccessForThePeriodOfThePrice() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPrices()
        let bought = try await harness.buy("single-view", reference: "PSP-1")
        #expect(bought.payment.paymentID.hasPrefix("pmt_") && bought.payment.accessID == bought.access.accessID)
        #expect(bought.access.type == .purchased && bought.access.assetID == "opening")
        #expect(bought.access.priceOptionID == "single-view" && bought.subscriptionID.isEmpty)
        #expect(bought.access.expireTime.seconds == harness.seconds + 48 * 3_600)
        let package = try await harness.buy("once", "bob", reference: "PSP-2")
        #expect(package.access.packageID == "all" && package.access.type == .purchased)
        #expect(package.access.expireTime.seconds == harness.seconds + 30 * 86_400)
        for viewer in ["anna", "bob"] {
            #expect(try await harness.check("opening") { $0.viewerID = viewer }.allowed)
        }
    }

    @Test func aSubscriptionPriceSubscribes() async throws {
        let harness = try await Harness.withPackage(graceDays: 3)
        try await harness.createPrices()
        let bought = try await harness.buy("monthly", reference: "PSP-1")
        #expect(bought.access.type == .subscription && bought.access.subscriptionID == bought.subscriptionID)
        #expect(bought.payment.subscriptionID == bought.subscriptionID)
        let subscription = try await harness.call(
            Subscriptions.getSubscription, .with { $0.subscriptionID = bought.subscriptionID })
        #expect(subscription.state == .active && subscription.priceOptionID == "monthly")
        #expect(subscription.renewTime.seconds == harness.seconds + 30 * 86_400)
        #expect(try await harness.buyRefusal("monthly", reference: "PSP-2")?.reason == "ALREADY_SUBSCRIBED")
        // The refused purchase left nothing behind: its reference is free.
        #expect(try await harness.buy("single-view", reference: "PSP-2").access.type == .purchased)
        // A renewal is a payment too, and known once.
        for (reference, currency, reason) in [
            ("PSP-3", "EUR", "FIELD_INVALID"), ("PSP-3", "sek", nil), ("PSP-3", "SEK", "PAYMENT_EXISTS"),
        ] as [(String, String, String?)] {
            let refusal = try await harness.refusal(
                Subscriptions.renewSubscription,
                .with {
                    ($0.subscriptionID, $0.paymentReference) = (bought.subscriptionID, reference)
                    $0.amount = .with { ($0.currencyCode, $0.minorUnits) = (currency, 9_900) }
                })
            #expect(refusal?.reason == reason)
        }
        let payments = try await harness.call(Accesses.listPayments, .with { $0.viewerID = "anna" }).payments
        #expect(payments.map(\.paymentReference) == ["PSP-1", "PSP-2", "PSP-3"])
        #expect(payments[2].subscriptionID == bought.subscriptionID)
    }

    @Test func whatIsGivenBackEndsAtOnce() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPrices()
        for (option, viewer, type) in [
            ("single-view", "anna", Usher_Access_V1_ReversalType.refund), ("monthly", "bob", .chargeback),
        ] {
            let bought = try await harness.buy(option, viewer, reference: "PSP-\(viewer)")
            #expect(try await harness.check("opening") { $0.viewerID = viewer }.allowed)
            let request = Usher_Access_V1_ReversePurchaseRequest.with {
                ($0.paymentID, $0.type, $0.reason) = (bought.payment.paymentID, type, "asked for it")
            }
            let reversed = try await harness.call(Accesses.reversePurchase, request)
            #expect(reversed.hasReverseTime && reversed.reversalType == type)
            #expect(reversed.reversalReason == "asked for it")
            #expect(try await harness.check("opening") { $0.viewerID = viewer }.reason == "NO_ACCESS")
            let access = try await harness.call(Accesses.getAccess, .with { $0.accessID = bought.access.accessID })
            #expect(access.state == .revoked)
            harness.now = harness.now + .seconds(1)
            #expect(try await harness.call(Accesses.reversePurchase, request) == reversed)
            if !bought.subscriptionID.isEmpty {
                let subscription = try await harness.call(
                    Subscriptions.getSubscription, .with { $0.subscriptionID = bought.subscriptionID })
                #expect(subscription.state == .deactivated)
                #expect(try await harness.buyRefusal(option, viewer, reference: "PSP-again") == nil)
            }
        }
    }

    @Test func refusalsOfBuying() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPrices()
        _ = try await harness.buy("single-view", reference: "PSP-1")
        let rows: [((inout Usher_Access_V1_RecordPurchaseRequest) -> Void, String)] = [
            ({ $0.viewerID = "" }, "FIELD_INVALID"), ({ $0.clearAmount() }, "FIELD_INVALID"),
            ({ $0.amount.minorUnits = -1 }, "FIELD_INVALID"), ({ $0.amount.currencyCode = "EUR" }, "FIELD_INVALID"),
            ({ $0.paymentReference = "" }, "FIELD_INVALID"), ({ $0.priceOptionID = "no" }, "PRICE_OPTION_NOT_FOUND"),
            ({ $0.paymentReference = "PSP-1" }, "PAYMENT_EXISTS"),
        ]
        for (change, reason) in rows {
            #expect(try await harness.buyRefusal("single-view", reference: "PSP-9", change)?.reason == reason)
        }
        // What costs nothing has no reference.
        for _ in 0..<2 { _ = try await harness.buy("single-view", reference: "") { $0.amount.minorUnits = 0 } }
        try await harness.set("require_known_viewers") { $0.requireKnownViewers = true }
        #expect(
            try await harness.buyRefusal("single-view", "nobody", reference: "PSP-9")?.reason == "VIEWER_NOT_FOUND")
        for (id, type, reason) in [
            ("pmt_0000000000001", Usher_Access_V1_ReversalType.refund, "PAYMENT_NOT_FOUND"),
            ("pmt_0000000000001", .unspecified, "FIELD_INVALID"),
        ] {
            let refusal = try await harness.refusal(
                Accesses.reversePurchase, .with { ($0.paymentID, $0.type) = (id, type) })
            #expect(refusal?.reason == reason)
        }
    }

    @Test func onePaymentUnder64FoldConcurrency() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPrices()
        let reasons = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<64 {
                group.addTask {
                    try await harness.buyRefusal("single-view", "viewer-\(number)", reference: "PSP-1")?.reason
                }
            }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(reasons.filter { $0 == nil }.count == 1)
        #expect(try await harness.call(Accesses.listPayments, .init()).payments.count == 1)
        #expect(try await harness.call(Accesses.listAccess, .init()).accesses.count == 1)
    }

    @Test func paymentsPageByPage() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createPrices()
        for number in 0..<5 { _ = try await harness.buy("single-view", "viewer-\(number % 2)", reference: "\(number)") }
        var request = Usher_Access_V1_ListPaymentsRequest.with { ($0.pageSize, $0.viewerID) = (2, "viewer-0") }
        var found: [String] = []
        repeat {
            let page = try await harness.call(Accesses.listPayments, request)
            found += page.payments.map(\.paymentReference)
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        #expect(found == ["0", "2", "4"])
        for (request, reason): (Usher_Access_V1_ListPaymentsRequest, String) in [
            (.with { $0.viewerID = "nobody" }, "VIEWER_NOT_FOUND"),
            (.with { $0.voucherID = "vch_0000000000001" }, "VOUCHER_NOT_FOUND"),
            (.with { ($0.viewerID, $0.voucherID) = ("nobody", "vch_0000000000001") }, "VIEWER_NOT_FOUND"),
        ] {
            #expect(try await harness.refusal(Accesses.listPayments, request)?.reason == reason)
        }
    }
}

extension Harness {
    private func request(
        _ option: String, _ viewer: String, _ reference: String,
        _ change: (inout Usher_Access_V1_RecordPurchaseRequest) -> Void
    ) -> Usher_Access_V1_RecordPurchaseRequest {
        var request = Usher_Access_V1_RecordPurchaseRequest()
        (request.viewerID, request.priceOptionID, request.paymentReference) = (viewer, option, reference)
        request.amount = .with { ($0.currencyCode, $0.minorUnits) = ("SEK", 4_900) }
        change(&request)
        return request
    }

    func buy(
        _ option: String, _ viewer: String = "anna", reference: String,
        _ change: (inout Usher_Access_V1_RecordPurchaseRequest) -> Void = { _ in }
    ) async throws -> Usher_Access_V1_RecordPurchaseResponse {
        try await call(Accesses.recordPurchase, request(option, viewer, reference, change))
    }

    func buyRefusal(
        _ option: String, _ viewer: String = "anna", reference: String,
        _ change: (inout Usher_Access_V1_RecordPurchaseRequest) -> Void = { _ in }
    ) async throws -> Refusal? {
        try await refusal(Accesses.recordPurchase, request(option, viewer, reference, change))
    }
}
