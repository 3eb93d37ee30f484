import UsherContract
import UsherStorage

/// The table `accesses`.
enum AccessStore {
    static let migration = Migration(5, "accesses") { type in
        [
            """
            CREATE TABLE accesses (
                id \(type.key),
                viewer_key \(type.integer) REFERENCES viewers (key),
                asset_key \(type.integer) REFERENCES assets (key),
                kind \(type.integer) NOT NULL,
                start_time \(type.integer) NOT NULL,
                expire_time \(type.integer),
                original_expire_time \(type.integer),
                voucher_key \(type.integer) REFERENCES vouchers (id),
                revoke_time \(type.integer),
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                CHECK (viewer_key IS NOT NULL OR voucher_key IS NOT NULL)
            ) \(type.strict)
            """,
            """
            CREATE INDEX accesses_by_viewer ON accesses (viewer_key, asset_key) WHERE viewer_key IS NOT NULL
            """,
            """
            CREATE UNIQUE INDEX accesses_of_codes ON accesses (voucher_key)
                WHERE viewer_key IS NULL AND revoke_time IS NULL
            """,
        ]
    }

    private static let columns = """
        id, viewer_key, asset_key, kind, start_time, expire_time, original_expire_time, voucher_key, revoke_time,
        create_time, update_time
        """

    static func insert(_ access: Access, in tx: Transaction) throws {
        try tx.execute(
            "INSERT INTO accesses (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            access.id.number, access.viewerKey, access.assetKey, access.kind.rawValue, access.startTime,
            access.expireTime, access.originalExpireTime, access.voucherKey, access.revokeTime, access.createTime,
            access.updateTime)
    }

    static func find(_ id: Int64, in tx: Transaction) throws -> Access? {
        try tx.row("SELECT \(columns) FROM accesses WHERE id = ?", id, read: access)
    }

    /// No more accesses of one viewer to one thing than this are looked at: any one that opens is enough.
    private static let candidateLimit = 100

    /// The viewer's accesses to an asset, to what it is a member of, and to everything, where `condition` holds.
    private static func ofViewer(where condition: String) -> String {
        let select = "SELECT \(columns) FROM accesses"
        return """
            \(select) WHERE viewer_key = ? AND asset_key = ? AND \(condition)
            UNION ALL \(select) WHERE viewer_key = ? AND asset_key IS NULL AND \(condition)
            UNION ALL \(select) JOIN \(AssetStore.parentsOfMember) AND viewer_key = ? AND \(condition)
            LIMIT \(candidateLimit)
            """
    }

    private static let open = "revoke_time IS NULL AND start_time <= ? AND (expire_time IS NULL OR expire_time > ?)"
    private static let opening = ofViewer(where: open)
    private static let openingAnywhere = ofViewer(
        where: "\(open) AND voucher_key IN (\(VoucherStore.ignoringGeoblocking))")
    private static let expired = ofViewer(where: "revoke_time IS NULL AND expire_time <= ?")

    /// The viewer's accesses that open the asset at a moment: to it, to what it is a member of, or to everything.
    ///
    /// - Parameter ignoringGeoblocking: only those whose voucher says so.
    static func opening(
        _ assetKey: Int64, to viewerKey: Int64, at now: Instant, ignoringGeoblocking: Bool = false, in tx: Transaction
    ) throws -> [Access] {
        try tx.rows(
            ignoringGeoblocking ? openingAnywhere : opening, viewerKey, assetKey, now, now, viewerKey, now, now,
            assetKey, viewerKey, now, now, read: access)
    }

    /// The viewer's accesses that did open the asset and ended before a moment.
    static func expired(
        _ assetKey: Int64, of viewerKey: Int64, at now: Instant, in tx: Transaction
    ) throws -> [Access] {
        try tx.rows(expired, viewerKey, assetKey, now, viewerKey, now, assetKey, viewerKey, now, read: access)
    }

    /// The access that a voucher gave when it was used without a viewer, and that was not taken back. There is at most
    /// one.
    static func ofCode(_ voucherKey: Int64, in tx: Transaction) throws -> Access? {
        try tx.row(
            "SELECT \(columns) FROM accesses WHERE voucher_key = ? AND viewer_key IS NULL AND revoke_time IS NULL",
            voucherKey, read: access)
    }

    static func revoke(_ id: Int64, in tx: Transaction) throws {
        try tx.execute("UPDATE accesses SET revoke_time = ?, update_time = ? WHERE id = ?", tx.now, tx.now, id)
    }

    /// - Returns: how many there were.
    static func revokeAll(of viewerKey: Int64, in tx: Transaction) throws -> Int {
        try tx.execute(
            "UPDATE accesses SET revoke_time = ?, update_time = ? WHERE viewer_key = ? AND revoke_time IS NULL",
            tx.now, tx.now, viewerKey)
    }

    static func expireTime(of id: Int64, in tx: Transaction) throws -> Instant? {
        try tx.row("SELECT expire_time FROM accesses WHERE id = ?", id) { try $0.instantOrNil(0) } ?? nil
    }

    private static func access(_ row: SQLRow) throws -> Access {
        Access(
            id: ResourceID(prefix: Access.prefix, number: try row.int64(0)), viewerKey: try row.int64OrNil(1),
            assetKey: try row.int64OrNil(2), kind: try row.state(3), startTime: try row.instant(4),
            expireTime: try row.instantOrNil(5), originalExpireTime: try row.instantOrNil(6),
            voucherKey: try row.int64OrNil(7), revokeTime: try row.instantOrNil(8),
            createTime: try row.instant(9), updateTime: try row.instant(10))
    }
}
