import UsherContract
import UsherStorage

/// The table `accesses`.
enum AccessStore {
    static let migration = Migration(5, "accesses") { type in
        [
            """
            CREATE TABLE accesses (
                id \(type.key),
                viewer_key \(type.integer) REFERENCES viewers (key),
                asset_key \(type.integer) REFERENCES assets (key),
                package_key \(type.integer) REFERENCES packages (key),
                kind \(type.integer) NOT NULL,
                start_time \(type.integer) NOT NULL,
                expire_time \(type.integer),
                original_expire_time \(type.integer),
                voucher_key \(type.integer) REFERENCES vouchers (id),
                price_option_key \(type.integer) REFERENCES price_options (key),
                subscription_key \(type.integer) REFERENCES subscriptions (id),
                revoke_time \(type.integer),
                suspend_time \(type.integer),
                play_time \(type.integer),
                bound_ip \(type.text),
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                CHECK (viewer_key IS NOT NULL OR voucher_key IS NOT NULL),
                CHECK (asset_key IS NULL OR package_key IS NULL),
                CHECK (bound_ip IS NULL OR play_time IS NOT NULL)
            ) \(type.strict)
            """,
            """
            CREATE INDEX accesses_by_viewer ON accesses (viewer_key, asset_key, package_key)
                WHERE viewer_key IS NOT NULL
            """,
            "CREATE INDEX accesses_by_asset ON accesses (asset_key) WHERE asset_key IS NOT NULL",
            "CREATE INDEX accesses_by_package ON accesses (package_key) WHERE package_key IS NOT NULL",
            """
            CREATE UNIQUE INDEX accesses_of_codes ON accesses (voucher_key)
                WHERE viewer_key IS NULL AND revoke_time IS NULL
            """,
        ]
    }

    private static let columns = """
        id, viewer_key, asset_key, package_key, kind, start_time, expire_time, original_expire_time, voucher_key,
        price_option_key, subscription_key, revoke_time, suspend_time, play_time, bound_ip, create_time, update_time
        """

    static func insert(_ access: Access, in tx: Transaction) throws {
        try tx.execute(
            "INSERT INTO accesses (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            access.id.number, access.viewerKey, access.assetKey, access.packageKey, access.kind.rawValue,
            access.startTime, access.expireTime, access.originalExpireTime, access.voucherKey, access.priceOptionKey,
            access.subscriptionKey, access.revokeTime, access.suspendTime, access.playTime, access.boundIP?.text,
            access.createTime, access.updateTime)
    }

    static func find(_ id: Int64, in tx: Transaction) throws -> Access? {
        try tx.row("SELECT \(columns) FROM accesses WHERE id = ?", id, read: access)
    }

    /// Of a viewer's accesses that open an asset, so many are looked at first, and almost always that is all of them.
    static let firstCandidates = 100
    /// And no more than these where none of the first may be used.
    static let mostCandidates = 10_000

    /// Selects the viewer's accesses that concern an asset and for which `condition` holds: those to the asset and to
    /// everything, and as far as there may be such, those to what it is a member of, to a package that has it, and to a
    /// package that has what it is a member of. What a package has is looked up and never copied.
    private struct OfViewer {
        private let direct: String
        private let byPackage: String
        private let byParent: String

        init(where condition: String) {
            let select = "SELECT \(columns) FROM accesses"
            let ofPackage = "viewer_key = ? AND asset_key IS NULL AND \(condition)"
            let own = """
                \(select) WHERE viewer_key = ? AND asset_key = ? AND \(condition)
                UNION ALL \(select) WHERE viewer_key = ? AND asset_key IS NULL AND package_key IS NULL AND \(condition)
                """
            let package = "UNION ALL \(select) JOIN \(PackageStore.containing) AND \(ofPackage)"
            let parents = """
                UNION ALL \(select) JOIN \(AssetStore.parentsOfMember) AND viewer_key = ? AND \(condition)
                UNION ALL \(select) JOIN \(PackageStore.contents) JOIN \(AssetStore.parentsOfContent) AND \(ofPackage)
                """
            direct = "\(own) LIMIT ?"
            byPackage = "\(own) \(package) LIMIT ?"
            byParent = "\(own) \(package) \(parents) LIMIT ?"
        }

        /// - Parameter moments: the arguments of the condition.
        func rows(
            _ gate: AssetStore.Gate, _ viewerKey: Int64, _ moments: [Instant], limit: Int, in tx: Transaction
        ) throws -> [Access] {
            var arguments: [(any SQLBindable)?] = [viewerKey, gate.key] + moments + [viewerKey] + moments
            // Each of the other parts takes the asset first.
            let sql = gate.isMember ? byParent : gate.isInPackage ? byPackage : direct
            for _ in 0..<(gate.isMember ? 3 : gate.isInPackage ? 1 : 0) {
                arguments += [gate.key, viewerKey] + moments
            }
            arguments.append(limit)
            return try tx.rows(sql, arguments: arguments, read: access)
        }
    }

    private static let standing = "revoke_time IS NULL AND suspend_time IS NULL"
    private static let opening = OfViewer(
        where: "\(standing) AND start_time <= ? AND (expire_time IS NULL OR expire_time > ?)")
    private static let expired = OfViewer(where: "\(standing) AND expire_time <= ?")

    /// The viewer's accesses that open the asset at a moment: to it, to what it is a member of, to a package, or to
    /// everything.
    static func opening(
        _ gate: AssetStore.Gate, to viewerKey: Int64, at now: Instant, limit: Int, in tx: Transaction
    ) throws -> [Access] {
        try opening.rows(gate, viewerKey, [now, now], limit: limit, in: tx)
    }

