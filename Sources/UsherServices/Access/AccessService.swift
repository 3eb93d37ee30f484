import SwiftProtobuf
public import UsherAPI
import UsherContract
import UsherStorage

/// `usher.access.v1.AccessService`: who may see what.
public struct AccessService: Sendable {
    private typealias RPC = Usher_Access_V1_AccessService

    public init() {}

    public var methods: [Method] {
        [
            Method(RPC.checkAccess, on: .organisation, .anyOf([.accessCheck, .accessRead]), checkAccess),
            Method(RPC.getAccess, on: .organisation, .scope(.accessRead), getAccess),
        ]
    }

    private func checkAccess(
        _ request: Usher_Access_V1_CheckAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_CheckAccessResponse {
        var violations = Violations()
        violations.require(!request.assetID.isEmpty, "asset_id", "must be given")
        violations.require(
            !request.viewerID.isEmpty || !request.code.isEmpty, "viewer_id", "must be given where code is not")
        violations.require(
            request.country.isEmpty || GeoPolicy.isCountryCode(request.country), "country",
            "must be an ISO 3166-1 alpha-2 code such as SE")
        violations.require(request.ip.isEmpty || IPAddress.isValid(request.ip), "ip", "must be an IP address")
        let moment = violations.instant(request.at, isSet: request.hasAt, "at") ?? tx.now
        try violations.refuse()
        let question = AccessQuestion(
            viewerID: request.viewerID, code: request.code, assetID: request.assetID, country: request.country,
            moment: moment)
        let verdict = try AccessCheck.judge(question, in: tx)
        var response = Usher_Access_V1_CheckAccessResponse()
        response.allowed = verdict.reason.isEmpty
        response.reason = verdict.reason
        if let access = verdict.access {
            response.access = try message(access, at: moment, in: tx)
            if response.access.hasExpireTime { response.expireTime = response.access.expireTime }
        }
        return response
    }

    private func getAccess(
        _ request: Usher_Access_V1_GetAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_Access {
        guard let id = ResourceID(request.accessID, prefix: Access.prefix),
            let access = try AccessStore.find(id.number, in: tx)
        else { throw AccessRefusal.notFound }
        return try message(access, at: tx.now, in: tx)
    }

    private func message(_ access: Access, at now: Instant, in tx: Transaction) throws -> Usher_Access_V1_Access {
        .init(
            access, viewerID: try access.viewerKey.flatMap { try ViewerStore.id(of: $0, in: tx) } ?? "",
            assetID: try access.assetKey.flatMap { try AssetStore.id(of: $0, in: tx) } ?? "",
            of: try tx.organisationID, at: now)
    }
}
