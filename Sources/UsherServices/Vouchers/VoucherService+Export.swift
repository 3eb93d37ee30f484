import UsherAPI

extension VoucherService {
    /// Vouchers that one read transaction looks at and memory holds.
    private static let exportPage: Int32 = 500

    /// The list, page after page, each in a read transaction of its own.
    func exportVouchers(
        _ request: Usher_Vouchers_V1_ExportVouchersRequest,
        _ call: StreamCall<Usher_Vouchers_V1_ExportVouchersRequest, Usher_Vouchers_V1_Voucher>
    ) async throws {
        var list = Usher_Vouchers_V1_ListVouchersRequest()
        (list.batchID, list.assetID, list.state) = (request.batchID, request.assetID, request.state)
        if request.hasCreatedFrom { list.createdFrom = request.createdFrom }
        if request.hasCreatedUntil { list.createdUntil = request.createdUntil }
        list.pageSize = Self.exportPage
        repeat {
            let page = try await call.read { [list] tx in try listVouchers(list, tx) }
            for voucher in page.vouchers { try await call.send(voucher) }
            list.pageToken = page.nextPageToken
        } while !list.pageToken.isEmpty
    }
}
