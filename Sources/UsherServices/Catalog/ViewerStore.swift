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
                status \(type.integer) NOT NULL,
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                version \(type.integer) NOT NULL,
                delete_time \(type.integer)
            ) \(type.strict)
            """,
            "CREATE UNIQUE INDEX viewers_by_id ON viewers (viewer_id) WHERE delete_time IS NULL",
        ]
    }

    private static let columns = "key, viewer_id, email, status, create_time, update_time, version"

    /// - Returns: false where the id is taken.
    static func insert(_ viewer: Viewer, in tx: Transaction) throws -> Bool {
        try tx.execute(
            "INSERT INTO viewers (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            viewer.key, viewer.id, viewer.email, viewer.status.rawValue, viewer.createTime, viewer.updateTime,
            viewer.version) == 1
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

    static func update(_ viewer: Viewer, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE viewers SET email = ?, update_time = ?, version = ? WHERE key = ?",
            viewer.email, viewer.updateTime, viewer.version, viewer.key)
    }

    /// Leaves the row for the records that name it, without the address; its id is free from now on.
    static func delete(_ key: Int64, in tx: Transaction) throws {
        try tx.execute("UPDATE viewers SET email = '', delete_time = ? WHERE key = ?", tx.now, key)
    }

    private static func viewer(_ row: SQLRow) throws -> Viewer {
        Viewer(
            key: try row.int64(0), id: try row.text(1), email: try row.text(2), status: try row.state(3),
            createTime: try row.instant(4), updateTime: try row.instant(5), version: try row.int64(6))
    }

    static func key(of id: String, in tx: Transaction) throws -> Int64? {
        try tx.row("SELECT key FROM viewers WHERE viewer_id = ? AND delete_time IS NULL", id) { try $0.int64(0) }
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
    /// - Throws: NOT_FOUND `VIEWER_NOT_FOUND` for an unknown one where the organisation knows its own.
    static func apply(_ id: String, in tx: Transaction) throws -> Int64 {
        if let key = try ViewerStore.key(of: id, in: tx) { return key }
        guard try !SettingsStore.readForRedemption(in: tx).requireKnownViewers else {
            throw CatalogRefusal.viewerNotFound
        }
        let viewer = Viewer(
            key: tx.newID("vwr").number, id: id, email: "", status: .active, createTime: tx.now, updateTime: tx.now,
            version: 1)
        guard try ViewerStore.insert(viewer, in: tx) else {
            throw StorageError.corrupt("viewer \(id) is there and is not found")
        }
        try tx.record("viewer.created", id)
        return viewer.key
    }
}
