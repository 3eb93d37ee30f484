import Foundation
import Testing
import UsherAPI
import UsherClient
import UsherContract

/// The scenarios of the domain that vouchers carry, over TCP, with keys of the organisations' own.
@Suite struct VoucherScenarioTests {
    /// Scenario 3. Try-out: a subscription for 30 days by a code, once.
    @Test func tryOut() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("adeprimo")
            try await client.createOpening()
            try await client.createPackage("adeprimo_digital") { $0.assetIds = ["opening"] }
            // 2026-12-31T23:59:59+01:00.
            let made = try await client.vouchers.createVoucher(
                .with {
                    ($0.voucher.effect, $0.voucher.daysOfAccess) = (.subscription, 30)
                    ($0.voucher.packageCode, $0.voucher.provisionService) = ("adeprimo_digital", "tulo")
                    $0.voucher.redeemUntil.seconds = 1_798_757_999
                    $0.codeProfile.kind = .hex10
                })
            #expect(made.code.wholeMatch(of: /[0-9a-f]{10}/) != nil)
            let reply = try await client.vouchers.redeemVoucher(
                .with { ($0.code, $0.viewerID) = (made.code.uppercased(), "anna") })
            #expect(reply.access.type == .subscription && reply.redemption.provisionService == "tulo")
            #expect(reply.access.expireTime.seconds - reply.access.startTime.seconds == 30 * 86_400)
            let subscription = try await client.subscriptions.getSubscription(
                .with { $0.subscriptionID = reply.redemption.subscriptionID })
            #expect(subscription.state == .active && subscription.voucherID == made.voucherID)
            let check = try await client.accesses.checkAccess(
                .with { ($0.viewerID, $0.assetID) = ("anna", "opening") })
            #expect(check.allowed && check.expireTime == reply.access.expireTime)
            let again = try await reason {
                _ = try await client.vouchers.redeemVoucher(.with { ($0.code, $0.viewerID) = (made.code, "bob") })
            }
            #expect(again == "VOUCHER_USED")
            await client.close()
        }
    }

    /// Scenario 4. Company print gift.
    @Test func companyPrintGift() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("adeprimo")
            try await client.createOpening()
            try await client.createPackage("paper") {
                ($0.assetIds, $0.printProduct, $0.deliveryAddressRequired) = (["opening"], true, true)
                $0.voucherPurchaseEnabled = true
            }
            try await client.createYear("year", of: "paper", .limited, price: 99_900)
            try await client.createYear("free-year", of: "paper", .recurring, price: 0)
            let order = Usher_Vouchers_V1_PlaceVoucherOrderRequest.with {
                ($0.paymentPeriodID, $0.quantity, $0.purchaserID) = ("year", 25, "acme")
                ($0.paymentMethod, $0.paymentReference) = (.adyen, "8836183819713023")
            }
            #expect(try await reason { _ = try await client.vouchers.placeVoucherOrder(order) } == "FEATURE_DISABLED")
            let platform = server.client()
            _ = try await platform.organisations.updateOrganisation(
                .with {
                    ($0.organisation.organisationID, $0.organisation.purchasableVouchersEnabled) = ("adeprimo", true)
                    $0.updateMask.paths = ["purchasable_vouchers_enabled"]
                })
            await platform.close()
            let placed = try await client.vouchers.placeVoucherOrder(order)
            #expect(placed.vouchers.count == 25 && placed.voucherOrder.daysOfAccess == 365)

            var redeem = Usher_Vouchers_V1_RedeemVoucherRequest()
            (redeem.code, redeem.viewerID) = (placed.vouchers[0].code, "employee-1")
            #expect(try await reason { _ = try await client.vouchers.redeemVoucher(redeem) } == "ADDRESS_REQUIRED")
            redeem.deliveryAddress = .with {
                ($0.name, $0.street, $0.postcode) = ("Anna Ek", "Storgatan 1", "111 22")
                ($0.city, $0.country) = ("Stockholm", "SE")
            }
            let reply = try await client.vouchers.redeemVoucher(redeem)
            let exports = try await client.subscriptions.listSubscriptionExports(.init()).exports
            #expect(exports.map(\.subscriptionID) == [reply.redemption.subscriptionID])
            #expect(exports.first?.deliveryAddress == redeem.deliveryAddress)
            let bought = try await client.vouchers.listBoughtVouchers(.with { $0.purchaserID = "acme" })
            #expect(bought.vouchers.count == 25 && bought.vouchers.count { $0.redeemed } == 1)

            var free = order
            (free.paymentPeriodID, free.paymentMethod, free.paymentReference) = ("free-year", .free, "")
            #expect(try await reason { _ = try await client.vouchers.placeVoucherOrder(free) } == "PERIOD_NOT_LIMITED")
            await client.close()
        }
    }

    /// Scenario 5, of the voucher: who may use it, for what, and how long its access lasts.
    @Test func accessVoucher() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("inplayer")
            try await client.createOpening()
            for (id, type) in [("ppv", Usher_Catalog_V1_PaymentType.ppv), ("monthly", .subscription)] {
                _ = try await client.catalog.createPriceOption(
                    .with {
                        ($0.priceOption.priceOptionID, $0.priceOption.assetID) = (id, "opening")
                        ($0.priceOption.paymentType, $0.priceOption.price.currencyCode) = (type, "EUR")
                        ($0.priceOption.accessPeriod.unit, $0.priceOption.accessPeriod.length) = (.month, 1)
                    })
            }
            let made = try await client.vouchers.createVoucher(
                .with {
                    $0.voucher.name = "Summer"
                    ($0.voucher.accessPeriod.unit, $0.voucher.accessPeriod.length) = (.month, 3)
                    $0.voucher.scope.paymentTypes = [.ppv]
                    $0.codeProfile = .with {
                        ($0.kind, $0.length, $0.prefix, $0.suffix) = (.pattern, 8, "SUMMER-", "-VIP")
                    }
                })
            #expect(made.code.wholeMatch(of: /SUMMER-[A-HK-NP-Z2-9]{8}-VIP/) != nil && !made.hasUsageLimit)
            _ = try await client.vouchers.addVoucherEmails(
                .with { ($0.voucherID, $0.emails) = (made.voucherID, ["derby@mail.com"]) })
            let csv = "email\r\n" + (1...5_000).map { "viewer-\($0)@mail.com" }.joined(separator: "\r\n") + "\r\n"
            let added = try await client.vouchers.addVoucherEmails(
                .with { ($0.voucherID, $0.csv) = (made.voucherID, Data(csv.utf8)) })
            #expect(added.addedCount == 5_000 && added.emailCount == 5_001)

            // Nobody of them has to be there before.
            for (id, email) in [
                ("derby", "Derby@mail.com"), ("late", "viewer-5000@mail.com"), ("other", "other@mail.com"),
            ] {
                _ = try await client.catalog.createViewer(.with { ($0.viewer.viewerID, $0.viewer.email) = (id, email) })
            }
            func redeem(_ viewer: String, _ option: String) async throws -> String? {
                try await reason {
                    let reply = try await client.vouchers.redeemVoucher(
                        .with { ($0.code, $0.viewerID, $0.priceOptionID) = (made.code, viewer, option) })
                    // 2026-11-20T18:00Z and three months.
                    #expect(reply.access.expireTime.seconds == 1_803_146_400 && reply.access.assetID == "opening")
                    #expect(reply.access.type == .accessVoucher && reply.redemption.subscriptionID.isEmpty)
                }
            }
            #expect(try await redeem("derby", "ppv") == nil)
            #expect(try await redeem("late", "ppv") == nil)
            #expect(try await redeem("late", "monthly") == "OUT_OF_SCOPE")
            #expect(try await redeem("other", "ppv") == "NOT_ELIGIBLE")
            await client.close()
        }
    }
}

extension UsherClient {
    fileprivate func createPackage(
        _ id: String, _ change: (inout Usher_Catalog_V1_Package) -> Void
    ) async throws {
        var request = Usher_Catalog_V1_CreatePackageRequest()
        (request.package.packageID, request.package.title) = (id, id)
        change(&request.package)
        _ = try await catalog.createPackage(request)
    }

    fileprivate func createYear(
        _ id: String, of package: String, _ type: Usher_Catalog_V1_PaymentPeriodType, price: Int64
    ) async throws {
        _ = try await catalog.createPaymentPeriod(
            .with {
                ($0.paymentPeriod.paymentPeriodID, $0.paymentPeriod.packageID) = (id, package)
                ($0.paymentPeriod.type, $0.paymentPeriod.price.minorUnits) = (type, price)
                $0.paymentPeriod.price.currencyCode = "SEK"
                ($0.paymentPeriod.length.unit, $0.paymentPeriod.length.length) = (.month, 12)
            })
    }
}
