import SwiftProtobuf
import UsherAPI
import UsherContract

enum CatalogSteps {
    typealias RPC = Usher_Catalog_V1_CatalogService

    static let all = [
        Step(weight: 5, prepare: createAsset), Step(weight: 2, isWrite: false, prepare: getAsset),
        Step(weight: 6, prepare: updateAsset), Step(weight: 1, prepare: deleteAsset),
        Step(weight: 2, prepare: createViewer), Step(weight: 2, isWrite: false, prepare: getViewer),
        Step(weight: 3, prepare: updateViewer), Step(weight: 1, prepare: deleteViewer),
        Step(weight: 2, prepare: deactivateViewer), Step(weight: 3, prepare: reactivateViewer),
    ]

    static func asset(_ simulation: Simulation) -> Usher_Catalog_V1_Asset {
        .with { asset in
            asset.assetID = simulation.dice.chance(97) ? simulation.assetID() : ""
            let parents: [Usher_Catalog_V1_AssetType] = [.series, .playlist]
            let others: [Usher_Catalog_V1_AssetType] = [.video, .liveEvent, .performance, .unspecified]
            let isParent = asset.assetID.hasPrefix("series") || asset.assetID.hasPrefix("list")
            asset.type = simulation.dice.pick(isParent ? parents : others) ?? .video
            asset.title = simulation.text("Title")
            asset.description_p = simulation.dice.one("", "About it")
            if isParent || simulation.dice.chance(3) {
                asset.memberAssetIds = simulation.dice.some(["asset-1", "asset-2", "asset-3"])
                if simulation.dice.chance(4) { asset.memberAssetIds.append(simulation.assetID()) }
            }
            if simulation.dice.chance(45) { asset.geoPolicy = policy(simulation) }
            if simulation.dice.chance(20) { asset.singleIpProtection = simulation.dice.chance(50) }
            if simulation.dice.chance(20) { asset.relatedContent = [content(simulation)] }
        }
    }

    private static func policy(_ simulation: Simulation) -> Usher_Catalog_V1_GeoPolicy {
        .with { policy in
            policy.mode = simulation.dice.chance(97) ? simulation.dice.one(.allow, .block) : .unspecified
            policy.countryCodes = simulation.dice.some(Pool.countries)
            if simulation.dice.chance(3) { policy.countryCodes.append("Sweden") }
        }
    }

    private static func content(_ simulation: Simulation) -> Usher_Catalog_V1_RelatedContent {
        .with { content in
            content.kind =
                simulation.dice.chance(95) ? simulation.dice.one(.trailer, .liveStream, .bonus) : .unspecified
            content.title = simulation.dice.one("", "Trailer")
            content.url = simulation.dice.chance(95) ? "https://example.com/1" : "nothing"
        }
    }

    /// A plain one, for a beginning.
    static func create(_ id: String, _ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_CreateAssetRequest.with { request in
            request.asset.assetID = id
            request.asset.type = id.hasPrefix("series") ? .series : id.hasPrefix("list") ? .playlist : .video
            request.asset.title = id
            if request.asset.type != .video { request.asset.memberAssetIds = ["asset-1", "asset-2"] }
        }
        return try PreparedCall(RPC.createAsset, request, by: simulation.root(in: tenant.id), tenant.createAsset)
    }

    private static func createAsset(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_CreateAssetRequest.with { request in
            request.asset = asset(simulation)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.createAsset, request, by: simulation.actor(in: tenant.id), tenant.createAsset)
    }

    private static func getAsset(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_GetAssetRequest.with { $0.assetID = simulation.assetID() }
        return try PreparedCall(RPC.getAsset, request, by: simulation.actor(in: tenant.id)) { request, _, _ in
            try tenant.existingAsset(request.assetID).shown
        }
    }

    private static let assetPaths = [
        "title", "description", "related_content", "member_asset_ids", "geo_policy", "single_ip_protection",
    ]

