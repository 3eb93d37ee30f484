import UsherAPI
import UsherContract

/// What the owner's system says that there is, many at a time.
extension OrganisationModel {
    private func checkRows(_ ids: [String], _ field: String, id: String) throws {
        var mistakes = Mistakes()
        mistakes.require((1...1_000).contains(ids.count), field)
        try mistakes.refuse()
        for (index, value) in ids.enumerated() {
            mistakes.require(!value.isEmpty && !ids[..<index].contains(value), "\(field)[\(index)].\(id)")
        }
        try mistakes.refuse()
    }

    func upsertAssets(
        _ request: Usher_Catalog_V1_BatchUpsertAssetsRequest, _ context: Context
    ) throws -> Usher_Catalog_V1_BatchUpsertAssetsResponse {
        try checkRows(request.assets.map(\.assetID), "assets", id: "asset_id")
        var mistakes = Mistakes()
        for (index, row) in request.assets.enumerated() {
            check(row, "assets[\(index)]", &mistakes)
            mistakes.requireID(row.assetID, "assets[\(index)].asset_id")
            if let before = liveAsset(row.assetID) {
                mistakes.require(before.message.type == row.type, "assets[\(index)].type")
            }
        }
        try mistakes.refuse()
        try checkMembers(of: request.assets)
        var response = Usher_Catalog_V1_BatchUpsertAssetsResponse()
        var changes: [(asset: ModelAsset?, row: Usher_Catalog_V1_Asset)] = []
        for given in request.assets {
            let before = liveAsset(given.assetID)
            var row = given
            Self.normalise(&row)
            (row.organisationID, row.etag) = (id, before?.message.etag ?? "v0")
            row.createTime = before?.message.createTime ?? context.now.timestamp
            row.updateTime = before?.message.updateTime ?? context.now.timestamp
            if row == before?.shown {
                response.unchangedCount += 1
                continue
            }
            if before == nil { response.createdCount += 1 } else { response.updatedCount += 1 }
            row.updateTime = context.now.timestamp
            row.etag = "v\((Int(row.etag.dropFirst()) ?? -1) + 1)"
            changes.append((before, row))
        }
        if !request.validateOnly, !changes.isEmpty {
            apply(changes)
            context.record("assets.upserted", "assets")
        }
        return response
    }

    /// Members are assets that there are, or rows of the same call, and have no members themselves.
    private func checkMembers(of rows: [Usher_Catalog_V1_Asset]) throws {
        var mistakes = Mistakes()
        for (index, row) in rows.enumerated() {
            for member in row.memberAssetIds {
                let type = rows.first { $0.assetID == member }?.type ?? liveAsset(member)?.message.type
                guard let type else { throw Expected.notFound("ASSET_NOT_FOUND") }
                mistakes.require(![.series, .playlist].contains(type), "assets[\(index)].member_asset_ids")
            }
        }
        try mistakes.refuse()
    }

    private func apply(_ changes: [(asset: ModelAsset?, row: Usher_Catalog_V1_Asset)]) {
        let written = changes.map { asset, row in
            if let asset { return (asset, row) }
            assets.append(ModelAsset(row, members: []))
            return (assets[assets.count - 1], row)
        }
        for (asset, row) in written {
            asset.message = row
            asset.message.memberAssetIds = []
            asset.members = row.memberAssetIds.compactMap(liveAsset)
        }
    }

    func upsertViewers(
        _ request: Usher_Catalog_V1_BatchUpsertViewersRequest, _ context: Context
    ) throws -> Usher_Catalog_V1_BatchUpsertViewersResponse {
        try checkRows(request.viewers.map(\.viewerID), "viewers", id: "viewer_id")
        var mistakes = Mistakes()
        for (index, row) in request.viewers.enumerated() {
            mistakes.requireID(row.viewerID, "viewers[\(index)].viewer_id")
            Self.check(email: row.email, "viewers[\(index)].email", &mistakes)
        }
        try mistakes.refuse()
        var response = Usher_Catalog_V1_BatchUpsertViewersResponse()
        for row in request.viewers {
            let viewer = liveViewer(row.viewerID)
            switch viewer?.message.email {
            case nil: response.createdCount += 1
            case row.email: response.unchangedCount += 1
            default: response.updatedCount += 1
            }
            if request.validateOnly { continue }
            if let viewer {
                set(email: row.email, of: viewer, context)
            } else {
                viewers.append(ModelViewer(row.viewerID, email: row.email, of: id, at: context.now))
            }
        }
        if !request.validateOnly, response.createdCount + response.updatedCount > 0 {
            context.record("viewers.upserted", "viewers")
        }
        return response
    }
}
