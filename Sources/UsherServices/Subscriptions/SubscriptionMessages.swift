import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension Usher_Subscriptions_V1_ListSubscriptionsRequest: PagedRequest {}

extension Usher_Subscriptions_V1_Subscription {
    init(_ subscription: Subscription, in tx: Transaction) throws {
        self.init()
        subscriptionID = subscription.id.description
        organisationID = try tx.organisationID
        viewerID = try ViewerStore.id(of: subscription.viewerKey, in: tx) ?? ""
        switch subscription.target {
        case .package(let key): packageID = try PackageStore.id(of: key, in: tx) ?? ""
        case .asset(let key): assetID = try AssetStore.id(of: key, in: tx) ?? ""
        }
        type = subscription.kind == .limited ? .limited : .recurring
        state = subscription.state(at: tx.now).message
        if let value = subscription.period { period = value.message }
        cancelReason = subscription.cancelReason
        priceOptionID = try subscription.priceOptionKey.flatMap { try PriceOptionStore.id(of: $0, in: tx) } ?? ""
        paymentPeriodID =
            try subscription.paymentPeriodKey.flatMap { try PaymentPeriodStore.id(of: $0, in: tx) } ?? ""
        if let key = subscription.voucherKey {
            voucherID = ResourceID(prefix: Voucher.prefix, number: key).description
        }
        provisionService = subscription.provisionService
        if let key = subscription.accessKey { accessID = ResourceID(prefix: Access.prefix, number: key).description }
        discountPercent = Int32(subscription.discountPercent)
        if let left = subscription.discountCyclesLeft { discountCyclesLeft = Int32(clamping: left) }
        setTimes(subscription)
    }

    private mutating func setTimes(_ subscription: Subscription) {
        if let time = subscription.startTime { startTime = Google_Protobuf_Timestamp(time) }
        if let time = subscription.trialEndTime { trialEndTime = Google_Protobuf_Timestamp(time) }
        if let time = subscription.renewTime { renewTime = Google_Protobuf_Timestamp(time) }
        if let time = subscription.endTime { endTime = Google_Protobuf_Timestamp(time) }
        if let time = subscription.pauseTime { pauseTime = Google_Protobuf_Timestamp(time) }
        if let time = subscription.freezeTime { freezeTime = Google_Protobuf_Timestamp(time) }
        if let time = subscription.graceEndTime { graceEndTime = Google_Protobuf_Timestamp(time) }
        if let time = subscription.cancelTime { cancelTime = Google_Protobuf_Timestamp(time) }
        createTime = Google_Protobuf_Timestamp(subscription.createTime)
        updateTime = Google_Protobuf_Timestamp(subscription.updateTime)
    }
}

extension Subscription.State {
    var message: Usher_Subscriptions_V1_SubscriptionState {
        switch self {
        case .pending: .pending
        case .trial: .trial
        case .active: .active
        case .paused: .paused
        case .frozen: .frozen
        case .cancelled: .cancelled
        case .deactivated: .deactivated
        }
    }
}
