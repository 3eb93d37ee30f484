import UsherContract
import UsherStorage

/// The table `voucher_orders`. Which vouchers an order has stands with the vouchers.
enum VoucherOrderStore {
    static let migration = Migration(25, "voucher orders") { type in
        [
            """
            CREATE TABLE voucher_orders (
                id \(type.key),
                purchaser_key \(type.integer) NOT NULL REFERENCES viewers (key),
                package_key \(type.integer) NOT NULL REFERENCES packages (key),
                payment_period_key \(type.integer) NOT NULL REFERENCES payment_periods (key),
                quantity \(type.integer) NOT NULL CHECK (quantity > 0),
                days_of_access \(type.integer) NOT NULL CHECK (days_of_access BETWEEN 1 AND 9999),
                payment_method \(type.integer) NOT NULL,
                payment_reference \(type.text) NOT NULL,
                currency_code \(type.text) NOT NULL,
                minor_units \(type.integer) NOT NULL CHECK (minor_units >= 0),
                create_time \(type.integer) NOT NULL,
                cancel_time \(type.integer),
                cancel_reason \(type.text) NOT NULL,
                CHECK (payment_method = 1 OR minor_units = 0)
            ) \(type.strict)
            """
        ]
    }

    private static let columns = """
        id, purchaser_key, package_key, payment_period_key, quantity, days_of_access, payment_method,
        payment_reference, currency_code, minor_units, create_time, cancel_time, cancel_reason
        """

    static func insert(_ order: VoucherOrder, in tx: Transaction) throws {
        try tx.execute(
            "INSERT INTO voucher_orders (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            order.id.number, order.purchaserKey, order.packageKey, order.paymentPeriodKey, order.quantity,
            order.daysOfAccess, order.paymentMethod.rawValue, order.paymentReference, order.amount.currencyCode,
            order.amount.minorUnits, order.createTime, order.cancelTime, order.cancelReason)
    }

    static func cancel(_ id: ResourceID, reason: String, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE voucher_orders SET cancel_time = ?, cancel_reason = ? WHERE id = ?", tx.now, reason, id.number)
    }

    static func find(_ id: Int64, in tx: Transaction) throws -> VoucherOrder? {
        try tx.row("SELECT \(columns) FROM voucher_orders WHERE id = ?", id) { row in
            VoucherOrder(
                id: try row.id(0, prefix: VoucherOrder.prefix), purchaserKey: try row.int64(1),
                packageKey: try row.int64(2), paymentPeriodKey: try row.int64(3), quantity: try row.int(4),
                daysOfAccess: try row.int(5), paymentMethod: try row.state(6), paymentReference: try row.text(7),
                amount: Money(currencyCode: try row.text(8), minorUnits: try row.int64(9)),
                createTime: try row.instant(10), cancelTime: try row.instantOrNil(11),
                cancelReason: try row.text(12))
        }
    }
}
