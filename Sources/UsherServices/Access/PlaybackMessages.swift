import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension Usher_Access_V1_ListSessionsRequest: PagedRequest {}

extension Usher_Access_V1_PlaybackSession {
    init(_ session: PlaybackSession, in tx: Transaction) throws {
        self.init()
        sessionID = session.id.description
        organisationID = try tx.organisationID
        viewerID = try session.viewerKey.flatMap { try ViewerStore.id(of: $0, in: tx) } ?? ""
        assetID = try AssetStore.id(of: session.assetKey, in: tx) ?? ""
        if let key = session.accessKey { accessID = ResourceID(prefix: Access.prefix, number: key).description }
        if let key = session.voucherKey { voucherID = ResourceID(prefix: Voucher.prefix, number: key).description }
        phase = session.phase == .play ? .play : .playerLoaded
        state =
            switch session.state(at: tx.now) {
            case .active: .active
            case .lapsed: .lapsed
            case .over(.ended): .ended
            case .over(.evicted): .evicted
            case .over(.accessOver): .accessOver
            }
        if session.ip.isKnown || !session.country.isEmpty || !session.device.isEmpty {
            tx.replyTells(of: session.viewerKey)
        }
        ip = session.ip.text
        country = session.country
        device = session.device
        startTime = Google_Protobuf_Timestamp(session.startTime)
        lastSeenTime = Google_Protobuf_Timestamp(session.lastSeenTime)
        if let time = session.endTime { endTime = Google_Protobuf_Timestamp(time) }
        positionSeconds = session.positionSeconds
        viewedSeconds = session.viewedSeconds
    }
}

extension PlaybackSession.Phase {
    /// PLAY for UNSPECIFIED; a violation for what is unknown.
    init(_ given: Usher_Access_V1_PlaybackPhase, _ field: String, _ violations: inout Violations) {
        switch given {
        case .playerLoaded: self = .playerLoaded
        case .play, .unspecified: self = .play
        case .UNRECOGNIZED:
            violations.require(false, field, "must be PLAYER_LOADED or PLAY")
            self = .play
        }
    }
}
