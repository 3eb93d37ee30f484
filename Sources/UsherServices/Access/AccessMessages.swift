import SwiftProtobuf
import UsherAPI
import UsherContract

extension Usher_Access_V1_Access {
    /// - Parameters:
    ///   - viewerID: the caller's own id of the viewer whose key the access has; empty for none.
    ///   - assetID: likewise of the asset.
    init(_ access: Access, viewerID: String, assetID: String, of organisationID: String, at now: Instant) {
        self.init()
        accessID = access.id.description
        self.organisationID = organisationID
        self.viewerID = viewerID
        self.assetID = assetID
        type =
            switch access.kind {
            case .purchased: .purchased
            case .granted: .granted
            case .accessVoucher: .accessVoucher
            case .fullDiscount: .fullDiscount
            case .subscription: .subscription
            }
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
        if let time = access.playTime { firstPlayTime = Google_Protobuf_Timestamp(time) }
        boundIp = access.boundIP?.text ?? ""
        createTime = Google_Protobuf_Timestamp(access.createTime)
        updateTime = Google_Protobuf_Timestamp(access.updateTime)
    }
}
