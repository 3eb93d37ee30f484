import UsherContract
import UsherStorage

/// The table `voucher_batch_counts`: how many vouchers of a batch stand how, so that nobody counts a million rows.
///
/// - Vouchers with the same times are one row; those that were made in one call have them, and go on having them.
///   What only time changes, whether they have begun or ended, follows from the row's times.
/// - Deleted ones are a row without times.
/// - Whatever changes a voucher of a batch changes the counts in the same transaction: ``VoucherStore``.
enum VoucherBatchCountStore {
    static func table(_ type: SQLDialect) -> String {
        """
        CREATE TABLE voucher_batch_counts (
            batch_key \(type.integer) NOT NULL REFERENCES voucher_batches (key),
            is_deleted \(type.integer) NOT NULL CHECK (is_deleted IN (0, 1)),
            redeem_from \(type.integer) NOT NULL,
            redeem_until \(type.integer) NOT NULL,
            period_fixed \(type.integer) NOT NULL,
            vouchers \(type.integer) NOT NULL CHECK (vouchers >= 0),
            deactivated \(type.integer) NOT NULL CHECK (deactivated BETWEEN 0 AND vouchers),
            spent \(type.integer) NOT NULL CHECK (spent BETWEEN 0 AND vouchers),
            redeemed \(type.integer) NOT NULL CHECK (redeemed BETWEEN 0 AND vouchers),
            redemptions \(type.integer) NOT NULL CHECK (redemptions >= redeemed),
            PRIMARY KEY (batch_key, is_deleted, redeem_from, redeem_until, period_fixed)
        ) \(type.withoutRowID)
        """
    }

    /// Where a voucher is counted.
    private struct Place: Hashable {
        var batchKey: Int64
        var isDeleted: Bool
        /// Without a time it has always begun and never ends.
        var redeemFrom = Int64.min
        var redeemUntil = Int64.max
        var periodFixed = Int64.max

        init?(_ voucher: Voucher) {
            guard let key = voucher.batchKey else { return nil }
            (batchKey, isDeleted) = (key, voucher.deleteTime != nil)
            guard !isDeleted else { return }
            redeemFrom = voucher.redeemFrom?.microseconds ?? redeemFrom
            redeemUntil = voucher.redeemUntil?.microseconds ?? redeemUntil
            if case .fixed(let end) = voucher.period { periodFixed = end.microseconds }
        }
    }

    /// What a voucher counts for in its place.
    private struct Share: Hashable {
        var vouchers = 1
        /// Switched off, and not deleted.
        var deactivated: Int
        /// Without a use left, and neither deleted nor switched off.
        var spent: Int
        var redeemed: Int
        var redemptions: Int

        init(_ voucher: Voucher) {
            let isLiving = voucher.deleteTime == nil
            deactivated = isLiving && voucher.deactivateTime != nil ? 1 : 0
            spent = isLiving && voucher.deactivateTime == nil && voucher.isSpent ? 1 : 0
            redeemed = voucher.usedCount > 0 ? 1 : 0
            redemptions = voucher.usedCount
        }

        static func - (left: Share, right: Share) -> Share {
            var difference = left
            difference.vouchers -= right.vouchers
            difference.deactivated -= right.deactivated
            difference.spent -= right.spent
            difference.redeemed -= right.redeemed
            difference.redemptions -= right.redemptions
            return difference
        }
    }

    /// Counts new vouchers that are all alike.
    static func add(_ voucher: Voucher, count: Int, in tx: Transaction) throws {
        guard let place = Place(voucher) else { return }
        var share = Share(voucher)
        share.vouchers = count
        try put(share, at: place, in: tx)
    }

    /// Counts a voucher as it is now, and no longer as it was.
    static func change(_ before: Voucher, to after: Voucher, in tx: Transaction) throws {
        guard let old = Place(before), let new = Place(after) else { return }
        let (lost, gained) = (Share(before), Share(after))
        guard old != new else {
            if lost != gained { try change(gained - lost, at: old, in: tx) }
            return
        }
        var none = lost
        (none.vouchers, none.deactivated, none.spent, none.redeemed, none.redemptions) = (0, 0, 0, 0, 0)
        try change(none - lost, at: old, in: tx)
        try put(gained, at: new, in: tx)
        try tx.execute(
            """
            DELETE FROM voucher_batch_counts WHERE batch_key = ? AND is_deleted = ? AND redeem_from = ?
                AND redeem_until = ? AND period_fixed = ? AND vouchers = 0
            """, old.batchKey, old.isDeleted, old.redeemFrom, old.redeemUntil, old.periodFixed)
    }

