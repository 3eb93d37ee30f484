import UsherAPI
import UsherContract
import UsherStorage

extension CatalogService {
    /// A row of a batch: the asset as it shall be and, where it is there already, as it is.
    private struct AssetRow {
        var asset: Asset
        var before: Asset?
        var memberKeys: [Int64] = []

        var isChanged: Bool { before.map { asset != $0 } ?? true }
    }

    func batchUpsertAssets(
        _ request: Usher_Catalog_V1_BatchUpsertAssetsRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_BatchUpsertAssetsResponse {
        var rows = try assetRows(request.assets, in: tx)
        try resolveMembers(of: &rows, in: tx)
        let (created, changed) = (rows.filter { $0.before == nil }, rows.filter { $0.before != nil && $0.isChanged })
        if !request.validateOnly, !created.isEmpty || !changed.isEmpty {
            for row in created where try !AssetStore.insert(row.asset, memberKeys: [], in: tx) {
                throw StorageError.inconsistent("asset \(row.asset.id) is there and is not found")
            }
            // Members may be rows of this call, and so come when all of these are there.
            for row in created where !row.memberKeys.isEmpty {
                try AssetStore.update(row.asset, memberKeys: row.memberKeys, in: tx)
            }
            for row in changed {
                var asset = row.asset
                (asset.updateTime, asset.version) = (tx.now, asset.version + 1)
                try AssetStore.update(asset, memberKeys: row.memberKeys, in: tx)
            }
            try tx.record(
                "assets.upserted", "assets",
                after: [
                    "created": created.map(\.asset.id).joined(separator: " "),
                    "updated": changed.map(\.asset.id).joined(separator: " "),
                ])
        }
        return .with { response in
            response.createdCount = Int32(created.count)
            response.updatedCount = Int32(changed.count)
            response.unchangedCount = Int32(rows.count - created.count - changed.count)
        }
    }

    private func assetRows(_ given: [Usher_Catalog_V1_Asset], in tx: Transaction) throws -> [AssetRow] {
        var violations = Violations()
        violations.requireBatch(given.map(\.assetID), "assets", id: "asset_id")
        try violations.refuse()
        let rows = try given.enumerated().map { index, message in
            let field = "assets[\(index)]"
            let id = tx.newID(Asset.prefix)
            var asset = Asset.described(
                message, field, key: id.number, generatedID: id.description, now: tx.now, &violations)
            let before = try AssetStore.find(asset.id, in: tx)
            if let before {
                violations.require(asset.kind == before.kind, "\(field).type", "is not the type that the asset has")
                (asset.key, asset.version) = (before.key, before.version)
                (asset.createTime, asset.updateTime) = (before.createTime, before.updateTime)
            }
            return AssetRow(asset: asset, before: before)
        }
        try violations.refuse()
        return rows
    }

    private func resolveMembers(of rows: inout [AssetRow], in tx: Transaction) throws {
        var violations = Violations()
        var known = Dictionary(
            uniqueKeysWithValues: rows.map { ($0.asset.id, (key: $0.asset.key, kind: $0.asset.kind)) })
        for index in rows.indices {
            rows[index].memberKeys = try rows[index].asset.memberIDs.map { memberID in
                guard let member = try known[memberID] ?? AssetStore.keyAndKind(of: memberID, in: tx) else {
                    throw CatalogRefusal.assetNotFound(memberID)
                }
                known[memberID] = member
                violations.require(
                    !member.kind.hasMembers, "assets[\(index)].member_asset_ids",
                    "names \(memberID), which has members itself")
                return member.key
            }
        }
        try violations.refuse()
    }
}

extension Violations {
    /// Rows of a call that creates or replaces by the owner's ids.
    mutating func requireBatch(_ ids: [String], _ field: String, id: String) {
        let counts = CatalogService.batchCounts
        require(counts.contains(ids.count), field, "must have \(counts.lowerBound) to \(counts.upperBound) entries")
        guard isEmpty else { return }
        var seen: Set<String> = []
        for (index, value) in ids.enumerated() {
            require(!value.isEmpty, "\(field)[\(index)].\(id)", "must be given")
            require(
                value.isEmpty || seen.insert(value).inserted, "\(field)[\(index)].\(id)", "stands in an earlier row")
        }
    }
}
