import UsherContract
import UsherStorage

/// What must hold of an organisation's tables after every step, whatever the answers were.
enum Invariants {
    /// Each counts what breaks a rule; the argument is the time.
    private static let rules: [(name: String, count: String)] = [
        (
            "a voucher was used as often as there are redemptions that count",
            """
            SELECT count(*) FROM vouchers WHERE used_count <> (
                SELECT count(*) FROM redemptions WHERE voucher_id = vouchers.id AND roll_back_time IS NULL)
            """
        ),
        (
            "no voucher was used more often than its limit allows",
            "SELECT count(*) FROM vouchers WHERE used_count > usage_limit"
        ),
        (
            "what is used and held is within the limit",
            """
            SELECT count(*) FROM vouchers WHERE used_count + held_count > usage_limit
                OR held_count <> (SELECT count(*) FROM voucher_reservations WHERE voucher_id = vouchers.id)
            """
        ),
        (
            "what is bound to an address has been played",
            "SELECT count(*) FROM accesses WHERE bound_ip IS NOT NULL AND play_time IS NULL"
        ),
        (
            "nothing is played before it opens",
            "SELECT count(*) FROM accesses WHERE play_time < start_time"
        ),
        (
            "no two vouchers have the same code, deleted ones included",
            "SELECT count(*) - count(DISTINCT code_folded) FROM vouchers"
        ),
        (
            "the accesses that a deactivated voucher gave have ended, but for what was paid for as well",
            """
            SELECT count(*) FROM redemptions r JOIN vouchers v ON v.id = r.voucher_id
            JOIN accesses a ON a.id = r.access_id
            WHERE v.deactivate_time IS NOT NULL AND v.effect = 1 AND r.roll_back_time IS NULL AND a.revoke_time IS NULL
            """
        ),
        (
            "an access does not outlive its redemption, but for what was paid for as well",
            """
            SELECT count(*) FROM redemptions r JOIN accesses a ON a.id = r.access_id
            JOIN vouchers v ON v.id = r.voucher_id
            WHERE r.roll_back_time IS NOT NULL AND a.revoke_time IS NULL AND (v.effect <> 2 OR a.kind = 4)
                AND (v.effect <> 3 OR a.expire_time > ?)
            """
        ),
        (
            "an access does not outlive its viewer",
            """
            SELECT count(*) FROM accesses a JOIN viewers v ON v.key = a.viewer_key
            WHERE v.delete_time IS NOT NULL AND a.revoke_time IS NULL
            """
        ),
        (
            "a deactivated viewer has no access that opens",
            """
            SELECT count(*) FROM accesses a JOIN viewers v ON v.key = a.viewer_key
            WHERE v.status = 2 AND a.revoke_time IS NULL AND a.suspend_time IS NULL
                AND (a.expire_time IS NULL OR a.expire_time > ?)
            """
        ),
        (
            "a payment that was given back opens nothing",
            """
            SELECT count(*) FROM payments p JOIN accesses a ON a.id = p.access_key
            WHERE p.reverse_time IS NOT NULL AND a.revoke_time IS NULL
            """
        ),
        (
            "a purchase with a voucher has used it once",
            """
            SELECT count(*) FROM payments p WHERE voucher_key IS NOT NULL AND subscription_key IS NULL
                AND (SELECT count(*) FROM redemptions WHERE voucher_id = p.voucher_key
                    AND access_id = p.access_key) <> 1
            """
        ),
        (
            "what was bought for nothing was bought with a whole discount",
            """
            SELECT count(*) FROM accesses a WHERE kind = 4
                AND (SELECT count(*) FROM payments WHERE access_key = a.id AND discount_percent = 100) <> 1
            """
        ),
        (
            "an order has as many vouchers as were ordered, deleted ones included",
            """
            SELECT count(*) FROM voucher_orders o
            WHERE quantity <> (SELECT count(*) FROM vouchers WHERE order_key = o.id)
            """
        ),
        (
            "an access does not outlive its subscription",
            """
            SELECT count(*) FROM subscriptions s JOIN accesses a ON a.subscription_key = s.id
            WHERE a.revoke_time IS NULL AND a.suspend_time IS NULL AND (a.expire_time IS NULL OR a.expire_time > ?)
                AND (a.expire_time IS NULL OR s.stage IN (1, 3) OR s.suspend_time IS NOT NULL
                    OR a.expire_time > s.end_time
                    OR a.expire_time > s.grace_end_time AND (s.stage = 4 OR s.end_time IS NULL))
            """
        ),
        (
            "what gives access has an access, and one only",
            """
            SELECT count(*) FROM subscriptions s JOIN accesses a ON a.subscription_key = s.id
            WHERE a.revoke_time IS NULL AND (a.expire_time IS NULL OR a.expire_time > ?) AND a.id <> s.access_key
            """
        ),
        (
            "a viewer has one live subscription to a package that allows no more",
            """
            SELECT count(*) FROM accesses a JOIN accesses b ON b.viewer_key = a.viewer_key
                AND b.package_key = a.package_key AND b.subscription_key > a.subscription_key
            JOIN packages p ON p.key = a.package_key
            JOIN subscriptions s ON s.id = b.subscription_key
            WHERE a.revoke_time IS NULL AND a.suspend_time IS NULL AND a.expire_time > ?
                AND b.revoke_time IS NULL AND b.suspend_time IS NULL AND b.expire_time > ?
                AND p.several_subscriptions = 0 AND p.update_time + 10000000 < s.start_time
            """
        ),
        (
            "what time will do will be told; but for what was told before the clock was set back",
            """
            SELECT count(*) FROM subscriptions
            WHERE due_time IS NULL AND (stage IN (2, 5) AND end_time > ? + 10000000
                    OR stage = 2 AND renew_time > ? + 10000000)
                OR due_time IS NOT NULL AND stage = 3
            """
        ),
        (
            "a ticket or pass has at most one live barcode",
            """
            SELECT count(*) FROM (SELECT 1 FROM barcodes WHERE state <= 2 GROUP BY bearer_key HAVING count(*) > 1) AS b
            """
        ),
        (
            "an admission that was cancelled or never printed lets nobody in",
            """
            SELECT count(*) FROM scans s JOIN admissions a
                ON a.bearer_key = s.bearer_key AND a.performance_key = s.performance_key
            WHERE s.verdict = 1 AND s.is_forced = 0 AND s.direction = 1
                AND (a.print_time IS NULL AND s.create_time > a.update_time + \(clockStep)
                    OR s.create_time > a.cancel_time + \(clockStep))
            """
        ),
        (
            "nobody comes in twice, or goes out twice, with one admission",
            """
            SELECT count(*) FROM scans s WHERE s.verdict = 1 AND s.annul_time IS NULL AND s.direction = coalesce((
                SELECT p.direction FROM scans p
                WHERE p.bearer_key = s.bearer_key AND p.performance_key = s.performance_key AND p.verdict = 1
                    AND p.annul_time IS NULL AND p.id < s.id
                ORDER BY p.id DESC LIMIT 1), 2)
            """
        ),
        (
            "somebody is where the last scan left them",
            """
            SELECT count(*) FROM admissions a WHERE presence <> coalesce((
                SELECT direction FROM scans s
                WHERE s.bearer_key = a.bearer_key AND s.performance_key = a.performance_key AND s.verdict = 1
                    AND s.annul_time IS NULL
                ORDER BY s.id DESC LIMIT 1), 0)
            """
        ),
        (
            "whoever has a ticket got it last, and whoever had it first has it on record",
            """
            SELECT count(*) FROM tickets t
            WHERE owner_key <> (
                    SELECT to_key FROM ticket_moves m WHERE m.ticket_key = t.ticket_key ORDER BY move_key DESC LIMIT 1)
                OR initial_owner_key <> (
                    SELECT to_key FROM ticket_moves m WHERE m.ticket_key = t.ticket_key ORDER BY move_key LIMIT 1)
            """
        ),
        (
            "each move of a ticket killed a barcode and made one, and only a valid ticket has one that is live",
            """
            SELECT count(*) FROM tickets t
            WHERE (SELECT count(*) FROM barcodes b WHERE b.bearer_key = t.ticket_key)
                    < (SELECT count(*) FROM ticket_moves m WHERE m.ticket_key = t.ticket_key)
                OR (SELECT count(*) FROM barcodes b WHERE b.bearer_key = t.ticket_key AND b.state <= 2)
                    <> 1 - t.is_cancelled
            """
        ),
        (
            "a ticket is distributed as often as there are levels, by the last of them",
            """
            SELECT count(*) FROM tickets t
            WHERE distribution_level <> (
                    SELECT count(*) FROM ticket_distributions d WHERE d.ticket_key = t.ticket_key)
                OR coalesce(distributor_key, 0) <> coalesce((
                    SELECT distributor_key FROM ticket_distributions d
                    WHERE d.ticket_key = t.ticket_key AND d.level = t.distribution_level), 0)
            """
        ),
        (
            "a cancelled ticket is in no cart and in no transfer",
            """
            SELECT (SELECT count(*) FROM cart_items i JOIN tickets t ON t.ticket_key = i.ticket_key
                    WHERE t.is_cancelled = 1)
                + (SELECT count(*) FROM transfers r JOIN tickets t ON t.ticket_key = r.ticket_key
                    WHERE t.is_cancelled = 1 AND r.state = 1)
            """
        ),
        (
            "what is deleted is in no package, and nothing sells it",
            """
            SELECT (SELECT count(*) FROM package_assets c JOIN packages p ON p.key = c.container_key
                    JOIN assets a ON a.key = c.content_key
                    WHERE p.delete_time IS NOT NULL OR a.delete_time IS NOT NULL)
                + (SELECT count(*) FROM price_options o LEFT JOIN packages p ON p.key = o.package_key
                    LEFT JOIN assets a ON a.key = o.asset_key
                    WHERE o.delete_time IS NULL AND (p.delete_time IS NOT NULL OR a.delete_time IS NOT NULL))
                + (SELECT count(*) FROM payment_periods o JOIN packages p ON p.key = o.package_key
                    WHERE o.delete_time IS NULL AND p.delete_time IS NOT NULL)
            """
        ),
        (
            "each redemption that counts gave one access, and each access of a voucher has one redemption",
            """
            SELECT count(*) FROM accesses a WHERE voucher_key IS NOT NULL AND subscription_key IS NULL
                AND (SELECT count(*) FROM redemptions WHERE access_id = a.id) <> 1
            """
        ),
    ]

