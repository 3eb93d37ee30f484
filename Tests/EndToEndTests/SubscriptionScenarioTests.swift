import Foundation
import Testing
import UsherAPI
import UsherClient
import UsherContract

/// The scenarios of the domain that end in access and subscriptions, over TCP.
@Suite struct SubscriptionScenarioTests {
    /// Scenario 3. Try-out: a voucher of 30 days, redeemed until the year's end.
    @Test func tryOut() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("adeprimo")
            try await client.createDigital()
            let made = try await client.vouchers.createVoucher(.with { $0.voucher = .tryOut })
            #expect(made.usageLimit == 1 && !made.redeemed && made.provisionService == "tulo")
            let reply = try await client.vouchers.redeemVoucher(
                .with { ($0.code, $0.viewerID) = (made.code, "anna") })
            #expect(reply.redemption.provisionService == "tulo")
            let subscription = try await client.subscriptions.getSubscription(
                .with { $0.subscriptionID = reply.redemption.subscriptionID })
            #expect(subscription.state == .active && subscription.type == .limited && !subscription.hasRenewTime)
            #expect(subscription.packageID == "digital" && subscription.provisionService == "tulo")
            #expect(subscription.voucherID == made.voucherID)
            let start = RunningServer.start.microseconds / 1_000_000
            #expect(subscription.endTime.seconds == start + 30 * 86_400)
            let check = try await client.accesses.checkAccess(
                .with { ($0.viewerID, $0.assetID) = ("anna", "opening") })
            #expect(check.allowed && check.access.type == .subscription && check.access.packageID == "digital")
            #expect(check.access.subscriptionID == subscription.subscriptionID)
            // The second time, whoever tries.
            for viewer in ["anna", "bob"] {
                let refused = try await reason {
                    _ = try await client.vouchers.redeemVoucher(
                        .with { ($0.code, $0.viewerID) = (made.code, viewer) })
                }
                #expect(refused == "VOUCHER_USED")
            }
            let other = try await client.vouchers.createVoucher(.with { $0.voucher = .tryOut })
            let again = try await reason {
                _ = try await client.vouchers.redeemVoucher(.with { ($0.code, $0.viewerID) = (other.code, "anna") })
            }
            #expect(again == "ALREADY_SUBSCRIBED")
            server.now = RunningServer.start + .hours(24 * 30)
            let late = try await client.accesses.checkAccess(
                .with { ($0.viewerID, $0.assetID) = ("anna", "opening") })
            #expect(late.reason == "ACCESS_EXPIRED")
            // 2026-12-31T23:59:59+01:00 is over.
            server.now = Instant(microseconds: 1_798_757_999_000_000)
            let over = try await reason {
                _ = try await client.vouchers.redeemVoucher(.with { ($0.code, $0.viewerID) = (other.code, "cleo") })
            }
            #expect(over == "VOUCHER_EXPIRED")
            await client.close()
        }
    }

    /// Scenario 5. Access voucher: 3 months after use, for a list of addresses, pay per view only.
    @Test func accessVoucher() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            try await client.createOpening()
            try await client.createDigital()
            for (id, type) in [("view", Usher_Catalog_V1_PaymentType.ppv), ("monthly", .subscription)] {
                _ = try await client.catalog.createPriceOption(
                    .with {
                        ($0.priceOption.priceOptionID, $0.priceOption.assetID) = (id, "opening")
                        $0.priceOption.paymentType = type
                        $0.priceOption.price = .with { ($0.currencyCode, $0.minorUnits) = ("SEK", 4_900) }
                        $0.priceOption.accessPeriod = .with { ($0.unit, $0.length) = (.month, 1) }
                    })
            }
            let made = try await client.vouchers.createVoucher(
                .with {
                    $0.voucher.name = "Summer"
                    $0.voucher.accessPeriod = .with { ($0.unit, $0.length) = (.month, 3) }
                    $0.voucher.scope.paymentTypes = [.ppv]
                    ($0.codeProfile.kind, $0.codeProfile.length) = (.pattern, 8)
                    ($0.codeProfile.prefix, $0.codeProfile.suffix) = ("SUMMER-", "-VIP")
                })
            #expect(made.code.wholeMatch(of: /SUMMER-.{8}-VIP/) != nil)
            _ = try await client.vouchers.addVoucherEmails(
                .with { ($0.voucherID, $0.emails) = (made.voucherID, ["derby@mail.com"]) })
            _ = try await client.vouchers.addVoucherEmails(
                .with {
                    $0.voucherID = made.voucherID
                    $0.csv = Data(("email\n" + (0..<5_000).map { "guest-\($0)@list.org\n" }.joined()).utf8)
                })
            for (viewer, email) in [
                ("derby", "derby@mail.com"), ("guest", "guest-4999@list.org"), ("other", "derby@other.com"),
            ] {
                _ = try await client.catalog.createViewer(
                    .with { ($0.viewer.viewerID, $0.viewer.email) = (viewer, email) })
            }
            func buy(_ viewer: String, _ option: String) async throws -> Usher_Access_V1_RecordPurchaseResponse {
                try await client.accesses.recordPurchase(
                    .with {
                        ($0.viewerID, $0.priceOptionID, $0.code) = (viewer, option, made.code)
                        $0.amount.currencyCode = "SEK"
                    })
            }
            #expect(try await reason { _ = try await buy("other", "view") } == "NOT_ELIGIBLE")
            #expect(try await reason { _ = try await buy("derby", "monthly") } == "OUT_OF_SCOPE")
            let bought = try await buy("derby", "view")
            #expect(bought.access.type == .accessVoucher && bought.subscriptionID.isEmpty)
            #expect(bought.payment.voucherID == made.voucherID && bought.redemptionID.hasPrefix("red_"))
            // Three months from 20 November, and not the month of the price.
            #expect(bought.access.expireTime.seconds == bought.access.startTime.seconds + (30 + 31 + 31) * 86_400)
            #expect(try await buy("guest", "view").access.viewerID == "guest")
            for (query, viewers) in [
                ("derby", ["derby"]), ("mail.com", ["derby"]), ("list.org", ["guest"]), ("derb", []), ("mail", []),
            ] {
                let found = try await client.accesses.searchAccess(
                    .with { ($0.field, $0.query) = (.email, query) })
                #expect(found.accesses.map(\.viewerID) == viewers, "\(query)")
            }
            // Which viewers used this voucher.
            let payments = try await client.accesses.listPayments(.with { $0.voucherID = made.voucherID }).payments
            #expect(payments.map(\.viewerID) == ["derby", "guest"])
            await client.close()
        }
    }
}

