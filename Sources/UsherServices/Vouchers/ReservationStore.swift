import UsherContract
import UsherStorage

/// The table `voucher_reservations`. A row that has ended is removed when its place is needed, and never counted:
/// whoever counts compares with the time.
enum ReservationStore {
    static let migration = Migration(13, "voucher reservations") { type in
        [
            """
            CREATE TABLE voucher_reservations (
                id \(type.key),
                voucher_id \(type.integer) NOT NULL REFERENCES vouchers (id),
                viewer_key \(type.integer) REFERENCES viewers (key),
                create_time \(type.integer) NOT NULL,
                expire_time \(type.integer) NOT NULL CHECK (expire_time > create_time)
            ) \(type.strict)
            """,
            "CREATE INDEX voucher_reservations_by_end ON voucher_reservations (voucher_id, expire_time)",
            """
            CREATE INDEX voucher_reservations_by_viewer ON voucher_reservations (voucher_id, viewer_key, expire_time)
                WHERE viewer_key IS NOT NULL
            """,
        ]
    }

    /// Rows that have ended and are removed at a time: more than the one that a use needs, so that they never pile up.
    private static let purgeLimit = 100

    private static let columns = "id, voucher_id, viewer_key, create_time, expire_time"

    static func insert(_ reservation: Reservation, in tx: Transaction) throws {
        try tx.execute(
            "INSERT INTO voucher_reservations (\(columns)) VALUES (?, ?, ?, ?, ?)", reservation.id.number,
            reservation.voucherID.number, reservation.viewerKey, reservation.createTime, reservation.expireTime)
    }

    /// One that has not ended.
    static func find(_ id: Int64, at now: Instant, in tx: Transaction) throws -> Reservation? {
        try tx.row(
            "SELECT \(columns) FROM voucher_reservations WHERE id = ? AND expire_time > ?", id, now,
            read: reservation)
    }

    /// Of the viewer's that have not ended, the one that ends first.
    static func first(
        of voucherID: ResourceID, by viewerKey: Int64, at now: Instant, in tx: Transaction
    ) throws -> Reservation? {
        try tx.row(
            """
            SELECT \(columns) FROM voucher_reservations WHERE voucher_id = ? AND viewer_key = ? AND expire_time > ?
            ORDER BY expire_time, id LIMIT 1
            """, voucherID.number, viewerKey, now, read: reservation)
    }

    /// How many of the viewer's have not ended.
    static func count(
        of voucherID: ResourceID, by viewerKey: Int64, at now: Instant, in tx: Transaction
    ) throws -> Int {
        try tx.row(
            """
            SELECT count(*) FROM voucher_reservations WHERE voucher_id = ? AND viewer_key = ? AND expire_time > ?
            """, voucherID.number, viewerKey, now
        ) { try $0.int(0) } ?? 0
    }

    /// How many have ended and are still there.
    static func countEnded(of voucherID: ResourceID, at now: Instant, in tx: Transaction) throws -> Int {
        try tx.row(
            "SELECT count(*) FROM voucher_reservations WHERE voucher_id = ? AND expire_time <= ?",
            voucherID.number, now
        ) { try $0.int(0) } ?? 0
    }

    static func delete(_ id: ResourceID, in tx: Transaction) throws {
        try tx.execute("DELETE FROM voucher_reservations WHERE id = ?", id.number)
    }

    /// Removes some that have ended, and at least one if there is any.
    ///
    /// - Returns: how many.
    static func purge(of voucherID: ResourceID, in tx: Transaction) throws -> Int {
        try tx.execute(
            """
            DELETE FROM voucher_reservations WHERE id IN (
                SELECT id FROM voucher_reservations WHERE voucher_id = ? AND expire_time <= ?
                ORDER BY expire_time LIMIT \(purgeLimit))
            """, voucherID.number, tx.now)
    }

    private static func reservation(_ row: SQLRow) throws -> Reservation {
        Reservation(
            id: try row.id(0, prefix: Reservation.prefix), voucherID: try row.id(1, prefix: Voucher.prefix),
            viewerKey: try row.int64OrNil(2), createTime: try row.instant(3), expireTime: try row.instant(4))
    }
}
