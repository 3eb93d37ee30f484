import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// What can be said of vouchers that were made together, and done to all of them.
@Suite struct VoucherBatchTests {
    private func generate(
        _ harness: Harness, _ count: Int, _ batch: String,
        _ change: (inout Usher_Vouchers_V1_GenerateVouchersRequest) -> Void = { _ in }
    ) async throws -> [Usher_Vouchers_V1_GeneratedVoucher] {
        var request = Usher_Vouchers_V1_GenerateVouchersRequest()
        (request.assetID, request.count, request.batchID) = ("opening", Int32(count), batch)
        change(&request)
        return try await harness.call(Vouchers.generateVouchers, request).vouchers
    }

    private func batch(_ harness: Harness, _ id: String) async throws -> Usher_Vouchers_V1_VoucherBatch {
        try await harness.call(Vouchers.getVoucherBatch, .with { $0.batchID = id })
    }

    /// One batch with vouchers in every state.
    private func everyState(_ harness: Harness) async throws -> [Usher_Vouchers_V1_GeneratedVoucher] {
        let now = Harness.start.microseconds / 1_000_000
        let made = try await generate(harness, 6, "press")
        _ = try await harness.redeem(made[0].code, "anna")
        try await harness.call(Vouchers.deleteVoucher, .with { $0.voucherID = made[1].voucherID })
        _ = try await harness.call(Vouchers.deactivateVoucher, .with { $0.voucherID = made[2].voucherID })
        _ = try await harness.call(Vouchers.expireVoucher, .with { $0.voucherID = made[3].voucherID })
        _ = try await generate(harness, 1, "press") { $0.redeemFrom.seconds = now + 60 }
        let open = try await generate(harness, 1, "press") { $0.unlimited = true }
        for viewer in ["anna", "bob"] { _ = try await harness.redeem(open[0].code, viewer) }
        _ = try await generate(harness, 3, "other")
        return made + open
    }

    @Test func statisticsOfEveryState() async throws {
        let harness = try await Harness.withOpening()
        _ = try await everyState(harness)
        let found = try await batch(harness, "press")
        #expect(found.batchID == "press" && found.organisationID == "nordfilm")
        #expect(found.createTime.seconds == Harness.start.microseconds / 1_000_000)
        #expect(found.voucherCount == 8)
        #expect((found.activeCount, found.scheduledCount, found.usedCount) == (3, 1, 1))
        #expect((found.expiredCount, found.deactivatedCount, found.deletedCount) == (1, 1, 1))
        #expect(found.redeemedCount == 2 && found.redemptionCount == 3)
        // The numbers are those that a list of each state has.
        for (state, count) in [(Usher_Vouchers_V1_VoucherState.active, 3), (.used, 1), (.expired, 1), (.deleted, 1)] {
            let listed = try await harness.call(
                Vouchers.listVouchers, .with { ($0.batchID, $0.state) = ("press", state) })
            #expect(listed.vouchers.count == count, "\(state)")
        }
        let none = try await harness.refusal(Vouchers.getVoucherBatch, .with { $0.batchID = "none" })
        #expect(none?.reason == "BATCH_NOT_FOUND" && none?.code == .notFound)
    }

