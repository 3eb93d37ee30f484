import UsherContract
import UsherStorage

/// The table `orders`.
enum OrderStore {
    static let migration = Migration(16, "orders") { type in
        [
            """
            CREATE TABLE orders (
                id \(type.key),
                order_number \(type.text) NOT NULL,
                customer_name \(type.text) NOT NULL,
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                version \(type.integer) NOT NULL
            ) \(type.strict)
            """,
            "CREATE UNIQUE INDEX orders_by_number ON orders (order_number) WHERE order_number <> ''",
        ]
    }

    private static let columns = "id, order_number, customer_name, create_time, update_time, version"

    /// - Returns: false where the number is taken.
    static func insert(_ order: Order, in tx: Transaction) throws -> Bool {
        try tx.execute(
            "INSERT INTO orders (\(columns)) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", order.id.number,
            order.number, order.customerName, order.createTime, order.updateTime, order.version) == 1
    }

    /// Whether another order has the number of this one.
    static func isNumberTaken(_ order: Order, in tx: Transaction) throws -> Bool {
        try find(number: order.number, in: tx).map { $0.id != order.id } ?? false
    }

    static func update(_ order: Order, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE orders SET order_number = ?, customer_name = ?, update_time = ?, version = ? WHERE id = ?",
            order.number, order.customerName, order.updateTime, order.version, order.id.number)
    }

    static func find(_ id: Int64, in tx: Transaction) throws -> Order? {
        try tx.row("SELECT \(columns) FROM orders WHERE id = ?", id, read: order)
    }

    /// By its id as text. Nil for anything that is none.
    static func find(_ id: String, in tx: Transaction) throws -> Order? {
        guard let id = ResourceID(id, prefix: Order.prefix) else { return nil }
        return try find(id.number, in: tx)
    }

    static func find(number: String, in tx: Transaction) throws -> Order? {
        guard !number.isEmpty else { return nil }
        return try tx.row(
            "SELECT \(columns) FROM orders WHERE order_number = ? AND order_number <> ''", number, read: order)
    }

    private static func order(_ row: SQLRow) throws -> Order {
        Order(
            id: try row.id(0, prefix: Order.prefix), number: try row.text(1), customerName: try row.text(2),
            createTime: try row.instant(3), updateTime: try row.instant(4), version: try row.int64(5))
    }
}

extension Order {
    /// What the journal compares. Without the customer's name, which is a person's.
    var journal: JournalState { ["order_number": number, "version": version] }
}
