import UsherContract
import UsherStorage

/// The verb by which all vouchers of a batch end at once, however many there are.
///
/// What ends them is a mark on the batch: every voucher that was in it then is read as ended, see ``VoucherStore``. The
/// rows and the accesses that they gave follow in pieces, each a short transaction: the first at once, the others by
/// the sweep, between other calls.
enum VoucherBatchExpiry {
    /// Vouchers in one piece.
    static let piece = 10_000

    /// A batch that is not done yet.
    struct Pending {
        var key: Int64
        var batchID: String
        var expireTime: Instant
        /// The ids of the vouchers that are left: above the first, and not above the second.
        var cursor: Int64
        var through: Int64
    }

    /// Ends all vouchers of the batch that have not ended, and the accesses of the first piece.
    ///
    /// - Returns: how many of each there were, and whether there are more pieces.
    static func apply(
        _ batch: VoucherBatch, in tx: Transaction
    ) throws -> (expired: Int, ended: Int, isPending: Bool) {
        let expired = try VoucherBatchCountStore.unexpired(inBatch: batch.key, in: tx)
        try VoucherBatchCountStore.expire(batch: batch.key, in: tx)
        // No voucher that is made later has an id below this.
        let pending = Pending(
            key: batch.key, batchID: batch.id, expireTime: tx.now, cursor: 0,
            through: tx.newID(Voucher.prefix).number)
        let piece = try goOn(pending, in: tx)
        if let rest = piece.rest { try VoucherStore.setExpiry(rest, ofBatch: batch.key, in: tx) }
        return (expired, piece.ended, piece.rest != nil)
    }

    /// Does one piece of what is left of any batch.
    ///
    /// - Returns: whether there was one.
    static func sweep(in tx: Transaction) throws -> Bool {
        guard let pending = try VoucherStore.expiringBatch(in: tx) else { return false }
        let piece = try goOn(pending, in: tx)
        try VoucherStore.setExpiry(piece.rest, ofBatch: pending.key, in: tx)
        try tx.record("vouchers.batch_expiry_continued", pending.batchID, after: ["ended_accesses": piece.ended])
        return true
    }

    /// - Returns: how many accesses ended, and what is left.
    private static func goOn(_ pending: Pending, in tx: Transaction) throws -> (ended: Int, rest: Pending?) {
        let last = try VoucherStore.lastOfPiece(of: pending, limit: piece, in: tx)
        let end = last ?? pending.through
        let ended = try AccessEnding.apply(
            toAllOfBatch: pending.key, above: pending.cursor, through: end, in: tx)
        try VoucherStore.expire(pending, through: end, in: tx)
        guard let last else { return (ended, nil) }
        tx.wake(at: tx.now)
        var rest = pending
        rest.cursor = last
        return (ended, rest)
    }
}
