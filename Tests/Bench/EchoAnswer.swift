import SwiftProtobuf
import UsherAPI

extension Usher_Access_V1_CheckAccessResponse {
    /// What the baselines answer: as many fields as a real answer has. Built from the inside out: a change within a
    /// message that another one holds copies it.
    static func echo(of request: Usher_Access_V1_CheckAccessRequest) -> Usher_Access_V1_CheckAccessResponse {
        let start = Google_Protobuf_Timestamp(seconds: 1_795_197_600)
        let end = Google_Protobuf_Timestamp(seconds: 1_795_284_000)
        var access = Usher_Access_V1_Access()
        access.accessID = "acc_0000000000000"
        access.organisationID = "bench"
        access.viewerID = request.viewerID
        access.assetID = request.assetID
        access.type = .accessVoucher
        access.state = .active
        access.startTime = start
        access.expireTime = end
        access.voucherID = "vch_0000000000000"
        access.createTime = start
        access.updateTime = start
        var response = Usher_Access_V1_CheckAccessResponse()
        response.allowed = true
        response.access = access
        response.expireTime = end
        return response
    }
}
