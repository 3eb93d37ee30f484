import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension CatalogService {
    func createAsset(
        _ request: Usher_Catalog_V1_CreateAssetRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Asset {
        var violations = Violations()
        let id = tx.newID(Asset.prefix)
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

    func listAssets(
        _ request: Usher_Catalog_V1_ListAssetsRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_ListAssetsResponse {
        let page = try Page(of: request, in: tx)
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

    func updateAsset(
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
        guard asset != before else { return .init(before, of: try tx.organisationID) }
        let members = try memberKeys(of: asset, in: tx)
        (asset.updateTime, asset.version) = (tx.now, before.version + 1)
        try AssetStore.update(asset, memberKeys: members, in: tx)
        try tx.record("asset.updated", asset.id, before: before.journal, after: asset.journal)
        return .init(asset, of: try tx.organisationID)
    }

    func deleteAsset(
        _ request: Usher_Catalog_V1_DeleteAssetRequest, _ tx: Transaction
    ) throws -> Google_Protobuf_Empty {
        guard let asset = try AssetStore.find(request.assetID, in: tx) else { throw CatalogRefusal.assetNotFound }
        try ETag.check(request.etag, against: asset.version)
        // The doors of what is no more are shut at a third party's, too.
        if asset.kind == .performance {
            let ended = try PerformanceCancellation.apply(asset.key, reason: "the performance was deleted", in: tx)
            if ended.isMore { throw CatalogRefusal.performanceHasAdmissions }
        }
        try AssetStore.delete(asset.key, in: tx)
        try PackageStore.remove(asset: asset.key, in: tx)
        try PriceOptionStore.deleteAll(of: .asset(asset.key), in: tx)
        try tx.record("asset.deleted", asset.id, before: asset.journal)
        return .init()
    }

    func getAsset(
        _ request: Usher_Catalog_V1_GetAssetRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Asset {
        guard let asset = try AssetStore.find(request.assetID, in: tx) else { throw CatalogRefusal.assetNotFound }
        return .init(asset, of: try tx.organisationID)
    }
}
