import UsherContract
import UsherStorage

extension VoucherStore {
    static func batch(_ id: String, in tx: Transaction) throws -> VoucherBatch? {
        try tx.row("SELECT key, batch_id, create_time, voucher_count FROM voucher_batches WHERE batch_id = ?", id) {
            VoucherBatch(
                key: try $0.int64(0), id: try $0.text(1), createTime: try $0.instant(2), voucherCount: try $0.int(3))
        }
    }

    static func batchKey(of id: String, in tx: Transaction) throws -> Int64? {
        try tx.row("SELECT key FROM voucher_batches WHERE batch_id = ?", id) { try $0.int64(0) }
    }

    static func batchID(of key: Int64, in tx: Transaction) throws -> String? {
        try tx.row("SELECT batch_id FROM voucher_batches WHERE key = ?", key) { try $0.text(0) }
    }

    static func insertBatch(_ batch: VoucherBatch, in tx: Transaction) throws {
        try tx.execute(
            "INSERT INTO voucher_batches (key, batch_id, create_time, voucher_count) VALUES (?, ?, ?, ?)",
            batch.key, batch.id, batch.createTime, batch.voucherCount)
    }

    static func addToBatch(_ key: Int64, _ count: Int, in tx: Transaction) throws {
        try tx.execute("UPDATE voucher_batches SET voucher_count = voucher_count + ? WHERE key = ?", count, key)
    }

    /// Reads every voucher of the batch once, and keeps none of them.
    static func statistics(ofBatch key: Int64, at now: Instant, in tx: Transaction) throws -> VoucherBatch.Statistics {
        // The states in the order in which ``Voucher/state(at:)`` judges them.
        let found = try tx.row(
            """
            SELECT count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 2),
                count(*) FILTER (WHERE state = 3), count(*) FILTER (WHERE state = 4),
                count(*) FILTER (WHERE state = 5), count(*) FILTER (WHERE state = 6),
                count(*) FILTER (WHERE used_count > 0), coalesce(sum(used_count), 0)
            FROM (
                SELECT used_count, CASE
                    WHEN delete_time IS NOT NULL THEN 6
                    WHEN deactivate_time IS NOT NULL THEN 5
                    WHEN redeem_from > ? THEN 2
                    WHEN redeem_until <= ? OR period_fixed <= ? THEN 4
                    WHEN used_count >= usage_limit THEN 3
                    ELSE 1 END AS state
                FROM vouchers WHERE batch_key = ?) AS judged
            """, now, now, now, key
        ) { row in
            VoucherBatch.Statistics(
                active: try row.int(0), scheduled: try row.int(1), used: try row.int(2), expired: try row.int(3),
                deactivated: try row.int(4), deleted: try row.int(5), redeemed: try row.int(6),
                redemptions: try row.int(7))
        }
        guard let found else { throw StorageError.corrupt("a sum has no row") }
        return found
    }

    private static let unexpired = """
        batch_key = ? AND delete_time IS NULL AND (redeem_until IS NULL OR redeem_until > ?)
        """

    /// How many vouchers of the batch ``expireBatch(_:in:)`` would expire.
    static func countUnexpired(inBatch key: Int64, in tx: Transaction) throws -> Int {
        try tx.row("SELECT count(*) FROM vouchers WHERE \(unexpired)", key, tx.now) { try $0.int(0) } ?? 0
    }

    /// Sets the end of every voucher of the batch to now, but for those that have ended and those that were deleted.
    ///
    /// - Returns: how many there were.
    static func expireBatch(_ key: Int64, in tx: Transaction) throws -> Int {
        // What would begin at its end or later never does; a voucher always begins before it ends.
        try tx.execute(
            """
            UPDATE vouchers SET redeem_until = ?, redeem_from = CASE WHEN redeem_from < ? THEN redeem_from END,
                update_time = ?, version = version + 1
            WHERE \(unexpired)
            """, tx.now, tx.now, tx.now, key, tx.now)
    }

    /// A subquery for other Stores: the vouchers of a batch (one argument, its key) that have given access themselves.
    static let givingAccessInBatch = """
        SELECT id FROM vouchers WHERE batch_key = ? AND used_count > 0 AND effect = 1 AND delete_time IS NULL
        """
}
