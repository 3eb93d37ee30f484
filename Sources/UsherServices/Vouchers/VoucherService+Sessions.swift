import UsherAPI
import UsherContract
import UsherStorage

extension VoucherService {
    func listVoucherSessions(
        _ request: Usher_Vouchers_V1_ListVoucherSessionsRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_ListVoucherSessionsResponse {
        let page = try Page(of: request, in: tx)
        let voucher = try existing(request.voucherID, in: tx)
        let found = try PlaybackSessionStore.list(
            .voucher(voucher.id.number), after: try page.afterNumber(), limit: page.size + 1, in: tx)
        let (items, token) = try page.cut(found, key: { String($0.id.number) }) {
            try Usher_Access_V1_PlaybackSession($0, in: tx)
        }
        return .with { ($0.sessions, $0.nextPageToken) = (items, token) }
    }
}
