import UsherContract
import UsherStorage

/// The tables `organisations` and `api_keys` of the platform database.
enum OrganisationStore {
    static let migration = Migration(1, "organisations and keys") { type in
        [
            """
            CREATE TABLE organisations (
                organisation_id \(type.text) PRIMARY KEY,
                name \(type.text) NOT NULL,
                state \(type.integer) NOT NULL,
                sells_vouchers \(type.integer) NOT NULL CHECK (sells_vouchers IN (0, 1)),
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                version \(type.integer) NOT NULL
            ) \(type.strict)
            """,
            "CREATE INDEX organisations_in_any_case ON organisations (lower(organisation_id))",
            """
            CREATE TABLE api_keys (
                id \(type.key),
                organisation_id \(type.text) REFERENCES organisations (organisation_id),
                name \(type.text) NOT NULL,
                scopes \(type.text) NOT NULL,
                is_test \(type.integer) NOT NULL CHECK (is_test IN (0, 1)),
                hash \(type.blob) NOT NULL CHECK (length(hash) = 32),
                create_time \(type.integer) NOT NULL,
                expire_time \(type.integer),
                revoke_time \(type.integer),
                certificate_uri \(type.text)
            ) \(type.strict)
            """,
            "CREATE INDEX api_keys_by_organisation ON api_keys (organisation_id, id)",
            """
            CREATE INDEX api_keys_in_use ON api_keys (organisation_id, expire_time) WHERE revoke_time IS NULL
            """,
            "CREATE INDEX api_keys_by_revocation ON api_keys (revoke_time) WHERE revoke_time IS NOT NULL",
            "CREATE INDEX api_keys_by_expiry ON api_keys (expire_time) WHERE expire_time IS NOT NULL",
            """
            CREATE UNIQUE INDEX api_keys_by_certificate ON api_keys (certificate_uri)
            WHERE certificate_uri IS NOT NULL AND revoke_time IS NULL
            """,
        ]
    }

    private static let columns = "organisation_id, name, state, sells_vouchers, create_time, update_time, version"

    /// - Returns: false where the id is taken.
    static func insert(_ organisation: Organisation, in tx: Transaction) throws -> Bool {
        try tx.execute(
            "INSERT INTO organisations (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            organisation.id, organisation.name, organisation.state.rawValue, organisation.sellsVouchers,
            organisation.createTime,
            organisation.updateTime, organisation.version) == 1
    }

