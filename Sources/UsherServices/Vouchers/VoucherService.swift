public import UsherAPI
import UsherContract
import UsherStorage

/// `usher.vouchers.v1.VoucherService`: codes that open something.
public struct VoucherService: Sendable {
    private typealias RPC = Usher_Vouchers_V1_VoucherService

    public init() {}

    public var methods: [Method] {
        let redeem = Permission.anyOf([.vouchersRedeem, .vouchersWrite])
        let look = Permission.anyOf([.vouchersRedeem, .vouchersRead])
        return [
            Method(RPC.createVoucher, on: .organisation, .scope(.vouchersWrite), createVoucher),
            Method(RPC.generateVouchers, on: .organisation, .scope(.vouchersWrite), generateVouchers),
            Method(RPC.getVoucher, on: .organisation, .scope(.vouchersRead), getVoucher),
            Method(RPC.lookupVoucher, on: .organisation, look, as: .verdict, lookupVoucher),
            Method(RPC.importVouchers, on: .organisation, .scope(.vouchersWrite), importVouchers),
            Method(RPC.searchVouchers, on: .organisation, .scope(.vouchersRead), searchVouchers),
            Method(RPC.updateVoucher, on: .organisation, .scope(.vouchersWrite), updateVoucher),
            Method(RPC.expireVoucher, on: .organisation, .scope(.vouchersWrite), expireVoucher),
            Method(RPC.deactivateVoucher, on: .organisation, .scope(.vouchersWrite), deactivateVoucher),
            Method(RPC.reactivateVoucher, on: .organisation, .scope(.vouchersWrite), reactivateVoucher),
            Method(RPC.deleteVoucher, on: .organisation, .scope(.vouchersWrite), deleteVoucher),
            Method(RPC.rollBackRedemption, on: .organisation, .scope(.vouchersWrite), rollBackRedemption),
            Method(RPC.listVouchers, on: .organisation, .scope(.vouchersRead), listVouchers),
            Method(RPC.validateVoucher, on: .organisation, look, as: .verdict, validateVoucher),
            Method(RPC.redeemVoucher, on: .organisation, redeem, as: .verdict, redeemVoucher),
            Method(RPC.reserveVoucher, on: .organisation, redeem, as: .verdict, reserveVoucher),
            Method(RPC.releaseReservation, on: .organisation, redeem, as: .verdict, releaseReservation),
            Method(RPC.resetVoucherExpiry, on: .organisation, .scope(.vouchersWrite), resetVoucherExpiry),
            Method(RPC.addVoucherEmails, on: .organisation, .scope(.vouchersWrite), addVoucherEmails),
            Method(RPC.removeVoucherEmails, on: .organisation, .scope(.vouchersWrite), removeVoucherEmails),
            Method(RPC.listVoucherEmails, on: .organisation, .scope(.vouchersRead), listVoucherEmails),
            Method(RPC.getVoucherBatch, on: .organisation, .scope(.vouchersRead), getVoucherBatch),
            Method(RPC.expireVoucherBatch, on: .organisation, .scope(.vouchersWrite), expireVoucherBatch),
            Method(RPC.placeVoucherOrder, on: .organisation, .scope(.vouchersWrite), placeVoucherOrder),
            Method(RPC.getVoucherOrder, on: .organisation, .scope(.vouchersRead), getVoucherOrder),
            Method(RPC.cancelVoucherOrder, on: .organisation, .scope(.vouchersWrite), cancelVoucherOrder),
            Method(RPC.listBoughtVouchers, on: .organisation, .scope(.vouchersRead), listBoughtVouchers),
            Method(RPC.listVoucherSessions, on: .organisation, .scope(.vouchersRead), listVoucherSessions),
            Method(RPC.listRedemptions, on: .organisation, .scope(.vouchersRead), listRedemptions),
        ]
    }

    public var streams: [StreamMethod] {
        [StreamMethod(RPC.exportVouchers, .scope(.vouchersRead), exportVouchers)]
    }

