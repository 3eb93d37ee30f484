import UsherAPI
import UsherContract

/// "May this person come in?", as asked.
struct ModelQuestion {
    var viewerID: String
    var code: String
    var assetID: String
    /// In the one way of writing that an address has; empty for one that is not known.
    var ip: String
    var country: String
    var moment: Instant
    /// The session that is to go on.
    var session: ModelSession?

    init(
        viewerID: String, code: String, assetID: String, ip: String, country: String, moment: Instant,
        row: String = "", _ mistakes: inout Mistakes
    ) {
        self.viewerID = viewerID
        self.code = code
        self.assetID = assetID
        self.ip = Address.same(ip) ?? ""
        self.country = country
        self.moment = moment
        mistakes.require(!assetID.isEmpty, "\(row)asset_id")
        mistakes.require(!viewerID.isEmpty || !code.isEmpty, "\(row)viewer_id")
        mistakes.require(country.isEmpty || country.count == 2 && country.allSatisfy(\.isLetter), "\(row)country")
        mistakes.require(Address.same(ip) != nil, "\(row)ip")
    }

    init(_ request: Usher_Access_V1_CheckAccessRequest, row: String, now: Instant, _ mistakes: inout Mistakes) {
        self.init(
            viewerID: request.viewerID, code: request.code, assetID: request.assetID, ip: request.ip,
            country: request.country, moment: mistakes.moment(request.at, request.hasAt, "\(row)at") ?? now, row: row,
            &mistakes)
    }
}

/// Addresses, and what is the same one.
enum Address {
    static let spellings = ["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:DB8:0:0::1"]
    private static let canonical = [
        "": "", "192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "192.0.2.2": "192.0.2.2",
        "2001:db8::1": "2001:db8::1", "2001:DB8:0:0::1": "2001:db8::1",
    ]

    /// Nil for what is none.
    static func same(_ text: String) -> String? { canonical[text] }
}

/// A "yes" or "no", and what it may be explained with: of several accesses that end at the same time any one.
struct ModelVerdict {
    /// Nil for a "yes".
    var refusal: Expected?
    var accesses: [ModelAccess] = []
    /// What would be redeemed.
    var voucher: ModelVoucher?

    init(_ reason: String? = nil, _ accesses: [ModelAccess] = [], voucher: ModelVoucher? = nil) {
        refusal = reason.map {
            ["ASSET_NOT_FOUND", "VOUCHER_NOT_FOUND"].contains($0) ? .notFound($0) : .precondition($0)
        }
        self.accesses = accesses
        self.voucher = voucher
    }

    /// The number of sessions came nearest, then the address, geography, one-time use, time, what the voucher itself
    /// says, and last having nothing.
    var nearness: Int {
        switch refusal?.reason {
        case nil: 7
        case "TOO_MANY_SESSIONS": 6
        case "IP_MISMATCH": 5
        case "GEO_UNKNOWN", "GEO_BLOCKED": 4
        case "ALREADY_PLAYED": 3
        case "ACCESS_EXPIRED": 2
        case "NO_ACCESS", "ASSET_NOT_FOUND": 0
        default: 1
        }
    }
}

extension OrganisationModel {
    func checkAccess(
        _ request: Usher_Access_V1_CheckAccessRequest, _ context: Context,
        _ made: Usher_Access_V1_CheckAccessResponse?
    ) throws -> Usher_Access_V1_CheckAccessResponse {
        var mistakes = Mistakes()
        let question = ModelQuestion(request, row: "", now: context.now, &mistakes)
        try mistakes.refuse()
        return answer(question, made)
    }

    func batchCheckAccess(
        _ request: Usher_Access_V1_BatchCheckAccessRequest, _ context: Context,
        _ made: Usher_Access_V1_BatchCheckAccessResponse?
    ) throws -> Usher_Access_V1_BatchCheckAccessResponse {
        var mistakes = Mistakes()
        mistakes.require((1...1_000).contains(request.checks.count), "checks")
        let questions = request.checks.enumerated().map {
            ModelQuestion($0.element, row: "checks[\($0.offset)].", now: context.now, &mistakes)
        }
        try mistakes.refuse()
        return .with { response in
            response.results = questions.enumerated().map { row, question in
                answer(question, (made?.results.count ?? 0) > row ? made?.results[row] : nil)
            }
        }
    }

    private func answer(
        _ question: ModelQuestion, _ made: Usher_Access_V1_CheckAccessResponse?
    ) -> Usher_Access_V1_CheckAccessResponse {
        let verdict = judge(question)
        return .with { response in
            response.allowed = verdict.refusal == nil
            response.reason = verdict.refusal?.reason ?? ""
            guard
                let access = verdict.accesses.first(where: { $0.id == made?.access.accessID }) ?? verdict.accesses.first
            else { return }
            response.access = access.message(of: id, at: question.moment)
            if let end = access.end { response.expireTime = end.timestamp }
        }
    }

