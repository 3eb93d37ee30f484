import UsherContract
import UsherStorage

extension HeldTicketStore {
    // MARK: Carts

    /// The table keeps a ticket from being in two carts.
    static func addToCart(_ ticketKey: Int64, _ cartKey: Int64, in tx: Transaction) throws {
        try tx.execute(
            "INSERT INTO cart_items (ticket_key, cart_key, holder_name) VALUES (?, ?, '')", ticketKey, cartKey)
    }

    /// - Returns: whether it was in there.
    static func removeFromCart(_ ticketKey: Int64, _ cartKey: Int64, in tx: Transaction) throws -> Bool {
        try tx.execute("DELETE FROM cart_items WHERE ticket_key = ? AND cart_key = ?", ticketKey, cartKey) == 1
    }

    static func allocate(_ item: CartItem, _ cartKey: Int64, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE cart_items SET guest_key = ?, holder_name = ? WHERE ticket_key = ? AND cart_key = ?",
            item.guestKey, item.holderName, item.ticketKey, cartKey)
    }

    static func item(_ ticketKey: Int64, _ cartKey: Int64, in tx: Transaction) throws -> CartItem? {
        try tx.row(
            "SELECT ticket_key, guest_key, holder_name FROM cart_items WHERE ticket_key = ? AND cart_key = ?",
            ticketKey, cartKey, read: item)
    }

    /// What is in a cart, oldest ticket first.
    static func items(_ cartKey: Int64, in tx: Transaction) throws -> [CartItem] {
        try tx.rows(
            """
            SELECT ticket_key, guest_key, holder_name FROM cart_items WHERE cart_key = ? ORDER BY ticket_key LIMIT ?
            """, cartKey, HeldTicket.cartLimit, read: item)
    }

    /// What is allocated to one guest, oldest ticket first.
    static func items(_ cartKey: Int64, for guestKey: Int64, in tx: Transaction) throws -> [CartItem] {
        try tx.rows(
            """
            SELECT ticket_key, guest_key, holder_name FROM cart_items WHERE cart_key = ? AND guest_key = ?
            ORDER BY ticket_key LIMIT ?
            """, cartKey, guestKey, HeldTicket.cartLimit, read: item)
    }

    static func itemCount(_ cartKey: Int64, in tx: Transaction) throws -> Int {
        try tx.row("SELECT count(*) FROM cart_items WHERE cart_key = ?", cartKey) { try $0.int(0) } ?? 0
    }

    private static func item(_ row: SQLRow) throws -> CartItem {
        CartItem(ticketKey: try row.int64(0), guestKey: try row.int64OrNil(1), holderName: try row.text(2))
    }

    // MARK: Transfers

    private static let transferColumns = """
        transfer_key, ticket_key, from_key, to_key, level, state, create_time, end_time
        """

    static func insert(_ transfer: Transfer, in tx: Transaction) throws {
        try tx.execute(
            "INSERT INTO transfers (\(transferColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", transfer.id,
            transfer.ticketKey, transfer.fromKey, transfer.toKey, transfer.level, transfer.state.rawValue,
            transfer.createTime, transfer.endTime)
    }

    static func transfer(_ key: Int64, in tx: Transaction) throws -> Transfer? {
        try tx.row("SELECT \(transferColumns) FROM transfers WHERE transfer_key = ?", key) { row in
            Transfer(
                id: try row.id(0, prefix: Transfer.prefix), ticketKey: try row.int64(1), fromKey: try row.int64(2),
                toKey: try row.int64(3), level: try row.int(4), state: try row.state(5),
                createTime: try row.instant(6), endTime: try row.instantOrNil(7))
        }
    }

    /// Ends a pending transfer.
    static func end(_ transferKey: Int64, as state: Transfer.State, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE transfers SET state = ?, end_time = ? WHERE transfer_key = ? AND state = 1", state.rawValue,
            tx.now, transferKey)
    }
}
