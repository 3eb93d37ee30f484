import UsherAPI
import UsherContract
import UsherStorage

extension AccessService {
    func startPlayback(
        _ request: Usher_Access_V1_StartPlaybackRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_StartPlaybackResponse {
        var violations = Violations()
        violations.requireCallerID(request.viewerID, "viewer_id")
        violations.requireText(request.device, "device", PlaybackSession.deviceLengths)
        let phase = PlaybackSession.Phase(request.phase, "phase", &violations)
        var question = violations.question(
            viewerID: request.viewerID, code: request.code, assetID: request.assetID, ip: request.ip,
            country: request.country, moment: tx.now)
        try violations.refuse()
        if !request.sessionID.isEmpty {
            let session = try playbackSession(request.sessionID, in: tx)
            if let end = session.end { throw AccessRefusal.sessionOver(end) }
            question.session = session
        }
        let outcome = try Playback.start(
            Playback.Start(question: question, phase: phase, device: request.device), in: tx)
        return try .with { response in
            response.session = try .init(outcome.session, in: tx)
            if let access = outcome.access { response.access = try message(access, in: tx) }
            response.redemptionID = outcome.redemption?.id.description ?? ""
            response.evictedSessionIds = outcome.evicted.map(\.description)
        }
    }

    func recordPlayback(
        _ request: Usher_Access_V1_RecordPlaybackRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_RecordPlaybackResponse {
        var violations = Violations()
        violations.requireSeconds(request.positionSeconds, "position_seconds")
        violations.requireSeconds(request.viewedSeconds, "viewed_seconds")
        try violations.refuse()
        let (session, reason) = try Playback.record(
            try playbackSession(request.sessionID, in: tx), position: request.positionSeconds,
            viewed: request.viewedSeconds, in: tx)
        return try .with { response in
            response.session = try .init(session, in: tx)
            (response.allowed, response.reason) = (reason.isEmpty, reason)
        }
    }

    func endPlayback(
        _ request: Usher_Access_V1_EndPlaybackRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_PlaybackSession {
        var violations = Violations()
        violations.requireSeconds(request.positionSeconds, "position_seconds")
        violations.requireSeconds(request.viewedSeconds, "viewed_seconds")
        try violations.refuse()
        let session = try Playback.end(
            try playbackSession(request.sessionID, in: tx),
            position: request.hasPositionSeconds ? request.positionSeconds : nil,
            viewed: request.hasViewedSeconds ? request.viewedSeconds : nil, in: tx)
        return try .init(session, in: tx)
    }

    func listSessions(
        _ request: Usher_Access_V1_ListSessionsRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_ListSessionsResponse {
        var violations = Violations()
        violations.require(
            request.viewerID.isEmpty || request.voucherID.isEmpty, "voucher_id",
            "must not be given together with viewer_id")
        try violations.refuse()
        let page = try Page(of: request, in: tx)
        let found = try PlaybackSessionStore.list(
            try selection(request, in: tx), after: try page.afterNumber(), limit: page.size + 1, in: tx)
        let (items, token) = try page.cut(found, key: { String($0.id.number) }) {
            try Usher_Access_V1_PlaybackSession($0, in: tx)
        }
        return .with { ($0.sessions, $0.nextPageToken) = (items, token) }
    }

    private func selection(
        _ request: Usher_Access_V1_ListSessionsRequest, in tx: Transaction
    ) throws -> PlaybackSessionStore.Selection {
        if !request.viewerID.isEmpty {
            guard let key = try ViewerStore.key(of: request.viewerID, in: tx) else {
                throw CatalogRefusal.viewerNotFound
            }
            return .viewer(key)
        }
        guard !request.voucherID.isEmpty else { return .all }
        guard let id = ResourceID(request.voucherID, prefix: Voucher.prefix),
            try VoucherStore.exists(id.number, in: tx)
        else { throw VoucherRefusal.notFound }
        return .voucher(id.number)
    }

    private func playbackSession(_ id: String, in tx: Transaction) throws -> PlaybackSession {
        guard let id = ResourceID(id, prefix: PlaybackSession.prefix),
            let session = try PlaybackSessionStore.find(id.number, in: tx)
        else { throw AccessRefusal.sessionNotFound }
        return session
    }
}

extension Violations {
    /// Who asks to see what, and from where.
    ///
    /// - Parameter row: the path of the fields, where they are those of one row of many.
    mutating func question(
        viewerID: String, code: String, assetID: String, ip: String, country: String, moment: Instant,
        row: String = ""
    ) -> AccessQuestion {
        require(!assetID.isEmpty, "\(row)asset_id", "must be given")
        require(!viewerID.isEmpty || !code.isEmpty, "\(row)viewer_id", "must be given where code is not")
        require(
            country.isEmpty || GeoPolicy.isCountryCode(country), "\(row)country",
            "must be an ISO 3166-1 alpha-2 code such as SE")
        let address = ip.isEmpty ? .unknown : IPAddress(ip)
        require(address != nil, "\(row)ip", "must be an IP address")
        return AccessQuestion(
            viewerID: viewerID, code: code, assetID: assetID, ip: address ?? .unknown, country: country,
            moment: moment)
    }

    mutating func question(
        _ request: Usher_Access_V1_CheckAccessRequest, row: String, now: Instant
    ) -> AccessQuestion {
        let moment = instant(request.at, isSet: request.hasAt, "\(row)at") ?? now
        return question(
            viewerID: request.viewerID, code: request.code, assetID: request.assetID, ip: request.ip,
            country: request.country, moment: moment, row: row)
    }

    fileprivate mutating func requireSeconds(_ value: Int64, _ field: String) {
        let range = PlaybackSession.seconds
        require(range.contains(value), field, "must be \(range.lowerBound) to \(range.upperBound)")
    }
}
