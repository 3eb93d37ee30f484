import UsherContract
import UsherStorage

/// The tables `admissions` and `barcodes`.
///
/// A ticket's admission and a pass's lie under the number of what they stand on, so that a scan finds the barcode, then
/// the admission, each with one look-up.
enum AdmissionStore {
    static let migration = Migration(17, "admissions") { type in
        [
            """
            CREATE TABLE admissions (
                bearer_key \(type.integer) NOT NULL,
                performance_key \(type.integer) NOT NULL REFERENCES assets (key),
                order_key \(type.integer) REFERENCES orders (id),
                number \(type.integer),
                zone \(type.text) NOT NULL,
                seat \(type.text) NOT NULL,
                gates \(type.text) NOT NULL,
                holder_name \(type.text) NOT NULL,
                ticket_template \(type.text) NOT NULL,
                print_time \(type.integer),
                cancel_time \(type.integer),
                cancel_reason \(type.text) NOT NULL,
                presence \(type.integer) NOT NULL CHECK (presence IN (0, 1, 2)),
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                PRIMARY KEY (bearer_key, performance_key)
            ) \(type.withoutRowID)
            """,
            "CREATE INDEX admissions_by_order ON admissions (order_key) WHERE order_key IS NOT NULL",
            "CREATE INDEX admissions_live ON admissions (performance_key, bearer_key) WHERE cancel_time IS NULL",
            """
            CREATE TABLE barcodes (
                barcode \(type.text) NOT NULL PRIMARY KEY,
                bearer_key \(type.integer) NOT NULL,
                is_pass \(type.integer) NOT NULL CHECK (is_pass IN (0, 1)),
                state \(type.integer) NOT NULL CHECK (state BETWEEN 1 AND 4),
                is_external \(type.integer) NOT NULL CHECK (is_external IN (0, 1)),
                create_time \(type.integer) NOT NULL
            ) \(type.withoutRowID)
            """,
            // At most one live barcode of a ticket or pass.
            "CREATE UNIQUE INDEX barcodes_live ON barcodes (bearer_key) WHERE state <= 2",
            "CREATE INDEX barcodes_superseded ON barcodes (bearer_key) WHERE state = 3",
        ]
    }

    /// A subquery for other Stores, in EXISTS: whether the holder of the ticket in `ticket_key` has come in.
    static let controlledTicket = "SELECT 1 FROM admissions WHERE bearer_key = ticket_key AND presence <> 0"

    private static let columns = """
        bearer_key, performance_key, order_key, number, zone, seat, gates, holder_name, ticket_template, print_time,
        cancel_time, cancel_reason, presence, create_time, update_time
        """

    static func insert(_ admission: Admission, in tx: Transaction) throws {
        try tx.execute(
            "INSERT INTO admissions (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            admission.bearerKey, admission.performanceKey, admission.orderKey, admission.number, admission.zone,
            admission.seat, admission.gates.joined(separator: " "), admission.holderName, admission.template,
            admission.printTime, admission.cancelTime, admission.cancelReason, admission.presence.rawValue,
            admission.createTime, admission.updateTime)
    }

