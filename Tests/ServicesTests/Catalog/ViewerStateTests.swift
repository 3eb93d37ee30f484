import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct ViewerStateTests {
    private func reason(_ harness: Harness, _ viewer: String = "anna") async throws -> String {
        try await harness.check("opening") { $0.viewerID = viewer }.reason
    }

    @Test func aDeactivatedViewerIsShutOutUntilReactivated() async throws {
        let harness = try await Harness.withOpening()
        for viewer in ["anna", "bob"] {
            try await harness.call(
                Accesses.grantAccess, .with { ($0.viewerID, $0.assetID) = (viewer, "opening") })
        }
        let ended = try await harness.call(
            Accesses.grantAccess, .with { ($0.viewerID, $0.assetID) = ("anna", "opening") })
        try await harness.call(Accesses.revokeAccess, .with { $0.accessID = ended.accessID })
        let shut = try await harness.call(
            Catalog.deactivateViewer, .with { ($0.viewerID, $0.reason) = ("anna", "chargeback") })
        #expect(shut.status == .deactivated && shut.etag == "v2")
        #expect(try await !reason(harness).isEmpty)
        #expect(try await reason(harness, "bob").isEmpty, "nobody else is touched")
        let again = try await harness.call(Catalog.deactivateViewer, .with { $0.viewerID = "anna" })
        #expect(again == shut, "doing so again changes nothing")
        // Nothing new is given either.
        _ = try await harness.createVoucher("LATE") { $0.scope.assetIds = ["opening"] }
        #expect(try await harness.redeemReason("LATE") == "VIEWER_DEACTIVATED")
        let verdict = try await harness.call(
            Vouchers.validateVoucher, .with { ($0.code, $0.viewerID) = ("LATE", "anna") })
        #expect(!verdict.valid && verdict.reason == "VIEWER_DEACTIVATED")
        #expect(
            try await harness.refusal(
                Accesses.grantAccess, .with { ($0.viewerID, $0.assetID) = ("anna", "opening") })?.reason
                == "VIEWER_DEACTIVATED")
        let open = try await harness.call(Catalog.reactivateViewer, .with { $0.viewerID = "anna" })
        #expect(open.status == .active && open.etag == "v3")
        #expect(try await reason(harness).isEmpty)
        #expect(try await harness.call(Catalog.reactivateViewer, .with { $0.viewerID = "anna" }) == open)
        let still = try await harness.call(Accesses.getAccess, .with { $0.accessID = ended.accessID })
        #expect(still.state == .revoked, "what had ended before stays so")
        #expect(try await harness.redeemReason("LATE") == nil)
    }

    @Test func whatExpiredMeanwhileStaysSo() async throws {
        let harness = try await Harness.withOpening()
        try await harness.call(
            Accesses.grantAccess,
            .with {
                ($0.viewerID, $0.assetID) = ("anna", "opening")
                $0.expireTime.seconds = (Harness.start + .hours(2)).microseconds / 1_000_000
            })
        try await harness.call(Catalog.deactivateViewer, .with { $0.viewerID = "anna" })
        harness.now = Harness.start + .hours(3)
        try await harness.call(Catalog.reactivateViewer, .with { $0.viewerID = "anna" })
        #expect(try await reason(harness) == "ACCESS_EXPIRED")
    }

    /// Nothing of a deactivated viewer's opens again by getting another end.
    @Test func whatHadExpiredIsNotExtended() async throws {
        let harness = try await Harness.withOpening()
        let end = (Harness.start + .hours(2)).microseconds / 1_000_000
        let access = try await harness.call(
            Accesses.grantAccess,
            .with { ($0.viewerID, $0.assetID, $0.expireTime.seconds) = ("anna", "opening", end) })
        harness.now = Harness.start + .hours(3)
        try await harness.call(Catalog.deactivateViewer, .with { $0.viewerID = "anna" })
        var request = Usher_Access_V1_ExtendAccessRequest()
        (request.accessID, request.expireTime.seconds) = (access.accessID, end + 72_000)
        #expect(try await harness.refusal(Accesses.extendAccess, request)?.reason == "ACCESS_REVOKED")
        try await harness.call(Catalog.reactivateViewer, .with { $0.viewerID = "anna" })
        #expect(try await harness.call(Accesses.extendAccess, request).state == .active)
    }

    @Test func refusalsInTheirOrder() async throws {
        let harness = try await Harness.withOpening()
        try await harness.call(Catalog.createViewer, .with { $0.viewer.viewerID = "anna" })
        for (reason, id, etag, refusal) in [
            (String(repeating: "x", count: 1_001), "missing", "v9", "FIELD_INVALID"),
            ("", "missing", "v9", "VIEWER_NOT_FOUND"), ("", "anna", "v9", "ETAG_MISMATCH"),
        ] {
            #expect(
                try await harness.refusal(
                    Catalog.deactivateViewer, .with { ($0.viewerID, $0.etag, $0.reason) = (id, etag, reason) })?.reason
                    == refusal)
            if refusal == "FIELD_INVALID" { continue }
            #expect(
                try await harness.refusal(
                    Catalog.reactivateViewer, .with { ($0.viewerID, $0.etag) = (id, etag) })?.reason == refusal)
        }
        try await harness.call(Catalog.deactivateViewer, .with { $0.viewerID = "anna" })
        let update = try await harness.call(
            Catalog.batchUpsertViewers,
            .with { $0.viewers = [.with { ($0.viewerID, $0.email) = ("anna", "a@example.org") }] })
        #expect(update.updatedCount == 1)
        #expect(try await harness.call(Catalog.getViewer, .with { $0.viewerID = "anna" }).status == .deactivated)
        try await harness.call(Catalog.deleteViewer, .with { $0.viewerID = "anna" })
        let anew = try await harness.call(Catalog.createViewer, .with { $0.viewer.viewerID = "anna" })
        #expect(anew.status == .active)
    }
}
