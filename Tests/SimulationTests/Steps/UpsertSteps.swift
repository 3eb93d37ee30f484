import SwiftProtobuf
import UsherAPI
import UsherContract

/// Whole rows of the owner's system, many at a time.
enum UpsertSteps {
    typealias RPC = Usher_Catalog_V1_CatalogService

    static let all = [Step(weight: 3, prepare: assets), Step(weight: 3, prepare: viewers)]

    private static func assets(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_BatchUpsertAssetsRequest.with { request in
            for id in simulation.dice.some(Pool.assets, percent: 35) {
                let current = tenant.liveAsset(id)?.shown
                var row = CatalogSteps.asset(simulation)
                row.assetID = id
                // Mostly as it is, or of the type that it has.
                if let current { row.type = current.type }
                if let current, simulation.dice.chance(45) { row = current }
                row.etag = simulation.dice.one("", "v1")
                if simulation.dice.chance(80), ![.series, .playlist].contains(row.type) { row.memberAssetIds = [] }
                request.assets.append(row)
            }
            if simulation.dice.chance(5) { request.assets.append(CatalogSteps.asset(simulation)) }
            request.validateOnly = simulation.dice.chance(20)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.batchUpsertAssets, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.upsertAssets(request, context)
        }
    }

    private static func viewers(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_BatchUpsertViewersRequest.with { request in
            for id in simulation.dice.some(Pool.viewers, percent: 35) {
                let email = simulation.dice.chance(40) ? tenant.liveViewer(id)?.message.email : nil
                request.viewers.append(
                    .with { ($0.viewerID, $0.email) = (id, email ?? CatalogSteps.email(simulation)) })
            }
            if simulation.dice.chance(5) { request.viewers.append(.with { $0.viewerID = simulation.viewerID() }) }
            if simulation.dice.chance(2) { request.viewers.append(.init()) }
            request.validateOnly = simulation.dice.chance(20)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.batchUpsertViewers, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.upsertViewers(request, context)
        }
    }
}
