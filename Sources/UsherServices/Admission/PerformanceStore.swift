import UsherContract
import UsherStorage

/// The table `performances`: of an asset of that type, what only the doors need.
enum PerformanceStore {
    static let migration = Migration(15, "performances") { type in
        [
            """
            CREATE TABLE performances (
                performance_key \(type.key) REFERENCES assets (key),
                open_time \(type.integer),
                close_time \(type.integer),
                single_entry \(type.integer) NOT NULL CHECK (single_entry IN (0, 1)),
                ticket_template \(type.text) NOT NULL,
                version \(type.integer) NOT NULL,
                CHECK (open_time IS NULL OR close_time IS NULL OR open_time < close_time)
            ) \(type.strict)
            """
        ]
    }

    /// For other Stores, after LEFT JOIN: what is set for the doors of the admission `a`.
    static let doorsOfAdmission = "performances p ON p.performance_key = a.performance_key"

    /// - Throws: NOT_FOUND `PERFORMANCE_NOT_FOUND` for what is no asset, or one of another type.
    static func key(of id: String, in tx: Transaction) throws -> Int64 {
        guard let asset = try AssetStore.keyAndKind(of: id, in: tx), asset.kind == .performance else {
            throw AdmissionRefusal.performanceNotFound(id)
        }
        return asset.key
    }

    static func doors(of key: Int64, in tx: Transaction) throws -> Doors {
        try tx.row(
            """
            SELECT open_time, close_time, single_entry, ticket_template, version FROM performances
            WHERE performance_key = ?
            """, key
        ) { row in
            var doors = Doors(performanceKey: key)
            (doors.openTime, doors.closeTime) = (try row.instantOrNil(0), try row.instantOrNil(1))
            (doors.singleEntry, doors.template) = (try row.bool(2), try row.text(3))
            doors.version = try row.int64(4)
            return doors
        } ?? Doors(performanceKey: key)
    }

    static func write(_ doors: Doors, in tx: Transaction) throws {
        try tx.execute(
            """
            INSERT INTO performances (performance_key, open_time, close_time, single_entry, ticket_template, version)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (performance_key) DO UPDATE SET open_time = excluded.open_time,
                close_time = excluded.close_time, single_entry = excluded.single_entry,
                ticket_template = excluded.ticket_template, version = excluded.version
            """,
            doors.performanceKey, doors.openTime, doors.closeTime, doors.singleEntry, doors.template, doors.version)
    }
}

extension Doors {
    /// What the journal compares.
    var journal: JournalState {
        [
            "open_time": openTime, "close_time": closeTime, "single_entry": singleEntry, "ticket_template": template,
        ]
    }
}
