import UsherContract
import UsherStorage

/// One use of a voucher.
struct Redemption: Hashable, Sendable {
    var id: ResourceID
    var voucherID: ResourceID
    var viewerKey: Int64?
    var assetKey: Int64?
    var packageKey: Int64?
    var accessID: ResourceID
    /// The subscription that it made.
    var subscriptionID: ResourceID?
    /// The voucher's at that time.
    var provisionService: String
    var redeemTime: Instant
    /// Nil where it counts.
    var rollBackTime: Instant?

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
                package_key \(type.integer) REFERENCES packages (key),
                access_id \(type.integer) NOT NULL REFERENCES accesses (id),
                subscription_id \(type.integer),
                provision_service \(type.text),
                redeem_time \(type.integer) NOT NULL,
                roll_back_time \(type.integer),
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
            INSERT INTO redemptions (voucher_id, id, viewer_key, asset_key, access_id, redeem_time, is_limited,
                package_key, subscription_id, provision_service)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            redemption.voucherID.number, redemption.id.number, redemption.viewerKey, redemption.assetKey,
            redemption.accessID.number, redemption.redeemTime, isLimited, redemption.packageKey,
            redemption.subscriptionID?.number,
            redemption.provisionService.isEmpty ? nil : redemption.provisionService)
    }

    /// How often a viewer has used a voucher that has a limit per viewer.
    static func countUses(of voucherID: ResourceID, by viewerKey: Int64, in tx: Transaction) throws -> Int {
        try tx.row(
            "SELECT count(*) FROM redemptions WHERE voucher_id = ? AND viewer_key = ? AND is_limited = 1",
            voucherID.number, viewerKey
        ) { try $0.int(0) } ?? 0
    }

    private static let columns = """
        id, voucher_id, viewer_key, asset_key, access_id, redeem_time, roll_back_time, package_key, subscription_id,
        provision_service
        """

    static func list(
        of voucherID: ResourceID, after: Int64, limit: Int, in tx: Transaction
    ) throws -> [Redemption] {
        try tx.rows(
            "SELECT \(columns) FROM redemptions WHERE voucher_id = ? AND id > ? ORDER BY id LIMIT ?",
            voucherID.number, after, limit, read: redemption)
    }

    static func find(_ id: Int64, of voucherID: ResourceID, in tx: Transaction) throws -> Redemption? {
        try tx.row(
            "SELECT \(columns) FROM redemptions WHERE voucher_id = ? AND id = ?", voucherID.number, id,
            read: redemption)
    }

    /// The latest that counts.
    static func latest(of voucherID: ResourceID, in tx: Transaction) throws -> Redemption? {
        try tx.row(
            """
            SELECT \(columns) FROM redemptions WHERE voucher_id = ? AND roll_back_time IS NULL ORDER BY id DESC LIMIT 1
            """, voucherID.number, read: redemption)
    }

    /// A subquery for other Stores: the accesses that the redemptions of a voucher (one argument, its key) have given,
    /// those that count.
    static let accessesOfVoucher = "SELECT access_id FROM redemptions WHERE voucher_id = ? AND roll_back_time IS NULL"

    /// The same for vouchers of a batch (its arguments are those of ``VoucherStore/givingAccessInBatch``).
    static let accessesOfBatch = """
        SELECT access_id FROM redemptions
        WHERE voucher_id IN (\(VoucherStore.givingAccessInBatch)) AND roll_back_time IS NULL
        """

    /// Leaves the row as a record that no longer counts.
    static func rollBack(_ redemption: Redemption, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE redemptions SET roll_back_time = ?, is_limited = 0 WHERE voucher_id = ? AND id = ?",
            tx.now, redemption.voucherID.number, redemption.id.number)
    }

    /// Counts all redemptions against their viewers' limit, for a voucher that has got one now.
    static func limitAll(of voucherID: ResourceID, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE redemptions SET is_limited = 1 WHERE voucher_id = ? AND roll_back_time IS NULL", voucherID.number)
    }

    private static func redemption(_ row: SQLRow) throws -> Redemption {
        Redemption(
            id: try row.id(0, prefix: Redemption.prefix), voucherID: try row.id(1, prefix: Voucher.prefix),
            viewerKey: try row.int64OrNil(2), assetKey: try row.int64OrNil(3),
            packageKey: try row.int64OrNil(7), accessID: try row.id(4, prefix: Access.prefix),
            subscriptionID: try row.idOrNil(8, prefix: Subscription.prefix),
            provisionService: try row.textOrNil(9) ?? "", redeemTime: try row.instant(5),
            rollBackTime: try row.instantOrNil(6))
    }
}
