import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct AccessCheckTests {
    @Test func reasonsInTheirOrder() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("nordic") {
            $0.geoPolicy = .with { ($0.mode, $0.countryCodes) = (.allow, ["se"]) }
        }
        try await harness.createAsset("export") {
            $0.geoPolicy = .with { ($0.mode, $0.countryCodes) = (.block, ["SE"]) }
        }
        _ = try await harness.createVoucher("ALL")
        _ = try await harness.createVoucher("ABROAD") { $0.ignoreGeoblocking = true }
        let rows: [(asset: String, country: String, reason: String)] = [
            ("missing", "SE", "ASSET_NOT_FOUND"), ("nordic", "", "GEO_UNKNOWN"), ("nordic", "NO", "GEO_BLOCKED"),
            ("nordic", "se", ""), ("export", "", "GEO_UNKNOWN"), ("export", "SE", "GEO_BLOCKED"), ("export", "no", ""),
            ("opening", "", ""),
        ]
        #expect(try await harness.check("nordic") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        _ = try await harness.redeem("ALL")
        for row in rows {
            let verdict = try await harness.check(row.asset) { ($0.viewerID, $0.country) = ("anna", row.country) }
            #expect(verdict.reason == row.reason && verdict.allowed == row.reason.isEmpty, "\(row)")
        }
        // Any grant that passes is enough: one whose voucher ignores geoblocking lifts it for the viewer.
        _ = try await harness.redeem("ABROAD")
        #expect(try await harness.check("nordic") { $0.viewerID = "anna" }.allowed)
        #expect(try await harness.check("nordic") { ($0.viewerID, $0.country) = ("anna", "NO") }.allowed)
    }

    @Test func theMomentThatIsAskedAbout() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("A")
        let access = try await harness.redeem("A").access
        for (offset, reason) in [(-1, "NO_ACCESS"), (0, ""), (48 * 3_600 - 1, ""), (48 * 3_600, "ACCESS_EXPIRED")] {
            let verdict = try await harness.check("opening") {
                $0.viewerID = "anna"
                $0.at.seconds = access.startTime.seconds + Int64(offset)
            }
            #expect(verdict.reason == reason, "\(offset)")
        }
    }

    @Test func byCodeTheVouchersOwnReasonsAreGiven() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("other")
        _ = try await harness.createVoucher("LATE") { $0.redeemUntil.seconds = 1 }
        _ = try await harness.createVoucher("PLAY") { ($0.redeemOn, $0.scope.assetIds) = (.firstPlay, ["opening"]) }
        for (code, asset, reason) in [
            ("NONE", "opening", "VOUCHER_NOT_FOUND"), ("LATE", "opening", "VOUCHER_EXPIRED"),
            ("PLAY", "other", "OUT_OF_SCOPE"), ("PLAY", "opening", ""),
        ] {
            let verdict = try await harness.check(asset) { $0.code = code }
            #expect(verdict.reason == reason && !verdict.hasAccess)
        }
        // Either may open: the viewer's access does where the code does not.
        _ = try await harness.createVoucher("ALL")
        _ = try await harness.redeem("ALL")
        #expect(try await harness.check("opening") { ($0.viewerID, $0.code) = ("anna", "LATE") }.allowed)
    }

    /// The code is tried where the viewer's own access does not open.
    @Test func aCodeOpensWhereTheViewersAccessDoesNot() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("nordic") {
            $0.geoPolicy = .with { ($0.mode, $0.countryCodes) = (.allow, ["SE"]) }
        }
        try await harness.call(Accesses.grantAccess, .with { ($0.viewerID, $0.assetID) = ("anna", "nordic") })
        _ = try await harness.createVoucher("ABROAD") { ($0.redeemOn, $0.ignoreGeoblocking) = (.firstPlay, true) }
        for (viewer, code, reason) in [
            ("anna", "", "GEO_BLOCKED"), ("anna", "ABROAD", ""), ("", "ABROAD", ""), ("anna", "NONE", "GEO_BLOCKED"),
            ("bob", "NONE", "VOUCHER_NOT_FOUND"),
        ] {
            let verdict = try await harness.check("nordic") {
                ($0.viewerID, $0.code, $0.country) = (viewer, code, "US")
            }
            #expect(verdict.reason == reason, "\(viewer) \(code)")
        }
    }

    /// However many accesses a viewer has, the one that opens is found.
    @Test func theGrantThatOpensIsNotHiddenByOthers() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("nordic") {
            $0.geoPolicy = .with { ($0.mode, $0.countryCodes) = (.allow, ["SE"]) }
        }
        _ = try await harness.createVoucher("PLAIN")
        _ = try await harness.createVoucher("ABROAD") { $0.ignoreGeoblocking = true }
        for _ in 0..<101 { _ = try await harness.redeem("PLAIN") }
        _ = try await harness.redeem("ABROAD")
        #expect(try await harness.check("nordic") { ($0.viewerID, $0.country) = ("anna", "US") }.allowed)
    }

    @Test func aCodeWhoseAccessIsOverSaysSo() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("PLAY") { ($0.redeemOn, $0.usageLimit) = (.firstPlay, 1) }
        let access = try await harness.redeem("PLAY", "").access
        harness.now = harness.now + .hours(48)
        let verdict = try await harness.check("opening") { $0.code = "PLAY" }
        #expect(verdict.reason == "ACCESS_EXPIRED" && verdict.access.accessID == access.accessID)
    }

    @Test func ofTwoBlockedTheOneWithAnAccessIsTold() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("nordic") {
            $0.geoPolicy = .with { ($0.mode, $0.countryCodes) = (.allow, ["SE"]) }
        }
        _ = try await harness.createVoucher("GIVEN")
        _ = try await harness.createVoucher("UNUSED")
        let access = try await harness.redeem("GIVEN").access
        let verdict = try await harness.check("nordic") { ($0.viewerID, $0.code) = ("anna", "UNUSED") }
        #expect(verdict.reason == "GEO_UNKNOWN" && verdict.access.accessID == access.accessID)
    }

    @Test func questionsThatAreNone() async throws {
        let harness = try await Harness.withOpening()
        for request: Usher_Access_V1_CheckAccessRequest in [
            .init(), .with { $0.assetID = "opening" }, .with { $0.viewerID = "anna" },
            .with { ($0.assetID, $0.viewerID, $0.country) = ("opening", "anna", "Sweden") },
            .with { ($0.assetID, $0.viewerID, $0.ip) = ("opening", "anna", "not an address") },
        ] {
            #expect(try await harness.refusal(Accesses.checkAccess, request)?.code == .invalidArgument)
        }
        #expect(
            try await harness.refusal(Accesses.getAccess, .with { $0.accessID = "x" })?.reason == "ACCESS_NOT_FOUND")
    }

    @Test func anAccessIsReadByItsID() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("A")
        let access = try await harness.redeem("A").access
        let read = try await harness.call(Accesses.getAccess, .with { $0.accessID = access.accessID })
        #expect(read == access)
    }
}
