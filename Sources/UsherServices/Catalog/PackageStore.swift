import UsherContract
import UsherStorage

/// The tables `packages` and `package_assets`.
enum PackageStore {
    static let migration = Migration(7, "packages") { type in
        [
            """
            CREATE TABLE packages (
                key \(type.key),
                package_id \(type.text) NOT NULL,
                package_code \(type.text) NOT NULL CHECK (length(package_code) BETWEEN 1 AND 50),
                title \(type.text) NOT NULL,
                description \(type.text) NOT NULL,
                print_product \(type.integer) NOT NULL CHECK (print_product IN (0, 1)),
                delivery_address_required \(type.integer) NOT NULL CHECK (delivery_address_required IN (0, 1)),
                voucher_purchase_enabled \(type.integer) NOT NULL CHECK (voucher_purchase_enabled IN (0, 1)),
                grace_days \(type.integer) NOT NULL CHECK (grace_days BETWEEN 0 AND 25),
                several_subscriptions \(type.integer) NOT NULL CHECK (several_subscriptions IN (0, 1)),
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                version \(type.integer) NOT NULL,
                delete_time \(type.integer),
                CHECK (print_product = 1 OR delivery_address_required = 0)
            ) \(type.strict)
            """,
            "CREATE UNIQUE INDEX packages_by_id ON packages (package_id) WHERE delete_time IS NULL",
            "CREATE UNIQUE INDEX packages_by_code ON packages (package_code) WHERE delete_time IS NULL",
            """
            CREATE TABLE package_assets (
                container_key \(type.integer) NOT NULL REFERENCES packages (key),
                position \(type.integer) NOT NULL,
                content_key \(type.integer) NOT NULL REFERENCES assets (key),
                PRIMARY KEY (container_key, position),
                UNIQUE (content_key, container_key)
            ) \(type.strict)
            """,
        ]
    }

    /// For other Stores, after JOIN: the assets, as `content_key`, of the package in a row's `package_key`. A deleted
    /// package has none.
    static let contents = "package_assets ON container_key = package_key"
    /// For other Stores, after JOIN: rows whose `package_key` is a package that has an asset (one argument, its key).
    static let containing = "\(contents) WHERE content_key = ?"
    /// For AssetStore: whether a package has the asset in the row's `key`.
    static let isContent = "EXISTS (SELECT 1 FROM package_assets WHERE content_key = key)"

    private static let columns = """
        key, package_id, package_code, title, description, print_product, delivery_address_required,
        voucher_purchase_enabled, grace_days, several_subscriptions, create_time, update_time, version
        """

    /// - Returns: false where the id or the code is taken.
    static func insert(_ package: Package, assetKeys: [Int64], in tx: Transaction) throws -> Bool {
        let inserted = try tx.execute(
            "INSERT INTO packages (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            package.key, package.id, package.code, package.title, package.description, package.isPrintProduct,
            package.requiresDeliveryAddress, package.isVoucherPurchaseEnabled, package.graceDays,
            package.allowsSeveralSubscriptions, package.createTime, package.updateTime, package.version)
        guard inserted == 1 else { return false }
        try insertAssets(assetKeys, of: package.key, in: tx)
        return true
    }

