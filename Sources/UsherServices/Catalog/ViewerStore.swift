import UsherContract
import UsherStorage

/// The table `viewers`.
enum ViewerStore {
    static let migration = Migration(3, "viewers") { type in
        [
            """
            CREATE TABLE viewers (
                key \(type.key),
                viewer_id \(type.text) NOT NULL,
                email \(type.text) NOT NULL,
                email_folded \(type.text),
                email_local \(type.text),
                email_domain \(type.text),
                status \(type.integer) NOT NULL,
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                version \(type.integer) NOT NULL,
                delete_time \(type.integer),
                CHECK ((email = '') = (email_folded IS NULL)),
                CHECK ((email_folded IS NULL) = (email_local IS NULL)),
                CHECK ((email_folded IS NULL) = (email_domain IS NULL))
            ) \(type.strict)
            """,
            "CREATE UNIQUE INDEX viewers_by_id ON viewers (viewer_id) WHERE delete_time IS NULL",
            "CREATE INDEX viewers_by_email ON viewers (email_folded) WHERE email_folded IS NOT NULL",
            "CREATE INDEX viewers_by_local_part ON viewers (email_local) WHERE email_local IS NOT NULL",
            "CREATE INDEX viewers_by_domain ON viewers (email_domain) WHERE email_domain IS NOT NULL",
        ]
    }

    private static let columns = "key, viewer_id, email, status, create_time, update_time, version"

    /// - Returns: false where the id is taken.
    static func insert(_ viewer: Viewer, in tx: Transaction) throws -> Bool {
        let address = EmailAddress(viewer.email)
        return try tx.execute(
            """
            INSERT INTO viewers (\(columns), email_folded, email_local, email_domain)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            viewer.key, viewer.id, viewer.email, viewer.status.rawValue, viewer.createTime, viewer.updateTime,
            viewer.version, address?.folded, address?.local, address?.domain) == 1
    }

    static func find(_ id: String, in tx: Transaction) throws -> Viewer? {
        try tx.row("SELECT \(columns) FROM viewers WHERE viewer_id = ? AND delete_time IS NULL", id, read: viewer)
    }

    /// In the order of their creation, after the one with the key `after`.
    static func list(after: Int64, limit: Int, in tx: Transaction) throws -> [Viewer] {
        try tx.rows(
            "SELECT \(columns) FROM viewers WHERE key > ? AND delete_time IS NULL ORDER BY key LIMIT ?",
            after, limit, read: viewer)
    }

    /// Up to `limit` viewers with keys above `after`, in the order of their creation, whose address, its part before
    /// the `@` or its part after it is the term.
    static func search(email term: String, after: Int64, limit: Int, in tx: Transaction) throws -> [Viewer] {
        let folded = EmailAddress.fold(term)
        guard !folded.contains("@") else {
            return try tx.rows(
                "SELECT \(columns) FROM viewers WHERE email_folded = ? AND key > ? ORDER BY key LIMIT ?", folded, after,
                limit, read: viewer)
        }
        return try tx.rows(
            """
            SELECT \(columns) FROM viewers WHERE key IN (
                SELECT key FROM viewers WHERE email_local = ? AND key > ?
                UNION SELECT key FROM viewers WHERE email_domain = ? AND key > ?
                ORDER BY 1 LIMIT ?)
            ORDER BY key
            """, folded, after, folded, after, limit, read: viewer)
    }

    static func update(_ viewer: Viewer, in tx: Transaction) throws {
        let address = EmailAddress(viewer.email)
        try tx.execute(
            """
            UPDATE viewers SET email = ?, email_folded = ?, email_local = ?, email_domain = ?, status = ?,
                update_time = ?, version = ?
            WHERE key = ?
            """,
            viewer.email, address?.folded, address?.local, address?.domain, viewer.status.rawValue, viewer.updateTime,
            viewer.version, viewer.key)
    }

    /// Leaves the row for the records that name it, without the address; its id is free from now on.
    static func delete(_ key: Int64, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE viewers SET email = '', email_folded = NULL, email_local = NULL, email_domain = NULL,
                delete_time = ?
            WHERE key = ?
            """, tx.now, key)
    }

    private static func viewer(_ row: SQLRow) throws -> Viewer {
        Viewer(
            key: try row.int64(0), id: try row.text(1), email: try row.text(2), status: try row.state(3),
            createTime: try row.instant(4), updateTime: try row.instant(5), version: try row.int64(6))
    }

    static func key(of id: String, in tx: Transaction) throws -> Int64? {
        try tx.row("SELECT key FROM viewers WHERE viewer_id = ? AND delete_time IS NULL", id) { try $0.int64(0) }
    }

    /// The key of a viewer, and whether it can be let in.
    static func entry(of id: String, in tx: Transaction) throws -> (key: Int64, isActive: Bool)? {
        try tx.row("SELECT key, status FROM viewers WHERE viewer_id = ? AND delete_time IS NULL", id) {
            (try $0.int64(0), try $0.state(1) as Viewer.Status == .active)
        }
    }

    /// Whether a viewer who is not deleted has the address.
    static func isUsed(_ email: EmailAddress, in tx: Transaction) throws -> Bool {
        try tx.row("SELECT 1 FROM viewers WHERE email_folded = ? LIMIT 1", email.folded) { _ in true } ?? false
    }

    /// The viewer's address; nil where it has none.
    static func email(of key: Int64, in tx: Transaction) throws -> EmailAddress? {
        try tx.row("SELECT email FROM viewers WHERE key = ?", key) { EmailAddress(try $0.text(0)) } ?? nil
    }

    /// The id that the viewer has, or had before it was deleted.
    static func id(of key: Int64, in tx: Transaction) throws -> String? {
        try tx.row("SELECT viewer_id FROM viewers WHERE key = ?", key) { try $0.text(0) }
    }
}

/// The verb by which other services get at a viewer whom they have only heard of.
enum ViewerRegistration {
    /// The key of the viewer, who is registered on first use.
    ///
    /// - Throws: NOT_FOUND `VIEWER_NOT_FOUND` for an unknown one where the organisation knows its own;
    ///   FAILED_PRECONDITION `VIEWER_DEACTIVATED`.
    static func apply(_ id: String, in tx: Transaction) throws -> Int64 {
        if let viewer = try ViewerStore.entry(of: id, in: tx) {
            guard viewer.isActive else { throw CatalogRefusal.viewerDeactivated }
            return viewer.key
        }
        guard try !SettingsStore.readForRedemption(in: tx).requireKnownViewers else {
            throw CatalogRefusal.viewerNotFound
        }
        let viewer = Viewer(
            key: tx.newID(Viewer.prefix).number, id: id, email: "", status: .active, createTime: tx.now,
            updateTime: tx.now,
            version: 1)
        guard try ViewerStore.insert(viewer, in: tx) else {
            throw StorageError.inconsistent("viewer \(id) is there and is not found")
        }
        try tx.record("viewer.created", id)
        return viewer.key
    }
}
