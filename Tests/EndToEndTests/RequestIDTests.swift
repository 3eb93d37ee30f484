import Testing
import UsherAPI
import UsherClient
import UsherContract

/// Request ids are an organisation's: a key that is replaced takes nothing of "exactly once" with it.
@Suite struct RequestIDTests {
    private let request = Usher_Vouchers_V1_RedeemVoucherRequest.with {
        ($0.code, $0.viewerID, $0.requestID) = ("twice", "anna", "one-and-the-same")
    }

    private func client(
        _ server: RunningServer, _ organisation: String, scopes: [String]
    ) async throws -> (client: UsherClient, keyID: String) {
        let platform = server.client(organisation: organisation)
        let created = try await platform.organisations.createApiKey(
            .with { ($0.apiKey.name, $0.apiKey.scopes) = ("portal", scopes) })
        await platform.close()
        return (server.client(key: created.secret), created.keyID)
    }

    @Test func aReplacedKeyRepeatsWhatTheOldOneDid() async throws {
        try await RunningServer.with { server in
            let owner = try await server.organisation("nordfilm")
            let stranger = try await server.organisation("other")
            for tenant in [owner, stranger] {
                try await tenant.createOpening()
                _ = try await tenant.vouchers.createVoucher(
                    .with { ($0.voucher.code, $0.voucher.usageLimit) = ("twice", 2) })
            }
            let old = try await client(server, "nordfilm", scopes: ["vouchers:redeem"])
            let new = try await client(server, "nordfilm", scopes: ["vouchers:redeem"])
            let narrow = try await client(server, "nordfilm", scopes: ["vouchers:read"])
            let first = try await old.client.vouchers.redeemVoucher(request)
            _ = try await owner.organisations.revokeApiKey(.with { $0.keyID = old.keyID })
            let revoked = try await reason { _ = try await old.client.vouchers.redeemVoucher(request) }
            #expect(revoked == "KEY_REVOKED")
            #expect(try await new.client.vouchers.redeemVoucher(request) == first)
            let platform = server.client(organisation: "nordfilm")
            #expect(try await platform.vouchers.redeemVoucher(request) == first)
            #expect(try await reason { _ = try await narrow.client.vouchers.redeemVoucher(request) } == "SCOPE_MISSING")
            let other = try await reason {
                _ = try await new.client.vouchers.redeemVoucher(request.with { $0.viewerID = "bob" })
            }
            #expect(other == "REQUEST_ID_REUSED")
            // The other organisation's id is another one.
            let foreign = try await stranger.vouchers.redeemVoucher(request)
            #expect(foreign != first)
            for (tenant, done) in [(owner, first), (stranger, foreign)] {
                let voucher = try await tenant.vouchers.getVoucher(.with { $0.voucherID = done.redemption.voucherID })
                #expect(voucher.usedCount == 1)
            }
            for client in [owner, stranger, old.client, new.client, narrow.client, platform] { await client.close() }
        }
    }
}

extension Usher_Vouchers_V1_RedeemVoucherRequest {
    fileprivate func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}