    static func update(_ package: Package, assetKeys: [Int64], in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE packages SET package_code = ?, title = ?, description = ?, print_product = ?,
                delivery_address_required = ?, voucher_purchase_enabled = ?, grace_days = ?, several_subscriptions = ?,
                update_time = ?, version = ?
            WHERE key = ?
            """,
            package.code, package.title, package.description, package.isPrintProduct, package.requiresDeliveryAddress,
            package.isVoucherPurchaseEnabled, package.graceDays, package.allowsSeveralSubscriptions,
            package.updateTime, package.version, package.key)
        try tx.execute("DELETE FROM package_assets WHERE container_key = ?", package.key)
        try insertAssets(assetKeys, of: package.key, in: tx)
    }

    /// Leaves the row for the records that name it; its id and code are free from now on, and it opens nothing.
    static func delete(_ key: Int64, in tx: Transaction) throws {
        try tx.execute("UPDATE packages SET delete_time = ? WHERE key = ?", tx.now, key)
        try tx.execute("DELETE FROM package_assets WHERE container_key = ?", key)
    }

    /// Takes a deleted asset out of all packages.
    static func remove(asset key: Int64, in tx: Transaction) throws {
        try tx.execute("DELETE FROM package_assets WHERE content_key = ?", key)
    }

    private static func insertAssets(_ assetKeys: [Int64], of key: Int64, in tx: Transaction) throws {
        for (position, asset) in assetKeys.enumerated() {
            try tx.execute(
                "INSERT INTO package_assets (container_key, position, content_key) VALUES (?, ?, ?)", key, position,
                asset)
        }
    }

    /// In the order of their creation, after the one with the key `after`.
    ///
    /// - Parameter assetKey: only those that have this asset; nil for all.
    static func list(having assetKey: Int64?, after: Int64, limit: Int, in tx: Transaction) throws -> [Package] {
        var packages =
            if let assetKey {
                try tx.rows(
                    """
                    SELECT \(columns) FROM package_assets JOIN packages ON key = container_key
                    WHERE content_key = ? AND container_key > ? ORDER BY container_key LIMIT ?
                    """, assetKey, after, limit, read: package)
            } else {
                try tx.rows(
                    "SELECT \(columns) FROM packages WHERE key > ? AND delete_time IS NULL ORDER BY key LIMIT ?",
                    after, limit, read: package)
            }
        for index in packages.indices { packages[index].assetIDs = try assetIDs(of: packages[index].key, in: tx) }
        return packages
    }

    static func find(_ id: String, in tx: Transaction) throws -> Package? {
        guard
            var package = try tx.row(
                "SELECT \(columns) FROM packages WHERE package_id = ? AND delete_time IS NULL", id, read: package)
        else { return nil }
        package.assetIDs = try assetIDs(of: package.key, in: tx)
        return package
    }

    static func find(key: Int64, in tx: Transaction) throws -> Package? {
        guard
            var package = try tx.row(
                "SELECT \(columns) FROM packages WHERE key = ? AND delete_time IS NULL", key, read: package)
        else { return nil }
        package.assetIDs = try assetIDs(of: key, in: tx)
        return package
    }

    static func key(of id: String, in tx: Transaction) throws -> Int64? {
        try tx.row("SELECT key FROM packages WHERE package_id = ? AND delete_time IS NULL", id) { try $0.int64(0) }
    }

    static func key(ofCode code: String, in tx: Transaction) throws -> Int64? {
        try tx.row("SELECT key FROM packages WHERE package_code = ? AND delete_time IS NULL", code) {
            try $0.int64(0)
        }
    }

    /// The id that the package has, or had before it was deleted.
    static func id(of key: Int64, in tx: Transaction) throws -> String? {
        try tx.row("SELECT package_id FROM packages WHERE key = ?", key) { try $0.text(0) }
    }

    /// The code that the package has, or had before it was deleted.
    static func code(of key: Int64, in tx: Transaction) throws -> String? {
        try tx.row("SELECT package_code FROM packages WHERE key = ?", key) { try $0.text(0) }
    }

    /// Whether the package is there and was not deleted.
    static func isLive(_ key: Int64, in tx: Transaction) throws -> Bool {
        try tx.row("SELECT 1 FROM packages WHERE key = ? AND delete_time IS NULL", key) { _ in true } ?? false
    }

    /// What the package has itself, in its order; not what series and playlists among it have.
    static func assetKeys(of key: Int64, in tx: Transaction) throws -> [Int64] {
        try tx.rows("SELECT content_key FROM package_assets WHERE container_key = ? ORDER BY position", key) {
            try $0.int64(0)
        }
    }

    /// The packages that have the asset themselves, oldest first.
    static func packageKeys(
        containing assetKey: Int64, after: Int64 = 0, limit: Int, in tx: Transaction
    ) throws -> [Int64] {
        try tx.rows(
            """
            SELECT container_key FROM package_assets WHERE content_key = ? AND container_key > ?
            ORDER BY container_key LIMIT ?
            """, assetKey, after, limit
        ) { try $0.int64(0) }
    }

    /// Whether access to the package opens the asset: it is among its assets, or a member of one that is.
    static func opens(_ assetKey: Int64, package key: Int64, in tx: Transaction) throws -> Bool {
        let isContent =
            try tx.row("SELECT 1 FROM package_assets WHERE content_key = ? AND container_key = ?", assetKey, key) {
                _ in true
            } ?? false
        if isContent { return true }
        return try tx.row(
            "SELECT 1 FROM package_assets JOIN \(AssetStore.parentsOfContent) AND container_key = ? LIMIT 1", assetKey,
            key
        ) { _ in true } ?? false
    }

    private static func package(_ row: SQLRow) throws -> Package {
        Package(
            key: try row.int64(0), id: try row.text(1), code: try row.text(2), title: try row.text(3),
            description: try row.text(4), assetIDs: [], isPrintProduct: try row.bool(5),
            requiresDeliveryAddress: try row.bool(6), isVoucherPurchaseEnabled: try row.bool(7),
            graceDays: try row.int(8), allowsSeveralSubscriptions: try row.bool(9), createTime: try row.instant(10),
            updateTime: try row.instant(11), version: try row.int64(12))
    }

    private static func assetIDs(of key: Int64, in tx: Transaction) throws -> [String] {
        try assetKeys(of: key, in: tx).map { asset in
            guard let id = try AssetStore.id(of: asset, in: tx) else {
                throw StorageError.inconsistent("package \(key) has the asset \(asset), which is not there")
            }
            return id
        }
    }
}

extension Package {
    /// What the journal compares.
    var journal: JournalState {
        [
            "package_code": code, "title": title, "description": description,
            "asset_ids": assetIDs.joined(separator: " "), "print_product": isPrintProduct,
            "delivery_address_required": requiresDeliveryAddress, "voucher_purchase_enabled": isVoucherPurchaseEnabled,
            "grace_days": graceDays, "allow_several_subscriptions": allowsSeveralSubscriptions,
        ]
    }
}
