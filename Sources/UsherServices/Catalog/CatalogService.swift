public import UsherAPI
import UsherContract
import UsherStorage

/// `usher.catalog.v1.CatalogService`: assets and viewers.
public struct CatalogService: Sendable {
    private typealias RPC = Usher_Catalog_V1_CatalogService

    public init() {}

    public var methods: [Method] {
        [
            Method(RPC.createAsset, on: .organisation, .scope(.catalogWrite), createAsset),
            Method(RPC.getAsset, on: .organisation, .scope(.catalogRead), getAsset),
            Method(RPC.createViewer, on: .organisation, .scope(.catalogWrite), createViewer),
            Method(RPC.getViewer, on: .organisation, .scope(.catalogRead), getViewer),
        ]
    }

    private func createAsset(
        _ request: Usher_Catalog_V1_CreateAssetRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Asset {
        var violations = Violations()
        let id = tx.newID("ast")
        let asset = Asset.new(
            request.asset, key: id.number, generatedID: id.description, now: tx.now, &violations)
        try violations.refuse()
        let members = try asset.memberIDs.map { memberID in
            guard let member = try AssetStore.keyAndKind(of: memberID, in: tx) else {
                throw CatalogRefusal.assetNotFound(memberID)
            }
            violations.require(
                !member.kind.hasMembers, "asset.member_asset_ids", "names \(memberID), which has members itself")
            return member.key
        }
        try violations.refuse()
        guard try AssetStore.insert(asset, memberKeys: members, in: tx) else {
            throw CatalogRefusal.assetExists(asset.id)
        }
        try tx.record("asset.created", asset.id, after: ["title": asset.title])
        return .init(asset, of: try tx.organisationID)
    }

    private func getAsset(
        _ request: Usher_Catalog_V1_GetAssetRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Asset {
        guard let asset = try AssetStore.find(request.assetID, in: tx) else { throw CatalogRefusal.assetNotFound }
        return .init(asset, of: try tx.organisationID)
    }

    private func createViewer(
        _ request: Usher_Catalog_V1_CreateViewerRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Viewer {
        var violations = Violations()
        let viewer = Viewer.new(request.viewer, id: tx.newID("vwr"), now: tx.now, &violations)
        try violations.refuse()
        guard try ViewerStore.insert(viewer, in: tx) else { throw CatalogRefusal.viewerExists(viewer.id) }
        try tx.record("viewer.created", viewer.id, after: ["email": viewer.email])
        return .init(viewer, of: try tx.organisationID)
    }

    private func getViewer(
        _ request: Usher_Catalog_V1_GetViewerRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Viewer {
        guard let viewer = try ViewerStore.find(request.viewerID, in: tx) else { throw CatalogRefusal.viewerNotFound }
        return .init(viewer, of: try tx.organisationID)
    }
}
