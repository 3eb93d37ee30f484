import UsherContract
import UsherStorage

/// The table `passes`. What is on a pass lies with the admissions.
enum PassStore {
    static let migration = Migration(22, "passes") { type in
        [
            """
            CREATE TABLE passes (
                id \(type.key),
                order_key \(type.integer) NOT NULL REFERENCES orders (id),
                product_key \(type.integer) REFERENCES pass_products (key),
                holder_name \(type.text) NOT NULL,
                card_number \(type.integer) NOT NULL CHECK (card_number >= 0),
                print_time \(type.integer),
                cancel_time \(type.integer),
                cancel_reason \(type.text) NOT NULL,
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                CHECK ((print_time IS NULL) = (card_number = 0))
            ) \(type.strict)
            """,
            "CREATE INDEX passes_by_order ON passes (order_key)",
            "CREATE INDEX passes_by_product ON passes (product_key) WHERE product_key IS NOT NULL",
        ]
    }

    private static let columns = """
        id, order_key, product_key, holder_name, card_number, print_time, cancel_time, cancel_reason, create_time,
        update_time
        """

    static func insert(_ pass: Pass, in tx: Transaction) throws {
        try tx.execute(
            "INSERT INTO passes (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", pass.id.number, pass.orderKey,
            pass.productKey, pass.holderName, pass.cardNumber, pass.printTime, pass.cancelTime, pass.cancelReason,
            pass.createTime, pass.updateTime)
    }

    static func update(_ pass: Pass, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE passes SET card_number = ?, print_time = ?, cancel_time = ?, cancel_reason = ?, update_time = ?
            WHERE id = ?
            """, pass.cardNumber, pass.printTime, pass.cancelTime, pass.cancelReason, pass.updateTime,
            pass.id.number)
    }

    static func find(_ id: Int64, in tx: Transaction) throws -> Pass? {
        try tx.row("SELECT \(columns) FROM passes WHERE id = ?", id, read: pass)
    }

    /// By its id as text. Nil for anything that is none.
    static func find(_ id: String, in tx: Transaction) throws -> Pass? {
        guard let id = ResourceID(id, prefix: Pass.prefix) else { return nil }
        return try find(id.number, in: tx)
    }

    /// What a list is narrowed to by an index.
    enum Selection {
        case all
        case order(Int64)
        case product(Int64)
    }

    /// In the order of their creation, after the one with the number `after`.
    static func list(_ selection: Selection, after: Int64, limit: Int, in tx: Transaction) throws -> [Pass] {
        switch selection {
        case .all:
            try tx.rows("SELECT \(columns) FROM passes WHERE id > ? ORDER BY id LIMIT ?", after, limit, read: pass)
        case .order(let key):
            try tx.rows(
                "SELECT \(columns) FROM passes WHERE order_key = ? AND id > ? ORDER BY id LIMIT ?", key, after, limit,
                read: pass)
        case .product(let key):
            try tx.rows(
                "SELECT \(columns) FROM passes WHERE product_key = ? AND id > ? ORDER BY id LIMIT ?", key, after,
                limit, read: pass)
        }
    }

    /// Those that were bought with an order, cancelled ones included.
    static func countOfOrder(_ orderKey: Int64, in tx: Transaction) throws -> Int {
        try tx.row("SELECT count(*) FROM passes WHERE order_key = ?", orderKey) { try $0.int(0) } ?? 0
    }

    private static func pass(_ row: SQLRow) throws -> Pass {
        Pass(
            id: try row.id(0, prefix: Pass.prefix), orderKey: try row.int64(1), productKey: try row.int64OrNil(2),
            holderName: try row.text(3), cardNumber: try row.int(4), printTime: try row.instantOrNil(5),
            cancelTime: try row.instantOrNil(6), cancelReason: try row.text(7), createTime: try row.instant(8),
            updateTime: try row.instant(9))
    }
}

extension Pass {
    /// What the journal compares.
    var journal: JournalState {
        ["card_number": cardNumber, "cancel_time": cancelTime, "cancel_reason": cancelReason]
    }
}