    static func update(_ organisation: Organisation, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE organisations SET name = ?, state = ?, sells_vouchers = ?, update_time = ?, version = ?
            WHERE organisation_id = ?
            """,
            organisation.name, organisation.state.rawValue, organisation.sellsVouchers, organisation.updateTime,
            organisation.version, organisation.id)
    }

    static func find(_ id: String, in tx: Transaction) throws -> Organisation? {
        try tx.row("SELECT \(columns) FROM organisations WHERE organisation_id = ?", id, read: organisation)
    }

    /// The id that differs from this one in the case of letters at most; where there are several, which were made
    /// before that was asked for, this one if it is among them.
    static func find(inAnyCase id: String, in tx: Transaction) throws -> String? {
        let found = try tx.rows(
            "SELECT organisation_id FROM organisations WHERE lower(organisation_id) = lower(?) LIMIT 100", id
        ) { try $0.text(0) }
        return found.contains(id) ? id : found.first
    }

    static func list(after id: String, limit: Int, in tx: Transaction) throws -> [Organisation] {
        try tx.rows(
            "SELECT \(columns) FROM organisations WHERE organisation_id > ? ORDER BY organisation_id LIMIT ?",
            id, limit, read: organisation)
    }

    private static func organisation(_ row: SQLRow) throws -> Organisation {
        Organisation(
            id: try row.text(0), name: try row.text(1), state: try row.state(2),
            sellsVouchers: try row.bool(3), createTime: try row.instant(4), updateTime: try row.instant(5),
            version: try row.int64(6))
    }
}

/// The keys. Those of the operator have no organisation.
enum ApiKeyStore {
    private static let columns =
        "id, organisation_id, name, scopes, is_test, hash, create_time, expire_time, revoke_time, certificate_uri"

    /// - Returns: false where another key that is not revoked has its certificate's URI.
    static func insert(_ key: ApiKey, in tx: Transaction) throws -> Bool {
        try tx.execute(
            "INSERT INTO api_keys (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            key.id.number, key.organisationID, key.name,
            key.scopes.map(\.description).sorted().joined(separator: " "), key.isTest, key.hash, key.createTime,
            key.expireTime, key.revokeTime, key.certificateURI) == 1
    }

    static func setRevokeTime(_ time: Instant, of id: ResourceID, in tx: Transaction) throws {
        try tx.execute("UPDATE api_keys SET revoke_time = ? WHERE id = ?", time, id.number)
    }

    static func find(_ id: ResourceID, of organisationID: String?, in tx: Transaction) throws -> ApiKey? {
        try tx.row(
            "SELECT \(columns) FROM api_keys WHERE id = ? AND organisation_id IS NOT DISTINCT FROM ?",
            id.number, organisationID, read: key)
    }

    /// Newest first; `before` is the last id of the page before, 0 for the first page.
    static func list(of organisationID: String?, before: Int64, limit: Int, in tx: Transaction) throws -> [ApiKey] {
        try tx.rows(
            """
            SELECT \(columns) FROM api_keys WHERE organisation_id IS NOT DISTINCT FROM ? AND id < ?
            ORDER BY id DESC LIMIT ?
            """,
            organisationID, before == 0 ? Int64.max : before, limit, read: key)
    }

    /// Whether the operator has another key than `id` that is not revoked and never expires.
    static func hasLastingOperatorKey(otherThan id: ResourceID, in tx: Transaction) throws -> Bool {
        try tx.row(
            """
            SELECT 1 FROM api_keys
            WHERE organisation_id IS NULL AND revoke_time IS NULL AND expire_time IS NULL AND id <> ? LIMIT 1
            """, id.number
        ) { _ in true } ?? false
    }

    /// Those that can be used now or have ended after `time`.
    static func current(endedAfter time: Instant, in tx: Transaction) throws -> [ApiKey] {
        // Keys are many and their sets of scopes few.
        var scopes: [String: Set<Scope>] = [:]
        return try tx.rows(
            """
            SELECT \(columns) FROM api_keys
            WHERE (revoke_time IS NULL OR revoke_time > ?) AND (expire_time IS NULL OR expire_time > ?)
            """, time, time
        ) { row in
            let text = try row.text(3)
            if let known = scopes[text] { return try key(row, known) }
            let new = self.scopes(text)
            scopes[text] = new
            return try key(row, new)
        }
    }

    private static func scopes(_ text: String) -> Set<Scope> {
        Set(text.split(separator: " ").compactMap(Scope.init(parsing:)))
    }

    private static func key(_ row: SQLRow) throws -> ApiKey { try key(row, scopes(row.text(3))) }

    private static func key(_ row: SQLRow, _ scopes: Set<Scope>) throws -> ApiKey {
        ApiKey(
            id: ResourceID(prefix: ApiKey.prefix, number: try row.int64(0)), organisationID: try row.textOrNil(1),
            name: try row.text(2), scopes: scopes,
            isTest: try row.bool(4), hash: try row.blob(5), createTime: try row.instant(6),
            expireTime: try row.instantOrNil(7), revokeTime: try row.instantOrNil(8),
            certificateURI: try row.textOrNil(9))
    }
}

extension Organisation {
    /// What the journal compares.
    var journal: JournalState {
        ["name": name, "state": state.rawValue, "sells_vouchers": sellsVouchers]
    }
}