/// `kill -9` in the middle of scenario 3: a try-out is there whole, or not at all.
///
/// USHER_CRASH_ROUNDS says how often, of which a fifth are these; 5 in the test run.
@Suite struct SubscriptionCrashTests {
    private static let rounds =
        ProcessInfo.processInfo.environment["USHER_CRASH_ROUNDS"].flatMap(Int.init).map { max($0 / 5, 1) } ?? 5
    private static let callers = 8

    @Test func killedInTheMiddleATryOutIsWholeOrNotThere() async throws {
        let server = ServerProcess()
        try server.start()
        _ = try server.usher("org", "create", "adeprimo")
        let setup = try server.client(organisation: "adeprimo")
        try await setup.createDigital()
        await setup.close()
        var (whole, absent) = (0, 0)
        for round in 0..<Self.rounds {
            let client = try server.client(organisation: "adeprimo", timeout: .seconds(60))
            let codes = try await client.vouchers.generateVouchers(
                .with {
                    ($0.count, $0.packageCode, $0.daysOfAccess) = (400, "adeprimo_digital", 30)
                }
            ).vouchers.map(\.code)
            let process = try server.processID
            let killer = Task.detached {
                try? await Task.sleep(for: .milliseconds(40 + round * 37 % 150))
                kill(process, SIGKILL)
            }
            let acknowledged = await Self.redeem(codes, client)
            await killer.value
            server.kill()
            await client.close()
            try server.start()
            let after = try server.client(organisation: "adeprimo")
            for code in codes {
                let isThere = try await isWhole(code, after)
                #expect(isThere || !acknowledged.contains(code), "\(code) was acknowledged and is lost")
                if isThere { whole += 1 } else { absent += 1 }
            }
            await after.close()
        }
        #expect(whole > 0)
        print("subscription crash test: \(Self.rounds) kills, \(whole) whole, \(absent) not there")
        #expect(server.terminate() == 0)
    }

    /// Redeems until the server dies.
    ///
    /// - Returns: the codes that were acknowledged.
    private static func redeem(_ codes: [String], _ client: UsherClient) async -> Set<String> {
        await withTaskGroup(of: [String].self) { group in
            for caller in 0..<callers {
                let share = stride(from: caller, to: codes.count, by: callers).map { codes[$0] }
                group.addTask {
                    var done: [String] = []
                    for code in share {
                        let reply = try? await client.vouchers.redeemVoucher(
                            .with { ($0.code, $0.viewerID) = (code, "viewer-\(code)") },
                            options: CallOptions(timeout: .seconds(1)))
                        guard reply != nil else { break }
                        done.append(code)
                    }
                    return done
                }
            }
            return await group.reduce(into: []) { $0.formUnion($1) }
        }
    }

    /// Whether voucher, redemption, subscription and access are all there; anything between is a failure.
    private func isWhole(_ code: String, _ client: UsherClient) async throws -> Bool {
        let voucher = try await client.vouchers.lookupVoucher(.with { $0.code = code })
        let redemptions = try await client.vouchers.listRedemptions(.with { $0.voucherID = voucher.voucherID })
        let subscriptions = try await client.subscriptions.listSubscriptions(
            .with { $0.viewerID = "viewer-\(code)" })
        let accesses = try await client.accesses.listAccess(.with { $0.viewerID = "viewer-\(code)" })
        let counts = [
            redemptions.redemptions.count, subscriptions.subscriptions.count, accesses.accesses.count,
            voucher.redeemed ? 1 : 0,
        ]
        #expect(Set(counts).count == 1 && counts[0] <= 1, "\(code) is there in part: \(counts)")
        return counts[0] == 1
    }
}

extension Usher_Vouchers_V1_Voucher {
    /// 30 days of `adeprimo_digital`, to be redeemed until 2026-12-31T23:59:59+01:00.
    fileprivate static var tryOut: Self {
        .with {
            ($0.effect, $0.packageCode, $0.daysOfAccess) = (.subscription, "adeprimo_digital", 30)
            ($0.provisionService, $0.redeemUntil.seconds) = ("tulo", 1_798_757_999)
        }
    }
}

extension UsherClient {
    /// The package `digital`, which others know as `adeprimo_digital`, of the asset `opening` where that is there.
    fileprivate func createDigital() async throws {
        _ = try? await createOpening()
        _ = try await catalog.createPackage(
            .with {
                ($0.package.packageID, $0.package.packageCode) = ("digital", "adeprimo_digital")
                ($0.package.title, $0.package.assetIds) = ("Digital", ["opening"])
            })
    }
}
