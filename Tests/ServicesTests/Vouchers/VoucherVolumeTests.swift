import Foundation
import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// A large batch is listed, searched and counted page by page: no reply grows with it.
///
/// `USHER_TEST_VOUCHERS` says how large: `USHER_TEST_VOUCHERS=100000 swift test --filter VoucherVolumeTests`.
@Suite struct VoucherVolumeTests {
    private static let count =
        ProcessInfo.processInfo.environment["USHER_TEST_VOUCHERS"].flatMap(Int.init) ?? 5_000
    /// In bytes: what a page may take at most, see `Page.maximumBytes`, and one voucher more.
    private static let pageBytes = 2 << 20 + 4_096

    @Test func aLargeBatch() async throws {
        let harness = try await Harness.withOpening()
        var made = 0
        while made < Self.count {
            let part = min(10_000, Self.count - made)
            try await harness.call(
                Vouchers.generateVouchers,
                .with {
                    ($0.assetID, $0.count, $0.batchID, $0.orderID) = ("opening", Int32(part), "large", "TIX-88412")
                    $0.custom = ["name": "Anna"]
                })
            made += part
        }
        var seen: Set<String> = []
        var list = Usher_Vouchers_V1_ListVouchersRequest()
        (list.batchID, list.pageSize) = ("large", 1_000)
        var last = ""
        repeat {
            let page = try await harness.call(Vouchers.listVouchers, list)
            #expect(page.vouchers.count <= 1_000)
            #expect(try (page.serializedData() as Data).count <= Self.pageBytes)
            for voucher in page.vouchers {
                #expect(voucher.voucherID > last)
                last = voucher.voucherID
                seen.insert(voucher.code)
            }
            list.pageToken = page.nextPageToken
        } while !list.pageToken.isEmpty
        #expect(seen.count == Self.count)

        for query in ["TIX-88412", "anna"] {
            var (found, token) = (0, "")
            repeat {
                let page = try await harness.call(
                    Vouchers.searchVouchers, .with { ($0.query, $0.pageSize, $0.pageToken) = (query, 1_000, token) })
                #expect(page.vouchers.count <= 1_000)
                (found, token) = (found + page.vouchers.count, page.nextPageToken)
            } while !token.isEmpty
            #expect(found == Self.count, "\(query)")
        }
        let code = try #require(seen.first)
        let one = try await harness.call(Vouchers.searchVouchers, .with { $0.query = code })
        #expect(one.vouchers.map(\.code) == [code])
        let batch = try await harness.call(Vouchers.getVoucherBatch, .with { $0.batchID = "large" })
        #expect(batch.voucherCount == Int32(Self.count) && batch.activeCount == Int32(Self.count))
        let ended = try await harness.call(Vouchers.expireVoucherBatch, .with { $0.batchID = "large" })
        #expect(ended.expiredCount == Int32(Self.count) && ended.batch.expiredCount == Int32(Self.count))
    }
}
