import UsherAPI
import UsherContract
import UsherStorage

/// `usher.access.v1.AccessService`: who may see what.
public struct AccessService: Sendable {
    private typealias RPC = Usher_Access_V1_AccessService

    /// How many questions one call may ask.
    static let batchSizes = 1...1_000

    public init() {}

    public var methods: [Method] {
        let play = Permission.anyOf([.accessPlay, .accessWrite])
        return [
            Method(RPC.checkAccess, on: .organisation, .anyOf([.accessCheck, .accessRead]), as: .verdict, checkAccess),
            Method(
                RPC.batchCheckAccess, on: .organisation, .anyOf([.accessCheck, .accessRead]), batchCheckAccess),
            Method(RPC.grantAccess, on: .organisation, .scope(.accessWrite), grantAccess),
            Method(RPC.revokeAccess, on: .organisation, .scope(.accessWrite), revokeAccess),
            Method(RPC.getAccess, on: .organisation, .scope(.accessRead), getAccess),
            Method(RPC.listAccess, on: .organisation, .scope(.accessRead), listAccess),
            Method(RPC.searchAccess, on: .organisation, .scope(.accessRead), searchAccess),
            Method(RPC.extendAccess, on: .organisation, .scope(.accessWrite), extendAccess),
            Method(RPC.recordPurchase, on: .organisation, .scope(.accessWrite), recordPurchase),
            Method(RPC.reversePurchase, on: .organisation, .scope(.accessWrite), reversePurchase),
            Method(RPC.listPayments, on: .organisation, .scope(.accessRead), listPayments),
            Method(RPC.startPlayback, on: .organisation, play, as: .verdict, startPlayback),
            Method(RPC.recordPlayback, on: .organisation, play, as: .verdict, recordPlayback),
            Method(RPC.endPlayback, on: .organisation, play, as: .verdict, endPlayback),
            Method(RPC.listSessions, on: .organisation, .scope(.accessRead), listSessions),
        ]
    }