    private func getVoucher(
        _ request: Usher_Vouchers_V1_GetVoucherRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_Voucher {
        guard let id = ResourceID(request.voucherID, prefix: Voucher.prefix),
            let voucher = try VoucherStore.find(id.number, in: tx)
        else { throw VoucherRefusal.notFound }
        var presenter = VoucherPresenter(tx)
        return try presenter.message(voucher)
    }

    private func lookupVoucher(
        _ request: Usher_Vouchers_V1_LookupVoucherRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_LookupVoucherResponse {
        guard let voucher = try VoucherStore.find(code: request.code, in: tx) else { throw VoucherRefusal.notFound }
        guard voucher.deleteTime == nil else { throw VoucherRefusal.deleted.refusal }
        var response = Usher_Vouchers_V1_LookupVoucherResponse()
        response.voucherID = voucher.id.description
        response.code = voucher.code.text
        response.state = voucher.state(at: tx.now).message
        response.redeemed = voucher.usedCount > 0
        if let time = try VoucherPresenter(tx).expireTime(of: voucher) { response.expireTime = .init(time) }
        if case .asset(let key) = voucher.scope, let asset = try AssetStore.find(key: key, in: tx) {
            response.landingPage = .with { page in
                page.assetID = asset.id
                page.type = asset.kind.message
                page.title = asset.title
                page.description_p = asset.description
                page.relatedContent = asset.relatedContent.map(\.message)
            }
        }
        return response
    }

    private func validateVoucher(
        _ request: Usher_Vouchers_V1_ValidateVoucherRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_ValidateVoucherResponse {
        var violations = Violations()
        let address = DeliveryAddress(
            request.deliveryAddress, isSet: request.hasDeliveryAddress, &violations)
        var use = try use(of: request, &violations, tx)
        use.deliveryAddress = address
        var response = Usher_Vouchers_V1_ValidateVoucherResponse()
        let verdict: Refusal?
        if let voucher = try VoucherStore.find(code: request.code, in: tx) {
            response.voucherID = voucher.id.description
            response.state = voucher.state(at: tx.now).message
            switch try VoucherRedemption.judge(voucher, use, in: tx) {
            case .success: verdict = nil
            case .failure(let refusal): verdict = refusal
            }
        } else {
            verdict = VoucherRefusal.notFound
        }
        response.valid = verdict == nil
        response.reason = verdict?.reason ?? ""
        response.message = verdict?.message ?? ""
        return response
    }

    private func redeemVoucher(
        _ request: Usher_Vouchers_V1_RedeemVoucherRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_RedeemVoucherResponse {
        var violations = Violations()
        let address = DeliveryAddress(request.deliveryAddress, isSet: request.hasDeliveryAddress, &violations)
        var use = try use(of: request, &violations, tx)
        (use.reservationID, use.deliveryAddress) = (request.reservationID, address)
        guard let voucher = try VoucherStore.find(code: request.code, in: tx) else { throw VoucherRefusal.notFound }
        let outcome = try VoucherRedemption.apply(voucher, use, in: tx)
        var presenter = VoucherPresenter(tx)
        let redemption = try presenter.message(outcome.redemption, viewerID: request.viewerID)
        var accesses = try AccessPresenter(tx)
        let access = try accesses.message(
            outcome.access, viewerID: request.viewerID, assetID: redemption.assetID, at: tx.now)
        return .with { response in
            response.redemption = redemption
            response.access = access
        }
    }

    /// - Parameter violations: what is wrong with the request's other fields.
    func use(
        of request: some VoucherUseRequest, _ violations: inout Violations, _ tx: Transaction
    ) throws -> VoucherUse {
        violations.require(!request.code.isEmpty, "code", "must be given")
        violations.requireCallerID(request.viewerID, "viewer_id")
        try violations.refuse()
        return VoucherUse(
            viewerID: request.viewerID, assetID: request.assetID, packageID: request.packageID,
            priceOptionID: request.priceOptionID, moment: tx.now)
    }

    private func listRedemptions(
        _ request: Usher_Vouchers_V1_ListRedemptionsRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_ListRedemptionsResponse {
        let page = try Page(of: request, in: tx)
        guard let id = ResourceID(request.voucherID, prefix: Voucher.prefix),
            try VoucherStore.exists(id.number, in: tx)
        else { throw VoucherRefusal.notFound }
        let found = try RedemptionStore.list(
            of: id, after: try page.afterNumber(), limit: page.size + 1, in: tx)
        var presenter = VoucherPresenter(tx)
        let (items, token) = try page.cut(found, key: { String($0.id.number) }) { redemption in
            try presenter.message(
                redemption, viewerID: try redemption.viewerKey.flatMap { try ViewerStore.id(of: $0, in: tx) } ?? "")
        }
        return .with { ($0.redemptions, $0.nextPageToken) = (items, token) }
    }
}
