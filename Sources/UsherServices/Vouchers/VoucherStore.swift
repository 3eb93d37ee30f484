import UsherContract
import UsherStorage

/// The tables `vouchers`, `voucher_terms` and `voucher_batches`, and those of its scope: `voucher_assets`,
/// `voucher_packages` and `voucher_price_options`.
enum VoucherStore {
    static let migration = Migration(4, "vouchers") { type in
        [
            """
            CREATE TABLE voucher_batches (
                key \(type.key),
                batch_id \(type.text) NOT NULL UNIQUE,
                create_time \(type.integer) NOT NULL,
                voucher_count \(type.integer) NOT NULL CHECK (voucher_count BETWEEN 1 AND \(VoucherBatch.limit)),
                expire_time \(type.integer),
                expire_cursor \(type.integer),
                expire_through \(type.integer),
                CHECK ((expire_time IS NULL) = (expire_cursor IS NULL)),
                CHECK ((expire_time IS NULL) = (expire_through IS NULL))
            ) \(type.strict)
            """,
            "CREATE INDEX voucher_batches_expiring ON voucher_batches (expire_time) WHERE expire_time IS NOT NULL",
            VoucherBatchCountStore.table(type),
            vouchers(type),
            "CREATE INDEX vouchers_by_batch ON vouchers (batch_key) WHERE batch_key IS NOT NULL",
            "CREATE INDEX vouchers_by_order ON vouchers (order_key) WHERE order_key IS NOT NULL",
            "CREATE INDEX vouchers_by_purchaser ON vouchers (purchaser_key) WHERE purchaser_key IS NOT NULL",
            "CREATE INDEX vouchers_by_asset ON vouchers (asset_key) WHERE asset_key IS NOT NULL",
            """
            CREATE TABLE voucher_terms (
                term \(type.text) NOT NULL,
                voucher_id \(type.integer) NOT NULL REFERENCES vouchers (id),
                PRIMARY KEY (term, voucher_id)
            ) \(type.withoutRowID)
            """,
        ] + scope(type)
    }

    private static func vouchers(_ type: SQLDialect) -> String {
        """
        CREATE TABLE vouchers (
            id \(type.key),
            code \(type.text) NOT NULL,
            code_folded \(type.text) NOT NULL UNIQUE,
            name \(type.text) NOT NULL,
            effect \(type.integer) NOT NULL,
            redeem_on \(type.integer) NOT NULL,
            period_unit \(type.integer),
            period_length \(type.integer) CHECK (period_length > 0),
            period_fixed \(type.integer),
            discount_percent \(type.integer) CHECK (discount_percent BETWEEN 1 AND 100),
            discount_cycles \(type.integer) CHECK (discount_cycles > 0),
            days_of_access \(type.integer) CHECK (days_of_access BETWEEN 1 AND 9999),
            package_key \(type.integer) REFERENCES packages (key),
            asset_key \(type.integer) REFERENCES assets (key),
            has_scope \(type.integer) NOT NULL CHECK (has_scope IN (0, 1)),
            payment_types \(type.integer) NOT NULL CHECK (payment_types BETWEEN 1 AND 3),
            redeem_from \(type.integer),
            redeem_until \(type.integer),
            usage_limit \(type.integer) CHECK (usage_limit > 0),
            used_count \(type.integer) NOT NULL CHECK (used_count >= 0),
            held_count \(type.integer) NOT NULL CHECK (held_count >= 0),
            per_viewer_limit \(type.integer) CHECK (per_viewer_limit > 0),
            order_id \(type.text) NOT NULL,
            custom \(type.text),
            provision_service \(type.text) NOT NULL,
            batch_key \(type.integer) REFERENCES voucher_batches (key),
            order_key \(type.integer) REFERENCES voucher_orders (id),
            purchaser_key \(type.integer) REFERENCES viewers (key),
            ignore_geoblocking \(type.integer) NOT NULL CHECK (ignore_geoblocking IN (0, 1)),
            ignore_single_ip \(type.integer) NOT NULL CHECK (ignore_single_ip IN (0, 1)),
            one_time_use \(type.integer) NOT NULL CHECK (one_time_use IN (0, 1)),
            redeem_time \(type.integer),
            access_key \(type.integer),
            email_count \(type.integer) NOT NULL CHECK (email_count >= 0),
            deactivate_time \(type.integer),
            delete_time \(type.integer),
            create_time \(type.integer) NOT NULL,
            update_time \(type.integer) NOT NULL,
            version \(type.integer) NOT NULL,
            CHECK (usage_limit IS NULL OR used_count + held_count <= usage_limit),
            CHECK ((period_unit IS NULL) = (period_length IS NULL)),
            CHECK ((effect = 2) = (discount_percent IS NOT NULL)),
            CHECK (effect = 2 OR discount_cycles IS NULL),
            CHECK ((effect = 3) = (days_of_access IS NOT NULL)),
            CHECK ((effect = 3) = (package_key IS NOT NULL)),
            CHECK ((order_key IS NULL) = (purchaser_key IS NULL))
        ) \(type.strict)
        """
    }

