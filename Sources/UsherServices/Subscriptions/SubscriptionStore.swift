import UsherContract
import UsherStorage

/// The table `subscriptions`.
enum SubscriptionStore {
    static let migration = Migration(11, "subscriptions") { type in
        [
            """
            CREATE TABLE subscriptions (
                id \(type.key),
                viewer_key \(type.integer) NOT NULL REFERENCES viewers (key),
                package_key \(type.integer) REFERENCES packages (key),
                asset_key \(type.integer) REFERENCES assets (key),
                kind \(type.integer) NOT NULL CHECK (kind IN (1, 2)),
                period_unit \(type.integer),
                period_length \(type.integer) CHECK (period_length > 0),
                trial_unit \(type.integer),
                trial_length \(type.integer) CHECK (trial_length > 0),
                stage \(type.integer) NOT NULL,
                start_time \(type.integer),
                trial_end_time \(type.integer),
                renew_time \(type.integer),
                end_time \(type.integer),
                pause_time \(type.integer),
                freeze_time \(type.integer),
                grace_end_time \(type.integer),
                cancel_time \(type.integer),
                cancel_reason \(type.text) NOT NULL,
                suspend_time \(type.integer),
                price_option_key \(type.integer) REFERENCES price_options (key),
                payment_period_key \(type.integer) REFERENCES payment_periods (key),
                voucher_key \(type.integer) REFERENCES vouchers (id),
                provision_service \(type.text) NOT NULL,
                access_key \(type.integer),
                discount_percent \(type.integer) NOT NULL CHECK (discount_percent BETWEEN 0 AND 100),
                discount_cycles_left \(type.integer) CHECK (discount_cycles_left >= 0),
                create_time \(type.integer) NOT NULL,
                update_time \(type.integer) NOT NULL,
                due_time \(type.integer),
                CHECK ((package_key IS NULL) <> (asset_key IS NULL)),
                CHECK ((period_unit IS NULL) = (period_length IS NULL)),
                CHECK ((trial_unit IS NULL) = (trial_length IS NULL)),
                CHECK (kind = 1 OR period_unit IS NOT NULL),
                CHECK ((stage = 3) = (pause_time IS NOT NULL)),
                CHECK ((stage = 5) = (cancel_time IS NOT NULL)),
                CHECK (renew_time IS NULL OR grace_end_time IS NOT NULL),
                CHECK (stage = 1 OR start_time IS NOT NULL OR cancel_time IS NOT NULL)
            ) \(type.strict)
            """,
            "CREATE INDEX subscriptions_by_viewer ON subscriptions (viewer_key, package_key)",
            "CREATE INDEX subscriptions_by_package ON subscriptions (package_key) WHERE package_key IS NOT NULL",
            """
            CREATE INDEX subscriptions_due ON subscriptions (due_time)
                WHERE due_time IS NOT NULL AND suspend_time IS NULL
            """,
        ]
    }

    /// What stays as it was when the subscription was made.
    private static let fixedColumns = """
        id, viewer_key, package_key, asset_key, kind, period_unit, period_length, trial_unit, trial_length,
        price_option_key, payment_period_key, voucher_key, provision_service, create_time
        """
    /// What changes while it lives.
    private static let livingColumns = [
        "stage", "start_time", "trial_end_time", "renew_time", "end_time", "pause_time", "freeze_time",
        "grace_end_time", "cancel_time", "cancel_reason", "access_key", "discount_percent", "discount_cycles_left",
        "update_time", "due_time",
    ]
    private static let columns = "\(fixedColumns), \(livingColumns.joined(separator: ", ")), suspend_time"

