import UsherContract
import UsherStorage

/// "May this person come in?", as asked.
struct AccessQuestion {
    var viewerID: String
    var code: String
    var assetID: String
    var ip = IPAddress.unknown
    var country: String
    var moment: Instant
    /// The session that is to go on: it is in its own way neither as one too many nor as played before.
    var session: PlaybackSession?
}

/// The verb that answers it. Writes nothing.
///
/// Order: the asset, then a grant (any that passes will do, the viewer's or the code's), then the asset's geo policy
/// and single-IP protection, each of which a voucher's override lifts, then the number of sessions at a time.
enum AccessCheck {
    struct Verdict {
        /// Empty when allowed.
        var reason = ""
        /// The access that opens, or that came nearest.
        var access: Access?
        /// The voucher that opens, by its code alone: not redeemed yet.
        var voucher: Voucher?
        /// What the voucher of either says; nil where nothing has depended on it.
        var overrides: Voucher.Overrides?
        /// The key of the asset that was asked about.
        var assetKey: Int64?
        /// The asset binds what opens it to one address.
        var bindsIP = false
        /// Whose sessions at a time are limited, and how.
        var rules = Settings.Playback()

        static func refused(_ reason: AccessReason, _ access: Access? = nil) -> Verdict {
            Verdict(reason: reason.rawValue, access: access)
        }

        var isAllowed: Bool { reason.isEmpty }

        /// How near a "no" came: having been let in but for the number of sessions is nearest, having nothing is
        /// farthest.
        var nearness: Int {
            switch AccessReason(rawValue: reason) {
            case .tooManySessions: 6
            case .ipMismatch: 5
            case .geoUnknown, .geoBlocked: 4
            case .alreadyPlayed: 3
            case .accessExpired: 2
            case .noAccess, .assetNotFound: 0
            case nil: 1
            }
        }
    }

    /// What the questions of one call have in common is read once.
    struct Common {
        fileprivate var gates: [String: AssetStore.Gate] = [:]
        fileprivate var rules: Settings.Playback?

        fileprivate mutating func gate(of assetID: String, in tx: Transaction) throws -> AssetStore.Gate? {
            if let gate = gates[assetID] { return gate }
            let gate = try AssetStore.gate(of: assetID, in: tx)
            gates[assetID] = gate
            return gate
        }

        fileprivate mutating func rules(in tx: Transaction) throws -> Settings.Playback {
            if let rules { return rules }
            let read = try SettingsStore.readForPlayback(in: tx)
            rules = read
            return read
        }
    }

    static func judge(_ question: AccessQuestion, in tx: Transaction) throws -> Verdict {
        var common = Common()
        return try judge(question, &common, in: tx)
    }

    /// - Parameter common: what the earlier questions of this call have read; nothing of it changes in between.
    static func judge(_ question: AccessQuestion, _ common: inout Common, in tx: Transaction) throws -> Verdict {
        guard let gate = try common.gate(of: question.assetID, in: tx) else { return .refused(.assetNotFound) }
        let door = Door(question: question, gate: gate, rules: try common.rules(in: tx))
        var verdict = try judgeViewer(door, in: tx)
        if !verdict.isAllowed, !question.code.isEmpty {
            let byCode = try judgeCode(door, in: tx)
            // Of two that came equally near, the one that has an access to show.
            let isAsNear = byCode.nearness == verdict.nearness && (byCode.access != nil || verdict.access == nil)
            if byCode.isAllowed || byCode.nearness > verdict.nearness || isAsNear { verdict = byCode }
        }
        (verdict.assetKey, verdict.rules) = (gate.key, door.rules)
        verdict.bindsIP = door.isSingleIP && verdict.overrides?.contains(.ignoresSingleIP) != true
        return verdict
    }

    private static func judgeViewer(_ door: Door, in tx: Transaction) throws -> Verdict {
        let question = door.question
        guard !question.viewerID.isEmpty, let viewerKey = try ViewerStore.key(of: question.viewerID, in: tx) else {
            return .refused(.noAccess)
        }
        var found = try AccessStore.opening(
            door.gate, to: viewerKey, at: question.moment, limit: AccessStore.firstCandidates, in: tx)
        var verdict = try door.best(of: found, in: tx)
        if verdict?.isAllowed == false, found.count == AccessStore.firstCandidates {
            found = try AccessStore.opening(
                door.gate, to: viewerKey, at: question.moment, limit: AccessStore.mostCandidates, in: tx)
            verdict = try door.best(of: found, in: tx)
        }
        guard let verdict else {
            let expired = try AccessStore.expired(door.gate, of: viewerKey, at: question.moment, in: tx)
            return expired.max { $1.outlasts($0) }.map { .refused(.accessExpired, $0) }
                ?? .refused(.noAccess)
        }
        return try door.admit(verdict, sessionsOf: viewerKey, in: tx)
    }

