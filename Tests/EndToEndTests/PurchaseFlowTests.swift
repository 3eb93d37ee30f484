import Testing
import UsherAPI
import UsherClient
import UsherContract

/// Buying, subscribing and giving back, over TCP.
@Suite struct PurchaseFlowTests {
    @Test func aSubscriptionFromItsPurchaseToItsEnd() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("adeprimo")
            try await client.createOpening()
            _ = try await client.catalog.createPackage(
                .with {
                    ($0.package.packageID, $0.package.title, $0.package.graceDays) = ("digital", "Digital", 3)
                    $0.package.assetIds = ["opening"]
                })
            _ = try await client.catalog.createPriceOption(
                .with {
                    ($0.priceOption.priceOptionID, $0.priceOption.packageID) = ("monthly", "digital")
                    $0.priceOption.paymentType = .subscription
                    $0.priceOption.price = .with { ($0.currencyCode, $0.minorUnits) = ("SEK", 9_900) }
                    $0.priceOption.accessPeriod = .with { ($0.unit, $0.length) = (.month, 1) }
                })
            let bought = try await client.accesses.recordPurchase(
                .with {
                    ($0.viewerID, $0.priceOptionID, $0.paymentReference) = ("anna", "monthly", "ADYEN-1")
                    $0.amount = .with { ($0.currencyCode, $0.minorUnits) = ("SEK", 9_900) }
                })
            let id = bought.subscriptionID
            func state() async throws -> Usher_Subscriptions_V1_SubscriptionState {
                try await client.subscriptions.getSubscription(.with { $0.subscriptionID = id }).state
            }
            func comesIn() async throws -> Bool {
                try await client.accesses.checkAccess(
                    .with { ($0.viewerID, $0.assetID) = ("anna", "opening") }
                ).allowed
            }
            #expect(try await state() == .active)
            #expect(try await comesIn())
            // Nobody pays: frozen at once, and shut out three days later, without anything having run.
            server.now = RunningServer.start + .hours(24 * 30)
            #expect(try await state() == .frozen)
            #expect(try await comesIn())
            server.now = RunningServer.start + .hours(24 * 33)
            #expect(try await !comesIn())
            _ = try await client.subscriptions.renewSubscription(.with { $0.subscriptionID = id })
            #expect(try await state() == .active)
            #expect(try await comesIn())
            _ = try await client.subscriptions.pauseSubscription(.with { $0.subscriptionID = id })
            #expect(try await !comesIn())
            _ = try await client.subscriptions.resumeSubscription(.with { $0.subscriptionID = id })
            #expect(try await comesIn())
            let reversed = try await client.accesses.reversePurchase(
                .with { ($0.paymentID, $0.type) = (bought.payment.paymentID, .chargeback) })
            #expect(reversed.hasReverseTime)
            #expect(try await state() == .deactivated)
            #expect(try await !comesIn())
            await client.close()
        }
    }
}