    /// The viewer's accesses that did open the asset and ended before a moment.
    static func expired(
        _ gate: AssetStore.Gate, of viewerKey: Int64, at now: Instant, in tx: Transaction
    ) throws -> [Access] {
        try expired.rows(gate, viewerKey, [now], limit: firstCandidates, in: tx)
    }

    /// The access that a voucher gave when it was used without a viewer, and that was not taken back. There is at most
    /// one.
    static func ofCode(_ voucherKey: Int64, in tx: Transaction) throws -> Access? {
        try tx.row(
            "SELECT \(columns) FROM accesses WHERE voucher_key = ? AND viewer_key IS NULL AND revoke_time IS NULL",
            voucherKey, read: access)
    }

    /// Notes that the access has been played, and from where it may be from now on; what is there already stays.
    static func markPlayed(_ id: ResourceID, from ip: IPAddress?, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE accesses SET play_time = coalesce(play_time, ?), bound_ip = coalesce(bound_ip, ?), update_time = ?
            WHERE id = ?
            """, tx.now, ip?.text, tx.now, id.number)
    }

    static func revoke(_ id: Int64, in tx: Transaction) throws {
        try tx.execute("UPDATE accesses SET revoke_time = ?, update_time = ? WHERE id = ?", tx.now, tx.now, id)
    }

    /// Ends for now what a viewer has that was not taken away, so that ``restoreAll(of:in:)`` brings back exactly that;
    /// also what has expired: another end would open it.
    ///
    /// - Returns: how many there were.
    static func suspendAll(of viewerKey: Int64, in tx: Transaction) throws -> Int {
        try tx.execute(
            """
            UPDATE accesses SET suspend_time = ?, update_time = ?
            WHERE viewer_key = ? AND \(standing)
            """, tx.now, tx.now, viewerKey)
    }

    /// - Returns: how many there were that nothing else has ended in the meantime.
    static func restoreAll(of viewerKey: Int64, in tx: Transaction) throws -> Int {
        try tx.execute(
            """
            UPDATE accesses SET suspend_time = NULL, update_time = ?
            WHERE viewer_key = ? AND suspend_time IS NOT NULL AND revoke_time IS NULL
            """, tx.now, viewerKey)
    }

    /// What a list is narrowed to by an index; the rest of its filters is judged on the rows.
    enum Selection {
        case all
        case one(Int64)
        case viewer(Int64)
        case asset(Int64)
        case package(Int64)
    }

    /// Up to `limit` accesses with ids above `after`, in the order of their ids.
    static func list(_ selection: Selection, after: Int64, limit: Int, in tx: Transaction) throws -> [Access] {
        let (condition, key): (String, Int64?) =
            switch selection {
            case .all: ("", nil)
            case .one(let id): ("id = ? AND ", id)
            case .viewer(let key): ("viewer_key = ? AND ", key)
            case .asset(let key): ("asset_key = ? AND ", key)
            case .package(let key): ("package_key = ? AND ", key)
            }
        let arguments: [(any SQLBindable)?] = (key.map { [$0] } ?? []) + [after, limit]
        return try tx.rows(
            "SELECT \(columns) FROM accesses WHERE \(condition)id > ? ORDER BY id LIMIT ?", arguments: arguments,
            read: access)
    }

    /// Sets another end, and leaves what the first one was as it is.
    static func setExpireTime(_ time: Instant, of id: ResourceID, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE accesses SET expire_time = ?, update_time = ? WHERE id = ?", time, tx.now, id.number)
    }

    /// Sets another end, and keeps the first one.
    static func extend(_ id: ResourceID, to time: Instant, in tx: Transaction) throws {
        try tx.execute(
            """
            UPDATE accesses SET original_expire_time = coalesce(original_expire_time, expire_time, ?),
                expire_time = ?, update_time = ?
            WHERE id = ?
            """, Instant.latest, time, tx.now, id.number)
    }

    /// - Returns: how many there were.
    static func revokeAll(of viewerKey: Int64, in tx: Transaction) throws -> Int {
        try tx.execute(
            "UPDATE accesses SET revoke_time = ?, update_time = ? WHERE viewer_key = ? AND revoke_time IS NULL",
            tx.now, tx.now, viewerKey)
    }

    /// Forgets the addresses that a viewer's accesses are bound to.
    static func forgetAddresses(of viewerKey: Int64, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE accesses SET bound_ip = NULL WHERE viewer_key = ? AND bound_ip IS NOT NULL", viewerKey)
    }

    static func expireTime(of id: Int64, in tx: Transaction) throws -> Instant? {
        try tx.row("SELECT expire_time FROM accesses WHERE id = ?", id) { try $0.instantOrNil(0) } ?? nil
    }

    private static func access(_ row: SQLRow) throws -> Access {
        Access(
            id: ResourceID(prefix: Access.prefix, number: try row.int64(0)), viewerKey: try row.int64OrNil(1),
            assetKey: try row.int64OrNil(2), packageKey: try row.int64OrNil(3), kind: try row.state(4),
            startTime: try row.instant(5), expireTime: try row.instantOrNil(6),
            originalExpireTime: try row.instantOrNil(7), voucherKey: try row.int64OrNil(8),
            priceOptionKey: try row.int64OrNil(9), subscriptionKey: try row.int64OrNil(10),
            revokeTime: try row.instantOrNil(11), suspendTime: try row.instantOrNil(12),
            playTime: try row.instantOrNil(13), boundIP: try row.textOrNil(14).map(IPAddress.init(stored:)),
            createTime: try row.instant(15), updateTime: try row.instant(16))
    }
}
