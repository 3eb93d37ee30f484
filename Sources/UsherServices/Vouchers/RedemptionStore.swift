import UsherContract
import UsherStorage

/// One use of a voucher.
struct Redemption: Hashable, Sendable {
    var id: ResourceID
    var voucherID: ResourceID
    var viewerKey: Int64?
    var assetKey: Int64?
    var accessID: ResourceID
    var redeemTime: Instant

    static let prefix = "red"
}

/// The table `redemptions`. A voucher's uses lie together, oldest first; only those that count against a viewer's
/// limit are indexed by viewer.
enum RedemptionStore {
    static let migration = Migration(6, "redemptions") { type in
        [
            """
            CREATE TABLE redemptions (
                voucher_id \(type.integer) NOT NULL REFERENCES vouchers (id),
                id \(type.integer) NOT NULL,
                viewer_key \(type.integer) REFERENCES viewers (key),
                asset_key \(type.integer) REFERENCES assets (key),
                access_id \(type.integer) NOT NULL REFERENCES accesses (id),
                redeem_time \(type.integer) NOT NULL,
                is_limited \(type.integer) NOT NULL CHECK (is_limited IN (0, 1)),
                PRIMARY KEY (voucher_id, id)
            ) \(type.withoutRowID)
            """,
            """
            CREATE INDEX redemptions_by_viewer ON redemptions (voucher_id, viewer_key) WHERE is_limited = 1
            """,
        ]
    }

    static func insert(_ redemption: Redemption, isLimited: Bool, in tx: Transaction) throws {
        try tx.execute(
            """
            INSERT INTO redemptions (voucher_id, id, viewer_key, asset_key, access_id, redeem_time, is_limited)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            redemption.voucherID.number, redemption.id.number, redemption.viewerKey, redemption.assetKey,
            redemption.accessID.number, redemption.redeemTime, isLimited)
    }

    /// How often a viewer has used a voucher that has a limit per viewer.
    static func countUses(of voucherID: ResourceID, by viewerKey: Int64, in tx: Transaction) throws -> Int {
        try tx.row(
            "SELECT count(*) FROM redemptions WHERE voucher_id = ? AND viewer_key = ? AND is_limited = 1",
            voucherID.number, viewerKey
        ) { try $0.int(0) } ?? 0
    }

    static func list(
        of voucherID: ResourceID, after: Int64, limit: Int, in tx: Transaction
    ) throws -> [Redemption] {
        try tx.rows(
            """
            SELECT id, viewer_key, asset_key, access_id, redeem_time FROM redemptions
            WHERE voucher_id = ? AND id > ? ORDER BY id LIMIT ?
            """, voucherID.number, after, limit
        ) { row in
            Redemption(
                id: ResourceID(prefix: Redemption.prefix, number: try row.int64(0)), voucherID: voucherID,
                viewerKey: try row.int64OrNil(1), assetKey: try row.int64OrNil(2),
                accessID: ResourceID(prefix: Access.prefix, number: try row.int64(3)),
                redeemTime: try row.instant(4))
        }
    }
}
