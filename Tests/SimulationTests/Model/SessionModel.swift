import UsherAPI
import UsherContract

final class ModelSession {
    /// Whose sessions at a time are counted.
    enum Holder: Equatable {
        case viewer(ModelViewer)
        case voucher(ModelVoucher)

        static func == (left: Holder, right: Holder) -> Bool {
            switch (left, right) {
            case (.viewer(let left), .viewer(let right)): left === right
            case (.voucher(let left), .voucher(let right)): left === right
            default: false
            }
        }
    }

    let id: String
    let asset: ModelAsset
    var device: String
    let start: Instant
    var holder: Holder
    var viewer: ModelViewer?
    var voucher: ModelVoucher?
    var access: ModelAccess?
    var isPlaying: Bool
    var ip: String
    var country: String
    var lastSeen: Instant
    private(set) var end: (time: Instant, state: Usher_Access_V1_SessionState)?
    var position: Int64 = 0
    var viewed: Int64 = 0

    init(_ id: String, _ asset: ModelAsset, device: String, _ holder: Holder, at now: Instant) {
        self.id = id
        self.asset = asset
        self.device = device
        self.holder = holder
        (start, lastSeen) = (now, now)
        (isPlaying, ip, country) = (false, "", "")
    }

    func end(_ state: Usher_Access_V1_SessionState, at now: Instant) { end = (now, state) }

    /// Heard of within the last five minutes.
    func isGoingOn(at moment: Instant) -> Bool { end == nil && lastSeen > moment - .seconds(300) }

    /// What a player is told that goes on although it is over.
    var reasonOver: String { end?.state == .evicted ? "SESSION_EVICTED" : "SESSION_ENDED" }

    func message(of organisationID: String, at now: Instant) -> Usher_Access_V1_PlaybackSession {
        .with { message in
            message.sessionID = id
            message.organisationID = organisationID
            message.viewerID = viewer?.message.viewerID ?? ""
            message.assetID = asset.message.assetID
            message.accessID = access?.id ?? ""
            message.voucherID = voucher?.id ?? ""
            message.phase = isPlaying ? .play : .playerLoaded
            message.state = end?.state ?? (isGoingOn(at: now) ? .active : .lapsed)
            message.ip = ip
            message.country = country
            message.device = device
            message.startTime = start.timestamp
            message.lastSeenTime = lastSeen.timestamp
            if let end { message.endTime = end.time.timestamp }
            message.positionSeconds = position
            message.viewedSeconds = viewed
        }
    }
}

extension OrganisationModel {
    func existingSession(_ id: String) throws -> ModelSession {
        guard let session = sessions.first(where: { $0.id == id }) else { throw Expected.notFound("SESSION_NOT_FOUND") }
        return session
    }

    func startPlayback(
        _ request: Usher_Access_V1_StartPlaybackRequest, _ context: Context,
        _ made: Usher_Access_V1_StartPlaybackResponse?
    ) throws -> Usher_Access_V1_StartPlaybackResponse {
        var mistakes = Mistakes()
        mistakes.requireID(request.viewerID, "viewer_id")
        mistakes.requireText(request.device, 0...200, "device")
        var question = ModelQuestion(
            viewerID: request.viewerID, code: request.code, assetID: request.assetID, ip: request.ip,
            country: request.country, moment: context.now, &mistakes)
        try mistakes.refuse()
        if !request.sessionID.isEmpty {
            let session = try existingSession(request.sessionID)
            if session.end != nil { throw Expected.precondition(session.reasonOver) }
            question.session = session
        }
        let verdict = judge(question)
        if let refusal = verdict.refusal { throw refusal }
        let asset = try existingAsset(request.assetID)
        var access = verdict.accesses.first { $0.id == made?.access.accessID } ?? verdict.accesses.first
        let terms = (access == nil ? verdict.voucher : access?.voucher)?.terms ?? .init()
        let isPlayed = request.phase != .playerLoaded || terms.isOneTime
        try checkContinuation(question, access, verdict.voucher, asset)
        var response = Usher_Access_V1_StartPlaybackResponse()
        if access == nil, isPlayed, let voucher = verdict.voucher {
            let redemption = try redeem(
                voucher, ModelUse(question), access: made?.access, redemptionID: made?.redemptionID, context)
            access = redemption.access
            response.redemptionID = redemption.id
        }
        let isBound = isSingleIP(asset) && !terms.ignoresSingleIP
        if isPlayed { access?.play(from: isBound ? question.ip : "", at: context.now) }
        let session = try open(question, access, verdict.voucher, asset, request, made?.session.sessionID, context)
        response.evictedSessionIds = makeRoom(for: session, context)
        if let access { response.access = access.message(of: id, at: context.now) }
        session.isPlaying = session.isPlaying || request.phase != .playerLoaded
        context.record(question.session == nil ? "playback.started" : "playback.continued", session.id)
        response.session = session.message(of: id, at: context.now)
        return response
    }

    /// A session goes on with the same asset and for the same person only.
    private func checkContinuation(
        _ question: ModelQuestion, _ access: ModelAccess?, _ voucher: ModelVoucher?, _ asset: ModelAsset
    ) throws {
        guard let session = question.session else { return }
        let viewer = access == nil ? liveViewer(question.viewerID) : access?.viewer
        // Somebody new has had no session.
        let isNew = access == nil && !question.viewerID.isEmpty && viewer == nil
        let holder =
            viewer.map(ModelSession.Holder.viewer) ?? (access?.voucher ?? voucher).map(ModelSession.Holder.voucher)
        guard !isNew, session.asset == asset, session.holder == holder else {
            throw Expected.notFound("SESSION_NOT_FOUND")
        }
    }

