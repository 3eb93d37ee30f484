import SwiftProtobuf
import UsherAPI
import UsherContract

enum AccessSteps {
    typealias RPC = Usher_Access_V1_AccessService

    static let all = [
        Step(weight: 20, isWrite: false, prepare: check), Step(weight: 3, isWrite: false, prepare: batchCheck),
        Step(weight: 8, prepare: grant), Step(weight: 4, prepare: extend),
        Step(weight: 5, prepare: revoke), Step(weight: 3, isWrite: false, prepare: get),
    ]

    private static func question(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> Usher_Access_V1_CheckAccessRequest {
        .with { request in
            request.assetID = simulation.assetID()
            request.viewerID = simulation.dice.chance(80) ? simulation.viewerID() : ""
            request.code = simulation.dice.chance(50) ? simulation.code(tenant) : ""
            request.country = PlaybackSteps.country(simulation)
            request.ip = PlaybackSteps.ip(simulation)
            guard simulation.dice.chance(30) else { return }
            let moment = simulation.moment()
            // What was held then and is no more may be forgotten.
            if moment >= simulation.now || simulation.dice.chance(50) && tenant.reservations.isEmpty {
                request.at = moment.timestamp
            }
        }
    }

    private static func check(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        try PreparedCall(
            RPC.checkAccess, question(tenant, simulation), by: simulation.actor(in: tenant.id), tenant.checkAccess)
    }

    private static func batchCheck(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Access_V1_BatchCheckAccessRequest.with {
            $0.checks = (0..<simulation.dice.int(0...4)).map { _ in question(tenant, simulation) }
        }
        return try PreparedCall(
            RPC.batchCheckAccess, request, by: simulation.actor(in: tenant.id), tenant.batchCheckAccess)
    }

    private static func extend(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Access_V1_ExtendAccessRequest.with { request in
            request.accessID = simulation.accessID(tenant)
            if simulation.dice.chance(95) { request.expireTime = simulation.moment().timestamp }
            if simulation.dice.chance(10), let end = tenant.access(request.accessID)?.end {
                request.expireTime = end.timestamp
            }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.extendAccess, request, by: simulation.actor(in: tenant.id)) { request, context, _ in
            try tenant.extendAccess(request, context)
        }
    }

    private static func grant(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Access_V1_GrantAccessRequest.with { request in
            request.viewerID = simulation.viewerID()
            request.packageID = simulation.dice.chance(35) ? simulation.packageID() : ""
            request.assetID = simulation.dice.chance(request.packageID.isEmpty ? 85 : 3) ? simulation.assetID() : ""
            if simulation.dice.chance(30) { request.startTime = simulation.moment().timestamp }
            if simulation.dice.chance(50) { request.expireTime = simulation.moment().timestamp }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.grantAccess, request, by: simulation.actor(in: tenant.id), tenant.grantAccess)
    }

    private static func revoke(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Access_V1_RevokeAccessRequest.with { request in
            request.accessID = simulation.accessID(tenant)
            request.reason = simulation.dice.chance(97) ? simulation.dice.one("", "charged back") : "\u{7}"
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.revokeAccess, request, by: simulation.actor(in: tenant.id)) { request, context, _ in
            try tenant.revokeAccess(request, context)
        }
    }

    private static func get(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Access_V1_GetAccessRequest.with { $0.accessID = simulation.accessID(tenant) }
        return try PreparedCall(RPC.getAccess, request, by: simulation.actor(in: tenant.id)) { request, context, _ in
            try tenant.existingAccess(request.accessID).message(of: tenant.id, at: context.now)
        }
    }
}
