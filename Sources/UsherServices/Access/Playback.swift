import UsherContract
import UsherStorage

/// The verbs of playing. Each records what it did.
enum Playback {
    /// A wish to play, as asked.
    struct Start {
        var question: AccessQuestion
        var phase: PlaybackSession.Phase
        var device: String
    }

    /// What has begun.
    struct Outcome {
        var session: PlaybackSession
        /// Nil while a code that is not redeemed yet has only loaded the player.
        var access: Access?
        var redemption: Redemption?
        /// The sessions that made room, oldest first.
        var evicted: [ResourceID]
    }

    /// Judges, and begins to play, or goes on with the question's session.
    ///
    /// - Throws: what ``AccessCheck`` says "no" with; SESSION_NOT_FOUND where the session to go on with is another's
    ///   or of another asset.
    static func start(_ start: Start, in tx: Transaction) throws -> Outcome {
        let question = start.question
        let verdict = try AccessCheck.judge(question, in: tx)
        guard verdict.isAllowed, let assetKey = verdict.assetKey else { throw AccessRefusal.denied(verdict.reason) }
        var (access, redemption) = (verdict.access, nil as Redemption?)
        let isPlayed = try start.phase == .play || isOneTime(verdict, in: tx)
        if access == nil, isPlayed, let voucher = verdict.voucher {
            let use = VoucherUse(viewerID: question.viewerID, assetID: question.assetID, moment: question.moment)
            let outcome = try VoucherRedemption.apply(voucher, use, in: tx)
            (access, redemption) = (outcome.access, outcome.redemption)
        }
        var session = PlaybackSession(
            id: question.session?.id ?? tx.newID(PlaybackSession.prefix), holderKey: 0,
            viewerKey: try viewerKey(of: question, access, in: tx),
            voucherKey: access?.voucherKey ?? verdict.voucher?.id.number, accessKey: access?.id.number,
            assetKey: assetKey, phase: start.phase, ip: question.ip, country: question.country.uppercased(),
            device: start.device, startTime: tx.now, lastSeenTime: tx.now, endTime: nil, end: nil,
            positionSeconds: 0, viewedSeconds: 0)
        guard let holder = access == nil ? session.viewerKey ?? session.voucherKey : access?.holderKey else {
            throw StorageError.inconsistent("a session without viewer and voucher")
        }
        session.holderKey = holder
        if isPlayed, let found = access {
            access = try markPlayed(found, from: verdict.bindsIP ? question.ip : nil, in: tx)
        }
        let evicted = try makeRoom(for: session, verdict.rules, in: tx)
        try keep(&session, continuing: question.session, redemption, in: tx)
        return Outcome(session: session, access: access, redemption: redemption, evicted: evicted)
    }

    private static func isOneTime(_ verdict: AccessCheck.Verdict, in tx: Transaction) throws -> Bool {
        let overrides = try verdict.overrides ?? VoucherStore.overrides(of: verdict.access?.voucherKey, in: tx)
        return overrides.contains(.isOneTime)
    }

    /// Who is watching. A viewer who is not registered yet is, where it is the viewer's own session.
    private static func viewerKey(of question: AccessQuestion, _ access: Access?, in tx: Transaction) throws -> Int64? {
        if let key = access?.viewerKey { return key }
        guard !question.viewerID.isEmpty else { return nil }
        if access != nil { return try ViewerStore.key(of: question.viewerID, in: tx) }
        return try ViewerRegistration.apply(question.viewerID, in: tx)
    }

    private static func markPlayed(_ access: Access, from ip: IPAddress?, in tx: Transaction) throws -> Access {
        guard access.playTime == nil || ip != nil && access.boundIP == nil else { return access }
        try AccessStore.markPlayed(access.id, from: ip, in: tx)
        var played = access
        played.playTime = access.playTime ?? tx.now
        played.boundIP = access.boundIP ?? ip
        played.updateTime = tx.now
        return played
    }

    /// Evicts the oldest sessions, so that with this one there are no more than may be. Where the policy is to deny,
    /// the check has seen to it.
    private static func makeRoom(
        for session: PlaybackSession, _ rules: Settings.Playback, in tx: Transaction
    ) throws -> [ResourceID] {
        guard let limit = rules.concurrentSessionLimit, rules.concurrentSessionPolicy == .evictOldest else { return [] }
        let kept =
            limit == 1
            ? []
            : try PlaybackSessionStore.goingOn(
                of: session.holderKey, at: tx.now, except: session.id.number, limit: limit - 1, in: tx)
        // Fewer than may stay: nobody has to go.
        guard kept.count == limit - 1 else { return [] }
        let evicted = try PlaybackSessionStore.evict(
            of: session.holderKey, before: kept.last ?? Int64.max, except: session.id.number, in: tx)
        for id in evicted {
            try tx.record("playback.evicted", id.description, after: ["by": session.id.description])
        }
        return evicted
    }

