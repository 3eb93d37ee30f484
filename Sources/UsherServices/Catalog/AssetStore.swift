import Foundation
import UsherContract
import UsherStorage

/// The tables `assets` and `asset_members`.
enum AssetStore {
    static let migration = Migration(2, "assets") { type in
        [
            """
            CREATE TABLE assets (
                key \(type.key),
                asset_id \(type.text) NOT NULL,
                kind \(type.integer) NOT NULL,
                title \(type.text) NOT NULL,
                title_folded \(type.text) NOT NULL,
                description \(type.text) NOT NULL,
                related_content \(type.text) NOT NULL,
                geo_mode \(type.integer),
                geo_countries \(type.text),
                single_ip_protection \(type.integer) CHECK (single_ip_protection IN (0, 1)),
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                version \(type.integer) NOT NULL,
                delete_time \(type.integer),
                CHECK ((geo_mode IS NULL) = (geo_countries IS NULL))
            ) \(type.strict)
            """,
            "CREATE UNIQUE INDEX assets_by_id ON assets (asset_id) WHERE delete_time IS NULL",
            "CREATE INDEX assets_by_kind ON assets (kind) WHERE delete_time IS NULL",
            "CREATE INDEX assets_by_title ON assets (title_folded, key) WHERE delete_time IS NULL",
            """
            CREATE TABLE asset_members (
                parent_key \(type.integer) NOT NULL REFERENCES assets (key),
                position \(type.integer) NOT NULL,
                member_key \(type.integer) NOT NULL REFERENCES assets (key),
                PRIMARY KEY (parent_key, position),
                UNIQUE (member_key, parent_key)
            ) \(type.strict)
            """,
        ]
    }

    /// What checking access needs of an asset, and no more: it is read in every check.
    struct Gate: Hashable, Sendable {
        var key: Int64
        var geoPolicy: GeoPolicy?
        /// Nil for what the organisation says.
        var singleIPProtection: Bool?
        /// Whether accesses to a series or playlist open it too, or those to a package: most assets are in none.
        var isMember: Bool
        var isInPackage: Bool
    }

    /// For other Stores, after JOIN: rows whose `asset_key` is a series or playlist of which an asset (one argument,
    /// its key) is a member. A join and not a subquery, which would make a table of its own for each call.
    static let parentsOfMember = "asset_members ON parent_key = asset_key WHERE member_key = ?"

    /// For other Stores, after JOIN: rows whose `content_key` is a series or playlist of which an asset (one argument,
    /// its key) is a member.
    static let parentsOfContent = "asset_members ON parent_key = content_key WHERE member_key = ?"

    private static let columns = """
        key, asset_id, kind, title, description, related_content, geo_mode, geo_countries, single_ip_protection,
        create_time, update_time, version
        """

    /// - Returns: false where the id is taken.
    static func insert(_ asset: Asset, memberKeys: [Int64], in tx: Transaction) throws -> Bool {
        let inserted = try tx.execute(
            """
            INSERT INTO assets (\(columns), title_folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            asset.key, asset.id, asset.kind.rawValue, asset.title, asset.description, try json(asset.relatedContent),
            asset.geoPolicy?.mode.rawValue, asset.geoPolicy?.countries.joined(separator: " "),
            asset.singleIPProtection, asset.createTime, asset.updateTime, asset.version, Asset.fold(asset.title))
        guard inserted == 1 else { return false }
        try insertMembers(memberKeys, of: asset.key, in: tx)
        return true
    }

    static func update(_ asset: Asset, memberKeys: [Int64], in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE assets SET title = ?, title_folded = ?, description = ?, related_content = ?, geo_mode = ?,
                geo_countries = ?, single_ip_protection = ?, update_time = ?, version = ?
            WHERE key = ?
            """,
            asset.title, Asset.fold(asset.title), asset.description, try json(asset.relatedContent),
            asset.geoPolicy?.mode.rawValue, asset.geoPolicy?.countries.joined(separator: " "), asset.singleIPProtection,
            asset.updateTime,
            asset.version, asset.key)
        try tx.execute("DELETE FROM asset_members WHERE parent_key = ?", asset.key)
        try insertMembers(memberKeys, of: asset.key, in: tx)
    }

    /// Leaves the row for the records that name it; its id is free from now on, and it opens nothing.
    static func delete(_ key: Int64, in tx: Transaction) throws {
        try tx.execute("UPDATE assets SET delete_time = ? WHERE key = ?", tx.now, key)
        try tx.execute("DELETE FROM asset_members WHERE parent_key = ?", key)
        try tx.execute("DELETE FROM asset_members WHERE member_key = ?", key)
    }

    private static func insertMembers(_ memberKeys: [Int64], of key: Int64, in tx: Transaction) throws {
        for (position, member) in memberKeys.enumerated() {
            try tx.execute(
                "INSERT INTO asset_members (parent_key, position, member_key) VALUES (?, ?, ?)", key, position, member)
        }
    }

    /// In the order of their creation, after the one with the key `after`.
    static func list(_ kind: Asset.Kind?, after: Int64, limit: Int, in tx: Transaction) throws -> [Asset] {
        var assets =
            if let kind {
                try tx.rows(
                    """
                    SELECT \(columns) FROM assets WHERE kind = ? AND key > ? AND delete_time IS NULL
                    ORDER BY key LIMIT ?
                    """, kind.rawValue, after, limit, read: asset)
            } else {
                try tx.rows(
                    "SELECT \(columns) FROM assets WHERE key > ? AND delete_time IS NULL ORDER BY key LIMIT ?",
                    after, limit, read: asset)
            }
        for index in assets.indices { try readMembers(of: &assets[index], in: tx) }
        return assets
    }

