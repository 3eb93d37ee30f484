import SwiftProtobuf
import UsherAPI
import UsherContract

enum PlaybackSteps {
    typealias RPC = Usher_Access_V1_AccessService

    static let all = [
        Step(weight: 16, prepare: start), Step(weight: 6, prepare: record), Step(weight: 4, prepare: end),
    ]

    /// Where somebody says to be.
    static func ip(_ simulation: Simulation) -> String {
        simulation.dice.chance(80)
            ? simulation.dice.pick(Address.spellings) ?? "" : simulation.dice.one("", "", "", "x")
    }

    static func country(_ simulation: Simulation) -> String {
        simulation.dice.chance(98) ? simulation.dice.one("", "SE", "no", "US") : "Sweden"
    }

    private static func sessionID(_ tenant: OrganisationModel, _ simulation: Simulation) -> String {
        if simulation.dice.chance(4) { return simulation.dice.one("", "ses_0000000000001", "nothing") }
        let owner = simulation.dice.chance(4) ? simulation.dice.pick(simulation.tenants) ?? tenant : tenant
        let goingOn = owner.sessions.filter { $0.end == nil }
        return (simulation.dice.pick((simulation.dice.chance(70) ? goingOn : owner.sessions).suffix(8)))?.id ?? ""
    }

    private static func start(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Access_V1_StartPlaybackRequest.with { request in
            request.assetID = simulation.assetID()
            request.viewerID = simulation.dice.chance(75) ? simulation.viewerID() : ""
            request.code = simulation.dice.chance(60) ? simulation.code(tenant) : ""
            // Often what there is an access to.
            let open = tenant.accesses.filter { $0.state(at: simulation.now) == .active }
            if simulation.dice.chance(60), let access = simulation.dice.pick(open.suffix(12)) {
                request.viewerID = access.viewer?.message.viewerID ?? ""
                request.code = access.viewer == nil ? access.voucher?.code ?? "" : ""
                let asset = access.asset ?? simulation.dice.pick(access.package?.assets ?? [])
                request.assetID = asset?.message.assetID ?? request.assetID
            }
            request.ip = ip(simulation)
            request.country = country(simulation)
            request.phase = simulation.dice.one(.unspecified, .play, .play, .playerLoaded)
            request.device = simulation.dice.one("", "tv", "phone")
            // Mostly as the session began.
            if simulation.dice.chance(25) {
                request.sessionID = sessionID(tenant, simulation)
                let session = tenant.sessions.first { $0.id == request.sessionID }
                if let session, simulation.dice.chance(85) {
                    request.assetID = session.asset.message.assetID
                    request.viewerID = session.viewer?.message.viewerID ?? ""
                    request.code = session.voucher?.code ?? ""
                }
            }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.startPlayback, request, by: simulation.actor(in: tenant.id), tenant.startPlayback)
    }

    private static func record(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Access_V1_RecordPlaybackRequest.with { request in
            request.sessionID = sessionID(tenant, simulation)
            request.positionSeconds = simulation.dice.chance(97) ? Int64(simulation.dice.int(0...7_200)) : -1
            request.viewedSeconds = simulation.dice.chance(97) ? Int64(simulation.dice.int(0...7_200)) : 31_622_401
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.recordPlayback, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.recordPlayback(request, context)
        }
    }

    private static func end(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Access_V1_EndPlaybackRequest.with { request in
            request.sessionID = sessionID(tenant, simulation)
            if simulation.dice.chance(50) { request.positionSeconds = Int64(simulation.dice.int(0...7_200)) }
            if simulation.dice.chance(50) { request.viewedSeconds = Int64(simulation.dice.int(-10...7_200)) }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.endPlayback, request, by: simulation.actor(in: tenant.id)) { request, context, _ in
            try tenant.endPlayback(request, context)
        }
    }
}
