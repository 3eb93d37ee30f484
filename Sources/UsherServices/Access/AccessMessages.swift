import SwiftProtobuf
import UsherAPI
import UsherContract

extension Usher_Access_V1_ListAccessRequest: PagedRequest {}

extension Usher_Access_V1_Access {
    /// - Parameters:
    ///   - viewerID: the caller's own id of the viewer whose key the access has; empty for none.
    ///   - assetID: likewise of the asset. What else it names ``AccessPresenter`` looks up.
    init(
        _ access: Access, viewerID: String = "", assetID: String = "", of organisationID: String, at now: Instant
    ) {
        self.init()
        accessID = access.id.description
        self.organisationID = organisationID
        self.viewerID = viewerID
        self.assetID = assetID
        type = access.kind.message
        state =
            switch access.state(at: now) {
            case .scheduled: .scheduled
            case .active: .active
            case .expired: .expired
            case .revoked: .revoked
            }
        startTime = Google_Protobuf_Timestamp(access.startTime)
        if let time = access.expireTime { expireTime = Google_Protobuf_Timestamp(time) }
        if let time = access.originalExpireTime { originalExpireTime = Google_Protobuf_Timestamp(time) }
        if let key = access.voucherKey {
            voucherID = ResourceID(prefix: Voucher.prefix, number: key).description
        }
        if let key = access.subscriptionKey {
            subscriptionID = ResourceID(prefix: Subscription.prefix, number: key).description
        }
        if let time = access.playTime { firstPlayTime = Google_Protobuf_Timestamp(time) }
        boundIp = access.boundIP?.text ?? ""
        createTime = Google_Protobuf_Timestamp(access.createTime)
        updateTime = Google_Protobuf_Timestamp(access.updateTime)
    }
}

extension Access.Kind {
    /// Nil for UNSPECIFIED and for what a newer client may know.
    init?(_ type: Usher_Access_V1_AccessType) { self.init(rawValue: Int64(type.rawValue)) }

    var message: Usher_Access_V1_AccessType {
        switch self {
        case .purchased: .purchased
        case .granted: .granted
        case .accessVoucher: .accessVoucher
        case .fullDiscount: .fullDiscount
        case .subscription: .subscription
        }
    }
}
