import UsherContract
import UsherStorage

extension VoucherStore {
    /// Whose bought vouchers are listed.
    enum BoughtSelection {
        case purchaser(Int64)
        case order(ResourceID)
    }

    /// Up to `limit` vouchers with ids above `after`, in the order of their ids; without deleted ones.
    static func list(
        _ selection: BoughtSelection, after: Int64, limit: Int, in tx: Transaction
    ) throws -> [Voucher] {
        switch selection {
        case .purchaser(let key): try listBought("purchaser_key", key, after, limit, in: tx)
        case .order(let id): try listBought("order_key", id.number, after, limit, in: tx)
        }
    }

    private static func listBought(
        _ column: String, _ key: Int64, _ after: Int64, _ limit: Int, in tx: Transaction
    ) throws -> [Voucher] {
        try list(
            where: "\(column) = ? AND id > ? AND delete_time IS NULL ORDER BY id LIMIT ?", [key, after, limit], in: tx)
    }

    /// Switches the vouchers of an order off that have not been used.
    ///
    /// - Returns: how many there were.
    static func deactivateUnused(ofOrder id: ResourceID, in tx: Transaction) throws -> Int {
        try tx.execute(
            """
            UPDATE vouchers SET deactivate_time = ?, update_time = ?, version = version + 1
            WHERE order_key = ? AND used_count = 0 AND deactivate_time IS NULL AND delete_time IS NULL
            """, tx.now, tx.now, id.number)
    }

    static func countUsed(ofOrder id: ResourceID, in tx: Transaction) throws -> Int {
        try tx.row("SELECT count(*) FROM vouchers WHERE order_key = ? AND used_count > 0", id.number) {
            try $0.int(0)
        } ?? 0
    }
}
