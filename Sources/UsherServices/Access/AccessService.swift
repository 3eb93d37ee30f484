import SwiftProtobuf
public import UsherAPI
import UsherContract
import UsherStorage

/// `usher.access.v1.AccessService`: who may see what.
public struct AccessService: Sendable {
    private typealias RPC = Usher_Access_V1_AccessService

    public init() {}

    public var methods: [Method] {
        let play = Permission.anyOf([.accessPlay, .accessWrite])
        return [
            Method(RPC.checkAccess, on: .organisation, .anyOf([.accessCheck, .accessRead]), checkAccess),
            Method(RPC.grantAccess, on: .organisation, .scope(.accessWrite), grantAccess),
            Method(RPC.revokeAccess, on: .organisation, .scope(.accessWrite), revokeAccess),
            Method(RPC.getAccess, on: .organisation, .scope(.accessRead), getAccess),
            Method(RPC.startPlayback, on: .organisation, play, startPlayback),
            Method(RPC.recordPlayback, on: .organisation, play, recordPlayback),
            Method(RPC.endPlayback, on: .organisation, play, endPlayback),
            Method(RPC.listSessions, on: .organisation, .scope(.accessRead), listSessions),
        ]
    }

    private func checkAccess(
        _ request: Usher_Access_V1_CheckAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_CheckAccessResponse {
        var violations = Violations()
        let moment = violations.instant(request.at, isSet: request.hasAt, "at") ?? tx.now
        let question = violations.question(
            viewerID: request.viewerID, code: request.code, assetID: request.assetID, ip: request.ip,
            country: request.country, moment: moment)
        try violations.refuse()
        let verdict = try AccessCheck.judge(question, in: tx)
        var response = Usher_Access_V1_CheckAccessResponse()
        response.allowed = verdict.isAllowed
        response.reason = verdict.reason
        if let access = verdict.access {
            // The names are the question's own; only an access to a series has another one to look up.
            let assetID = access.assetKey == verdict.assetKey ? request.assetID : try self.assetID(of: access, in: tx)
            response.access = .init(
                access, viewerID: access.viewerKey == nil ? "" : request.viewerID, assetID: assetID,
                of: try tx.organisationID, at: moment)
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
        try violations.refuse()
        let assetKey = request.assetID.isEmpty ? nil : try AssetStore.key(of: request.assetID, in: tx)
        if !request.assetID.isEmpty, assetKey == nil { throw CatalogRefusal.assetNotFound(request.assetID) }
        let viewerKey = try ViewerRegistration.apply(request.viewerID, in: tx)
        let access = Access(
            id: tx.newID(Access.prefix), viewerKey: viewerKey, assetKey: assetKey, kind: .granted, startTime: start,
            expireTime: end, originalExpireTime: nil, voucherKey: nil, revokeTime: nil, playTime: nil, boundIP: nil,
            createTime: tx.now, updateTime: tx.now)
        try AccessStore.insert(access, in: tx)
        try tx.record(
            "access.granted", access.id.description,
            after: [
                "viewer_id": request.viewerID, "asset_id": request.assetID, "start_time": start, "expire_time": end,
            ])
        return try message(access, at: tx.now, in: tx)
    }

    private func revokeAccess(
        _ request: Usher_Access_V1_RevokeAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_Access {
        var violations = Violations()
        violations.requireText(request.reason, "reason", Access.reasonLengths)
        try violations.refuse()
        guard let id = ResourceID(request.accessID, prefix: Access.prefix),
            try AccessStore.find(id.number, in: tx) != nil
        else { throw AccessRefusal.notFound }
        if try AccessEnding.apply(id.number, in: tx) {
            try tx.record("access.revoked", id.description, after: ["revoke_time": tx.now, "reason": request.reason])
        }
        guard let access = try AccessStore.find(id.number, in: tx) else { throw AccessRefusal.notFound }
        return try message(access, at: tx.now, in: tx)
    }

    private func getAccess(
        _ request: Usher_Access_V1_GetAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_Access {
        guard let id = ResourceID(request.accessID, prefix: Access.prefix),
            let access = try AccessStore.find(id.number, in: tx)
        else { throw AccessRefusal.notFound }
        return try message(access, at: tx.now, in: tx)
    }

    func message(_ access: Access, at now: Instant, in tx: Transaction) throws -> Usher_Access_V1_Access {
        .init(
            access, viewerID: try access.viewerKey.flatMap { try ViewerStore.id(of: $0, in: tx) } ?? "",
            assetID: try assetID(of: access, in: tx), of: try tx.organisationID, at: now)
    }

    private func assetID(of access: Access, in tx: Transaction) throws -> String {
        try access.assetKey.flatMap { try AssetStore.id(of: $0, in: tx) } ?? ""
    }
}
