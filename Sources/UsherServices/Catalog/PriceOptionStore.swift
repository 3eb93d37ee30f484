import UsherContract
import UsherStorage

/// The table `price_options`.
enum PriceOptionStore {
    static let migration = Migration(8, "price_options") { type in
        [
            """
            CREATE TABLE price_options (
                key \(type.key),
                price_option_id \(type.text) NOT NULL,
                asset_key \(type.integer) REFERENCES assets (key),
                package_key \(type.integer) REFERENCES packages (key),
                name \(type.text) NOT NULL,
                payment_type \(type.integer) NOT NULL CHECK (payment_type IN (1, 2)),
                currency_code \(type.text) NOT NULL,
                minor_units \(type.integer) NOT NULL CHECK (minor_units >= 0),
                period_unit \(type.integer),
                period_length \(type.integer) CHECK (period_length > 0),
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                version \(type.integer) NOT NULL,
                delete_time \(type.integer),
                CHECK ((asset_key IS NULL) <> (package_key IS NULL)),
                CHECK ((period_unit IS NULL) = (period_length IS NULL)),
                CHECK (payment_type = 1 OR period_unit IS NOT NULL)
            ) \(type.strict)
            """,
            "CREATE UNIQUE INDEX price_options_by_id ON price_options (price_option_id) WHERE delete_time IS NULL",
            """
            CREATE INDEX price_options_by_asset ON price_options (asset_key)
                WHERE asset_key IS NOT NULL AND delete_time IS NULL
            """,
            """
            CREATE INDEX price_options_by_package ON price_options (package_key)
                WHERE package_key IS NOT NULL AND delete_time IS NULL
            """,
        ]
    }

    private static let columns = """
        key, price_option_id, asset_key, package_key, name, payment_type, currency_code, minor_units, period_unit,
        period_length, create_time, update_time, version
        """

    /// - Returns: false where the id is taken.
    static func insert(_ option: PriceOption, in tx: Transaction) throws -> Bool {
        let (asset, package) = keys(of: option.target)
        return try tx.execute(
            """
            INSERT INTO price_options (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            option.key, option.id, asset, package, option.name, option.paymentType.rawValue,
            option.price.currencyCode, option.price.minorUnits, option.accessPeriod?.unit.rawValue,
            option.accessPeriod?.length, option.createTime, option.updateTime, option.version) == 1
    }

    static func update(_ option: PriceOption, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE price_options SET name = ?, currency_code = ?, minor_units = ?, period_unit = ?, period_length = ?,
                update_time = ?, version = ?
            WHERE key = ?
            """,
            option.name, option.price.currencyCode, option.price.minorUnits, option.accessPeriod?.unit.rawValue,
            option.accessPeriod?.length, option.updateTime, option.version, option.key)
    }

    /// Leaves the row for the records that name it; its id is free from now on.
    static func delete(_ key: Int64, in tx: Transaction) throws {
        try tx.execute("UPDATE price_options SET delete_time = ? WHERE key = ?", tx.now, key)
    }

    /// Deletes all of an asset or a package, which is deleted itself.
    static func deleteAll(of target: PriceOption.Target, in tx: Transaction) throws {
        switch target {
        case .asset(let key):
            try tx.execute(
                "UPDATE price_options SET delete_time = ? WHERE asset_key = ? AND delete_time IS NULL", tx.now, key)
        case .package(let key):
            try tx.execute(
                "UPDATE price_options SET delete_time = ? WHERE package_key = ? AND delete_time IS NULL", tx.now, key)
        }
    }

    /// In the order of their creation, after the one with the key `after`.
    ///
    /// - Parameter target: only those of this asset or package; nil for all.
    static func list(
        of target: PriceOption.Target?, after: Int64, limit: Int, in tx: Transaction
    ) throws -> [PriceOption] {
        let rest = "key > ? AND delete_time IS NULL ORDER BY key LIMIT ?"
        return switch target {
        case .asset(let key):
            try tx.rows(
                "SELECT \(columns) FROM price_options WHERE asset_key = ? AND \(rest)", key, after, limit, read: option)
        case .package(let key):
            try tx.rows(
                "SELECT \(columns) FROM price_options WHERE package_key = ? AND \(rest)", key, after, limit,
                read: option)
        case nil:
            try tx.rows("SELECT \(columns) FROM price_options WHERE \(rest)", after, limit, read: option)
        }
    }

    static func find(_ id: String, in tx: Transaction) throws -> PriceOption? {
        try tx.row(
            "SELECT \(columns) FROM price_options WHERE price_option_id = ? AND delete_time IS NULL", id, read: option)
    }

    /// The price option, deleted or not: what was bought by it refers to it.
    static func find(key: Int64, in tx: Transaction) throws -> PriceOption? {
        try tx.row("SELECT \(columns) FROM price_options WHERE key = ?", key, read: option)
    }

    static func findLive(key: Int64, in tx: Transaction) throws -> PriceOption? {
        try tx.row(
            "SELECT \(columns) FROM price_options WHERE key = ? AND delete_time IS NULL", key, read: option)
    }

    static func key(of id: String, in tx: Transaction) throws -> Int64? {
        try tx.row("SELECT key FROM price_options WHERE price_option_id = ? AND delete_time IS NULL", id) {
            try $0.int64(0)
        }
    }

    /// The id that the price option has, or had before it was deleted.
    static func id(of key: Int64, in tx: Transaction) throws -> String? {
        try tx.row("SELECT price_option_id FROM price_options WHERE key = ?", key) { try $0.text(0) }
    }

    private static func keys(of target: PriceOption.Target) -> (asset: Int64?, package: Int64?) {
        switch target {
        case .asset(let key): (key, nil)
        case .package(let key): (nil, key)
        }
    }

    private static func option(_ row: SQLRow) throws -> PriceOption {
        PriceOption(
            key: try row.int64(0), id: try row.text(1),
            target: try row.int64OrNil(2).map(PriceOption.Target.asset) ?? .package(try row.int64(3)),
            name: try row.text(4), paymentType: try row.state(5),
            price: Money(currencyCode: try row.text(6), minorUnits: try row.int64(7)),
            accessPeriod: row.isNull(8) ? nil : CalendarPeriod(unit: try row.state(8), length: try row.int(9)),
            createTime: try row.instant(10), updateTime: try row.instant(11), version: try row.int64(12))
    }
}

extension PriceOption {
    /// What the journal compares.
    var journal: JournalState {
        [
            "name": name, "payment_type": paymentType.rawValue, "price": price.text,
            "access_period": accessPeriod?.text,
        ]
    }
}