    /// Up to `limit` assets whose title begins so, whatever its case, in the order of their titles, after the one with
    /// the key `after`; 0 for the first.
    static func keys(titled beginning: String, after: Int64, limit: Int, in tx: Transaction) throws -> [Int64] {
        let title = Asset.fold(beginning)
        let found = "SELECT key FROM assets WHERE delete_time IS NULL AND title_folded < ?"
        let order = "ORDER BY title_folded, key LIMIT ?"
        // Above every title that begins so.
        let end = "\(title)\u{10FFFF}"
        guard after != 0 else {
            return try tx.rows("\(found) AND title_folded >= ? \(order)", end, title, limit) { try $0.int64(0) }
        }
        return try tx.rows(
            "\(found) AND (title_folded, key) > (SELECT title_folded, key FROM assets WHERE key = ?) \(order)",
            end, after, limit
        ) { try $0.int64(0) }
    }

    /// Whether the asset is there and was not deleted.
    static func isLive(_ key: Int64, in tx: Transaction) throws -> Bool {
        try tx.row("SELECT 1 FROM assets WHERE key = ? AND delete_time IS NULL", key) { _ in true } ?? false
    }

    static func find(_ id: String, in tx: Transaction) throws -> Asset? {
        guard
            var asset = try tx.row(
                "SELECT \(columns) FROM assets WHERE asset_id = ? AND delete_time IS NULL", id, read: asset)
        else { return nil }
        try readMembers(of: &asset, in: tx)
        return asset
    }

    static func find(key: Int64, in tx: Transaction) throws -> Asset? {
        guard
            var asset = try tx.row(
                "SELECT \(columns) FROM assets WHERE key = ? AND delete_time IS NULL", key, read: asset)
        else { return nil }
        try readMembers(of: &asset, in: tx)
        return asset
    }

    static func key(of id: String, in tx: Transaction) throws -> Int64? {
        try tx.row("SELECT key FROM assets WHERE asset_id = ? AND delete_time IS NULL", id) { try $0.int64(0) }
    }

    static func keyAndKind(of id: String, in tx: Transaction) throws -> (key: Int64, kind: Asset.Kind)? {
        try tx.row("SELECT key, kind FROM assets WHERE asset_id = ? AND delete_time IS NULL", id) {
            (try $0.int64(0), try $0.state(1))
        }
    }

    /// The id that the asset has, or had before it was deleted.
    static func id(of key: Int64, in tx: Transaction) throws -> String? {
        try tx.row("SELECT asset_id FROM assets WHERE key = ?", key) { try $0.text(0) }
    }

    /// The title that the asset has, or had before it was deleted.
    static func title(of key: Int64, in tx: Transaction) throws -> String? {
        try tx.row("SELECT title FROM assets WHERE key = ?", key) { try $0.text(0) }
    }

    static func gate(of id: String, in tx: Transaction) throws -> Gate? {
        try tx.row(
            """
            SELECT key, geo_mode, geo_countries, single_ip_protection,
                EXISTS (SELECT 1 FROM asset_members WHERE member_key = key), \(PackageStore.isContent) FROM assets
            WHERE asset_id = ? AND delete_time IS NULL
            """, id
        ) { row in
            Gate(
                key: try row.int64(0), geoPolicy: try geoPolicy(row, 1), singleIPProtection: try row.boolOrNil(3),
                isMember: try row.bool(4), isInPackage: try row.bool(5))
        }
    }

    /// Whether one of `parents` is a series or playlist that has the asset as a member.
    static func isMember(_ key: Int64, ofAnyOf parents: [Int64], in tx: Transaction) throws -> Bool {
        try parents.contains { parent in
            try tx.row("SELECT 1 FROM asset_members WHERE member_key = ? AND parent_key = ?", key, parent) { _ in true }
                ?? false
        }
    }

    private static func asset(_ row: SQLRow) throws -> Asset {
        Asset(
            key: try row.int64(0), id: try row.text(1), kind: try row.state(2), title: try row.text(3),
            description: try row.text(4),
            relatedContent: try JSONDecoder().decode([Asset.RelatedContent].self, from: Data(try row.text(5).utf8)),
            memberIDs: [], geoPolicy: try geoPolicy(row, 6), singleIPProtection: try row.boolOrNil(8),
            createTime: try row.instant(9), updateTime: try row.instant(10), version: try row.int64(11))
    }

    private static func geoPolicy(_ row: SQLRow, _ column: Int) throws -> GeoPolicy? {
        guard let countries = try row.textOrNil(column + 1) else { return nil }
        return GeoPolicy(mode: try row.state(column), countries: countries.split(separator: " ").map(String.init))
    }

    private static func readMembers(of asset: inout Asset, in tx: Transaction) throws {
        guard asset.kind.hasMembers else { return }
        asset.memberIDs = try tx.rows(
            """
            SELECT a.asset_id FROM asset_members m JOIN assets a ON a.key = m.member_key
            WHERE m.parent_key = ? ORDER BY m.position
            """, asset.key
        ) { try $0.text(0) }
    }

    private static func json(_ content: [Asset.RelatedContent]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(content), as: UTF8.self)
    }
}

extension Asset {
    /// What the journal compares.
    var journal: JournalState {
        [
            "title": title, "description": description,
            "related_content": relatedContent.map(\.url).joined(separator: " "),
            "member_asset_ids": memberIDs.joined(separator: " "),
            "geo_policy": geoPolicy.map {
                "\($0.mode == .allow ? "allow" : "block") \($0.countries.joined(separator: " "))"
            },
            "single_ip_protection": singleIPProtection,
        ]
    }
}
