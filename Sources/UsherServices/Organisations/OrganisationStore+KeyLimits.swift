import UsherContract
import UsherStorage

// How many keys there are, and which have ended. All of it looks at no more rows than there can be.

extension ApiKeyStore {
    /// The keys of an organisation that can be used now, counted up to `limit`; those of the operator for nil.
    static func countUsable(of organisationID: String?, limit: Int, in tx: Transaction) throws -> Int {
        try tx.row(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM api_keys
                WHERE organisation_id IS NOT DISTINCT FROM ? AND revoke_time IS NULL
                    AND (expire_time IS NULL OR expire_time > ?)
                LIMIT ?)
            """, organisationID, tx.now, limit
        ) { try $0.int(0) } ?? 0
    }

    /// When the key was made that is the `number`th from the newest; nil where there are fewer.
    static func createTime(
        ofNewest number: Int, of organisationID: String?, in tx: Transaction
    ) throws -> Instant? {
        try tx.row(
            """
            SELECT create_time FROM api_keys WHERE id = (
                SELECT id FROM api_keys WHERE organisation_id IS NOT DISTINCT FROM ?
                ORDER BY id DESC LIMIT 1 OFFSET ?)
            """, organisationID, number - 1
        ) { try $0.instant(0) }
    }

    /// The oldest keys of an organisation that have ended.
    static func oldestEnded(of organisationID: String?, limit: Int, in tx: Transaction) throws -> [ResourceID] {
        try tx.rows(
            """
            SELECT id FROM api_keys
            WHERE organisation_id IS NOT DISTINCT FROM ? AND (revoke_time IS NOT NULL OR expire_time <= ?)
            ORDER BY id LIMIT ?
            """, organisationID, tx.now, limit, read: id)
    }

    /// Keys of anybody that have ended by `time`.
    static func ended(by time: Instant, limit: Int, in tx: Transaction) throws -> [ResourceID] {
        let revoked = try tx.rows("SELECT id FROM api_keys WHERE revoke_time <= ? LIMIT ?", time, limit, read: id)
        let expired = try tx.rows("SELECT id FROM api_keys WHERE expire_time <= ? LIMIT ?", time, limit, read: id)
        return Array(Set(revoked + expired))
    }

    static func delete(_ ids: [ResourceID], in tx: Transaction) throws {
        for id in ids { try tx.execute("DELETE FROM api_keys WHERE id = ?", id.number) }
    }

    private static func id(_ row: SQLRow) throws -> ResourceID {
        ResourceID(prefix: ApiKey.prefix, number: try row.int64(0))
    }
}
