import UsherAPI
import UsherContract
import UsherStorage

extension SubscriptionService {
    func convertToVoucher(
        _ request: Usher_Subscriptions_V1_ConvertToVoucherRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_ConvertToVoucherResponse {
        var violations = Violations()
        violations.requireProse(request.reason, "reason", Subscription.reasonLengths)
        violations.require(!request.packageCode.isEmpty, "package_code", "must be given")
        violations.require((0...9_999).contains(request.daysOfAccess), "days_of_access", "must be 0 to 9,999")
        try violations.refuse()
        let before = try find(request.subscriptionID, in: tx)
        guard let packageKey = try PackageStore.key(ofCode: request.packageCode, in: tx) else {
            throw CatalogRefusal.packageNotFound
        }
        let state = before.state(at: tx.now)
        guard state != .pending, state != .deactivated else { throw SubscriptionRefusal.state(state) }
        let product = try before.packageKey.flatMap { try PackageStore.find(key: $0, in: tx) }
        guard product?.isPrintProduct == true else { throw SubscriptionRefusal.notAPrintProduct }
        let isDigital = try PackageStore.find(key: packageKey, in: tx)?.isPrintProduct != true
        guard isDigital else { throw SubscriptionRefusal.notADigitalProduct }
        let days = request.daysOfAccess > 0 ? Int(request.daysOfAccess) : before.daysLeft(at: tx.now)
        let after = try SubscriptionLife.cancel(before, atPeriodEnd: false, reason: request.reason, in: tx)
        let voucher = try VoucherIssue.apply(
            packageKey: packageKey, days: days, name: "", provisionService: before.provisionService, in: tx)
        return try .with { response in
            response.subscription = try .init(after, in: tx)
            (response.voucherID, response.voucherCode) = (voucher.id.description, voucher.code.text)
        }
    }
}

extension Subscription {
    /// The days of what is paid for that are still to come, the one that has begun included: 1 to 9,999.
    fileprivate func daysLeft(at now: Instant) -> Int {
        // While it is paused its time stands still.
        let since = pauseTime ?? now
        let end = renewTime ?? endTime ?? since
        let day = 86_400 * 1_000_000 as Int64
        return min(max(Int(((end - since).wholeMicroseconds + day - 1) / day), 1), 9_999)
    }
}