    private static let insertion = """
        INSERT INTO subscriptions (\(fixedColumns), \(livingColumns.joined(separator: ", ")))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let change = """
        UPDATE subscriptions SET \(livingColumns.map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?
        """

    static func insert(_ subscription: Subscription, in tx: Transaction) throws {
        try tx.execute(
            insertion,
            arguments: [
                subscription.id.number, subscription.viewerKey, subscription.packageKey, subscription.assetKey,
                subscription.kind.rawValue, subscription.period?.unit.rawValue, subscription.period?.length,
                subscription.trialPeriod?.unit.rawValue, subscription.trialPeriod?.length,
                subscription.priceOptionKey, subscription.paymentPeriodKey, subscription.voucherKey,
                subscription.provisionService, subscription.createTime,
            ] + living(subscription))
    }

    static func update(_ subscription: Subscription, in tx: Transaction) throws {
        try tx.execute(change, arguments: living(subscription) + [subscription.id.number])
    }

    private static func living(_ subscription: Subscription) -> [(any SQLBindable)?] {
        [
            subscription.stage.rawValue, subscription.startTime, subscription.trialEndTime, subscription.renewTime,
            subscription.endTime, subscription.pauseTime, subscription.freezeTime, subscription.graceEndTime,
            subscription.cancelTime, subscription.cancelReason, subscription.accessKey, subscription.discountPercent,
            subscription.discountCyclesLeft, subscription.updateTime, subscription.dueTime,
        ]
    }

    // MARK: What time does

    private static let isDue = "due_time IS NOT NULL AND suspend_time IS NULL"

    static func setDueTime(of subscription: Subscription, in tx: Transaction) throws {
        try tx.execute(
            "UPDATE subscriptions SET due_time = ? WHERE id = ?", subscription.dueTime, subscription.id.number)
    }

    /// The one that has waited longest for what time did to be written; of deactivated viewers' nothing is.
    static func due(at now: Instant, in tx: Transaction) throws -> Subscription? {
        try tx.row(
            "SELECT \(columns) FROM subscriptions WHERE due_time <= ? AND \(isDue) ORDER BY due_time, id LIMIT 1", now,
            read: subscription)
    }

    static func nextDueTime(after now: Instant, in tx: Transaction) throws -> Instant? {
        try tx.row(
            "SELECT due_time FROM subscriptions WHERE due_time > ? AND \(isDue) ORDER BY due_time LIMIT 1", now
        ) { try $0.instant(0) }
    }

    static func find(_ id: Int64, in tx: Transaction) throws -> Subscription? {
        try tx.row("SELECT \(columns) FROM subscriptions WHERE id = ?", id, read: subscription)
    }

    /// What a list is narrowed to by an index; the rest of its filters is judged on the rows.
    enum Selection {
        case all
        case viewer(Int64)
        case package(Int64)
    }

    /// Up to `limit` subscriptions with ids above `after`, in the order of their ids.
    static func list(_ selection: Selection, after: Int64, limit: Int, in tx: Transaction) throws -> [Subscription] {
        let select = "SELECT \(columns) FROM subscriptions WHERE"
        return switch selection {
        case .all:
            try tx.rows("\(select) id > ? ORDER BY id LIMIT ?", after, limit, read: subscription)
        case .viewer(let key):
            try tx.rows(
                "\(select) viewer_key = ? AND id > ? ORDER BY id LIMIT ?", key, after, limit, read: subscription)
        case .package(let key):
            try tx.rows(
                "\(select) package_key = ? AND id > ? ORDER BY id LIMIT ?", key, after, limit, read: subscription)
        }
    }

    /// Every subscription of one viewer, in the order of their ids: a handful.
    static func all(of viewerKey: Int64, in tx: Transaction) throws -> [Subscription] {
        try tx.rows(
            "SELECT \(columns) FROM subscriptions WHERE viewer_key = ? ORDER BY id", viewerKey, read: subscription)
    }

    /// The viewer's subscriptions to a package that may not be over, apart from the one with the id `except`.
    static func held(
        _ packageKey: Int64, by viewerKey: Int64, at now: Instant, except: Int64, in tx: Transaction
    ) throws -> [Subscription] {
        try tx.rows(
            """
            SELECT \(columns) FROM subscriptions
            WHERE viewer_key = ? AND package_key = ? AND id <> ? AND stage <> 1
                AND (stage = 3 OR end_time IS NULL OR end_time > ?)
            """, viewerKey, packageKey, except, now, read: subscription)
    }

    /// Marks the subscriptions of a viewer that are not over as those of a deactivated one.
    ///
    /// - Returns: how many there were.
    static func suspendAll(of viewerKey: Int64, in tx: Transaction) throws -> Int {
        try tx.execute(
            """
            UPDATE subscriptions SET suspend_time = ?, update_time = ?
            WHERE viewer_key = ? AND suspend_time IS NULL AND (stage = 3 OR end_time IS NULL OR end_time > ?)
            """, tx.now, tx.now, viewerKey, tx.now)
    }

    /// Takes the marks of ``suspendAll(of:in:)`` away.
    ///
    /// - Returns: when there is what is to be written down of them.
    static func restoreAll(of viewerKey: Int64, in tx: Transaction) throws -> [Instant] {
        try tx.rows(
            """
            UPDATE subscriptions SET suspend_time = NULL, update_time = ?
            WHERE viewer_key = ? AND suspend_time IS NOT NULL RETURNING due_time
            """, tx.now, viewerKey
        ) { try $0.instantOrNil(0) }.compactMap(\.self)
    }

    private static func subscription(_ row: SQLRow) throws -> Subscription {
        Subscription(
            id: try row.id(0, prefix: Subscription.prefix), viewerKey: try row.int64(1),
            target: try row.int64OrNil(2).map(PriceOption.Target.package) ?? .asset(try row.int64(3)),
            kind: try row.state(4), period: try period(row, 5), trialPeriod: try period(row, 7),
            stage: try row.state(14), startTime: try row.instantOrNil(15), trialEndTime: try row.instantOrNil(16),
            renewTime: try row.instantOrNil(17), endTime: try row.instantOrNil(18),
            pauseTime: try row.instantOrNil(19), freezeTime: try row.instantOrNil(20),
            graceEndTime: try row.instantOrNil(21), cancelTime: try row.instantOrNil(22),
            cancelReason: try row.text(23), suspendTime: try row.instantOrNil(29),
            priceOptionKey: try row.int64OrNil(9), paymentPeriodKey: try row.int64OrNil(10),
            voucherKey: try row.int64OrNil(11), provisionService: try row.text(12),
            accessKey: try row.int64OrNil(24), discountPercent: try row.int(25),
            discountCyclesLeft: try row.intOrNil(26), dueTime: try row.instantOrNil(28),
            createTime: try row.instant(13), updateTime: try row.instant(27))
    }

    private static func period(_ row: SQLRow, _ column: Int) throws -> CalendarPeriod? {
        guard let length = try row.intOrNil(column + 1) else { return nil }
        return CalendarPeriod(unit: try row.state(column), length: length)
    }
}

extension Subscription {
    /// What the journal compares.
    var journal: JournalState {
        [
            "stage": stage.rawValue, "start_time": startTime, "trial_end_time": trialEndTime, "renew_time": renewTime,
            "end_time": endTime, "pause_time": pauseTime, "freeze_time": freezeTime, "grace_end_time": graceEndTime,
            "cancel_time": cancelTime, "cancel_reason": cancelReason, "access_key": accessKey,
            "discount_cycles_left": discountCyclesLeft,
        ]
    }
}