    private static func updateAsset(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_UpdateAssetRequest.with { request in
            request.asset = asset(simulation)
            // Often what is there already, in other words.
            if simulation.dice.chance(40), let current = tenant.liveAsset(request.asset.assetID) {
                request.asset = current.shown
                let codes = request.asset.geoPolicy.countryCodes
                if !codes.isEmpty { request.asset.geoPolicy.countryCodes = codes.reversed().map { $0.lowercased() } }
                if simulation.dice.chance(30) { request.asset.clearGeoPolicy() }
            }
            request.asset.etag = simulation.tag(tenant.liveAsset(request.asset.assetID)?.message.etag)
            request.updateMask.paths = simulation.mask(assetPaths)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.updateAsset, request, by: simulation.actor(in: tenant.id)) { request, context, _ in
            try tenant.updateAsset(request, context)
        }
    }

    private static func deleteAsset(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_DeleteAssetRequest.with { request in
            request.assetID = simulation.assetID()
            request.etag = simulation.tag(tenant.liveAsset(request.assetID)?.message.etag)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.deleteAsset, request, by: simulation.actor(in: tenant.id)) { request, context, _ in
            try tenant.deleteAsset(request, context)
            return .init()
        }
    }

    // MARK: Viewers

    static func email(_ simulation: Simulation) -> String {
        simulation.dice.chance(93) ? simulation.dice.one("", "derby@mail.com", "anna@example.org") : "a@b@c"
    }

    private static func createViewer(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_CreateViewerRequest.with { request in
            request.viewer.viewerID = simulation.dice.chance(95) ? simulation.viewerID() : ""
            request.viewer.email = email(simulation)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.createViewer, request, by: simulation.actor(in: tenant.id), tenant.createViewer)
    }

    private static func getViewer(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_GetViewerRequest.with { $0.viewerID = simulation.viewerID() }
        return try PreparedCall(RPC.getViewer, request, by: simulation.actor(in: tenant.id)) { request, _, _ in
            try tenant.existingViewer(request.viewerID).message
        }
    }

    private static func updateViewer(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_UpdateViewerRequest.with { request in
            request.viewer.viewerID = simulation.viewerID()
            request.viewer.email = email(simulation)
            request.viewer.etag = simulation.tag(tenant.liveViewer(request.viewer.viewerID)?.message.etag)
            request.updateMask.paths = simulation.mask(["email"])
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.updateViewer, request, by: simulation.actor(in: tenant.id)) { request, context, _ in
            try tenant.updateViewer(request, context)
        }
    }

    private static func deactivateViewer(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_DeactivateViewerRequest.with { request in
            request.viewerID = simulation.viewerID()
            request.etag = simulation.tag(tenant.liveViewer(request.viewerID)?.message.etag)
            request.reason = simulation.dice.chance(97) ? "left" : "\u{7}"
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.deactivateViewer, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.setActive(false, request.viewerID, etag: request.etag, reason: request.reason, context)
        }
    }

    private static func reactivateViewer(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let out = tenant.viewers.filter { !$0.isActive && !$0.isDeleted }
        let request = Usher_Catalog_V1_ReactivateViewerRequest.with { request in
            request.viewerID =
                simulation.dice.chance(80) ? simulation.dice.pick(out)?.message.viewerID ?? "" : simulation.viewerID()
            request.etag = simulation.tag(tenant.liveViewer(request.viewerID)?.message.etag)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.reactivateViewer, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.setActive(true, request.viewerID, etag: request.etag, reason: "", context)
        }
    }

    private static func deleteViewer(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_DeleteViewerRequest.with { request in
            request.viewerID = simulation.viewerID()
            request.etag = simulation.tag(tenant.liveViewer(request.viewerID)?.message.etag)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.deleteViewer, request, by: simulation.actor(in: tenant.id)) { request, context, _ in
            try tenant.deleteViewer(request, context)
            return .init()
        }
    }
}
