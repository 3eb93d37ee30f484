import UsherContract
import UsherStorage

extension AccessEnding {
    /// Ends all accesses that a voucher gave.
    ///
    /// - Returns: how many there were.
    static func apply(toAllOfVoucher voucherKey: Int64, in tx: Transaction) throws -> Int {
        try AccessStore.revokeAll(ofVoucher: voucherKey, in: tx)
    }

    /// Ends all accesses that the vouchers of a batch gave.
    ///
    /// - Returns: how many there were.
    static func apply(toAllOfBatch batchKey: Int64, in tx: Transaction) throws -> Int {
        try AccessStore.revokeAll(ofBatch: batchKey, in: tx)
    }
}
