import Testing
import UsherAPI
import UsherClient
import UsherContract

/// The scenarios of the domain, over TCP, with keys of the organisations' own.
@Suite struct ScenarioTests {
    /// Scenario 1. Festival TV codes.
    @Test func festivalTVCodes() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            try await client.createOpening()
            let codes = try await client.generate(10_000) {
                $0.codeProfile.kind = .tv9
                $0.orderID = "TIX-88412"
            }
            #expect(codes.count == 10_000 && Set(codes).count == 10_000)
            #expect(codes.allSatisfy { $0.wholeMatch(of: /[0-9]{9}/) != nil })
            var (listed, token) = (0, "")
            repeat {
                let page = try await client.vouchers.listVouchers(
                    .with { ($0.assetID, $0.pageSize, $0.pageToken) = ("opening", 1_000, token) })
                listed += page.vouchers.count
                #expect(page.vouchers.allSatisfy { !$0.hasExpireTime && !$0.redeemed && $0.orderID == "TIX-88412" })
                token = page.nextPageToken
            } while !token.isEmpty
            #expect(listed == 10_000)

            // Loading the player leaves the code as it is; Play redeems it, at 2026-11-20T18:00Z.
            let loaded = try await client.accesses.startPlayback(
                .with {
                    ($0.code, $0.viewerID, $0.assetID, $0.phase) = (codes[4_711], "anna", "opening", .playerLoaded)
                })
            #expect(!loaded.hasAccess && loaded.redemptionID.isEmpty)
            let played = try await client.accesses.startPlayback(
                .with {
                    ($0.code, $0.viewerID, $0.assetID, $0.phase) = (codes[4_711], "anna", "opening", .play)
                    $0.sessionID = loaded.session.sessionID
                })
            #expect(!played.redemptionID.isEmpty && played.session.sessionID == loaded.session.sessionID)
            // 2026-11-22T18:00Z, 48 hours later.
            #expect(played.access.startTime.seconds == 1_795_197_600)
            #expect(played.access.expireTime.seconds == 1_795_370_400)
            let check = try await client.accesses.checkAccess(
                .with { ($0.viewerID, $0.assetID) = ("anna", "opening") })
            #expect(check.allowed && check.expireTime == played.access.expireTime)
            let redeemed = try await client.vouchers.lookupVoucher(.with { $0.code = codes[4_711] })
            #expect(redeemed.redeemed && redeemed.expireTime == played.access.expireTime)
            server.now = RunningServer.start + .hours(48)
            let late = try await client.accesses.checkAccess(
                .with { ($0.viewerID, $0.assetID) = ("anna", "opening") })
            #expect(!late.allowed && late.reason == "ACCESS_EXPIRED")
            let refused = try await reason {
                _ = try await client.accesses.startPlayback(
                    .with { ($0.viewerID, $0.assetID) = ("anna", "opening") })
            }
            #expect(refused == "ACCESS_EXPIRED")
            await client.close()
        }
    }

    /// Scenario 2. Last-use race: 64 concurrent redeems of PRESS3, limit 3, 16 of them with one request id.
    @Test func lastUseRace() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            let made = try await client.vouchers.createVoucher(
                .with { ($0.voucher.code, $0.voucher.usageLimit) = ("PRESS3", 3) })
            let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        let isReplay = number < 16
                        return try await redeem(
                            "press3", viewer: isReplay ? "anna" : "viewer-\(number)",
                            requestID: isReplay ? "one-and-the-same" : "", client)
                    }
                }
                return try await group.reduce(into: [Outcome]()) { $0.append($1) }
            }
            let replies = Set(outcomes.compactMap(\.reply))
            #expect(replies.count == 3)
            #expect(outcomes.compactMap(\.reason).allSatisfy { $0 == "LIMIT_REACHED" })
            let shared = outcomes.filter { $0.requestID == "one-and-the-same" }
            // Either the one request was done, and all of its replays have its bytes, or none of them was.
            #expect(Set(shared.map(\.reply)).count == 1)
            let voucher = try await client.vouchers.getVoucher(.with { $0.voucherID = made.voucherID })
            let listed = try await client.vouchers.listRedemptions(.with { $0.voucherID = made.voucherID })
            #expect(voucher.usedCount == 3 && listed.redemptions.count == 3)
            await client.close()
        }
    }

    @Test func theLastUseWithOneRequestIDIsGivenOnceAndRepeatedToAll() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            _ = try await client.vouchers.createVoucher(
                .with { ($0.voucher.code, $0.voucher.usageLimit) = ("ONCE", 1) })
            let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
                for _ in 0..<64 {
                    group.addTask { try await redeem("ONCE", viewer: "anna", requestID: "same", client) }
                }
                return try await group.reduce(into: [Outcome]()) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0.reply != nil } && Set(outcomes.map(\.reply)).count == 1)
            let other = try await redeem("ONCE", viewer: "bob", requestID: "same", client)
            #expect(other.reason == "REQUEST_ID_REUSED")
            await client.close()
        }
    }

    @Test func theLastUseWithoutARequestIDIsGivenOnce() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            _ = try await client.vouchers.createVoucher(
                .with { ($0.voucher.code, $0.voucher.usageLimit) = ("ONCE", 1) })
            let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
                for number in 0..<64 {
                    group.addTask { try await redeem("ONCE", viewer: "viewer-\(number)", requestID: "", client) }
                }
                return try await group.reduce(into: [Outcome]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0.reply != nil }.count == 1)
            #expect(outcomes.filter { $0.reason == "VOUCHER_USED" }.count == 63)
            await client.close()
        }
    }
}

private struct Outcome: Sendable {
    var requestID: String
    /// The reply's bytes; nil where it was refused.
    var reply: [UInt8]?
    var reason: String?
}

/// Redeems with exactly this request id, the empty one included, and keeps the reply's bytes.
private func redeem(
    _ code: String, viewer: String, requestID: String, _ client: UsherClient
) async throws -> Outcome {
    let request = Usher_Vouchers_V1_RedeemVoucherRequest.with {
        ($0.code, $0.viewerID, $0.requestID) = (code, viewer, requestID)
    }
    do {
        let reply = try await client.call(
            Usher_Vouchers_V1_VoucherService.redeemVoucher.descriptor, payload: request.serializedBytes())
        return Outcome(requestID: requestID, reply: reply, reason: nil)
    } catch let refusal as Refusal {
        return Outcome(requestID: requestID, reply: nil, reason: refusal.reason)
    }
}
