import UsherContract
import UsherStorage

/// The verb by which RecordPurchase uses a voucher, in two steps: what it takes off is known before the access is made,
/// and what it was used for afterwards.
enum VoucherPurchase {
    /// A voucher that may be used in the purchase.
    struct Judged {
        /// Nil for an ACCESS voucher, which takes the place of the payment: its own access is given, and no
        /// subscription is made, see ``VoucherPurchase/give(_:in:)``.
        var discount: Voucher.Discount? { voucher.discount }
        let voucher: Voucher

        fileprivate let use: VoucherUse
        fileprivate let judgement: VoucherRedemption.Judgement
    }

    /// Judges a code in the documented order of refusals. SUBSCRIPTION vouchers are redeemed, and are no payment:
    /// FAILED_PRECONDITION `OUT_OF_SCOPE`.
    static func judge(
        code: String, viewerID: String, priceOptionID: String, in tx: Transaction
    ) throws -> Judged {
        guard let voucher = try VoucherStore.find(code: code, in: tx) else { throw VoucherRefusal.notFound }
        var use = VoucherUse(viewerID: viewerID, assetID: "", moment: tx.now)
        (use.priceOptionID, use.purpose) = (priceOptionID, .purchase)
        let judgement = try VoucherRedemption.judge(voucher, use, in: tx).get()
        return Judged(voucher: voucher, use: use, judgement: judgement)
    }

    /// Uses an ACCESS voucher: gives its access.
    static func give(_ judged: Judged, in tx: Transaction) throws -> VoucherRedemption.Outcome {
        try VoucherRedemption.apply(judged.voucher, judged.use, in: tx)
    }

    /// Uses a DISCOUNT voucher for a purchase that has given this access, of a viewer who is registered by now.
    static func consume(
        _ judged: Judged, viewerKey: Int64, access: ResourceID, subscription: ResourceID?, in tx: Transaction
    ) throws -> Redemption {
        try VoucherRedemption.record(
            judged.voucher, judged.judgement, viewerKey: viewerKey, viewerID: judged.use.viewerID, access: access,
            subscription: subscription, in: tx)
    }
}