    /// Writes what can change of an admission, but for what happens at the door.
    static func update(_ admission: Admission, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE admissions SET order_key = ?, number = ?, gates = ?, holder_name = ?, print_time = ?,
                cancel_time = ?, cancel_reason = ?, update_time = ?
            WHERE bearer_key = ? AND performance_key = ?
            """,
            admission.orderKey, admission.number, admission.gates.joined(separator: " "), admission.holderName,
            admission.printTime, admission.cancelTime, admission.cancelReason, admission.updateTime,
            admission.bearerKey, admission.performanceKey)
    }

    /// Writes an admission in the place of the one that was cancelled.
    static func replace(_ admission: Admission, in tx: Transaction) throws {
        try tx.execute(
            "DELETE FROM admissions WHERE bearer_key = ? AND performance_key = ?", admission.bearerKey,
            admission.performanceKey)
        try insert(admission, in: tx)
    }

    static func find(_ bearerKey: Int64, _ performanceKey: Int64, in tx: Transaction) throws -> Admission? {
        try tx.row(
            "SELECT \(columns) FROM admissions WHERE bearer_key = ? AND performance_key = ?", bearerKey,
            performanceKey, read: admission)
    }

    /// What opens the doors of a performance, or will once it is printed, oldest first.
    static func live(
        at performanceKey: Int64, limit: Int, in tx: Transaction
    ) throws -> [(bearerKey: Int64, isTicket: Bool)] {
        try tx.rows(
            """
            SELECT bearer_key, number IS NOT NULL FROM admissions WHERE performance_key = ? AND cancel_time IS NULL
            ORDER BY bearer_key LIMIT ?
            """, performanceKey, limit
        ) { (try $0.int64(0), try $0.bool(1)) }
    }

    /// All admissions of a ticket or pass, cancelled ones included.
    static func of(_ bearerKey: Int64, in tx: Transaction) throws -> [Admission] {
        try tx.rows(
            "SELECT \(columns) FROM admissions WHERE bearer_key = ? ORDER BY performance_key", bearerKey,
            read: admission)
    }

    /// The admission of a ticket, and its live barcode. Nil for what is no ticket.
    static func ofTicket(_ ticketID: Int64, in tx: Transaction) throws -> (admission: Admission, barcode: Barcode?)? {
        guard
            let admission = try tx.row(
                "SELECT \(columns) FROM admissions WHERE bearer_key = ? AND number IS NOT NULL", ticketID,
                read: admission)
        else { return nil }
        return (admission, try barcode(of: ticketID, in: tx))
    }

    /// The admissions that an order has bought, oldest ticket or pass first, cancelled ones included.
    static func ofOrder(_ orderKey: Int64, in tx: Transaction) throws -> [Admission] {
        try tx.rows(
            """
            SELECT \(columns) FROM admissions WHERE order_key = ? ORDER BY bearer_key, performance_key LIMIT ?
            """, orderKey, Order.admissionLimit, read: admission)
    }

    static func countOfOrder(_ orderKey: Int64, in tx: Transaction) throws -> Int {
        try tx.row("SELECT count(*) FROM admissions WHERE order_key = ?", orderKey) { try $0.int(0) } ?? 0
    }

    /// Marks somebody as in or out.
    ///
    /// - Returns: false where they were that already: whoever asks has judged otherwise before.
    static func move(
        _ bearerKey: Int64, _ performanceKey: Int64, to presence: Admission.Presence, in tx: Transaction
    ) throws -> Bool {
        try tx.execute(
            "UPDATE admissions SET presence = ? WHERE bearer_key = ? AND performance_key = ? AND presence <> ?",
            presence.rawValue, bearerKey, performanceKey, presence.rawValue) == 1
    }

    private static func admission(_ row: SQLRow) throws -> Admission {
        Admission(
            bearerKey: try row.int64(0), performanceKey: try row.int64(1), orderKey: try row.int64OrNil(2),
            number: try row.int64OrNil(3), zone: try row.text(4), seat: try row.text(5),
            gates: gates(try row.text(6)), holderName: try row.text(7), template: try row.text(8),
            printTime: try row.instantOrNil(9), cancelTime: try row.instantOrNil(10),
            cancelReason: try row.text(11), presence: try row.state(12), createTime: try row.instant(13),
            updateTime: try row.instant(14))
    }

    private static func gates(_ text: String) -> [String] {
        text.isEmpty ? [] : text.split(separator: " ").map(String.init)
    }

    // MARK: Barcodes

    /// - Returns: false where the barcode is or was another's.
    static func insert(_ barcode: Barcode, in tx: Transaction) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO barcodes (barcode, bearer_key, is_pass, state, is_external, create_time)
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (barcode) DO NOTHING
            """,
            barcode.text, barcode.bearerKey, barcode.isPass, barcode.state.rawValue, barcode.isExternal, tx.now) == 1
    }

    /// The live one.
    static func barcode(of bearerKey: Int64, in tx: Transaction) throws -> Barcode? {
        try tx.row(
            "SELECT barcode, is_pass, state, is_external FROM barcodes WHERE bearer_key = ? AND state <= 2", bearerKey
        ) {
            Barcode(
                text: try $0.text(0), bearerKey: bearerKey, isPass: try $0.bool(1), state: try $0.state(2),
                isExternal: try $0.bool(3))
        }
    }

    /// The ticket or pass that has or had this barcode.
    static func bearerKey(of barcode: String, in tx: Transaction) throws -> Int64? {
        try tx.row("SELECT bearer_key FROM barcodes WHERE barcode = ?", barcode) { try $0.int64(0) }
    }

    static func printBarcode(of bearerKey: Int64, in tx: Transaction) throws {
        try tx.execute("UPDATE barcodes SET state = 2 WHERE bearer_key = ? AND state <= 2", bearerKey)
    }

    static func supersede(_ barcode: Barcode, in tx: Transaction) throws {
        try tx.execute("UPDATE barcodes SET state = 3 WHERE barcode = ?", barcode.text)
    }

    /// The live one and those before it: that it was cancelled is judged before that it was replaced.
    static func cancelBarcodes(of bearerKey: Int64, in tx: Transaction) throws {
        try tx.execute("UPDATE barcodes SET state = 4 WHERE bearer_key = ? AND state <= 2", bearerKey)
        try tx.execute("UPDATE barcodes SET state = 4 WHERE bearer_key = ? AND state = 3", bearerKey)
    }

    // MARK: At the door

    private static let facts = """
        SELECT b.bearer_key, b.is_pass, b.state, a.number, a.zone, a.seat, a.gates, a.holder_name, a.print_time,
            a.cancel_time, a.presence, p.open_time, p.close_time, p.single_entry
        FROM barcodes b
        LEFT JOIN admissions a ON a.bearer_key = b.bearer_key AND a.performance_key = ?
        LEFT JOIN \(PerformanceStore.doorsOfAdmission)
        WHERE b.barcode = ?
        """

    /// All that a scan is judged by, in one look-up. Nil for a barcode that nothing has or had.
    static func scanFacts(_ barcode: String, at performanceKey: Int64, in tx: Transaction) throws -> ScanFacts? {
        try tx.row(facts, performanceKey, barcode) { row in
            var facts = ScanFacts(
                bearerKey: try row.int64(0), isPass: try row.bool(1), barcodeState: try row.state(2), admission: nil)
            guard !row.isNull(10) else { return facts }
            facts.admission = ScanFacts.Admission(
                number: try row.int64OrNil(3), zone: try row.text(4), seat: try row.text(5),
                gates: gates(try row.text(6)), holderName: try row.text(7), isPrinted: !row.isNull(8),
                isCancelled: !row.isNull(9), presence: try row.state(10), openTime: try row.instantOrNil(11),
                closeTime: try row.instantOrNil(12), singleEntry: try row.boolOrNil(13) ?? false)
            return facts
        }
    }
}
