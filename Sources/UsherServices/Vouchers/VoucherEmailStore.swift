import UsherContract
import UsherStorage

/// The table `voucher_emails`: who may use a voucher that is not for everybody. How many there are stands with the
/// voucher, so that those for everybody cost nothing.
enum VoucherEmailStore {
    static let migration = Migration(14, "voucher e-mails") { type in
        [
            """
            CREATE TABLE voucher_emails (
                voucher_id \(type.integer) NOT NULL REFERENCES vouchers (id),
                email \(type.text) NOT NULL,
                PRIMARY KEY (voucher_id, email)
            ) \(type.withoutRowID)
            """,
            // For who is to be forgotten.
            "CREATE INDEX voucher_emails_by_email ON voucher_emails (email)",
        ]
    }

    /// - Returns: false where it is on the list already.
    static func insert(_ email: EmailAddress, of voucherID: ResourceID, in tx: Transaction) throws -> Bool {
        try tx.execute(
            "INSERT INTO voucher_emails (voucher_id, email) VALUES (?, ?) ON CONFLICT DO NOTHING",
            voucherID.number, email.folded) == 1
    }

    /// - Returns: false where it was not on the list.
    static func delete(_ email: EmailAddress, of voucherID: ResourceID, in tx: Transaction) throws -> Bool {
        try tx.execute(
            "DELETE FROM voucher_emails WHERE voucher_id = ? AND email = ?", voucherID.number, email.folded) == 1
    }

    /// Takes the address of a viewer who is deleted off all lists. What stands there instead is nobody's address: a
    /// list that became empty would open its voucher to everybody.
    static func forget(_ email: EmailAddress, of viewer: ResourceID, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE voucher_emails SET email = ? WHERE email = ?", viewer.description, email.folded)
    }

    /// Deletes what ``forget(_:of:in:)`` has left.
    ///
    /// - Returns: false where it was not on the list.
    static func delete(_ viewer: ResourceID, of voucherID: ResourceID, in tx: Transaction) throws -> Bool {
        try tx.execute(
            "DELETE FROM voucher_emails WHERE voucher_id = ? AND email = ?", voucherID.number, viewer.description) == 1
    }

    static func deleteAll(of voucherID: ResourceID, in tx: Transaction) throws {
        try tx.execute("DELETE FROM voucher_emails WHERE voucher_id = ?", voucherID.number)
    }

    static func contains(_ email: EmailAddress, of voucherID: ResourceID, in tx: Transaction) throws -> Bool {
        try tx.row(
            "SELECT 1 FROM voucher_emails WHERE voucher_id = ? AND email = ?", voucherID.number, email.folded
        ) { _ in true } ?? false
    }

    /// Up to `limit` addresses that come after `after`.
    static func list(
        of voucherID: ResourceID, after: String, limit: Int, in tx: Transaction
    ) throws -> [String] {
        try tx.rows(
            "SELECT email FROM voucher_emails WHERE voucher_id = ? AND email > ? ORDER BY email LIMIT ?",
            voucherID.number, after, limit
        ) { try $0.text(0) }
    }
}
