import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct AccessChangeTests {
    @Test func aGrantOpensWhileItLasts() async throws {
        let harness = try await Harness.withOpening()
        let now = Harness.start.microseconds / 1_000_000
        let granted = try await harness.call(
            Accesses.grantAccess,
            .with {
                ($0.viewerID, $0.assetID) = ("anna", "opening")
                ($0.startTime.seconds, $0.expireTime.seconds) = (now + 60, now + 120)
            })
        #expect(granted.type == .granted && granted.state == .scheduled && granted.voucherID.isEmpty)
        for (offset, reason) in [(0, "NO_ACCESS"), (60, ""), (119, ""), (120, "ACCESS_EXPIRED")] {
            let verdict = try await harness.check("opening") {
                $0.viewerID = "anna"
                $0.at.seconds = now + Int64(offset)
            }
            #expect(verdict.reason == reason, "\(offset)")
        }
        let forEver = try await harness.call(Accesses.grantAccess, .with { $0.viewerID = "bob" })
        #expect(!forEver.hasExpireTime && forEver.assetID.isEmpty)
        #expect(try await harness.check("opening") { $0.viewerID = "bob" }.allowed)
    }

    @Test func revokingEndsItAtOnceAndOnce() async throws {
        let harness = try await Harness.withOpening()
        let granted = try await harness.call(Accesses.grantAccess, .with { $0.viewerID = "anna" })
        harness.now = harness.now + .seconds(1)
        let revoked = try await harness.call(
            Accesses.revokeAccess, .with { ($0.accessID, $0.reason) = (granted.accessID, "chargeback") })
        #expect(revoked.state == .revoked && revoked.updateTime != granted.updateTime)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        harness.now = harness.now + .seconds(1)
        #expect(try await harness.call(Accesses.revokeAccess, .with { $0.accessID = granted.accessID }) == revoked)
        #expect(
            try await harness.refusal(Accesses.revokeAccess, .with { $0.accessID = "acc_0000000000001" })?.reason
                == "ACCESS_NOT_FOUND")
    }

    @Test func refusalsOfAGrant() async throws {
        let harness = try await Harness.withOpening()
        for request: Usher_Access_V1_GrantAccessRequest in [
            .init(), .with { $0.viewerID = "a b" },
            .with { ($0.viewerID, $0.expireTime.seconds) = ("anna", 1) },
            .with {
                ($0.viewerID, $0.startTime.seconds, $0.expireTime.seconds) = ("anna", 4_000_000_000, 3_000_000_000)
            },
        ] {
            #expect(try await harness.refusal(Accesses.grantAccess, request)?.code == .invalidArgument)
        }
        let missing = try await harness.refusal(
            Accesses.grantAccess, .with { ($0.viewerID, $0.assetID) = ("anna", "missing") })
        #expect(missing?.reason == "ASSET_NOT_FOUND")
        try await harness.call(
            Organisations.updateSettings,
            .with {
                $0.settings.requireKnownViewers = true
                $0.updateMask.paths = ["require_known_viewers"]
            })
        let unknown = try await harness.refusal(Accesses.grantAccess, .with { $0.viewerID = "anna" })
        #expect(unknown?.reason == "VIEWER_NOT_FOUND")
    }
}
