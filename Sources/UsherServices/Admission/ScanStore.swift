import UsherContract
import UsherStorage

/// The table `scans`: every attempt at a door.
enum ScanStore {
    static let migration = Migration(19, "scans") { type in
        [
            """
            CREATE TABLE scans (
                id \(type.key),
                bearer_key \(type.integer),
                is_pass \(type.integer) NOT NULL CHECK (is_pass IN (0, 1)),
                performance_key \(type.integer) NOT NULL REFERENCES assets (key),
                barcode \(type.text) NOT NULL,
                gate \(type.text) NOT NULL,
                device_id \(type.text) NOT NULL,
                direction \(type.integer) NOT NULL CHECK (direction IN (1, 2)),
                verdict \(type.integer) NOT NULL CHECK (verdict BETWEEN 1 AND 11),
                reason \(type.text) NOT NULL,
                number \(type.integer),
                zone \(type.text) NOT NULL,
                seat \(type.text) NOT NULL,
                holder_name \(type.text) NOT NULL,
                used_by \(type.integer),
                is_forced \(type.integer) NOT NULL CHECK (is_forced IN (0, 1)),
                nonce \(type.text),
                scan_time \(type.integer) NOT NULL,
                create_time \(type.integer) NOT NULL,
                annul_time \(type.integer),
                CHECK ((bearer_key IS NULL) = (verdict = 2)),
                CHECK (annul_time IS NULL OR verdict = 1)
            ) \(type.strict)
            """,
            "CREATE UNIQUE INDEX scans_by_nonce ON scans (nonce, device_id, is_forced) WHERE nonce IS NOT NULL",
            // Apart from one another, so that however often a used ticket is tried, its one entry is found at once.
            "CREATE INDEX scans_passed ON scans (bearer_key) WHERE verdict = 1",
            "CREATE INDEX scans_refused ON scans (bearer_key) WHERE verdict > 2",
        ]
    }

    private static let columns = """
        id, bearer_key, is_pass, performance_key, barcode, gate, device_id, direction, verdict, reason, number, zone,
        seat, holder_name, used_by, is_forced, nonce, scan_time, create_time, annul_time
        """

    static func insert(_ scan: Scan, in tx: Transaction) throws {
        try tx.execute(
            "INSERT INTO scans (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            scan.id.number, scan.bearerKey, scan.isPass, scan.performanceKey, scan.barcode, scan.gate, scan.deviceID,
            scan.direction.rawValue, scan.verdict.rawValue, scan.details.reason, scan.details.number,
            scan.details.zone, scan.details.seat, scan.details.holderName, scan.usedBy, scan.isForced,
            scan.nonce.isEmpty ? nil : scan.nonce, scan.scanTime, scan.createTime, scan.annulTime)
    }

    static func find(_ id: Int64, in tx: Transaction) throws -> Scan? {
        try tx.row("SELECT \(columns) FROM scans WHERE id = ?", id, read: scan)
    }

    /// The scan that a device is told of again: one with the same nonce. To a forced scan, which says that somebody
    /// went through, an earlier refusal is no answer.
    static func find(nonce: String, deviceID: String, isForced: Bool, in tx: Transaction) throws -> Scan? {
        let scans = try tx.rows(
            "SELECT \(columns) FROM scans WHERE nonce = ? AND device_id = ? ORDER BY is_forced DESC", nonce, deviceID,
            read: scan)
        return scans.first { !isForced || $0.isForced || $0.verdict == .ok }
    }

    private static let counting = "performance_key = ? AND verdict = 1 AND annul_time IS NULL"

    /// The latest scan that let somebody through with an admission, and was not annulled.
    static func latest(_ bearerKey: Int64, _ performanceKey: Int64, in tx: Transaction) throws -> Scan? {
        try tx.row(
            "SELECT \(columns) FROM scans WHERE bearer_key = ? AND \(counting) ORDER BY id DESC LIMIT 1", bearerKey,
            performanceKey, read: scan)
    }

    /// The same of those that let somebody in.
    static func latestEntry(_ bearerKey: Int64, _ performanceKey: Int64, in tx: Transaction) throws -> Scan? {
        try tx.row(
            """
            SELECT \(columns) FROM scans WHERE bearer_key = ? AND \(counting) AND direction = 1
            ORDER BY id DESC LIMIT 1
            """, bearerKey, performanceKey, read: scan)
    }

    static func annul(_ id: Int64, in tx: Transaction) throws {
        try tx.execute("UPDATE scans SET annul_time = ? WHERE id = ?", tx.now, id)
    }

    /// Up to `limit` scans with ids above `after`, in the order of their ids.
    ///
    /// - Parameter bearerKey: only those of this ticket or pass.
    static func list(bearerKey: Int64?, after: Int64, limit: Int, in tx: Transaction) throws -> [Scan] {
        if let bearerKey {
            return try tx.rows(
                """
                SELECT \(columns) FROM scans WHERE id IN (
                    SELECT id FROM scans WHERE bearer_key = ? AND verdict = 1 AND id > ?
                    UNION ALL SELECT id FROM scans WHERE bearer_key = ? AND verdict > 2 AND id > ?
                    ORDER BY 1 LIMIT ?)
                ORDER BY id
                """, bearerKey, after, bearerKey, after, limit, read: scan)
        }
        return try tx.rows("SELECT \(columns) FROM scans WHERE id > ? ORDER BY id LIMIT ?", after, limit, read: scan)
    }

    private static func scan(_ row: SQLRow) throws -> Scan {
        Scan(
            id: try row.id(0, prefix: Scan.prefix), bearerKey: try row.int64OrNil(1), isPass: try row.bool(2),
            performanceKey: try row.int64(3), barcode: try row.text(4), gate: try row.text(5),
            deviceID: try row.text(6), direction: try row.state(7), verdict: try row.state(8),
            details: ScanDetails(
                reason: try row.text(9), number: try row.int64OrNil(10), zone: try row.text(11),
                seat: try row.text(12), holderName: try row.text(13)),
            usedBy: try row.int64OrNil(14), isForced: try row.bool(15), nonce: try row.textOrNil(16) ?? "",
            scanTime: try row.instant(17), createTime: try row.instant(18), annulTime: try row.instantOrNil(19))
    }
}