    /// So far the simulation's clock may have been set back since something was noted, in microseconds.
    private static let clockStep = 60_000_000

    /// Checks the rules.
    static func check(_ database: Database, _ id: String) throws {
        let rules = rules
        let broken = try database.readBlocking(as: .system()) { tx in
            try rules.filter { rule in
                let arguments = rule.count.filter { $0 == "?" }.map { _ in tx.now }
                return try tx.row(rule.count, arguments: arguments) { try $0.int(0) } != 0
            }.map(\.name)
        }
        guard broken.isEmpty else {
            throw Discrepancy(source: .invariant, what: "in \(id) it is not so that \(broken)")
        }
    }

    /// Checks that there is as much as the model has, and no more.
    static func check(_ tenant: OrganisationModel, _ database: Database) throws {
        let redemptions = tenant.vouchers.reduce(0) { $0 + $1.redemptions.count }
        let wanted: KeyValuePairs<String, Int> = [
            "assets": tenant.assets.count,
            "packages": tenant.packages.count,
            "price_options": tenant.priceOptions.count,
            "payment_periods": tenant.paymentPeriods.count,
            "viewers": tenant.viewers.count,
            "vouchers": tenant.vouchers.count,
            "voucher_orders": tenant.orders.count,
            "redemptions": redemptions,
            "accesses": tenant.accesses.count,
            "subscriptions": tenant.subscriptions.count,
            "subscription_exports": tenant.exports.count,
            "payments": tenant.payments.count,
            "playback_sessions": tenant.sessions.count,
        ]
        let wrong = try database.readBlocking(as: .system()) { tx in
            try wanted.map { table, count in
                (table, count, try tx.row("SELECT count(*) FROM \(table)") { try $0.int(0) } ?? -1)
            }.filter { $0.1 != $0.2 }
        }
        guard wrong.isEmpty else {
            let list = wrong.map { "\($0.2) \($0.0) instead of \($0.1)" }
            throw Discrepancy(
                source: .invariant, what: "in \(tenant.id) there are \(list.joined(separator: ", "))")
        }
    }
}
