import Testing
import UsherAPI
import UsherContract

@Suite struct VoucherExportTests {
    @Test func everyVoucherOnce() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.call(
            Vouchers.generateVouchers, .with { ($0.assetID, $0.count, $0.batchID) = ("opening", 1_201, "batch") })
        _ = try await harness.createVoucher("OTHER")
        let all = try await harness.all(Vouchers.exportVouchers, .init())
        #expect(all.count == 1_202 && Set(all.map(\.code)).count == 1_202)
        let batch = try await harness.all(Vouchers.exportVouchers, .with { $0.batchID = "batch" })
        #expect(batch.map(\.voucherID) == made.vouchers.map(\.voucherID))
        #expect(try await harness.all(Vouchers.exportVouchers, .with { $0.batchID = "none" }).isEmpty)
    }

    @Test func filtersAreThoseOfTheList() async throws {
        let harness = try await Harness.withOpening()
        let kept = try await harness.createVoucher("KEPT")
        let deleted = try await harness.createVoucher("GONE")
        _ = try await harness.call(Vouchers.deleteVoucher, .with { $0.voucherID = deleted.voucherID })
        #expect(try await harness.all(Vouchers.exportVouchers, .init()).map(\.code) == [kept.code])
        #expect(
            try await harness.all(Vouchers.exportVouchers, .with { $0.state = .deleted }).map(\.code) == [deleted.code])
        let refusal = try await harness.streamRefusal(
            Vouchers.exportVouchers, .with { $0.state = .UNRECOGNIZED(99) })
        #expect(refusal?.reason == "FIELD_INVALID")
    }
}