    private static func change(_ share: Share, at place: Place, in tx: Transaction) throws {
        let changed = try tx.execute(
            """
            UPDATE voucher_batch_counts SET vouchers = vouchers + ?, deactivated = deactivated + ?, spent = spent + ?,
                redeemed = redeemed + ?, redemptions = redemptions + ?
            WHERE batch_key = ? AND is_deleted = ? AND redeem_from = ? AND redeem_until = ? AND period_fixed = ?
            """, share.vouchers, share.deactivated, share.spent, share.redeemed, share.redemptions, place.batchKey,
            place.isDeleted, place.redeemFrom, place.redeemUntil, place.periodFixed)
        guard changed == 1 else {
            throw StorageError.inconsistent("a voucher of batch \(place.batchKey) is not counted")
        }
    }

    private static func put(_ share: Share, at place: Place, in tx: Transaction) throws {
        try tx.execute(
            """
            INSERT INTO voucher_batch_counts (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (batch_key, is_deleted, redeem_from, redeem_until, period_fixed) DO UPDATE SET \(addition)
            """, place.batchKey, place.isDeleted, place.redeemFrom, place.redeemUntil, place.periodFixed,
            share.vouchers, share.deactivated, share.spent, share.redeemed, share.redemptions)
    }

    private static let columns = """
        batch_key, is_deleted, redeem_from, redeem_until, period_fixed, vouchers, deactivated, spent, redeemed,
        redemptions
        """
    private static let addition = """
        vouchers = voucher_batch_counts.vouchers + excluded.vouchers,
        deactivated = voucher_batch_counts.deactivated + excluded.deactivated,
        spent = voucher_batch_counts.spent + excluded.spent,
        redeemed = voucher_batch_counts.redeemed + excluded.redeemed,
        redemptions = voucher_batch_counts.redemptions + excluded.redemptions
        """

    /// What has become of a batch.
    static func statistics(ofBatch key: Int64, at now: Instant, in tx: Transaction) throws -> VoucherBatch.Statistics {
        // The states in the order in which ``Voucher/state(at:)`` judges them.
        let found = try tx.row(
            """
            SELECT coalesce(sum(CASE WHEN state = 1 THEN vouchers - deactivated - spent END), 0),
                coalesce(sum(CASE WHEN state = 2 THEN vouchers - deactivated END), 0),
                coalesce(sum(CASE WHEN state = 1 THEN spent END), 0),
                coalesce(sum(CASE WHEN state = 4 THEN vouchers - deactivated END), 0),
                coalesce(sum(deactivated), 0), coalesce(sum(CASE WHEN state = 6 THEN vouchers END), 0),
                coalesce(sum(redeemed), 0), coalesce(sum(redemptions), 0)
            FROM (
                SELECT vouchers, deactivated, spent, redeemed, redemptions, CASE
                    WHEN is_deleted = 1 THEN 6
                    WHEN redeem_from > ? THEN 2
                    WHEN redeem_until <= ? OR period_fixed <= ? THEN 4
                    ELSE 1 END AS state
                FROM voucher_batch_counts WHERE batch_key = ?) AS judged
            """, now, now, now, key
        ) { row in
            VoucherBatch.Statistics(
                active: try row.int(0), scheduled: try row.int(1), used: try row.int(2), expired: try row.int(3),
                deactivated: try row.int(4), deleted: try row.int(5), redeemed: try row.int(6),
                redemptions: try row.int(7))
        }
        guard let found else { throw StorageError.inconsistent("a sum has no row") }
        return found
    }

    /// How many vouchers of a batch have no end until now, and are not deleted.
    static func unexpired(inBatch key: Int64, in tx: Transaction) throws -> Int {
        try tx.row(
            """
            SELECT coalesce(sum(vouchers), 0) FROM voucher_batch_counts
            WHERE batch_key = ? AND is_deleted = 0 AND redeem_until > ?
            """, key, tx.now
        ) { try $0.int(0) } ?? 0
    }

    /// Counts all vouchers that have no end until now as those that end now. What would begin at its end or later
    /// never does; a voucher always begins before it ends.
    static func expire(batch key: Int64, in tx: Transaction) throws {
        try tx.execute(
            """
            INSERT INTO voucher_batch_counts (\(columns))
            SELECT batch_key, 0, CASE WHEN redeem_from < ? THEN redeem_from ELSE ? END, ?, period_fixed, vouchers,
                deactivated, spent, redeemed, redemptions
            FROM voucher_batch_counts WHERE batch_key = ? AND is_deleted = 0 AND redeem_until > ?
            ON CONFLICT (batch_key, is_deleted, redeem_from, redeem_until, period_fixed) DO UPDATE SET \(addition)
            """, tx.now, Int64.min, tx.now, key, tx.now)
        try tx.execute(
            """
            DELETE FROM voucher_batch_counts WHERE batch_key = ? AND is_deleted = 0 AND redeem_until > ?
            """, key, tx.now)
    }
}
