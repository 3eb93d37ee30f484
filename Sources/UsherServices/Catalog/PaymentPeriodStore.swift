import UsherContract
import UsherStorage

/// The table `payment_periods`.
enum PaymentPeriodStore {
    static let migration = Migration(9, "payment_periods") { type in
        [
            """
            CREATE TABLE payment_periods (
                key \(type.key),
                payment_period_id \(type.text) NOT NULL,
                package_key \(type.integer) NOT NULL REFERENCES packages (key),
                name \(type.text) NOT NULL,
                kind \(type.integer) NOT NULL CHECK (kind BETWEEN 1 AND 3),
                length_unit \(type.integer) NOT NULL,
                length \(type.integer) NOT NULL CHECK (length > 0),
                currency_code \(type.text) NOT NULL,
                minor_units \(type.integer) NOT NULL CHECK (minor_units >= 0),
                enabled \(type.integer) NOT NULL CHECK (enabled IN (0, 1)),
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                version \(type.integer) NOT NULL,
                delete_time \(type.integer)
            ) \(type.strict)
            """,
            """
            CREATE UNIQUE INDEX payment_periods_by_id ON payment_periods (payment_period_id)
                WHERE delete_time IS NULL
            """,
            "CREATE INDEX payment_periods_by_package ON payment_periods (package_key) WHERE delete_time IS NULL",
        ]
    }

    private static let columns = """
        key, payment_period_id, package_key, name, kind, length_unit, length, currency_code, minor_units, enabled,
        create_time, update_time, version
        """

    /// - Returns: false where the id is taken.
    static func insert(_ period: PaymentPeriod, in tx: Transaction) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO payment_periods (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            period.key, period.id, period.packageKey, period.name, period.kind.rawValue, period.length.unit.rawValue,
            period.length.length, period.price.currencyCode, period.price.minorUnits, period.isEnabled,
            period.createTime, period.updateTime, period.version) == 1
    }

    static func update(_ period: PaymentPeriod, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE payment_periods SET name = ?, kind = ?, length_unit = ?, length = ?, currency_code = ?,
                minor_units = ?, enabled = ?, update_time = ?, version = ?
            WHERE key = ?
            """,
            period.name, period.kind.rawValue, period.length.unit.rawValue, period.length.length,
            period.price.currencyCode, period.price.minorUnits, period.isEnabled, period.updateTime, period.version,
            period.key)
    }

    /// Leaves the row for the records that name it; its id is free from now on.
    static func delete(_ key: Int64, in tx: Transaction) throws {
        try tx.execute("UPDATE payment_periods SET delete_time = ? WHERE key = ?", tx.now, key)
    }

    /// Deletes all of a package, which is deleted itself.
    static func deleteAll(ofPackage key: Int64, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE payment_periods SET delete_time = ? WHERE package_key = ? AND delete_time IS NULL", tx.now, key)
    }

    /// In the order of their creation, after the one with the key `after`.
    ///
    /// - Parameter packageKey: only those of this package; nil for all.
    static func list(
        ofPackage packageKey: Int64?, after: Int64, limit: Int, in tx: Transaction
    ) throws -> [PaymentPeriod] {
        let rest = "key > ? AND delete_time IS NULL ORDER BY key LIMIT ?"
        guard let packageKey else {
            return try tx.rows("SELECT \(columns) FROM payment_periods WHERE \(rest)", after, limit, read: period)
        }
        return try tx.rows(
            "SELECT \(columns) FROM payment_periods WHERE package_key = ? AND \(rest)", packageKey, after, limit,
            read: period)
    }

    static func find(_ id: String, in tx: Transaction) throws -> PaymentPeriod? {
        try tx.row(
            "SELECT \(columns) FROM payment_periods WHERE payment_period_id = ? AND delete_time IS NULL", id,
            read: period)
    }

    /// The payment period, deleted or not: what was ordered for it refers to it.
    static func find(key: Int64, in tx: Transaction) throws -> PaymentPeriod? {
        try tx.row("SELECT \(columns) FROM payment_periods WHERE key = ?", key, read: period)
    }

    static func key(of id: String, in tx: Transaction) throws -> Int64? {
        try tx.row("SELECT key FROM payment_periods WHERE payment_period_id = ? AND delete_time IS NULL", id) {
            try $0.int64(0)
        }
    }

    /// The id that the payment period has, or had before it was deleted.
    static func id(of key: Int64, in tx: Transaction) throws -> String? {
        try tx.row("SELECT payment_period_id FROM payment_periods WHERE key = ?", key) { try $0.text(0) }
    }

    private static func period(_ row: SQLRow) throws -> PaymentPeriod {
        PaymentPeriod(
            key: try row.int64(0), id: try row.text(1), packageKey: try row.int64(2), name: try row.text(3),
            kind: try row.state(4), length: CalendarPeriod(unit: try row.state(5), length: try row.int(6)),
            price: Money(currencyCode: try row.text(7), minorUnits: try row.int64(8)), isEnabled: try row.bool(9),
            createTime: try row.instant(10), updateTime: try row.instant(11), version: try row.int64(12))
    }
}

extension PaymentPeriod {
    /// What the journal compares.
    var journal: JournalState {
        [
            "name": name, "type": kind.rawValue, "length": length.text, "price": price.text, "enabled": isEnabled,
        ]
    }
}