    private static func scope(_ type: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE voucher_assets (
                voucher_id \(type.integer) NOT NULL REFERENCES vouchers (id),
                asset_key \(type.integer) NOT NULL REFERENCES assets (key),
                PRIMARY KEY (voucher_id, asset_key),
                UNIQUE (asset_key, voucher_id)
            ) \(type.strict)
            """,
            """
            CREATE TABLE voucher_packages (
                voucher_id \(type.integer) NOT NULL REFERENCES vouchers (id),
                package_key \(type.integer) NOT NULL REFERENCES packages (key),
                PRIMARY KEY (voucher_id, package_key)
            ) \(type.withoutRowID)
            """,
            """
            CREATE TABLE voucher_price_options (
                voucher_id \(type.integer) NOT NULL REFERENCES vouchers (id),
                price_option_key \(type.integer) NOT NULL REFERENCES price_options (key),
                PRIMARY KEY (voucher_id, price_option_key)
            ) \(type.withoutRowID)
            """,
        ]
    }

    private static let columns = """
        id, code, code_folded, name, effect, redeem_on, period_unit, period_length, period_fixed, discount_percent,
        asset_key, has_scope, redeem_from, redeem_until, usage_limit, used_count, per_viewer_limit, order_id, custom,
        batch_key, ignore_geoblocking, ignore_single_ip, one_time_use, redeem_time, access_key, deactivate_time,
        delete_time, create_time, update_time, version, discount_cycles, days_of_access, package_key, payment_types,
        provision_service, order_key, purchaser_key, held_count, email_count
        """

    /// The columns as they are read: with the end that ``VoucherBatchExpiry`` has set and not written yet.
    private static let readColumns = """
        \(columns), CASE WHEN batch_key IS NOT NULL THEN (
            SELECT expire_time FROM voucher_batches
            WHERE key = vouchers.batch_key AND expire_cursor < vouchers.id AND expire_through >= vouchers.id) END
        """

    private static let insertion = """
        INSERT INTO vouchers (\(columns))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
            ?, ?, 0, 0)
        ON CONFLICT (code_folded) DO NOTHING
        """

    /// A voucher's columns, in their order, but for the first three, id, code and folded code: in these vouchers of one
    /// call differ, and share the rest.
    static func sharedColumns(of voucher: Voucher) -> SharedArguments {
        let period = columns(of: voucher.period)
        var asset: Int64?
        if case .asset(let key) = voucher.scope { asset = key }
        return SharedArguments([
            voucher.name, voucher.effect.rawValue, voucher.redeemOn.rawValue, period.unit, period.length, period.fixed,
            voucher.discount?.percent, asset,
            voucher.scope != .everything, voucher.redeemFrom, voucher.redeemUntil, voucher.usageLimit,
            voucher.usedCount, voucher.perViewerLimit, voucher.orderID, voucher.custom.text, voucher.batchKey,
            voucher.ignoresGeoblocking, voucher.ignoresSingleIP, voucher.isOneTime, voucher.redeemTime,
            voucher.accessKey, voucher.deactivateTime, voucher.deleteTime, voucher.createTime, voucher.updateTime,
            voucher.version, voucher.discount?.cycles, voucher.offer?.days, voucher.offer?.packageKey,
            voucher.paymentTypes.rawValue, voucher.provisionService, voucher.purchase?.orderKey,
            voucher.purchase?.purchaserKey,
        ])
    }

    /// One row at a time: a statement that inserts several would look for each of them in every table that refers to
    /// vouchers.
    ///
    /// - Parameters:
    ///   - columns: as ``sharedColumns(of:)`` has them.
    ///   - terms: ``Voucher/terms``, which many vouchers of one call share.
    ///   - items: what the scope names; stored where it names more than one asset.
    /// - Returns: false where the code is taken.
    static func insert(
        _ id: ResourceID, _ code: VoucherCode, _ columns: SharedArguments, terms: [String], items: VoucherScopeItems,
        in tx: Transaction
    ) throws -> Bool {
        let inserted = try tx.execute(insertion, arguments: [id, code.text, code.folded], shared: columns)
        guard inserted == 1 else { return false }
        try insertScope(items, of: id, in: tx)
        try insertTerms(terms, of: id, in: tx)
        return true
    }

    private static func insertScope(_ items: VoucherScopeItems, of id: ResourceID, in tx: Transaction) throws {
        let listed = items.listed
        for key in listed.assets {
            try tx.execute("INSERT INTO voucher_assets (voucher_id, asset_key) VALUES (?, ?)", id.number, key)
        }
        for key in listed.packages {
            try tx.execute("INSERT INTO voucher_packages (voucher_id, package_key) VALUES (?, ?)", id.number, key)
        }
        for key in listed.priceOptions {
            try tx.execute(
                "INSERT INTO voucher_price_options (voucher_id, price_option_key) VALUES (?, ?)", id.number, key)
        }
    }

    private static func deleteScope(of id: ResourceID, in tx: Transaction) throws {
        try tx.execute("DELETE FROM voucher_assets WHERE voucher_id = ?", id.number)
        try tx.execute("DELETE FROM voucher_packages WHERE voucher_id = ?", id.number)
        try tx.execute("DELETE FROM voucher_price_options WHERE voucher_id = ?", id.number)
    }

    private static func insertTerms(_ terms: some Sequence<String>, of id: ResourceID, in tx: Transaction) throws {
        for term in terms {
            try tx.execute("INSERT INTO voucher_terms (term, voucher_id) VALUES (?, ?)", term, id.number)
        }
    }

    private static func deleteTerms(_ terms: some Sequence<String>, of id: ResourceID, in tx: Transaction) throws {
        for term in terms {
            try tx.execute("DELETE FROM voucher_terms WHERE term = ? AND voucher_id = ?", term, id.number)
        }
    }

    /// Writes what can change of a voucher.
    ///
    /// - Parameters:
    ///   - before: the voucher as it is stored.
    ///   - items: what the scope names; nil where that stays.
    static func update(
        _ voucher: Voucher, before: Voucher, items: VoucherScopeItems?, in tx: Transaction
    ) throws {
        let period = columns(of: voucher.period)
        var asset: Int64?
        if case .asset(let key) = voucher.scope { asset = key }
        try VoucherBatchCountStore.change(before, to: voucher, in: tx)
        try tx.execute(
            """
            UPDATE vouchers SET name = ?, redeem_on = ?, period_unit = ?, period_length = ?, period_fixed = ?,
                discount_percent = ?, discount_cycles = ?, days_of_access = ?, package_key = ?, payment_types = ?,
                provision_service = ?, asset_key = ?, has_scope = ?, redeem_from = ?, redeem_until = ?, usage_limit = ?,
                used_count = ?, held_count = ?, per_viewer_limit = ?, order_id = ?, custom = ?, ignore_geoblocking = ?,
                ignore_single_ip = ?, one_time_use = ?, redeem_time = ?, access_key = ?, deactivate_time = ?,
                delete_time = ?, update_time = ?, version = ?
            WHERE id = ?
            """,
            voucher.name, voucher.redeemOn.rawValue, period.unit, period.length, period.fixed,
            voucher.discount?.percent, voucher.discount?.cycles, voucher.offer?.days, voucher.offer?.packageKey,
            voucher.paymentTypes.rawValue, voucher.provisionService, asset, voucher.scope != .everything,
            voucher.redeemFrom, voucher.redeemUntil, voucher.usageLimit,
            voucher.usedCount, voucher.heldCount, voucher.perViewerLimit, voucher.orderID, voucher.custom.text,
            voucher.ignoresGeoblocking, voucher.ignoresSingleIP, voucher.isOneTime, voucher.redeemTime,
            voucher.accessKey, voucher.deactivateTime, voucher.deleteTime, voucher.updateTime, voucher.version,
            voucher.id.number)
        if let items {
            try deleteScope(of: voucher.id, in: tx)
            try insertScope(items, of: voucher.id, in: tx)
        }
        // A tombstone is found by nothing.
        let (old, new) = (before.deleteTime == nil ? before.terms : [], voucher.deleteTime == nil ? voucher.terms : [])
        try deleteTerms(old.subtracting(new), of: voucher.id, in: tx)
        try insertTerms(new.subtracting(old), of: voucher.id, in: tx)
    }

    /// One more use, and the access that it gave. The table refuses a use beyond the limit.
    ///
    /// - Parameter released: reservations whose rows are gone, and that held a use until now.
    static func addUse(of voucher: Voucher, access: ResourceID, released: Int, in tx: Transaction) throws {
        var after = voucher
        after.usedCount += 1
        try VoucherBatchCountStore.change(voucher, to: after, in: tx)
        try tx.execute(
            """
            UPDATE vouchers SET used_count = used_count + 1, held_count = held_count - ?, redeem_time = ?,
                access_key = ?, update_time = ?, version = version + 1
            WHERE id = ?
            """, released, tx.now, access.number, tx.now, voucher.id.number)
    }

    /// Reservations come and go, and leave the version of what was created as it is.
    static func changeHeldCount(of id: ResourceID, by difference: Int, in tx: Transaction) throws {
        try tx.execute("UPDATE vouchers SET held_count = held_count + ? WHERE id = ?", difference, id.number)
    }

    static func setEmailCount(of id: ResourceID, to count: Int, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE vouchers SET email_count = ?, update_time = ?, version = version + 1 WHERE id = ?",
            count, tx.now, id.number)
    }

    /// What a voucher says today; nothing where there is none.
    static func overrides(of key: Int64?, in tx: Transaction) throws -> Voucher.Overrides {
        guard let key else { return [] }
        return try tx.row(
            "SELECT ignore_geoblocking + 2 * ignore_single_ip + 4 * one_time_use FROM vouchers WHERE id = ?", key
        ) { Voucher.Overrides(rawValue: try $0.int64(0)) } ?? []
    }

    static func find(_ id: Int64, in tx: Transaction) throws -> Voucher? {
        try tx.row("SELECT \(readColumns) FROM vouchers WHERE id = ?", id, read: voucher)
    }

    /// By a code in any way of writing. That there is none is noted: codes can be guessed.
    static func find(code: String, in tx: Transaction) throws -> Voucher? {
        let found = try VoucherCode(code).flatMap { code in
            try tx.row("SELECT \(readColumns) FROM vouchers WHERE code_folded = ?", code.folded, read: voucher)
        }
        if found == nil { try tx.noteFailedLookup() }
        return found
    }

    static func list(
        where condition: String, _ arguments: [(any SQLBindable)?], in tx: Transaction
    ) throws -> [Voucher] {
        try tx.rows("SELECT \(readColumns) FROM vouchers WHERE \(condition)", arguments: arguments, read: voucher)
    }

    static func isTaken(_ code: VoucherCode, in tx: Transaction) throws -> Bool {
        try tx.row("SELECT 1 FROM vouchers WHERE code_folded = ?", code.folded) { _ in true } ?? false
    }

    static func exists(_ id: Int64, in tx: Transaction) throws -> Bool {
        try tx.row("SELECT 1 FROM vouchers WHERE id = ?", id) { _ in true } ?? false
    }

    /// What the scope of a voucher names that is stored beside it.
    static func scopeItems(of id: ResourceID, in tx: Transaction) throws -> VoucherScopeItems {
        func keys(_ column: String, _ table: String) throws -> [Int64] {
            try tx.rows("SELECT \(column) FROM \(table) WHERE voucher_id = ? ORDER BY \(column)", id.number) {
                try $0.int64(0)
            }
        }
        return VoucherScopeItems(
            assets: try keys("asset_key", "voucher_assets"), packages: try keys("package_key", "voucher_packages"),
            priceOptions: try keys("price_option_key", "voucher_price_options"))
    }

    /// What the scope of a voucher names.
    static func items(of voucher: Voucher, in tx: Transaction) throws -> VoucherScopeItems {
        switch voucher.scope {
        case .everything: .nothing
        case .asset(let key): VoucherScopeItems(assets: [key])
        case .listed: try scopeItems(of: voucher.id, in: tx)
        }
    }

    /// What a list is narrowed to by an index; the rest of its filters is judged on the rows.
    enum Selection {
        case all
        case batch(Int64)
        case asset(Int64)
    }

    /// Up to `limit` vouchers with ids above `after`, in the order of their ids.
    static func list(_ selection: Selection, after: Int64, limit: Int, in tx: Transaction) throws -> [Voucher] {
        switch selection {
        case .all:
            try tx.rows(
                "SELECT \(readColumns) FROM vouchers WHERE id > ? ORDER BY id LIMIT ?", after, limit, read: voucher)
        case .batch(let key):
            try tx.rows(
                "SELECT \(readColumns) FROM vouchers WHERE batch_key = ? AND id > ? ORDER BY id LIMIT ?",
                key, after, limit, read: voucher)
        case .asset(let key):
            try tx.rows(
                """
                SELECT \(readColumns) FROM vouchers WHERE id IN (
                    SELECT id FROM vouchers WHERE asset_key = ? AND id > ?
                    UNION ALL SELECT voucher_id FROM voucher_assets WHERE asset_key = ? AND voucher_id > ?
                    ORDER BY 1 LIMIT ?)
                ORDER BY id
                """, key, after, key, after, limit, read: voucher)
        }
    }

    /// Up to `limit` vouchers with ids above `after` that have this code or term, in the order of their ids.
    static func search(_ folded: String, after: Int64, limit: Int, in tx: Transaction) throws -> [Voucher] {
        try tx.rows(
            """
            SELECT \(readColumns) FROM vouchers WHERE id IN (
                SELECT id FROM vouchers WHERE code_folded = ? AND id > ? AND delete_time IS NULL
                UNION SELECT voucher_id FROM voucher_terms WHERE term = ? AND voucher_id > ?
                ORDER BY 1 LIMIT ?)
            ORDER BY id
            """, folded, after, folded, after, limit, read: voucher)
    }

    // MARK: Columns

    private static func columns(of period: Voucher.Period) -> (unit: Int64?, length: Int?, fixed: Instant?) {
        switch period {
        case .organisation: (nil, nil, nil)
        case .fixed(let end): (nil, nil, end)
        case .after(let period): (period.unit.rawValue, period.length, nil)
        }
    }

    private static func voucher(_ row: SQLRow) throws -> Voucher {
        let code = try row.text(1)
        var voucher = Voucher(
            id: ResourceID(prefix: Voucher.prefix, number: try row.int64(0)),
            code: VoucherCode(text: code, folded: try row.text(2)), name: try row.text(3), effect: try row.state(4),
            redeemOn: try row.state(5), period: try period(row), discount: try discount(row), offer: try offer(row),
            scope: try scope(row), paymentTypes: VoucherPaymentTypes(rawValue: try row.int64(33)),
            redeemFrom: try row.instantOrNil(12), redeemUntil: try row.instantOrNil(13),
            usageLimit: try row.intOrNil(14), usedCount: try row.int(15), heldCount: try row.int(37),
            perViewerLimit: try row.intOrNil(16),
            orderID: try row.text(17),
            custom: CustomFields(text: try row.textOrNil(18)), provisionService: try row.text(34),
            batchKey: try row.int64OrNil(19), purchase: try purchase(row), ignoresGeoblocking: try row.bool(20),
            ignoresSingleIP: try row.bool(21),
            isOneTime: try row.bool(22), redeemTime: try row.instantOrNil(23), accessKey: try row.int64OrNil(24),
            emailCount: try row.int(38),
            deactivateTime: try row.instantOrNil(25), deleteTime: try row.instantOrNil(26),
            createTime: try row.instant(27), updateTime: try row.instant(28), version: try row.int64(29))
        if let time = try row.instantOrNil(39) { voucher.end(by: time) }
        return voucher
    }

    private static func period(_ row: SQLRow) throws -> Voucher.Period {
        if let length = try row.intOrNil(7) { return .after(CalendarPeriod(unit: try row.state(6), length: length)) }
        return try row.instantOrNil(8).map(Voucher.Period.fixed) ?? .organisation
    }

    private static func purchase(_ row: SQLRow) throws -> Voucher.Purchase? {
        guard let orderKey = try row.int64OrNil(35) else { return nil }
        return Voucher.Purchase(orderKey: orderKey, purchaserKey: try row.int64(36))
    }

    private static func discount(_ row: SQLRow) throws -> Voucher.Discount? {
        guard let percent = try row.intOrNil(9) else { return nil }
        return Voucher.Discount(percent: percent, cycles: try row.intOrNil(30))
    }

    private static func offer(_ row: SQLRow) throws -> Voucher.Offer? {
        guard let days = try row.intOrNil(31) else { return nil }
        return Voucher.Offer(days: days, packageKey: try row.int64(32))
    }

    private static func scope(_ row: SQLRow) throws -> VoucherScope {
        guard try row.bool(11) else { return .everything }
        return try row.int64OrNil(10).map(VoucherScope.asset) ?? .listed
    }
}

extension Voucher {
    /// Sets the end to `time`, where it is not earlier.
    mutating func end(by time: Instant) {
        redeemUntil = min(redeemUntil ?? time, time)
        // What would begin at its end or later never does; a voucher always begins before it ends.
        if let from = redeemFrom, from >= time { redeemFrom = nil }
    }

    /// What the journal compares.
    var journal: JournalState {
        [
            "name": name, "redeem_on": redeemOn.rawValue, "discount_percent": discount?.percent,
            "discount_cycles": discount?.cycles, "days_of_access": offer?.days,
            "package_key": offer?.packageKey, "provision_service": provisionService,
            "period": "\(period)", "scope": "\(scope)", "payment_types": paymentTypes.rawValue,
            "redeem_from": redeemFrom, "redeem_until": redeemUntil,
            "usage_limit": usageLimit, "used_count": usedCount, "per_viewer_limit": perViewerLimit,
            "order_id": orderID, "ignore_geoblocking": ignoresGeoblocking, "ignore_single_ip": ignoresSingleIP,
            "one_time_use": isOneTime, "deactivate_time": deactivateTime, "delete_time": deleteTime,
        ]
    }
}
