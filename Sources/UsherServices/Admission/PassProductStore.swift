import UsherContract
import UsherStorage

/// The tables `pass_products`, `pass_product_performances` and `pass_product_bundles`.
enum PassProductStore {
    static let migration = Migration(21, "pass products") { type in
        [
            """
            CREATE TABLE pass_products (
                key \(type.key),
                pass_product_id \(type.text) NOT NULL UNIQUE,
                kind \(type.integer) NOT NULL CHECK (kind IN (1, 2)),
                title \(type.text) NOT NULL,
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                version \(type.integer) NOT NULL
            ) \(type.strict)
            """,
            """
            CREATE TABLE pass_product_performances (
                product_key \(type.integer) NOT NULL REFERENCES pass_products (key),
                performance_key \(type.integer) NOT NULL REFERENCES assets (key),
                is_included \(type.integer) NOT NULL CHECK (is_included IN (0, 1)),
                PRIMARY KEY (product_key, performance_key)
            ) \(type.withoutRowID)
            """,
            """
            CREATE TABLE pass_product_bundles (
                product_key \(type.integer) NOT NULL REFERENCES pass_products (key),
                bundle_key \(type.integer) NOT NULL REFERENCES pass_products (key),
                PRIMARY KEY (product_key, bundle_key)
            ) \(type.withoutRowID)
            """,
        ]
    }

    private static let columns = "key, pass_product_id, kind, title, create_time, update_time, version"

    /// - Returns: false where the id is taken.
    static func insert(_ product: PassProduct, in tx: Transaction) throws -> Bool {
        let inserted = try tx.execute(
            "INSERT INTO pass_products (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            product.key, product.id, product.kind.rawValue, product.title, product.createTime, product.updateTime,
            product.version)
        guard inserted == 1 else { return false }
        try insertLists(of: product, in: tx)
        return true
    }

    static func update(_ product: PassProduct, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE pass_products SET title = ?, update_time = ?, version = ? WHERE key = ?", product.title,
            product.updateTime, product.version, product.key)
        try tx.execute("DELETE FROM pass_product_performances WHERE product_key = ?", product.key)
        try tx.execute("DELETE FROM pass_product_bundles WHERE product_key = ?", product.key)
        try insertLists(of: product, in: tx)
    }

    private static func insertLists(of product: PassProduct, in tx: Transaction) throws {
        for (keys, isIncluded) in [(product.performanceKeys, true), (product.eligiblePerformanceKeys, false)] {
            for key in keys {
                // What is included is eligible anyway.
                try tx.execute(
                    """
                    INSERT INTO pass_product_performances (product_key, performance_key, is_included)
                    VALUES (?, ?, ?) ON CONFLICT DO NOTHING
                    """, product.key, key, isIncluded)
            }
        }
        for key in product.eligibleBundleKeys {
            try tx.execute(
                "INSERT INTO pass_product_bundles (product_key, bundle_key) VALUES (?, ?) ON CONFLICT DO NOTHING",
                product.key, key)
        }
    }

    static func find(_ id: String, in tx: Transaction) throws -> PassProduct? {
        try complete(
            tx.row("SELECT \(columns) FROM pass_products WHERE pass_product_id = ?", id, read: product), in: tx)
    }

    static func find(key: Int64, in tx: Transaction) throws -> PassProduct? {
        try complete(tx.row("SELECT \(columns) FROM pass_products WHERE key = ?", key, read: product), in: tx)
    }

    static func id(of key: Int64, in tx: Transaction) throws -> String? {
        try tx.row("SELECT pass_product_id FROM pass_products WHERE key = ?", key) { try $0.text(0) }
    }

    /// In the order of their creation, after the one with the key `after`.
    static func list(after: Int64, limit: Int, in tx: Transaction) throws -> [PassProduct] {
        try tx.rows(
            "SELECT \(columns) FROM pass_products WHERE key > ? ORDER BY key LIMIT ?", after, limit, read: product
        ).compactMap { try complete($0, in: tx) }
    }

    /// Whether a bundle includes a performance.
    static func includes(_ performanceKey: Int64, inAnyOf bundleKeys: [Int64], in tx: Transaction) throws -> Bool {
        try bundleKeys.contains { key in
            try tx.row(
                """
                SELECT 1 FROM pass_product_performances
                WHERE product_key = ? AND performance_key = ? AND is_included = 1
                """, key, performanceKey
            ) { _ in true } ?? false
        }
    }

    private static func product(_ row: SQLRow) throws -> PassProduct {
        PassProduct(
            key: try row.int64(0), id: try row.text(1), kind: try row.state(2), title: try row.text(3),
            performanceKeys: [], eligiblePerformanceKeys: [], eligibleBundleKeys: [],
            createTime: try row.instant(4), updateTime: try row.instant(5), version: try row.int64(6))
    }

    private static func complete(_ product: PassProduct?, in tx: Transaction) throws -> PassProduct? {
        guard var product else { return nil }
        let listed = try tx.rows(
            """
            SELECT performance_key, is_included FROM pass_product_performances WHERE product_key = ?
            ORDER BY performance_key
            """, product.key
        ) { (key: try $0.int64(0), isIncluded: try $0.bool(1)) }
        product.performanceKeys = listed.filter(\.isIncluded).map(\.key)
        product.eligiblePerformanceKeys = listed.filter { !$0.isIncluded }.map(\.key)
        product.eligibleBundleKeys = try tx.rows(
            "SELECT bundle_key FROM pass_product_bundles WHERE product_key = ? ORDER BY bundle_key", product.key
        ) { try $0.int64(0) }
        return product
    }
}

extension PassProduct {
    /// What the journal compares.
    var journal: JournalState {
        func text(_ keys: [Int64]) -> String { keys.map(String.init).joined(separator: " ") }
        return [
            "title": title, "performance_keys": text(performanceKeys),
            "eligible_performance_keys": text(eligiblePerformanceKeys),
            "eligible_bundle_keys": text(eligibleBundleKeys),
        ]
    }
}
