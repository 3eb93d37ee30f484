import UsherContract
import UsherStorage

/// The table `payments`.
enum PaymentStore {
    static let migration = Migration(12, "payments") { type in
        [
            """
            CREATE TABLE payments (
                id \(type.key),
                viewer_key \(type.integer) NOT NULL REFERENCES viewers (key),
                price_option_key \(type.integer) REFERENCES price_options (key),
                currency_code \(type.text) NOT NULL,
                minor_units \(type.integer) NOT NULL CHECK (minor_units >= 0),
                reference \(type.text) NOT NULL,
                voucher_key \(type.integer) REFERENCES vouchers (id),
                discount_percent \(type.integer) NOT NULL CHECK (discount_percent BETWEEN 0 AND 100),
                access_key \(type.integer) REFERENCES accesses (id),
                subscription_key \(type.integer) REFERENCES subscriptions (id),
                create_time \(type.integer) NOT NULL,
                reverse_time \(type.integer),
                reversal \(type.integer),
                reversal_reason \(type.text) NOT NULL,
                CHECK ((reverse_time IS NULL) = (reversal IS NULL)),
                CHECK (reference <> '' OR minor_units = 0)
            ) \(type.strict)
            """,
            "CREATE UNIQUE INDEX payments_by_reference ON payments (reference) WHERE reference <> ''",
            "CREATE INDEX payments_by_viewer ON payments (viewer_key)",
            "CREATE INDEX payments_by_voucher ON payments (voucher_key) WHERE voucher_key IS NOT NULL",
        ]
    }

    private static let columns = """
        id, viewer_key, price_option_key, currency_code, minor_units, reference, voucher_key, discount_percent,
        access_key, subscription_key, create_time, reverse_time, reversal, reversal_reason
        """

    /// - Returns: false where the reference is taken.
    static func insert(_ payment: Payment, in tx: Transaction) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO payments (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            payment.id.number, payment.viewerKey, payment.priceOptionKey, payment.amount.currencyCode,
            payment.amount.minorUnits, payment.reference, payment.voucherKey, payment.discountPercent,
            payment.accessKey, payment.subscriptionKey, payment.createTime, payment.reverseTime,
            payment.reversal?.rawValue, payment.reversalReason) == 1
    }

    static func reverse(_ payment: Payment, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE payments SET reverse_time = ?, reversal = ?, reversal_reason = ? WHERE id = ?",
            payment.reverseTime, payment.reversal?.rawValue, payment.reversalReason, payment.id.number)
    }

    static func find(_ id: Int64, in tx: Transaction) throws -> Payment? {
        try tx.row("SELECT \(columns) FROM payments WHERE id = ?", id, read: payment)
    }

    static func isTaken(reference: String, in tx: Transaction) throws -> Bool {
        guard !reference.isEmpty else { return false }
        return try tx.row("SELECT 1 FROM payments WHERE reference = ? AND reference <> ''", reference) { _ in true }
            ?? false
    }

    /// What a list is narrowed to by an index; the rest of its filters is judged on the rows.
    enum Selection {
        case all
        case viewer(Int64)
        case voucher(Int64)
    }

    /// Up to `limit` payments with ids above `after`, in the order of their ids.
    static func list(_ selection: Selection, after: Int64, limit: Int, in tx: Transaction) throws -> [Payment] {
        let select = "SELECT \(columns) FROM payments WHERE"
        return switch selection {
        case .all: try tx.rows("\(select) id > ? ORDER BY id LIMIT ?", after, limit, read: payment)
        case .viewer(let key):
            try tx.rows("\(select) viewer_key = ? AND id > ? ORDER BY id LIMIT ?", key, after, limit, read: payment)
        case .voucher(let key):
            try tx.rows("\(select) voucher_key = ? AND id > ? ORDER BY id LIMIT ?", key, after, limit, read: payment)
        }
    }

    private static func payment(_ row: SQLRow) throws -> Payment {
        Payment(
            id: try row.id(0, prefix: Payment.prefix), viewerKey: try row.int64(1),
            priceOptionKey: try row.int64OrNil(2),
            amount: Money(currencyCode: try row.text(3), minorUnits: try row.int64(4)), reference: try row.text(5),
            voucherKey: try row.int64OrNil(6), discountPercent: try row.int(7), accessKey: try row.int64OrNil(8),
            subscriptionKey: try row.int64OrNil(9), createTime: try row.instant(10),
            reverseTime: try row.instantOrNil(11), reversal: row.isNull(12) ? nil : try row.state(12),
            reversalReason: try row.text(13))
    }
}

extension Payment {
    /// What the journal compares.
    var journal: JournalState {
        [
            "viewer_key": viewerKey, "price_option_key": priceOptionKey, "amount": amount.text,
            "reference": reference, "voucher_key": voucherKey, "discount_percent": discountPercent,
            "access_key": accessKey, "subscription_key": subscriptionKey, "reverse_time": reverseTime,
            "reversal": reversal?.rawValue, "reversal_reason": reversalReason,
        ]
    }
}
