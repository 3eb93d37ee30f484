import UsherContract
import UsherStorage

/// The tables `contacts` and `take_back_allowances`, whose row 0 is the organisation's own.
enum ContactStore {
    static let migration = Migration(23, "contacts") { type in
        [
            """
            CREATE TABLE contacts (
                contact_key \(type.key),
                name \(type.text) NOT NULL,
                email \(type.text) NOT NULL,
                email_folded \(type.text) NOT NULL UNIQUE,
                kind \(type.integer) NOT NULL CHECK (kind IN (1, 2)),
                structure \(type.text) NOT NULL,
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                version \(type.integer) NOT NULL
            ) \(type.strict)
            """,
            "CREATE INDEX contacts_by_structure ON contacts (structure, contact_key) WHERE structure <> ''",
            """
            CREATE TABLE take_back_allowances (
                contact_key \(type.key),
                start_time \(type.integer) NOT NULL,
                taken \(type.integer) NOT NULL CHECK (taken >= 0)
            ) \(type.strict)
            """,
        ]
    }

    private static let columns = "contact_key, name, email, kind, structure, create_time, update_time, version"

    /// - Returns: false where the address is taken.
    static func insert(_ contact: Contact, in tx: Transaction) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO contacts (\(columns), email_folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (email_folded) DO NOTHING
            """,
            contact.id, contact.name, contact.email, contact.kind.rawValue, contact.structure, contact.createTime,
            contact.updateTime, contact.version, Contact.folded(contact.email)) == 1
    }

    static func update(_ contact: Contact, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE contacts SET name = ?, email = ?, email_folded = ?, kind = ?, structure = ?, update_time = ?,
                version = ?
            WHERE contact_key = ?
            """,
            contact.name, contact.email, Contact.folded(contact.email), contact.kind.rawValue, contact.structure,
            contact.updateTime, contact.version, contact.id)
    }

    static func find(_ key: Int64, in tx: Transaction) throws -> Contact? {
        try tx.row("SELECT \(columns) FROM contacts WHERE contact_key = ?", key, read: contact)
    }

    /// By an address in any case.
    static func find(email: String, in tx: Transaction) throws -> Contact? {
        guard email.utf8.count <= Contact.emailLengths.upperBound * 4 else { return nil }
        return try tx.row(
            "SELECT \(columns) FROM contacts WHERE email_folded = ?", Contact.folded(email), read: contact)
    }

    /// In the order of their creation, after the one with the key `after`; of one structure, or of all.
    static func list(structure: String, after: Int64, limit: Int, in tx: Transaction) throws -> [Contact] {
        structure.isEmpty
            ? try tx.rows(
                "SELECT \(columns) FROM contacts WHERE contact_key > ? ORDER BY contact_key LIMIT ?", after, limit,
                read: contact)
            : try tx.rows(
                """
                SELECT \(columns) FROM contacts WHERE structure = ? AND structure <> '' AND contact_key > ?
                ORDER BY contact_key LIMIT ?
                """, structure, after, limit, read: contact)
    }

    private static func contact(_ row: SQLRow) throws -> Contact {
        Contact(
            id: try row.id(0, prefix: Contact.prefix), name: try row.text(1), email: try row.text(2),
            kind: try row.state(3), structure: try row.text(4), createTime: try row.instant(5),
            updateTime: try row.instant(6), version: try row.int64(7))
    }

    // MARK: Allowances

    /// Nil where nothing was taken back yet.
    ///
    /// - Parameter key: the contact's; nil for the organisation itself.
    static func allowance(of key: Int64?, in tx: Transaction) throws -> TakeBackAllowance? {
        try tx.row("SELECT start_time, taken FROM take_back_allowances WHERE contact_key = ?", key ?? 0) {
            TakeBackAllowance(start: try $0.instant(0), taken: try $0.int(1))
        }
    }

    static func setAllowance(_ allowance: TakeBackAllowance, of key: Int64?, in tx: Transaction) throws {
        try tx.execute(
            """
            INSERT INTO take_back_allowances (contact_key, start_time, taken) VALUES (?, ?, ?)
            ON CONFLICT (contact_key) DO UPDATE SET start_time = excluded.start_time, taken = excluded.taken
            """, key ?? 0, allowance.start, allowance.taken)
    }
}

extension Contact {
    /// What the journal compares.
    /// What the journal compares. Without name and address, which are a person's.
    var journal: JournalState { ["kind": kind.rawValue, "structure": structure, "version": version] }
}
