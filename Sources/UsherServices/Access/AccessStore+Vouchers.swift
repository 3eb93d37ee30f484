import UsherContract
import UsherStorage

// What a voucher, or a whole batch of them, has given, and what was not taken away since.

extension AccessStore {
    private static let ofVoucher = "revoke_time IS NULL AND id IN (\(RedemptionStore.accessesOfVoucher))"
    private static let ofBatch = "revoke_time IS NULL AND id IN (\(RedemptionStore.accessesOfBatch))"

    /// - Returns: how many there were.
    static func revokeAll(ofVoucher voucherKey: Int64, in tx: Transaction) throws -> Int {
        try tx.execute(
            "UPDATE accesses SET revoke_time = ?, update_time = ? WHERE \(ofVoucher)", tx.now, tx.now, voucherKey)
    }

    /// - Returns: how many there were.
    static func revokeAll(
        ofBatch batchKey: Int64, above first: Int64, through last: Int64, in tx: Transaction
    ) throws -> Int {
        try tx.execute(
            "UPDATE accesses SET revoke_time = ?, update_time = ? WHERE \(ofBatch)", tx.now, tx.now, batchKey, first,
            last)
    }

    /// Of the vouchers up to `last`, which the caller bounds.
    static func countStanding(ofBatch batchKey: Int64, through last: Int64, in tx: Transaction) throws -> Int {
        try tx.row("SELECT count(*) FROM accesses WHERE \(ofBatch)", batchKey, 0, last) { try $0.int(0) } ?? 0
    }

    static func hasStanding(ofVoucher voucherKey: Int64, in tx: Transaction) throws -> Bool {
        try tx.row("SELECT 1 FROM accesses WHERE \(ofVoucher) LIMIT 1", voucherKey) { _ in true } ?? false
    }

    /// Whether there is one that lasts no longer or shorter because of a subscription.
    static func hasStandingByItself(ofVoucher voucherKey: Int64, in tx: Transaction) throws -> Bool {
        try tx.row(
            "SELECT 1 FROM accesses WHERE \(ofVoucher) AND subscription_key IS NULL LIMIT 1", voucherKey
        ) { _ in true } ?? false
    }

    /// Sets another end for those that no subscription gives, and keeps the first.
    ///
    /// - Returns: how many ended at another time before.
    static func setEnd(ofVoucher voucherKey: Int64, to end: Instant, in tx: Transaction) throws -> Int {
        try tx.execute(
            """
            UPDATE accesses SET original_expire_time = coalesce(original_expire_time, expire_time, ?),
                expire_time = ?, update_time = ?
            WHERE \(ofVoucher) AND subscription_key IS NULL AND (expire_time IS NULL OR expire_time <> ?)
            """, Instant.latest, end, tx.now, voucherKey, end)
    }
}