    private func open(
        _ question: ModelQuestion, _ access: ModelAccess?, _ voucher: ModelVoucher?, _ asset: ModelAsset,
        _ request: Usher_Access_V1_StartPlaybackRequest, _ newID: String?, _ context: Context
    ) throws -> ModelSession {
        var viewer = access?.viewer
        if viewer == nil, !question.viewerID.isEmpty {
            viewer = access == nil ? try register(question.viewerID, context) : liveViewer(question.viewerID)
        }
        let voucher = access == nil ? voucher : access?.voucher
        let owner = access == nil ? viewer : access?.viewer
        guard let holder = owner.map(ModelSession.Holder.viewer) ?? voucher.map(ModelSession.Holder.voucher) else {
            throw Discrepancy(source: .answer, what: "a session of nobody")
        }
        let session =
            try question.session
            ?? ModelSession(adopt(newID, "ses"), asset, device: request.device, holder, at: context.now)
        if question.session == nil { sessions.append(session) }
        (session.holder, session.viewer, session.voucher, session.access) = (holder, viewer, voucher, access)
        // What is not said stays as it is.
        if !question.ip.isEmpty { session.ip = question.ip }
        if !question.country.isEmpty { session.country = question.country.uppercased() }
        session.lastSeen = context.now
        return session
    }

    /// The oldest go, so that there are no more than may be. Returns which.
    private func makeRoom(for session: ModelSession, _ context: Context) -> [String] {
        guard settings.hasConcurrentSessionLimit, settings.concurrentSessionPolicy != .deny else { return [] }
        let others = sessions.filter {
            $0.holder == session.holder && $0.isGoingOn(at: context.now) && $0 !== session
        }
        let evicted = others.dropLast(Int(settings.concurrentSessionLimit) - 1)
        for other in evicted {
            other.end(.evicted, at: context.now)
            context.record("playback.evicted", other.id)
        }
        return evicted.map(\.id)
    }

    func recordPlayback(
        _ request: Usher_Access_V1_RecordPlaybackRequest, _ context: Context
    ) throws -> Usher_Access_V1_RecordPlaybackResponse {
        try checkSeconds(request.positionSeconds, request.viewedSeconds)
        let session = try existingSession(request.sessionID)
        let reason = goOn(session, request, context)
        return .with { response in
            (response.allowed, response.reason) = (reason.isEmpty, reason)
            response.session = session.message(of: id, at: context.now)
        }
    }

    private func checkSeconds(_ position: Int64, _ viewed: Int64) throws {
        var mistakes = Mistakes()
        mistakes.require((0...31_622_400).contains(position), "position_seconds")
        mistakes.require((0...31_622_400).contains(viewed), "viewed_seconds")
        try mistakes.refuse()
    }

    /// Why it may not go on; empty where it does.
    private func goOn(
        _ session: ModelSession, _ request: Usher_Access_V1_RecordPlaybackRequest, _ context: Context
    ) -> String {
        if session.end != nil { return session.reasonOver }
        let state = session.access?.state(at: context.now) ?? .active
        let others = sessions.filter {
            $0.holder == session.holder && $0.isGoingOn(at: context.now) && $0 !== session
        }
        let isFull = settings.hasConcurrentSessionLimit && others.count >= settings.concurrentSessionLimit
        let isInTheWay = state == .active && !session.isGoingOn(at: context.now) && isFull
        if isInTheWay, settings.concurrentSessionPolicy == .deny { return "TOO_MANY_SESSIONS" }
        session.position = request.positionSeconds
        session.viewed = max(session.viewed, request.viewedSeconds)
        context.record(isInTheWay ? "playback.evicted" : "playback.recorded", session.id)
        if state != .active {
            session.end(.accessOver, at: context.now)
            return state == .expired ? "ACCESS_EXPIRED" : "NO_ACCESS"
        }
        if isInTheWay {
            session.end(.evicted, at: context.now)
            return "SESSION_EVICTED"
        }
        session.lastSeen = context.now
        return ""
    }

    func endPlayback(
        _ request: Usher_Access_V1_EndPlaybackRequest, _ context: Context
    ) throws -> Usher_Access_V1_PlaybackSession {
        try checkSeconds(request.positionSeconds, request.viewedSeconds)
        let session = try existingSession(request.sessionID)
        if session.end == nil {
            if request.hasPositionSeconds { session.position = request.positionSeconds }
            if request.hasViewedSeconds { session.viewed = max(session.viewed, request.viewedSeconds) }
            session.end(.ended, at: context.now)
            context.record("playback.ended", session.id)
        }
        return session.message(of: id, at: context.now)
    }

    func listed(
        _ request: Usher_Access_V1_ListSessionsRequest, _ context: Context
    ) throws -> [Usher_Access_V1_PlaybackSession] {
        let viewer = request.viewerID.isEmpty ? nil : try existingViewer(request.viewerID)
        let voucher = request.voucherID.isEmpty ? nil : try existingVoucher(request.voucherID)
        return sessions.filter { (viewer == nil || $0.viewer == viewer) && (voucher == nil || $0.voucher === voucher) }
            .map { $0.message(of: id, at: context.now) }
    }
}
