import UsherContract
import UsherStorage

/// The table `subscription_exports`.
enum SubscriptionExportStore {
    static let migration = Migration(26, "subscription exports") { type in
        [
            """
            CREATE TABLE subscription_exports (
                id \(type.key),
                subscription_id \(type.integer) NOT NULL REFERENCES subscriptions (id),
                voucher_id \(type.integer) NOT NULL REFERENCES vouchers (id),
                viewer_key \(type.integer) NOT NULL REFERENCES viewers (key),
                package_key \(type.integer) NOT NULL REFERENCES packages (key),
                start_time \(type.integer) NOT NULL,
                end_time \(type.integer) NOT NULL,
                provision_service \(type.text) NOT NULL,
                name \(type.text),
                street \(type.text),
                postcode \(type.text),
                city \(type.text),
                country \(type.text),
                create_time \(type.integer) NOT NULL,
                acknowledge_time \(type.integer),
                CHECK ((name IS NULL) = (street IS NULL) AND (name IS NULL) = (postcode IS NULL)
                    AND (name IS NULL) = (city IS NULL) AND (name IS NULL) = (country IS NULL))
            ) \(type.strict)
            """,
            """
            CREATE INDEX subscription_exports_waiting ON subscription_exports (id) WHERE acknowledge_time IS NULL
            """,
            """
            CREATE INDEX subscription_exports_with_address ON subscription_exports (viewer_key) WHERE name IS NOT NULL
            """,
        ]
    }

    private static let columns = """
        id, subscription_id, voucher_id, viewer_key, package_key, start_time, end_time, provision_service, name,
        street, postcode, city, country, create_time, acknowledge_time
        """

    static func insert(_ export: SubscriptionExport, in tx: Transaction) throws {
        let address = export.deliveryAddress
        try tx.execute(
            "INSERT INTO subscription_exports (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            export.id.number, export.subscriptionID.number, export.voucherID.number, export.viewerKey,
            export.packageKey, export.startTime, export.endTime, export.provisionService, address?.name,
            address?.street, address?.postcode, address?.city, address?.country, export.createTime,
            export.acknowledgeTime)
    }

    static func acknowledge(_ id: ResourceID, in tx: Transaction) throws {
        try tx.execute("UPDATE subscription_exports SET acknowledge_time = ? WHERE id = ?", tx.now, id.number)
    }

    /// Forgets where a viewer's were to be delivered to, those that wait included.
    static func forgetAddresses(of viewerKey: Int64, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE subscription_exports SET name = NULL, street = NULL, postcode = NULL, city = NULL, country = NULL
            WHERE viewer_key = ? AND name IS NOT NULL
            """, viewerKey)
    }

    static func find(_ id: Int64, in tx: Transaction) throws -> SubscriptionExport? {
        try tx.row("SELECT \(columns) FROM subscription_exports WHERE id = ?", id, read: export)
    }

    /// Up to `limit` exports with ids above `after`, in the order of their ids.
    ///
    /// - Parameter isWaiting: only those that were not acknowledged.
    static func list(
        isWaiting: Bool, after: Int64, limit: Int, in tx: Transaction
    ) throws -> [SubscriptionExport] {
        let condition = isWaiting ? "acknowledge_time IS NULL AND id > ?" : "id > ?"
        return try tx.rows(
            "SELECT \(columns) FROM subscription_exports WHERE \(condition) ORDER BY id LIMIT ?", after, limit,
            read: export)
    }

    private static func export(_ row: SQLRow) throws -> SubscriptionExport {
        var address: DeliveryAddress?
        if !row.isNull(8) {
            address = DeliveryAddress(
                name: try row.text(8), street: try row.text(9), postcode: try row.text(10), city: try row.text(11),
                country: try row.text(12))
        }
        return SubscriptionExport(
            id: try row.id(0, prefix: SubscriptionExport.prefix),
            subscriptionID: try row.id(1, prefix: Subscription.prefix),
            voucherID: try row.id(2, prefix: Voucher.prefix), viewerKey: try row.int64(3),
            packageKey: try row.int64(4), startTime: try row.instant(5), endTime: try row.instant(6),
            provisionService: try row.text(7), deliveryAddress: address, createTime: try row.instant(13),
            acknowledgeTime: try row.instantOrNil(14))
    }
}