    private func checkAccess(
        _ request: Usher_Access_V1_CheckAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_CheckAccessResponse {
        var violations = Violations()
        let question = violations.question(request, row: "", now: tx.now)
        try violations.refuse()
        var presenter = try AccessPresenter(tx)
        return try answer(question, try AccessCheck.judge(question, in: tx), &presenter)
    }

    private func batchCheckAccess(
        _ request: Usher_Access_V1_BatchCheckAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_BatchCheckAccessResponse {
        var violations = Violations()
        violations.require(
            Self.batchSizes.contains(request.checks.count), "checks",
            "must be \(Self.batchSizes.lowerBound) to \(Self.batchSizes.upperBound)")
        try violations.refuse()
        let questions = request.checks.enumerated().map { row, check in
            violations.question(check, row: "checks[\(row)].", now: tx.now)
        }
        try violations.refuse()
        var (common, presenter) = (AccessCheck.Common(), try AccessPresenter(tx))
        return try .with { response in
            response.results = try questions.map {
                try answer($0, try AccessCheck.judge($0, &common, in: tx), &presenter)
            }
        }
    }

    private func answer(
        _ question: AccessQuestion, _ verdict: AccessCheck.Verdict, _ presenter: inout AccessPresenter
    ) throws -> Usher_Access_V1_CheckAccessResponse {
        var response = Usher_Access_V1_CheckAccessResponse()
        response.allowed = verdict.isAllowed
        response.reason = verdict.reason
        if let access = verdict.access {
            // The names are the question's own; only an access to a series has another one to look up.
            response.access = try presenter.message(
                access, viewerID: question.viewerID,
                assetID: access.assetKey == verdict.assetKey ? question.assetID : nil, at: question.moment)
            if response.access.hasExpireTime { response.expireTime = response.access.expireTime }
        }
        return response
    }

    private func grantAccess(
        _ request: Usher_Access_V1_GrantAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_Access {
        var violations = Violations()
        violations.require(!request.viewerID.isEmpty, "viewer_id", "must be given")
        violations.requireCallerID(request.viewerID, "viewer_id")
        let start = violations.instant(request.startTime, isSet: request.hasStartTime, "start_time") ?? tx.now
        let end = violations.instant(request.expireTime, isSet: request.hasExpireTime, "expire_time")
        violations.require(
            end.map { $0 > start && $0 > tx.now } ?? true, "expire_time",
            "must be later than the start, and in the future")
        violations.require(
            request.assetID.isEmpty || request.packageID.isEmpty, "package_id",
            "must not be given together with asset_id")
        try violations.refuse()
        let assetKey = request.assetID.isEmpty ? nil : try AssetStore.key(of: request.assetID, in: tx)
        if !request.assetID.isEmpty, assetKey == nil { throw CatalogRefusal.assetNotFound(request.assetID) }
        let packageKey = request.packageID.isEmpty ? nil : try PackageStore.key(of: request.packageID, in: tx)
        if !request.packageID.isEmpty, packageKey == nil { throw CatalogRefusal.packageNotFound(request.packageID) }
        let viewerKey = try ViewerRegistration.apply(request.viewerID, in: tx)
        let access = Access(
            id: tx.newID(Access.prefix), viewerKey: viewerKey, assetKey: assetKey, packageKey: packageKey,
            kind: .granted, startTime: start, expireTime: end, createTime: tx.now, updateTime: tx.now)
        try AccessStore.insert(access, in: tx)
        try tx.record(
            "access.granted", access.id.description,
            after: [
                "viewer_id": request.viewerID, "asset_id": request.assetID, "package_id": request.packageID,
                "start_time": start, "expire_time": end,
            ])
        return try message(access, in: tx)
    }

    private func revokeAccess(
        _ request: Usher_Access_V1_RevokeAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_Access {
        var violations = Violations()
        violations.requireProse(request.reason, "reason", Access.reasonLengths)
        try violations.refuse()
        let access = try find(request.accessID, in: tx)
        if try AccessEnding.apply(access.id.number, in: tx) {
            try tx.record(
                "access.revoked", access.id.description, after: ["revoke_time": tx.now, "reason": request.reason])
        }
        return try message(try find(request.accessID, in: tx), in: tx)
    }

    private func extendAccess(
        _ request: Usher_Access_V1_ExtendAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_Access {
        var violations = Violations()
        violations.requireProse(request.reason, "reason", Access.reasonLengths)
        let end = violations.instant(request.expireTime, isSet: request.hasExpireTime, "expire_time")
        violations.require(end.map { $0 > tx.now } ?? false, "expire_time", "must be given, and in the future")
        try violations.refuse()
        let access = try find(request.accessID, in: tx)
        guard access.state(at: tx.now) != .revoked else { throw AccessRefusal.revoked }
        guard access.subscriptionKey == nil else { throw AccessRefusal.ofSubscription }
        violations.require(end.map { $0 > access.startTime } ?? false, "expire_time", "must be later than the start")
        try violations.refuse()
        guard let end, end != access.expireTime else { return try message(access, in: tx) }
        try AccessStore.extend(access.id, to: end, in: tx)
        try tx.record(
            "access.extended", access.id.description, before: ["expire_time": access.expireTime],
            after: ["expire_time": end, "reason": request.reason])
        return try message(try find(request.accessID, in: tx), in: tx)
    }

    private func getAccess(
        _ request: Usher_Access_V1_GetAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_Access {
        try message(try find(request.accessID, in: tx), in: tx)
    }

    private func find(_ id: String, in tx: Transaction) throws -> Access {
        guard let id = ResourceID(id, prefix: Access.prefix), let access = try AccessStore.find(id.number, in: tx)
        else { throw AccessRefusal.notFound }
        return access
    }

    func message(_ access: Access, in tx: Transaction) throws -> Usher_Access_V1_Access {
        var presenter = try AccessPresenter(tx)
        return try presenter.message(access, at: tx.now)
    }
}
