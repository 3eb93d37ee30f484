import UsherContract
import UsherStorage

/// The table `access_control_records`.
enum AccessControlStore {
    static let migration = Migration(20, "access control records") { type in
        [
            """
            CREATE TABLE access_control_records (
                id \(type.key),
                action \(type.integer) NOT NULL CHECK (action BETWEEN 1 AND 4),
                bearer_key \(type.integer) NOT NULL,
                is_pass \(type.integer) NOT NULL CHECK (is_pass IN (0, 1)),
                order_key \(type.integer) REFERENCES orders (id),
                barcode \(type.text) NOT NULL,
                previous_barcode \(type.text) NOT NULL,
                number \(type.integer),
                performance_keys \(type.text) NOT NULL,
                zone \(type.text) NOT NULL,
                seat \(type.text) NOT NULL,
                holder_name \(type.text) NOT NULL,
                create_time \(type.integer) NOT NULL,
                acknowledge_time \(type.integer)
            ) \(type.strict)
            """,
            "CREATE INDEX access_control_records_open ON access_control_records (id) WHERE acknowledge_time IS NULL",
        ]
    }

    private static let columns = """
        id, action, bearer_key, is_pass, order_key, barcode, previous_barcode, number, performance_keys, zone, seat,
        holder_name, create_time, acknowledge_time
        """

    static func insert(_ record: AccessControlRecord, in tx: Transaction) throws {
        try tx.execute(
            """
            INSERT INTO access_control_records (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            record.id.number, record.action.rawValue, record.bearerKey, record.isPass, record.orderKey,
            record.barcode, record.previousBarcode, record.number,
            record.performanceKeys.map(String.init).joined(separator: " "), record.zone, record.seat,
            record.holderName, record.createTime, record.acknowledgeTime)
    }

    static func find(_ id: Int64, in tx: Transaction) throws -> AccessControlRecord? {
        try tx.row("SELECT \(columns) FROM access_control_records WHERE id = ?", id, read: record)
    }

    static func acknowledge(_ id: Int64, in tx: Transaction) throws {
        try tx.execute("UPDATE access_control_records SET acknowledge_time = ? WHERE id = ?", tx.now, id)
    }

    /// In the order in which they were written, after the one with the number `after`.
    static func list(
        includingAcknowledged: Bool, after: Int64, limit: Int, in tx: Transaction
    ) throws -> [AccessControlRecord] {
        let open = includingAcknowledged ? "" : "AND acknowledge_time IS NULL"
        return try tx.rows(
            "SELECT \(columns) FROM access_control_records WHERE id > ? \(open) ORDER BY id LIMIT ?", after, limit,
            read: record)
    }

    private static func record(_ row: SQLRow) throws -> AccessControlRecord {
        AccessControlRecord(
            id: try row.id(0, prefix: AccessControlRecord.prefix), action: try row.state(1),
            bearerKey: try row.int64(2), isPass: try row.bool(3), orderKey: try row.int64OrNil(4),
            barcode: try row.text(5), previousBarcode: try row.text(6), number: try row.int64OrNil(7),
            performanceKeys: try row.text(8).split(separator: " ").compactMap { Int64($0) }, zone: try row.text(9),
            seat: try row.text(10), holderName: try row.text(11), createTime: try row.instant(12),
            acknowledgeTime: try row.instantOrNil(13))
    }
}
