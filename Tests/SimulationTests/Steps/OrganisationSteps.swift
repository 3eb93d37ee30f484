import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherServices

/// Calls on the platform's database: organisations and keys.
enum OrganisationSteps {
    typealias RPC = Usher_Organisations_V1_OrganisationService

    static func next(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        switch simulation.dice.int(1...20) {
        case 1: try create(simulation)
        case 2...4: try update(tenant, simulation)
        case 5: try simulation.dice.chance(40) ? suspend(tenant, simulation) : get(tenant, simulation)
        case 6...8: try resume(simulation)
        case 9...11: try get(tenant, simulation)
        case 12...15: try createKey(tenant, simulation)
        default: try revokeKey(tenant, simulation)
        }
    }

    /// The operator's own call on the platform, mostly.
    private static func actor(_ simulation: Simulation) -> Actor {
        simulation.dice.chance(90) ? simulation.root : simulation.actor(in: simulation.platform.tenants.first?.id)
    }

    static func create(_ id: String, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Organisations_V1_CreateOrganisationRequest.with { request in
            request.organisation.organisationID = id
            request.organisation.name = "Organisation \(id)"
            request.organisation.purchasableVouchersEnabled = id != "org-2"
        }
        return try PreparedCall(RPC.createOrganisation, request, by: simulation.root) {
            try simulation.platform.createOrganisation($0, $1, $2)
        }
    }

    private static func create(_ simulation: Simulation) throws -> PreparedCall {
        let isFull = simulation.platform.tenants.count >= SimulationLimits.mostOrganisations
        let taken = simulation.dice.one("org-1", "org-2", ".x")
        let id = isFull ? taken : simulation.dice.one(taken, "org-4", "")
        let request = Usher_Organisations_V1_CreateOrganisationRequest.with { request in
            request.organisation.organisationID = id
            request.organisation.name = simulation.text("Organisation")
            request.organisation.purchasableVouchersEnabled = simulation.dice.chance(30)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.createOrganisation, request, by: actor(simulation)) {
            try simulation.platform.createOrganisation($0, $1, $2)
        }
    }

    private static func get(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Organisations_V1_GetOrganisationRequest.with {
            $0.organisationID = simulation.dice.one(tenant.id, "nowhere")
        }
        return try PreparedCall(RPC.getOrganisation, request, by: actor(simulation)) { request, _, _ in
            try simulation.platform.existing(request.organisationID)
        }
    }

    private static func update(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Organisations_V1_UpdateOrganisationRequest.with { request in
            request.organisation.organisationID = tenant.id
            request.organisation.name = simulation.text("Organisation")
            request.organisation.purchasableVouchersEnabled = simulation.dice.chance(50)
            request.organisation.etag = simulation.tag(simulation.platform.organisations[tenant.id]?.etag)
            request.updateMask.paths = simulation.mask(["name", "purchasable_vouchers_enabled"])
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.updateOrganisation, request, by: actor(simulation)) { request, context, _ in
            try simulation.platform.updateOrganisation(request, context)
        }
    }

    private static func suspend(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Organisations_V1_SuspendOrganisationRequest.with { request in
            request.organisationID = simulation.dice.chance(90) ? tenant.id : "nowhere"
            request.reason = simulation.dice.one("", "unpaid")
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.suspendOrganisation, request, by: actor(simulation)) { request, context, _ in
            try simulation.platform.change(request.organisationID, "organisation.suspended", context) {
                $0.state = .suspended
            }
        }
    }

    /// Mostly of one that is suspended, so that the others go on.
    private static func resume(_ simulation: Simulation) throws -> PreparedCall {
        let all = simulation.platform.organisations.values.sorted { $0.organisationID < $1.organisationID }
        let suspended = all.filter { $0.state == .suspended }
        let request = Usher_Organisations_V1_ResumeOrganisationRequest.with { request in
            request.organisationID =
                simulation.dice.pick(suspended)?.organisationID ?? simulation.dice.one("org-1", "x")
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.resumeOrganisation, request, by: actor(simulation)) { request, context, _ in
            try simulation.platform.change(request.organisationID, "organisation.resumed", context) {
                $0.state = .active
            }
        }
    }

    // MARK: Keys

    private static func createKey(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Organisations_V1_CreateApiKeyRequest.with { request in
            request.apiKey.name = simulation.text("key")
            if simulation.dice.chance(60) {
                request.apiKey.scopes = simulation.dice.some(Scope.known.map(\.description), percent: 25)
            }
            if simulation.dice.chance(3) { request.apiKey.scopes.append("everything:now") }
            request.apiKey.test = simulation.dice.chance(20)
            if simulation.dice.chance(30) { request.apiKey.expireTime = simulation.moment().timestamp }
            request.requestID = simulation.requestID()
        }
        let actor = simulation.dice.chance(15) ? simulation.root : simulation.actor(in: tenant.id)
        return try PreparedCall(RPC.createApiKey, request, by: actor, kept: { $0.secret = "" }) {
            try simulation.platform.createApiKey($0, $1, $2)
        }
    }

    private static func revokeKey(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        // The operator's first key is what the simulation itself calls with.
        let keys = simulation.platform.keys.dropFirst().filter {
            $0.isOperators || $0.message.organisationID == tenant.id || simulation.dice.chance(5)
        }
        let key = simulation.dice.pick(keys.suffix(12))
        let isOperators = key?.isOperators ?? false
        let request = Usher_Organisations_V1_RevokeApiKeyRequest.with { request in
            request.keyID = key?.message.keyID ?? "key_nothing"
            request.requestID = simulation.requestID()
        }
        let actor = isOperators && simulation.dice.chance(80) ? simulation.root : simulation.actor(in: tenant.id)
        return try PreparedCall(RPC.revokeApiKey, request, by: actor) { request, context, _ in
            try simulation.platform.revokeApiKey(request, context)
        }
    }
}