    @Test func expiringABatchEndsAllOfItAndNothingElse() async throws {
        let harness = try await Harness.withOpening()
        let made = try await everyState(harness)
        _ = try await harness.createVoucher("STAYS")
        _ = try await harness.redeem("STAYS", "carl")
        let dry = try await harness.call(
            Vouchers.expireVoucherBatch, .with { ($0.batchID, $0.validateOnly) = ("press", true) })
        #expect(dry.expiredCount == 6 && dry.endedAccessCount == 3 && dry.batch.activeCount == 3)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
        let done = try await harness.call(Vouchers.expireVoucherBatch, .with { $0.batchID = "press" })
        #expect(done.expiredCount == 6 && done.endedAccessCount == 3)
        #expect((done.batch.expiredCount, done.batch.deactivatedCount, done.batch.deletedCount) == (6, 1, 1))
        #expect(try await batch(harness, "press") == done.batch)
        #expect(try await batch(harness, "other").activeCount == 3)
        #expect(try await harness.redeemReason(made[5].code, "dora") == "VOUCHER_EXPIRED")
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        #expect(try await harness.check("opening") { $0.viewerID = "carl" }.allowed)
        // What would have begun later begins never, and can still be changed.
        let scheduled = try await harness.call(
            Vouchers.listVouchers, .with { ($0.batchID, $0.state) = ("press", .expired) })
        #expect(scheduled.vouchers.allSatisfy { !$0.hasRedeemFrom })
        harness.now = harness.now + .seconds(1)
        let again = try await harness.call(Vouchers.expireVoucherBatch, .with { $0.batchID = "press" })
        #expect(again.expiredCount == 0 && again.endedAccessCount == 0)
        let none = try await harness.refusal(Vouchers.expireVoucherBatch, .with { $0.batchID = "none" })
        #expect(none?.reason == "BATCH_NOT_FOUND")
    }

    private func sweep(_ harness: Harness) async throws -> Bool {
        let services = harness.services
        return try await harness.storage.organisation("nordfilm").write(as: .system(organisationID: "nordfilm")) {
            try services.sweep($0)
        }
    }

    /// All vouchers end at once; what is written for each follows in pieces.
    @Test func aLargeBatchIsExpiredInPieces() async throws {
        let harness = try await Harness.withOpening()
        let first = try await generate(harness, VoucherBatchExpiry.piece, "many")[0]
        let last = try await generate(harness, 1, "many")[0]
        for (code, viewer) in [(first.code, "anna"), (last.code, "bob")] { _ = try await harness.redeem(code, viewer) }
        let later = try await generate(harness, 1, "many") { $0.unlimited = true }[0]
        let dry = try await harness.call(
            Vouchers.expireVoucherBatch, .with { ($0.batchID, $0.validateOnly) = ("many", true) })
        #expect((dry.expiredCount, dry.endedAccessCount) == (10_002, 1), "accesses of the first piece are counted")
        harness.now = harness.now + .seconds(1)
        let done = try await harness.call(Vouchers.expireVoucherBatch, .with { $0.batchID = "many" })
        #expect((done.expiredCount, done.endedAccessCount) == (10_002, 1))
        #expect((done.batch.activeCount, done.batch.expiredCount) == (0, 10_002))
        let new = try await generate(harness, 1, "many")[0]

        // The second piece is not written yet, and nobody sees that.
        #expect(try await harness.redeemReason(later.code, "carl") == "VOUCHER_EXPIRED")
        let read = try await harness.call(Vouchers.getVoucher, .with { $0.voucherID = later.voucherID })
        #expect(read.state == .expired && read.redeemUntil.seconds == Harness.start.microseconds / 1_000_000 + 1)
        var change = Usher_Vouchers_V1_UpdateVoucherRequest()
        (change.voucher.voucherID, change.voucher.name) = (later.voucherID, "late")
        (change.updateMask.paths, change.voucher.redeemUntil.seconds) = (["redeem_until"], 4_000_000_000)
        let refusal = try await harness.refusal(Vouchers.updateVoucher, change)
        #expect(refusal?.reason == "BATCH_EXPIRING" && refusal?.retryAfter != nil)
        #expect(try await harness.check("opening") { $0.viewerID = "bob" }.allowed, "its access is still to end")
        #expect(harness.storage.organisationsToWake(at: harness.now) == ["nordfilm"])

        #expect(try await sweep(harness))
        #expect(try await !sweep(harness))
        #expect(harness.storage.organisationsToWake(at: harness.now).isEmpty)
        #expect(try await harness.check("opening") { $0.viewerID = "bob" }.reason == "NO_ACCESS")
        #expect(try await harness.redeemReason(later.code, "carl") == "VOUCHER_EXPIRED")
        #expect(try await harness.call(Vouchers.updateVoucher, change).state == .active)
        _ = try await harness.redeem(new.code, "dora")
        let counted = try await batch(harness, "many")
        #expect((counted.activeCount, counted.usedCount, counted.expiredCount) == (1, 1, 10_001))
    }
}
