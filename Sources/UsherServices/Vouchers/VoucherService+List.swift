import UsherAPI
import UsherContract
import UsherStorage

extension VoucherService {
    /// Rows that one call looks at, at most: a filter that hardly anything passes gives short pages, not long calls.
    private static let scanLimit = 5_000

    func listVouchers(
        _ request: Usher_Vouchers_V1_ListVouchersRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_ListVouchersResponse {
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        let from = violations.instant(request.createdFrom, isSet: request.hasCreatedFrom, "created_from")
        let until = violations.instant(request.createdUntil, isSet: request.hasCreatedUntil, "created_until")
        if case .UNRECOGNIZED = request.state { violations.require(false, "state", "is not a state") }
        try violations.refuse()
        var response = Usher_Vouchers_V1_ListVouchersResponse()
        guard let filter = try filter(request, tx) else { return response }
        var presenter = VoucherPresenter(tx)
        var (last, scanned, bytes) = (try page.afterNumber(), 0, 0)
        while true {
            let chunk = min(page.size + 1, Self.scanLimit - scanned)
            let rows = try VoucherStore.list(filter.selection, after: last, limit: chunk, in: tx)
            for voucher in rows {
                if response.vouchers.count == page.size || bytes >= Page.maximumBytes {
                    response.nextPageToken = page.token(after: String(last))
                    return response
                }
                last = voucher.id.number
                guard from.map({ voucher.createTime >= $0 }) ?? true, until.map({ voucher.createTime < $0 }) ?? true,
                    passes(voucher.state(at: tx.now), request.state),
                    try filter.assetKey.map({ try voucher.names($0, in: tx) }) ?? true
                else { continue }
                let message = try presenter.message(voucher)
                bytes += try (message.serializedBytes() as [UInt8]).count
                response.vouchers.append(message)
            }
            scanned += rows.count
            if rows.count < chunk { return response }
            if scanned >= Self.scanLimit {
                response.nextPageToken = page.token(after: String(last))
                return response
            }
        }
    }

    /// Deleted vouchers are listed only where they are asked for.
    private func passes(_ state: Voucher.State, _ asked: Usher_Vouchers_V1_VoucherState) -> Bool {
        asked == .unspecified ? state != .deleted : state.message == asked
    }

    func searchVouchers(
        _ request: Usher_Vouchers_V1_SearchVouchersRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_SearchVouchersResponse {
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        let query = VoucherCode(request.query)
        violations.require(query != nil, "query", "must be given")
        try violations.refuse()
        var response = Usher_Vouchers_V1_SearchVouchersResponse()
        guard let query else { return response }
        let found = try VoucherStore.search(
            query.folded, after: try page.afterNumber(), limit: page.size + 1, in: tx)
        var presenter = VoucherPresenter(tx)
        let (items, token) = try page.cut(found, key: { String($0.id.number) }) { try presenter.message($0) }
        (response.vouchers, response.nextPageToken) = (items, token)
        return response
    }

    /// Nil where nothing can pass: an unknown batch or asset has no vouchers.
    private func filter(
        _ request: Usher_Vouchers_V1_ListVouchersRequest, _ tx: Transaction
    ) throws -> (selection: VoucherStore.Selection, assetKey: Int64?)? {
        var assetKey: Int64?
        if !request.assetID.isEmpty {
            assetKey = try AssetStore.key(of: request.assetID, in: tx)
            if assetKey == nil { return nil }
        }
        if !request.batchID.isEmpty {
            guard let key = try VoucherStore.batchKey(of: request.batchID, in: tx) else { return nil }
            return (.batch(key), assetKey)
        }
        // The selection is the filter.
        if let assetKey { return (.asset(assetKey), nil) }
        return (.all, nil)
    }
}

extension Voucher {
    /// Whether the scope names the asset.
    func names(_ assetKey: Int64, in tx: Transaction) throws -> Bool {
        switch scope {
        case .everything: false
        case .asset(let key): key == assetKey
        case .listed: try VoucherStore.scopeItems(of: id, in: tx).assets.contains(assetKey)
        }
    }
}
