import SwiftProtobuf
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
            Method(RPC.listAssets, on: .organisation, .scope(.catalogRead), listAssets),
            Method(RPC.updateAsset, on: .organisation, .scope(.catalogWrite), updateAsset),
            Method(RPC.deleteAsset, on: .organisation, .scope(.catalogWrite), deleteAsset),
            Method(RPC.createViewer, on: .organisation, .scope(.catalogWrite), createViewer),
            Method(RPC.getViewer, on: .organisation, .scope(.catalogRead), getViewer),
            Method(RPC.listViewers, on: .organisation, .scope(.catalogRead), listViewers),
            Method(RPC.updateViewer, on: .organisation, .scope(.catalogWrite), updateViewer),
            Method(RPC.deleteViewer, on: .organisation, .scope(.catalogWrite), deleteViewer),
        ]
    }

    private func createAsset(
        _ request: Usher_Catalog_V1_CreateAssetRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Asset {
        var violations = Violations()
        let id = tx.newID("ast")
        let asset = Asset.described(
            request.asset, key: id.number, generatedID: id.description, now: tx.now, &violations)
        try violations.refuse()
        let members = try memberKeys(of: asset, in: tx)
        guard try AssetStore.insert(asset, memberKeys: members, in: tx) else {
            throw CatalogRefusal.assetExists(asset.id)
        }
        try tx.record("asset.created", asset.id, after: ["title": asset.title])
        return .init(asset, of: try tx.organisationID)
    }

    private func memberKeys(of asset: Asset, in tx: Transaction) throws -> [Int64] {
        var violations = Violations()
        let keys = try asset.memberIDs.map { memberID in
            guard let member = try AssetStore.keyAndKind(of: memberID, in: tx) else {
                throw CatalogRefusal.assetNotFound(memberID)
            }
            violations.require(
                !member.kind.hasMembers, "asset.member_asset_ids", "names \(memberID), which has members itself")
            return member.key
        }
        try violations.refuse()
        return keys
    }

    private func listAssets(
        _ request: Usher_Catalog_V1_ListAssetsRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_ListAssetsResponse {
        let page = try Page(of: request)
        let kind = Asset.Kind(request.type)
        var violations = Violations()
        violations.require(kind != nil || request.type == .unspecified, "type", "is no type of asset")
        try violations.refuse()
        let found = try AssetStore.list(kind, after: try page.afterNumber(), limit: page.size + 1, in: tx)
        let organisationID = try tx.organisationID
        let (items, token) = try page.cut(found, key: { String($0.key) }) {
            Usher_Catalog_V1_Asset($0, of: organisationID)
        }
        return .with { ($0.assets, $0.nextPageToken) = (items, token) }
    }

    private func updateAsset(
        _ request: Usher_Catalog_V1_UpdateAssetRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Asset {
        var violations = Violations()
        let fields = AssetField.named(in: request.updateMask, &violations)
        try violations.refuse()
        guard let before = try AssetStore.find(request.asset.assetID, in: tx) else {
            throw CatalogRefusal.assetNotFound
        }
        try ETag.check(request.asset.etag, against: before.version)
        var message = Usher_Catalog_V1_Asset(before, of: try tx.organisationID)
        for field in fields { message.take(field, from: request.asset) }
        var asset = Asset.described(
            message, key: before.key, generatedID: before.id, now: before.createTime, &violations)
        try violations.refuse()
        (asset.updateTime, asset.version) = (before.updateTime, before.version)
        guard asset != before else { return message }
        let members = try memberKeys(of: asset, in: tx)
        (asset.updateTime, asset.version) = (tx.now, before.version + 1)
        try AssetStore.update(asset, memberKeys: members, in: tx)
        try tx.record("asset.updated", asset.id, before: before.journal, after: asset.journal)
        return .init(asset, of: try tx.organisationID)
    }

    private func deleteAsset(
        _ request: Usher_Catalog_V1_DeleteAssetRequest, _ tx: Transaction
    ) throws -> Google_Protobuf_Empty {
        guard let asset = try AssetStore.find(request.assetID, in: tx) else { throw CatalogRefusal.assetNotFound }
        try ETag.check(request.etag, against: asset.version)
        try AssetStore.delete(asset.key, in: tx)
        try tx.record("asset.deleted", asset.id, before: asset.journal)
        return .init()
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
        let viewer = Viewer.described(request.viewer, id: tx.newID("vwr"), now: tx.now, &violations)
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

    private func listViewers(
        _ request: Usher_Catalog_V1_ListViewersRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_ListViewersResponse {
        let page = try Page(of: request)
        let found = try ViewerStore.list(after: try page.afterNumber(), limit: page.size + 1, in: tx)
        let organisationID = try tx.organisationID
        let (items, token) = try page.cut(found, key: { String($0.key) }) {
            Usher_Catalog_V1_Viewer($0, of: organisationID)
        }
        return .with { ($0.viewers, $0.nextPageToken) = (items, token) }
    }

    private func updateViewer(
        _ request: Usher_Catalog_V1_UpdateViewerRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Viewer {
        var violations = Violations()
        let fields = ViewerField.named(in: request.updateMask, &violations)
        if fields.contains(.email) { violations.requireEmail(request.viewer.email, "viewer.email") }
        try violations.refuse()
        guard let before = try ViewerStore.find(request.viewer.viewerID, in: tx) else {
            throw CatalogRefusal.viewerNotFound
        }
        try ETag.check(request.viewer.etag, against: before.version)
        guard fields.contains(.email), request.viewer.email != before.email else {
            return .init(before, of: try tx.organisationID)
        }
        var viewer = before
        (viewer.email, viewer.updateTime, viewer.version) = (request.viewer.email, tx.now, before.version + 1)
        try ViewerStore.update(viewer, in: tx)
        try tx.record(
            "viewer.updated", viewer.id, before: ["email": before.email], after: ["email": viewer.email])
        return .init(viewer, of: try tx.organisationID)
    }

    private func deleteViewer(
        _ request: Usher_Catalog_V1_DeleteViewerRequest, _ tx: Transaction
    ) throws -> Google_Protobuf_Empty {
        guard let viewer = try ViewerStore.find(request.viewerID, in: tx) else { throw CatalogRefusal.viewerNotFound }
        try ETag.check(request.etag, against: viewer.version)
        try ViewerStore.delete(viewer.key, in: tx)
        let ended = try AccessEnding.apply(toAllOf: viewer.key, in: tx)
        // The address is not kept in the journal either: a deleted viewer is forgotten.
        try tx.record("viewer.deleted", viewer.id, after: ["ended_accesses": ended])
        return .init()
    }
}
