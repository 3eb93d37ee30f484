import UsherContract
import UsherStorage

/// The table `settings` of an organisation's database: one row, or none while everything has its default.
enum SettingsStore {
    static let migration = Migration(1, "settings") { type in
        [
            """
            CREATE TABLE settings (
                id \(type.key) CHECK (id = 1),
                voucher_expiration_hours \(type.integer) NOT NULL CHECK (voucher_expiration_hours > 0),
                time_zone \(type.text) NOT NULL,
                code_kind \(type.integer) NOT NULL,
                code_length \(type.integer) NOT NULL,
                code_prefix \(type.text) NOT NULL,
                code_suffix \(type.text) NOT NULL,
                code_alphabet \(type.text) NOT NULL,
                single_ip_protection \(type.integer) NOT NULL CHECK (single_ip_protection IN (0, 1)),
                concurrent_session_limit \(type.integer) CHECK (concurrent_session_limit > 0),
                concurrent_session_policy \(type.integer) NOT NULL,
                allow_take_back_injected \(type.integer) NOT NULL CHECK (allow_take_back_injected IN (0, 1)),
                take_back_downloaded \(type.integer) NOT NULL,
                take_backs_per_day \(type.integer) NOT NULL CHECK (take_backs_per_day > 0),
                require_known_viewers \(type.integer) NOT NULL CHECK (require_known_viewers IN (0, 1)),
                update_time \(type.integer) NOT NULL,
                version \(type.integer) NOT NULL,
                CHECK (take_back_downloaded = 1 OR allow_take_back_injected = 1)
            ) \(type.strict)
            """
        ]
    }

    private static let columns = """
        id, voucher_expiration_hours, time_zone, code_kind, code_length, code_prefix, code_suffix, code_alphabet,
        single_ip_protection, concurrent_session_limit, concurrent_session_policy, allow_take_back_injected,
        take_back_downloaded, require_known_viewers, update_time, version, take_backs_per_day
        """

    static func read(in tx: Transaction) throws -> Settings {
        try tx.row("SELECT \(columns) FROM settings WHERE id = 1") { row in
            var settings = Settings()
            settings.voucherExpirationHours = try row.int(1)
            settings.timeZone = try row.text(2)
            settings.codeProfile = CodeProfile(
                kind: try row.state(3), length: try row.int(4), prefix: try row.text(5), suffix: try row.text(6),
                alphabet: try row.text(7))
            settings.singleIPProtection = try row.bool(8)
            settings.concurrentSessionLimit = try row.intOrNil(9)
            settings.concurrentSessionPolicy = try row.state(10)
            settings.allowTakeBackInjected = try row.bool(11)
            settings.takeBackDownloaded = try row.state(12)
            settings.requireKnownViewers = try row.bool(13)
            settings.updateTime = try row.instant(14)
            settings.version = try row.int64(15)
            settings.takeBacksPerDay = try row.int(16)
            return settings
        } ?? Settings()
    }

    static func readForRedemption(in tx: Transaction) throws -> Settings.Redemption {
        try tx.row(
            "SELECT voucher_expiration_hours, time_zone, require_known_viewers FROM settings WHERE id = 1"
        ) { row in
            Settings.Redemption(
                voucherExpirationHours: try row.int(0), timeZone: try row.text(1), requireKnownViewers: try row.bool(2))
        } ?? Settings.Redemption()
    }

    static func readForPlayback(in tx: Transaction) throws -> Settings.Playback {
        try tx.row(
            """
            SELECT single_ip_protection, concurrent_session_limit, concurrent_session_policy FROM settings
            WHERE id = 1
            """
        ) { row in
            Settings.Playback(
                singleIPProtection: try row.bool(0), concurrentSessionLimit: try row.intOrNil(1),
                concurrentSessionPolicy: try row.state(2))
        } ?? Settings.Playback()
    }

    static func write(_ settings: Settings, in tx: Transaction) throws {
        let names = columns.split { ", \n".contains($0) }
        let updates = names.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        let code = settings.codeProfile
        try tx.execute(
            "INSERT INTO settings (\(columns)) VALUES (\(marks)) ON CONFLICT (id) DO UPDATE SET \(updates)",
            1, settings.voucherExpirationHours, settings.timeZone, code.kind.rawValue, code.length, code.prefix,
            code.suffix, code.alphabet, settings.singleIPProtection, settings.concurrentSessionLimit,
            settings.concurrentSessionPolicy.rawValue, settings.allowTakeBackInjected,
            settings.takeBackDownloaded.rawValue, settings.requireKnownViewers, settings.updateTime, settings.version,
            settings.takeBacksPerDay)
    }
}

extension Settings {
    /// What the journal compares.
    var journal: JournalState {
        [
            "voucher_expiration_hours": voucherExpirationHours, "time_zone": timeZone,
            "code_kind": codeProfile.kind.rawValue, "code_length": codeProfile.length,
            "code_prefix": codeProfile.prefix, "code_suffix": codeProfile.suffix,
            "code_alphabet": codeProfile.alphabet, "single_ip_protection": singleIPProtection,
            "concurrent_session_limit": concurrentSessionLimit,
            "concurrent_session_policy": concurrentSessionPolicy.rawValue,
            "allow_take_back_injected": allowTakeBackInjected, "take_back_downloaded": takeBackDownloaded.rawValue,
            "take_backs_per_day": takeBacksPerDay, "require_known_viewers": requireKnownViewers,
        ]
    }
}
