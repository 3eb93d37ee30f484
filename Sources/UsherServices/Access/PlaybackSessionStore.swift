import UsherContract
import UsherStorage

/// The table `playback_sessions`.
enum PlaybackSessionStore {
    static let migration = Migration(10, "playback sessions") { type in
        [
            """
            CREATE TABLE playback_sessions (
                id \(type.key),
                holder_key \(type.integer) NOT NULL,
                viewer_key \(type.integer) REFERENCES viewers (key),
                voucher_key \(type.integer) REFERENCES vouchers (id),
                access_key \(type.integer) REFERENCES accesses (id),
                asset_key \(type.integer) NOT NULL REFERENCES assets (key),
                phase \(type.integer) NOT NULL,
                ip \(type.text) NOT NULL,
                country \(type.text) NOT NULL,
                device \(type.text) NOT NULL,
                start_time \(type.integer) NOT NULL,
                last_seen_time \(type.integer) NOT NULL,
                end_time \(type.integer),
                end_kind \(type.integer),
                position_seconds \(type.integer) NOT NULL CHECK (position_seconds >= 0),
                viewed_seconds \(type.integer) NOT NULL CHECK (viewed_seconds >= 0),
                CHECK ((end_time IS NULL) = (end_kind IS NULL)),
                CHECK (access_key IS NOT NULL OR voucher_key IS NOT NULL),
                CHECK (holder_key = viewer_key OR holder_key = voucher_key)
            ) \(type.strict)
            """,
            """
            CREATE INDEX playback_sessions_going_on ON playback_sessions (holder_key, last_seen_time)
                WHERE end_time IS NULL
            """,
            "CREATE INDEX playback_sessions_by_viewer ON playback_sessions (viewer_key) WHERE viewer_key IS NOT NULL",
            """
            CREATE INDEX playback_sessions_by_voucher ON playback_sessions (voucher_key)
                WHERE voucher_key IS NOT NULL
            """,
        ]
    }

    private static let columns = """
        id, holder_key, viewer_key, voucher_key, access_key, asset_key, phase, ip, country, device, start_time,
        last_seen_time, end_time, end_kind, position_seconds, viewed_seconds
        """

    static func insert(_ session: PlaybackSession, in tx: Transaction) throws {
        try tx.execute(
            "INSERT INTO playback_sessions (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            session.id.number, session.holderKey, session.viewerKey, session.voucherKey, session.accessKey,
            session.assetKey, session.phase.rawValue, session.ip.text, session.country, session.device,
            session.startTime, session.lastSeenTime, session.endTime, session.end?.rawValue, session.positionSeconds,
            session.viewedSeconds)
    }

    /// Writes what changes while a session goes on, and its end.
    static func update(_ session: PlaybackSession, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE playback_sessions SET holder_key = ?, viewer_key = ?, voucher_key = ?, access_key = ?, phase = ?,
                ip = ?, country = ?, last_seen_time = ?, end_time = ?, end_kind = ?, position_seconds = ?,
                viewed_seconds = ?
            WHERE id = ?
            """,
            session.holderKey, session.viewerKey, session.voucherKey, session.accessKey, session.phase.rawValue,
            session.ip.text, session.country, session.lastSeenTime, session.endTime, session.end?.rawValue,
            session.positionSeconds, session.viewedSeconds, session.id.number)
    }

    /// Forgets from where and on what a viewer has played.
    static func forgetPlaces(of viewerKey: Int64, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE playback_sessions SET ip = '', country = '', device = ''
            WHERE viewer_key = ? AND (ip <> '' OR country <> '' OR device <> '')
            """, viewerKey)
    }

    static func find(_ id: Int64, in tx: Transaction) throws -> PlaybackSession? {
        try tx.row("SELECT \(columns) FROM playback_sessions WHERE id = ?", id, read: session)
    }

    /// Whose sessions are listed.
    enum Selection {
        case all
        case viewer(Int64)
        case voucher(Int64)
    }

    /// Up to `limit` sessions with ids above `after`, in the order of their beginning.
    static func list(
        _ selection: Selection, after: Int64, limit: Int, in tx: Transaction
    ) throws -> [PlaybackSession] {
        let select = "SELECT \(columns) FROM playback_sessions WHERE"
        let (condition, key): (String, Int64?) =
            switch selection {
            case .all: ("", nil)
            case .viewer(let key): ("viewer_key = ? AND ", key)
            case .voucher(let key): ("voucher_key = ? AND ", key)
            }
        let arguments: [(any SQLBindable)?] = (key.map { [$0] } ?? []) + [after, limit]
        return try tx.rows(
            "\(select) \(condition)id > ? ORDER BY id LIMIT ?", arguments: arguments, read: session)
    }

    private static let goingOn = "holder_key = ? AND end_time IS NULL AND last_seen_time > ?"

    /// The newest sessions of a holder that go on at a moment, at most `limit`, newest first.
    ///
    /// - Parameter except: one that is not looked at; 0 for none.
    static func goingOn(
        of holderKey: Int64, at moment: Instant, except: Int64, limit: Int, in tx: Transaction
    ) throws -> [Int64] {
        try tx.rows(
            "SELECT id FROM playback_sessions WHERE \(goingOn) AND id <> ? ORDER BY id DESC LIMIT ?",
            holderKey, moment - PlaybackSession.silence, except, limit
        ) { try $0.int64(0) }
    }

    /// Evicts the sessions of a holder that go on and began before the one with the id `limit`.
    ///
    /// - Returns: which, oldest first.
    static func evict(
        of holderKey: Int64, before limit: Int64, except: Int64, in tx: Transaction
    ) throws -> [ResourceID] {
        try tx.rows(
            """
            UPDATE playback_sessions SET end_time = ?, end_kind = ?
            WHERE \(goingOn) AND id < ? AND id <> ? RETURNING id
            """,
            tx.now, PlaybackSession.End.evicted.rawValue, holderKey, tx.now - PlaybackSession.silence, limit, except
        ) { try $0.id(0, prefix: PlaybackSession.prefix) }.sorted()
    }

    private static func session(_ row: SQLRow) throws -> PlaybackSession {
        PlaybackSession(
            id: try row.id(0, prefix: PlaybackSession.prefix), holderKey: try row.int64(1),
            viewerKey: try row.int64OrNil(2), voucherKey: try row.int64OrNil(3), accessKey: try row.int64OrNil(4),
            assetKey: try row.int64(5), phase: try row.state(6), ip: IPAddress(stored: try row.text(7)),
            country: try row.text(8), device: try row.text(9), startTime: try row.instant(10),
            lastSeenTime: try row.instant(11), endTime: try row.instantOrNil(12),
            end: row.isNull(13) ? nil : try row.state(13), positionSeconds: try row.int64(14),
            viewedSeconds: try row.int64(15))
    }
}
