import UsherContract
import UsherStorage

/// What the subscription system is told of a subscription that a bought voucher has made: what it delivers, to whom and
/// where. It stays listed until that system acknowledges it.
struct SubscriptionExport: Hashable, Sendable {
    var id: ResourceID
    var subscriptionID: ResourceID
    var voucherID: ResourceID
    var viewerKey: Int64
    var packageKey: Int64
    var startTime: Instant
    var endTime: Instant
    var provisionService: String
    var deliveryAddress: DeliveryAddress?
    var createTime: Instant
    var acknowledgeTime: Instant?

    static let prefix = "exp"

    /// The verb by which the redemption of a bought voucher tells the subscription system.
    static func write(
        _ subscription: Subscription, _ voucherID: ResourceID, address: DeliveryAddress?, in tx: Transaction
    ) throws {
        guard let packageKey = subscription.packageKey, let start = subscription.startTime,
            let end = subscription.endTime
        else { preconditionFailure("a voucher's subscription is limited, runs, and is to a package") }
        let export = SubscriptionExport(
            id: tx.newID(prefix), subscriptionID: subscription.id, voucherID: voucherID,
            viewerKey: subscription.viewerKey, packageKey: packageKey, startTime: start, endTime: end,
            provisionService: subscription.provisionService, deliveryAddress: address, createTime: tx.now,
            acknowledgeTime: nil)
        try SubscriptionExportStore.insert(export, in: tx)
        try tx.record(
            "subscription_export.created", export.id.description,
            after: ["subscription_id": subscription.id.description])
    }
}
