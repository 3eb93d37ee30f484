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

    // MARK: Expiring

    /// The batch with vouchers that are read as ended and are not written so yet.
    static func expiringBatch(in tx: Transaction) throws -> VoucherBatchExpiry.Pending? {
        try tx.row(
            """
            SELECT key, batch_id, expire_time, expire_cursor, expire_through FROM voucher_batches
            WHERE expire_time > 0 ORDER BY expire_time LIMIT 1
            """
        ) { row in
            VoucherBatchExpiry.Pending(
                key: try row.int64(0), batchID: try row.text(1), expireTime: try row.instant(2),
                cursor: try row.int64(3), through: try row.int64(4))
        }
    }

    /// Sets what is left to be written; nil for nothing.
    static func setExpiry(
        _ pending: VoucherBatchExpiry.Pending?, ofBatch key: Int64, in tx: Transaction
    ) throws {
        try tx.execute(
            "UPDATE voucher_batches SET expire_time = ?, expire_cursor = ?, expire_through = ? WHERE key = ?",
            pending?.expireTime, pending?.cursor, pending?.through, key)
    }

    /// The last voucher of the next piece; nil where that piece of `limit` vouchers is all that is left.
    static func lastOfPiece(
        of pending: VoucherBatchExpiry.Pending, limit: Int, in tx: Transaction
    ) throws -> Int64? {
        let ids = try tx.rows(
            """
            SELECT id FROM vouchers WHERE batch_key = ? AND id > ? AND id <= ? ORDER BY id LIMIT 2 OFFSET ?
            """, pending.key, pending.cursor, pending.through, limit - 1
        ) { try $0.int64(0) }
        return ids.count == 2 ? ids[0] : nil
    }

    /// Writes the end of vouchers, but for those that have ended before and those that were deleted.
    static func expire(_ pending: VoucherBatchExpiry.Pending, through last: Int64, in tx: Transaction) throws {
        let end = pending.expireTime
        try tx.execute(
            """
            UPDATE vouchers SET redeem_until = ?, redeem_from = CASE WHEN redeem_from < ? THEN redeem_from END,
                update_time = ?, version = version + 1
            WHERE batch_key = ? AND id > ? AND id <= ? AND delete_time IS NULL
                AND (redeem_until IS NULL OR redeem_until > ?)
            """, end, end, tx.now, pending.key, pending.cursor, last, end)
    }

    /// Whether the voucher is read as ended and is not written so yet.
    static func isExpiring(_ voucher: Voucher, in tx: Transaction) throws -> Bool {
        guard let key = voucher.batchKey else { return false }
        return try tx.row(
            "SELECT 1 FROM voucher_batches WHERE key = ? AND expire_cursor < ? AND expire_through >= ?",
            key, voucher.id.number, voucher.id.number
        ) { _ in true } ?? false
    }

    /// A subquery for other Stores: the vouchers of a batch (its key, above which id and up to which are its arguments)
    /// that have given access themselves.
    static let givingAccessInBatch = """
        SELECT id FROM vouchers WHERE batch_key = ? AND id > ? AND id <= ?
            AND used_count > 0 AND effect = 1 AND delete_time IS NULL
        """
}