    func judge(_ question: ModelQuestion) -> ModelVerdict {
        guard let asset = liveAsset(question.assetID) else { return ModelVerdict("ASSET_NOT_FOUND") }
        let verdict = judgeViewer(question, asset)
        if verdict.refusal == nil || question.code.isEmpty { return verdict }
        let byCode = judgeCode(question, asset)
        if byCode.nearness != verdict.nearness { return byCode.nearness > verdict.nearness ? byCode : verdict }
        return byCode.accesses.isEmpty && !verdict.accesses.isEmpty ? verdict : byCode
    }

    private func judgeViewer(_ question: ModelQuestion, _ asset: ModelAsset) -> ModelVerdict {
        guard let viewer = liveViewer(question.viewerID) else { return ModelVerdict("NO_ACCESS") }
        let covering = accesses.filter { $0.viewer == viewer && $0.covers(asset) }
        let open = covering.filter { $0.state(at: question.moment) == .active }
        if open.isEmpty {
            // What has not begun when it ends is expired as well.
            let over = covering.filter { $0.stands && $0.end.map { $0 <= question.moment } ?? false }
            return ModelVerdict(over.isEmpty ? "NO_ACCESS" : "ACCESS_EXPIRED", Self.lasting(over))
        }
        let verdicts = open.map { ModelVerdict(obstacle(question, asset, $0, $0.voucher), [$0]) }
        let nearest = verdicts.map(\.nearness).max()
        let best = verdicts.filter { $0.nearness == nearest }
        guard let first = best.first else { return ModelVerdict("NO_ACCESS") }
        let found = Self.lasting(best.flatMap(\.accesses))
        // Of those that end last any one, with its own reason.
        var verdict = best.first { $0.accesses.contains { $0 === found[0] } } ?? first
        verdict.accesses = found
        return admit(verdict, question, .viewer(viewer))
    }

    private func judgeCode(_ question: ModelQuestion, _ asset: ModelAsset) -> ModelVerdict {
        guard let voucher = voucher(code: question.code) else { return ModelVerdict("VOUCHER_NOT_FOUND") }
        let given = accessOfCode(voucher).flatMap { $0.covers(asset) ? $0 : nil }
        if let given, given.state(at: question.moment) == .active {
            return admit(
                ModelVerdict(obstacle(question, asset, given, voucher), [given]), question, .voucher(voucher))
        }
        if let refusal = refusal(of: voucher, ModelUse(question)) {
            if let given, given.state(at: question.moment) == .expired {
                return ModelVerdict("ACCESS_EXPIRED", [given])
            }
            var verdict = ModelVerdict()
            verdict.refusal = refusal
            return verdict
        }
        let verdict = ModelVerdict(obstacle(question, asset, nil, voucher), voucher: voucher)
        if question.viewerID.isEmpty { return admit(verdict, question, .voucher(voucher)) }
        guard let viewer = liveViewer(question.viewerID) else { return verdict }
        return admit(verdict, question, .viewer(viewer))
    }

    /// The access that a code opened without a viewer; there is at most one that was not taken back.
    func accessOfCode(_ voucher: ModelVoucher) -> ModelAccess? {
        accesses.first { $0.voucher === voucher && $0.viewer == nil && $0.revoked == nil }
    }

    func isSingleIP(_ asset: ModelAsset) -> Bool {
        asset.message.hasSingleIpProtection ? asset.message.singleIpProtection : settings.singleIpProtection
    }

    /// Why a grant that is in time does not pass; nil where it does.
    private func obstacle(
        _ question: ModelQuestion, _ asset: ModelAsset, _ access: ModelAccess?, _ voucher: ModelVoucher?
    ) -> String? {
        let terms = voucher?.terms ?? .init()
        if terms.isOneTime, let access, access.played != nil, question.session?.access !== access {
            return "ALREADY_PLAYED"
        }
        if asset.message.hasGeoPolicy, !terms.ignoresGeoblocking {
            if question.country.isEmpty { return "GEO_UNKNOWN" }
            let isListed = asset.message.geoPolicy.countryCodes.contains(question.country.uppercased())
            if isListed != (asset.message.geoPolicy.mode == .allow) { return "GEO_BLOCKED" }
        }
        if isSingleIP(asset), !terms.ignoresSingleIP {
            let bound = access?.boundIP ?? ""
            if question.ip.isEmpty || !bound.isEmpty && bound != question.ip { return "IP_MISMATCH" }
        }
        return nil
    }

    /// The last thing to be judged: whether there may be one session more.
    private func admit(_ verdict: ModelVerdict, _ question: ModelQuestion, _ holder: ModelSession.Holder)
        -> ModelVerdict
    {
        guard verdict.refusal == nil, settings.hasConcurrentSessionLimit, settings.concurrentSessionPolicy == .deny
        else { return verdict }
        let others = sessions.filter {
            $0.holder == holder && $0.isGoingOn(at: question.moment) && $0 !== question.session
        }
        guard others.count >= settings.concurrentSessionLimit else { return verdict }
        return ModelVerdict("TOO_MANY_SESSIONS", verdict.accesses)
    }

    /// Those that end last; never is latest.
    private static func lasting(_ accesses: [ModelAccess]) -> [ModelAccess] {
        let ends = accesses.map { $0.end ?? Instant(microseconds: .max) }
        let last = ends.max()
        return zip(accesses, ends).filter { $0.1 == last }.map(\.0)
    }
}
