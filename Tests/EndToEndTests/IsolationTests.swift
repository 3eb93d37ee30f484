import Testing
import UsherAPI
import UsherClient
import UsherContract

/// Credentials, and that organisations do not see or slow one another.
@Suite struct IsolationTests {
    @Test func theSameCodeInTwoOrganisationsIsTwoVouchers() async throws {
        try await RunningServer.with { server in
            let (first, second) = (try await server.organisation("first"), try await server.organisation("second"))
            let mine = try await first.vouchers.createVoucher(
                .with { ($0.voucher.code, $0.voucher.usageLimit) = ("SAME", 1) })
            _ = try await second.vouchers.createVoucher(
                .with { ($0.voucher.code, $0.voucher.usageLimit) = ("SAME", 1) })
            for client in [first, second] {
                let reply = try await client.vouchers.redeemVoucher(.with { ($0.code, $0.viewerID) = ("SAME", "anna") })
                #expect(!reply.access.accessID.isEmpty)
            }
            let foreign = try await reason {
                _ = try await second.vouchers.getVoucher(.with { $0.voucherID = mine.voucherID })
            }
            let unknown = try await reason {
                _ = try await second.vouchers.getVoucher(.with { $0.voucherID = "vch_0000000000001" })
            }
            #expect(foreign == "VOUCHER_NOT_FOUND" && unknown == foreign)
            await first.close()
            await second.close()
        }
    }

    @Test func credentialsDecideTheOrganisation() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            let own = try await client.session.whoAmI(.init())
            #expect(own.organisationID == "nordfilm" && !own.platformOperator && !own.scopes.isEmpty)
            let wrong = try await reason {
                _ = try await client.session.whoAmI(.init(), options: .init(organisation: "other"))
            }
            #expect(wrong == "ORGANISATION_MISMATCH")
            _ = try await client.session.whoAmI(.init(), options: .init(organisation: "nordfilm"))
            #expect(
                try await reason { _ = try await client.organisations.listOrganisations(.init()) }
                    == "OPERATOR_REQUIRED")

            let platform = server.client()
            #expect(try await platform.session.whoAmI(.init()).platformOperator)
            #expect(try await reason { try await platform.createOpening() } == "ORGANISATION_REQUIRED")
            let missing = try await reason {
                _ = try await platform.session.whoAmI(.init(), options: .init(organisation: "missing"))
            }
            #expect(missing == "ORGANISATION_NOT_FOUND")
            for (key, expected) in [("", "KEY_MALFORMED"), ("rubbish", "KEY_MALFORMED")] {
                let stranger = server.client(key: key)
                #expect(try await reason { _ = try await stranger.session.whoAmI(.init()) } == expected)
                await stranger.close()
            }
            let nobody = UsherClient(host: "127.0.0.1", port: server.port, key: nil)
            #expect(try await reason { _ = try await nobody.session.whoAmI(.init()) } == "CREDENTIAL_MISSING")
            // A key that is bound to the connection serves its later calls.
            let identity = try await nobody.session.authenticate(.with { $0.apiKey = server.operatorKey })
            #expect(identity.platformOperator)
            #expect(try await nobody.session.whoAmI(.init()) == identity)
            let rebound = try await nobody.session.authenticate(
                .with { ($0.apiKey, $0.organisationID) = (server.operatorKey, "nordfilm") })
            #expect(try await nobody.session.whoAmI(.init()) == rebound && rebound.organisationID == "nordfilm")
            for client in [client, platform, nobody] { await client.close() }
        }
    }

    @Test func scopesAndRevocation() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            let key = try await client.organisations.createApiKey(.with { $0.apiKey.scopes = ["vouchers:redeem"] })
            let door = server.client(key: key.secret)
            #expect(
                try await reason {
                    _ = try await door.vouchers.redeemVoucher(.with { ($0.code, $0.viewerID) = ("x", "a") })
                }
                    == "VOUCHER_NOT_FOUND")
            #expect(try await reason { _ = try await door.vouchers.listVouchers(.init()) } == "SCOPE_MISSING")
            _ = try await client.organisations.revokeApiKey(.with { $0.keyID = key.keyID })
            #expect(try await reason { _ = try await door.session.whoAmI(.init()) } == "KEY_REVOKED")

            let brief = try await client.organisations.createApiKey(
                .with { $0.apiKey.expireTime.seconds = server.now.microseconds / 1_000_000 + 60 })
            let guest = server.client(key: brief.secret)
            _ = try await guest.session.whoAmI(.init())
            server.now = server.now + .seconds(60)
            #expect(try await reason { _ = try await guest.session.whoAmI(.init()) } == "KEY_EXPIRED")
            for client in [client, door, guest] { await client.close() }
        }
    }

    /// A flood in one organisation fills its own lane, and the quiet one is answered while it lasts.
    @Test func aQuietOrganisationIsServedWhileAnotherFloods() async throws {
        try await RunningServer.with { server in
            let (loud, quiet) = (try await server.organisation("loud"), try await server.organisation("quiet"))
            for client in [loud, quiet] {
                try await client.createOpening()
                _ = try await client.vouchers.createVoucher(.with { $0.voucher.code = "OPEN" })
            }
            let flood = Task {
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<256 {
                        group.addTask {
                            var turn = 0
                            while !Task.isCancelled {
                                turn += 1
                                let viewer = "v-\(number)-\(turn)"
                                _ = try? await loud.vouchers.redeemVoucher(
                                    .with { ($0.code, $0.viewerID) = ("OPEN", viewer) })
                            }
                        }
                    }
                }
            }
            for number in 0..<50 {
                let reply = try await quiet.vouchers.redeemVoucher(
                    .with { ($0.code, $0.viewerID) = ("OPEN", "viewer-\(number)") })
                let check = try await quiet.accesses.checkAccess(
                    .with { ($0.viewerID, $0.assetID) = ("viewer-\(number)", "opening") })
                #expect(check.access.accessID == reply.access.accessID)
            }
            flood.cancel()
            await flood.value
            await loud.close()
            await quiet.close()
        }
    }
}