    private static func keep(
        _ session: inout PlaybackSession, continuing: PlaybackSession?, _ redemption: Redemption?, in tx: Transaction
    ) throws {
        if let continuing {
            guard continuing.assetKey == session.assetKey, continuing.holderKey == session.holderKey else {
                throw AccessRefusal.sessionNotFound
            }
            session.startTime = continuing.startTime
            (session.positionSeconds, session.viewedSeconds) = (continuing.positionSeconds, continuing.viewedSeconds)
            session.device = continuing.device
            // Where it is played stays known where this call does not say.
            if !session.ip.isKnown { session.ip = continuing.ip }
            if session.country.isEmpty { session.country = continuing.country }
            if continuing.phase == .play { session.phase = .play }
            try PlaybackSessionStore.update(session, in: tx)
        } else {
            try PlaybackSessionStore.insert(session, in: tx)
        }
        try tx.record(
            continuing == nil ? "playback.started" : "playback.continued", session.id.description,
            before: continuing?.journal, after: session.journal)
    }

    // MARK: While it goes on

    /// Notes how far a session is, and judges whether it may go on.
    ///
    /// - Returns: the session as it is now, and why it may not go on; empty where it may.
    static func record(
        _ before: PlaybackSession, position: Int64, viewed: Int64, in tx: Transaction
    ) throws -> (session: PlaybackSession, reason: String) {
        if let end = before.end { return (before, end.reason) }
        var session = before
        session.positionSeconds = position
        session.viewedSeconds = max(before.viewedSeconds, viewed)
        var reason = ""
        if let refused = try reasonOfAccess(session, in: tx) {
            (session.endTime, session.end, reason) = (tx.now, .accessOver, refused.rawValue)
        } else if before.state(at: tx.now) == .lapsed, let policy = try policyInTheWay(of: session, in: tx) {
            // Nothing is written where it is denied: it may go on as soon as there is room.
            guard policy == .evictOldest else { return (before, AccessReason.tooManySessions.rawValue) }
            (session.endTime, session.end) = (tx.now, .evicted)
            reason = PlaybackSession.End.evicted.reason
        } else {
            session.lastSeenTime = tx.now
        }
        try PlaybackSessionStore.update(session, in: tx)
        try tx.record(
            session.end == .evicted ? "playback.evicted" : "playback.recorded", session.id.description,
            before: before.journal, after: session.journal)
        return (session, reason)
    }

    /// Ends a session that goes on, or has lapsed. Nil leaves what was last said.
    static func end(
        _ before: PlaybackSession, position: Int64?, viewed: Int64?, in tx: Transaction
    ) throws -> PlaybackSession {
        guard before.end == nil else { return before }
        var session = before
        session.positionSeconds = position ?? before.positionSeconds
        session.viewedSeconds = max(before.viewedSeconds, viewed ?? 0)
        (session.endTime, session.end) = (tx.now, .ended)
        try PlaybackSessionStore.update(session, in: tx)
        try tx.record("playback.ended", session.id.description, before: before.journal, after: session.journal)
        return session
    }

    /// Why the access that a session rests on does not carry it any more.
    private static func reasonOfAccess(_ session: PlaybackSession, in tx: Transaction) throws -> AccessReason? {
        guard let key = session.accessKey, let access = try AccessStore.find(key, in: tx) else { return nil }
        switch access.state(at: tx.now) {
        case .active: return nil
        case .expired: return .accessExpired
        case .scheduled, .revoked: return .noAccess
        }
    }

    /// The policy by which a session that has lapsed may not come back: others have taken its place.
    private static func policyInTheWay(
        of session: PlaybackSession, in tx: Transaction
    ) throws -> Settings.SessionPolicy? {
        let rules = try SettingsStore.readForPlayback(in: tx)
        guard let limit = rules.concurrentSessionLimit else { return nil }
        let others = try PlaybackSessionStore.goingOn(
            of: session.holderKey, at: tx.now, except: session.id.number, limit: limit, in: tx)
        return others.count >= limit ? rules.concurrentSessionPolicy : nil
    }
}

extension Access {
    /// Whose sessions at a time are counted: the viewer's, or where a code opened without one the voucher's.
    var holderKey: Int64? { viewerKey ?? voucherKey }
}

extension PlaybackSession {
    /// What the journal compares. Without address, country and device: those of a viewer who is deleted one day are
    /// forgotten.
    var journal: JournalState {
        [
            "viewer_key": viewerKey, "voucher_key": voucherKey, "access_key": accessKey, "asset_key": assetKey,
            "phase": phase.rawValue, "end_time": endTime, "end": end?.rawValue,
            "position_seconds": positionSeconds, "viewed_seconds": viewedSeconds,
        ]
    }
}
