// The tables that storage itself keeps in every database file, and in the platform's. The journal refuses changes by
// trigger, and deletions except up to the retention mark, which only moves forward.

enum Tables {
    static func migrations(of kind: Schema.Kind) -> [Migration] {
        kind == .platform ? everywhere + [wakeUps, journalMarks] : everywhere
    }

    private static let everywhere = [
        Migration(1, "journal, request log, ids") { sql in
            [
                """
                CREATE TABLE journal (
                    seq \(sql.key), time \(sql.integer) NOT NULL, role \(sql.integer) NOT NULL,
                    principal \(sql.text) NOT NULL, method \(sql.text) NOT NULL, request_id \(sql.text) NOT NULL,
                    event \(sql.text) NOT NULL, resource \(sql.text) NOT NULL, changes \(sql.text) NOT NULL
                ) \(sql.strict)
                """,
                """
                CREATE TABLE retention (
                    id \(sql.key) CHECK (id = 1), retained_to \(sql.integer) NOT NULL
                ) \(sql.strict)
                """,
                "INSERT INTO retention (id, retained_to) VALUES (1, 0)",
                """
                CREATE TRIGGER journal_keeps BEFORE DELETE ON journal
                WHEN OLD.seq > (SELECT retained_to FROM retention)
                BEGIN SELECT RAISE(ABORT, 'the journal keeps what is above the retention mark'); END
                """,
                """
                CREATE TRIGGER journal_is_final BEFORE UPDATE ON journal
                BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END
                """,
                """
                CREATE TRIGGER retention_advances BEFORE UPDATE ON retention
                WHEN NEW.retained_to < OLD.retained_to
                BEGIN SELECT RAISE(ABORT, 'the retention mark never moves back'); END
                """,
                """
                CREATE TRIGGER retention_stays BEFORE DELETE ON retention
                BEGIN SELECT RAISE(ABORT, 'the retention mark is never removed'); END
                """,
                """
                CREATE TABLE request_log (
                    key \(sql.blob) PRIMARY KEY, time \(sql.integer) NOT NULL, fingerprint \(sql.blob) NOT NULL,
                    person_key \(sql.integer), reply \(sql.blob)
                ) \(sql.withoutRowID)
                """,
                "CREATE INDEX request_log_by_person ON request_log (person_key) WHERE person_key IS NOT NULL",
                """
                CREATE TABLE request_log_sweep (
                    id \(sql.key) CHECK (id = 1), due_time \(sql.integer)
                ) \(sql.strict)
                """,
                "INSERT INTO request_log_sweep (id, due_time) VALUES (1, NULL)",
                "CREATE TABLE id_mark (id \(sql.key) CHECK (id = 1), reserved \(sql.integer) NOT NULL) \(sql.strict)",
                "INSERT INTO id_mark (id, reserved) VALUES (1, 0)",
                """
                CREATE TABLE file_identity (
                    id \(sql.key) CHECK (id = 1), organisation_id \(sql.text) NOT NULL, file_id \(sql.blob) NOT NULL
                ) \(sql.strict)
                """,
            ]
        }
    ]
    private static let wakeUps = Migration(2, "wake-ups") { sql in
        [
            """
            CREATE TABLE wake_ups (
                organisation_id \(sql.text) PRIMARY KEY, wake_time \(sql.integer) NOT NULL
            ) \(sql.withoutRowID)
            """
        ]
    }
    private static let journalMarks = Migration(3, "how far the organisations' journals are") { sql in
        [
            """
            CREATE TABLE journal_marks (
                organisation_id \(sql.text) PRIMARY KEY, file_id \(sql.blob) NOT NULL, sequence \(sql.integer) NOT NULL
            ) \(sql.withoutRowID)
            """,
            """
            CREATE TABLE accepted_losses (
                id \(sql.key), time \(sql.integer) NOT NULL, organisation_id \(sql.text) NOT NULL,
                known_sequence \(sql.integer) NOT NULL, found_sequence \(sql.integer) NOT NULL,
                what \(sql.text) NOT NULL
            ) \(sql.strict)
            """,
        ]
    }
}
