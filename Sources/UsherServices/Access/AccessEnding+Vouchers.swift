import UsherContract
import UsherStorage

extension AccessEnding {
    /// Ends all accesses that a voucher gave.
    ///
    /// - Returns: how many there were.
    static func apply(toAllOfVoucher voucherKey: Int64, in tx: Transaction) throws -> Int {
        try AccessStore.revokeAll(ofVoucher: voucherKey, in: tx)
    }

    /// Ends all accesses that the vouchers of a batch gave whose ids are above `first` and not above `last`.
    ///
    /// - Returns: how many there were.
    static func apply(
        toAllOfBatch batchKey: Int64, above first: Int64, through last: Int64, in tx: Transaction
    ) throws -> Int {
        try AccessStore.revokeAll(ofBatch: batchKey, above: first, through: last, in: tx)
    }
}