    /// A code opens by the access that it gave without a viewer, or, as long as it could still be redeemed, by itself.
    private static func judgeCode(_ door: Door, in tx: Transaction) throws -> Verdict {
        let question = door.question
        guard let voucher = try VoucherStore.find(code: question.code, in: tx) else {
            return Verdict(reason: VoucherRefusal.voucherNotFound.rawValue)
        }
        let given = try AccessStore.ofCode(voucher.id.number, in: tx)
            .flatMap { try opens($0, door.gate, in: tx) ? $0 : nil }
        if let given, given.state(at: question.moment) == .active {
            let verdict = door.judge(given, voucher.overrides)
            return try door.admit(verdict, sessionsOf: voucher.id.number, in: tx)
        }
        let use = VoucherUse(viewerID: question.viewerID, assetID: question.assetID, moment: question.moment)
        switch try VoucherRedemption.judge(voucher, use, in: tx) {
        case .failure(let refusal):
            let isExpired = given?.state(at: question.moment) == .expired
            return isExpired ? .refused(.accessExpired, given) : Verdict(reason: refusal.reason)
        case .success(let judgement):
            let reason = door.obstacle(to: nil, voucher.overrides)?.rawValue ?? ""
            let verdict = Verdict(reason: reason, voucher: voucher, overrides: voucher.overrides)
            // A viewer who is not registered yet has no sessions.
            let holder = question.viewerID.isEmpty ? voucher.id.number : judgement.viewerKey
            guard let holder else { return verdict }
            return try door.admit(verdict, sessionsOf: holder, in: tx)
        }
    }

    private static func opens(_ access: Access, _ gate: AssetStore.Gate, in tx: Transaction) throws -> Bool {
        if let key = access.packageKey { return try PackageStore.opens(gate.key, package: key, in: tx) }
        guard let key = access.assetKey, key != gate.key else { return true }
        return try AssetStore.isMember(gate.key, ofAnyOf: [key], in: tx)
    }
}

/// What stands between a grant and the asset.
private struct Door {
    let question: AccessQuestion
    let gate: AssetStore.Gate
    let rules: Settings.Playback

    var isSingleIP: Bool { gate.singleIPProtection ?? rules.singleIPProtection }

    /// The best of several grants that are in time: of those that pass the one that ends last, else the one that came
    /// nearest. Nil for no grants.
    func best(of accesses: [Access], in tx: Transaction) throws -> AccessCheck.Verdict? {
        try accesses.map { judge($0, try overrides(of: $0, in: tx)) }.max { left, right in
            if left.isAllowed != right.isAllowed { return right.isAllowed }
            if left.nearness != right.nearness { return left.nearness < right.nearness }
            guard let one = left.access, let other = right.access else { return false }
            return other.outlasts(one)
        }
    }

    /// Nil where nothing depends on them, which is almost always: they are the voucher's and not the access's.
    private func overrides(of access: Access, in tx: Transaction) throws -> Voucher.Overrides? {
        guard gate.geoPolicy != nil || isSingleIP || access.playTime != nil else { return nil }
        return try VoucherStore.overrides(of: access.voucherKey, in: tx)
    }

    func judge(_ access: Access, _ overrides: Voucher.Overrides?) -> AccessCheck.Verdict {
        AccessCheck.Verdict(
            reason: obstacle(to: access, overrides ?? [])?.rawValue ?? "", access: access, overrides: overrides)
    }

    /// Why a grant that is in time does not pass; nil where it does.
    ///
    /// - Parameter access: nil for a code that is not redeemed yet.
    func obstacle(to access: Access?, _ overrides: Voucher.Overrides) -> AccessReason? {
        if overrides.contains(.isOneTime), let access, access.playTime != nil,
            question.session?.accessKey != access.id.number
        {
            return .alreadyPlayed
        }
        if !overrides.contains(.ignoresGeoblocking) {
            switch gate.geoPolicy?.judge(country: question.country) ?? .passed {
            case .passed: break
            case .unknownCountry: return .geoUnknown
            case .blocked: return .geoBlocked
            }
        }
        if isSingleIP, !overrides.contains(.ignoresSingleIP) {
            let isOther = access?.boundIP.map { $0 != question.ip } ?? false
            if isOther || !question.ip.isKnown { return .ipMismatch }
        }
        return nil
    }

    /// The last thing to be judged, where everything else has passed: the number of sessions at a time.
    func admit(
        _ verdict: AccessCheck.Verdict, sessionsOf holderKey: Int64, in tx: Transaction
    ) throws -> AccessCheck.Verdict {
        guard verdict.isAllowed, let limit = rules.concurrentSessionLimit, rules.concurrentSessionPolicy == .deny
        else { return verdict }
        let others = try PlaybackSessionStore.goingOn(
            of: holderKey, at: question.moment, except: question.session?.id.number ?? 0, limit: limit, in: tx)
        guard others.count >= limit else { return verdict }
        var refused = verdict
        (refused.reason, refused.voucher) = (AccessReason.tooManySessions.rawValue, nil)
        return refused
    }
}
