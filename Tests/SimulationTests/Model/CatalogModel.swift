import Foundation
import UsherAPI
import UsherContract

/// An asset, which stays itself when it is deleted and its id is given to another.
final class ModelAsset: Equatable {
    var message: Usher_Catalog_V1_Asset
    var members: [ModelAsset]
    var isDeleted = false

    init(_ message: Usher_Catalog_V1_Asset, members: [ModelAsset]) {
        self.message = message
        self.members = members
    }

    static func == (left: ModelAsset, right: ModelAsset) -> Bool { left === right }

    var hasMembers: Bool { message.type == .series || message.type == .playlist }

    var shown: Usher_Catalog_V1_Asset {
        var message = message
        message.memberAssetIds = members.map(\.message.assetID)
        return message
    }
}

final class ModelViewer: Equatable {
    var message = Usher_Catalog_V1_Viewer()
    var isDeleted = false

    init(_ id: String, email: String, of organisationID: String, at now: Instant) {
        message.viewerID = id
        message.organisationID = organisationID
        message.email = email
        message.status = .active
        message.createTime = now.timestamp
        message.updateTime = now.timestamp
        message.etag = "v1"
    }

    static func == (left: ModelViewer, right: ModelViewer) -> Bool { left === right }

    var isActive: Bool { message.status == .active }
}

extension OrganisationModel {
    private static let assetPaths: Set<String> = [
        "title", "description", "related_content", "member_asset_ids", "geo_policy", "single_ip_protection",
    ]

    func createAsset(
        _ request: Usher_Catalog_V1_CreateAssetRequest, _ context: Context, _ made: Usher_Catalog_V1_Asset?
    ) throws -> Usher_Catalog_V1_Asset {
        let given = request.asset
        var mistakes = Mistakes()
        mistakes.requireID(given.assetID, "asset.asset_id")
        check(given, "asset", &mistakes)
        try mistakes.refuse()
        let members = try members(given.memberAssetIds)
        guard liveAsset(given.assetID) == nil else { throw Expected.exists("ASSET_EXISTS") }
        var message = given
        message.memberAssetIds = []
        message.assetID = given.assetID.isEmpty ? try adopt(made?.assetID, "ast") : given.assetID
        message.organisationID = id
        message.createTime = context.now.timestamp
        message.updateTime = context.now.timestamp
        message.etag = "v1"
        Self.normalise(&message)
        assets.append(ModelAsset(message, members: members))
        context.record("asset.created", message.assetID)
        return assets[assets.count - 1].shown
    }

    static func normalise(_ asset: inout Usher_Catalog_V1_Asset) {
        guard asset.hasGeoPolicy else { return }
        asset.geoPolicy.countryCodes = Set(asset.geoPolicy.countryCodes.map { $0.uppercased() }).sorted()
    }

    func check(_ asset: Usher_Catalog_V1_Asset, _ field: String, _ mistakes: inout Mistakes) {
        let types: [Usher_Catalog_V1_AssetType] = [.video, .liveEvent, .series, .playlist, .performance]
        mistakes.require(types.contains(asset.type), "\(field).type")
        mistakes.requireText(asset.title, 1...500, "\(field).title")
        mistakes.requireText(asset.description_p, 0...10_000, "\(field).description", hasLines: true)
        for (index, content) in asset.relatedContent.enumerated() {
            let row = "\(field).related_content[\(index)]"
            mistakes.require(content.kind != .unspecified, "\(row).kind")
            mistakes.requireText(content.title, 0...500, "\(row).title")
            mistakes.require(content.url.hasPrefix("https://") && content.url.count > 8, "\(row).url")
        }
        let members = asset.memberAssetIds
        let mayHaveMembers = [.series, .playlist].contains(asset.type) || !types.contains(asset.type)
        mistakes.require(
            (members.isEmpty || mayHaveMembers) && Set(members).count == members.count, "\(field).member_asset_ids")
        guard asset.hasGeoPolicy else { return }
        mistakes.require([.allow, .block].contains(asset.geoPolicy.mode), "\(field).geo_policy.mode")
        let codes = asset.geoPolicy.countryCodes
        mistakes.require(
            !codes.isEmpty && codes.allSatisfy { $0.count == 2 && $0.allSatisfy(\.isLetter) },
            "\(field).geo_policy.country_codes")
    }

    private func members(_ ids: [String]) throws -> [ModelAsset] {
        let members = try ids.map { id in
            guard let asset = liveAsset(id) else { throw Expected.notFound("ASSET_NOT_FOUND") }
            return asset
        }
        var mistakes = Mistakes()
        mistakes.require(!members.contains(where: \.hasMembers), "asset.member_asset_ids")
        try mistakes.refuse()
        return members
    }

    func updateAsset(
        _ request: Usher_Catalog_V1_UpdateAssetRequest, _ context: Context
    ) throws -> Usher_Catalog_V1_Asset {
        let given = request.asset
        var mistakes = Mistakes()
        let paths = mistakes.mask(request.updateMask, Self.assetPaths)
        try mistakes.refuse()
        let asset = try existingAsset(given.assetID)
        try Expected.checkTag(given.etag, Int(asset.message.etag.dropFirst()) ?? -1)
        var new = asset.shown
        if paths.contains("title") { new.title = given.title }
        if paths.contains("description") { new.description_p = given.description_p }
        if paths.contains("related_content") { new.relatedContent = given.relatedContent }
        if paths.contains("member_asset_ids") { new.memberAssetIds = given.memberAssetIds }
        if paths.contains("geo_policy") {
            new.clearGeoPolicy()
            if given.hasGeoPolicy { new.geoPolicy = given.geoPolicy }
        }
        if paths.contains("single_ip_protection") {
            new.clearSingleIpProtection()
            if given.hasSingleIpProtection { new.singleIpProtection = given.singleIpProtection }
        }
        check(new, "asset", &mistakes)
        try mistakes.refuse()
        Self.normalise(&new)
        guard new != asset.shown else { return new }
        asset.members = try members(new.memberAssetIds)
        new.memberAssetIds = []
        new.updateTime = context.now.timestamp
        new.etag = "v\((Int(new.etag.dropFirst()) ?? -1) + 1)"
        asset.message = new
        context.record("asset.updated", new.assetID)
        return asset.shown
    }

    func existingAsset(_ id: String) throws -> ModelAsset {
        guard let asset = liveAsset(id) else { throw Expected.notFound("ASSET_NOT_FOUND") }
        return asset
    }

    func deleteAsset(_ request: Usher_Catalog_V1_DeleteAssetRequest, _ context: Context) throws {
        let asset = try existingAsset(request.assetID)
        try Expected.checkTag(request.etag, Int(asset.message.etag.dropFirst()) ?? -1)
        if asset.message.type == .performance {
            _ = endAdmissions(to: asset, "the performance was deleted", at: context.now)
        }
        asset.isDeleted = true
        asset.members = []
        for other in assets { other.members.removeAll { $0 == asset } }
        forget(asset)
        context.record("asset.deleted", request.assetID)
    }

    // MARK: Viewers

    private static func isEmail(_ text: String) -> Bool {
        let parts = text.components(separatedBy: "@")
        return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty && !text.contains(" ")
    }

    /// None, or an address.
    static func check(email: String, _ field: String, _ mistakes: inout Mistakes) {
        mistakes.require(email.isEmpty || isEmail(email), field)
    }

    func createViewer(
        _ request: Usher_Catalog_V1_CreateViewerRequest, _ context: Context, _ made: Usher_Catalog_V1_Viewer?
    ) throws -> Usher_Catalog_V1_Viewer {
        let given = request.viewer
        var mistakes = Mistakes()
        mistakes.requireID(given.viewerID, "viewer.viewer_id")
        Self.check(email: given.email, "viewer.email", &mistakes)
        try mistakes.refuse()
        guard liveViewer(given.viewerID) == nil else { throw Expected.exists("VIEWER_EXISTS") }
        let viewerID = given.viewerID.isEmpty ? try adopt(made?.viewerID, "vwr") : given.viewerID
        viewers.append(ModelViewer(viewerID, email: given.email, of: id, at: context.now))
        context.record("viewer.created", viewerID)
        return viewers[viewers.count - 1].message
    }

    func existingViewer(_ id: String) throws -> ModelViewer {
        guard let viewer = liveViewer(id) else { throw Expected.notFound("VIEWER_NOT_FOUND") }
        return viewer
    }

    /// What a viewer has stands still while the viewer is deactivated, and comes back just so.
    func setActive(
        _ isActive: Bool, _ viewerID: String, etag: String, reason: String, _ context: Context
    ) throws -> Usher_Catalog_V1_Viewer {
        var mistakes = Mistakes()
        mistakes.requireText(reason, 0...1_000, "reason", hasLines: true)
        try mistakes.refuse()
        let viewer = try existingViewer(viewerID)
        let version = Int(viewer.message.etag.dropFirst()) ?? -1
        try Expected.checkTag(etag, version)
        guard viewer.isActive != isActive else { return viewer.message }
        viewer.message.status = isActive ? .active : .deactivated
        viewer.message.updateTime = context.now.timestamp
        viewer.message.etag = "v\(version + 1)"
        setActive(isActive, subscriptionsOf: viewer, context)
        for access in accesses where access.viewer == viewer {
            if isActive { access.restore(at: context.now) } else { access.suspend(at: context.now) }
        }
        context.record(isActive ? "viewer.reactivated" : "viewer.deactivated", viewerID)
        return viewer.message
    }

    func updateViewer(
        _ request: Usher_Catalog_V1_UpdateViewerRequest, _ context: Context
    ) throws -> Usher_Catalog_V1_Viewer {
        var mistakes = Mistakes()
        let paths = mistakes.mask(request.updateMask, ["email"])
        let email = request.viewer.email
        if paths.contains("email") { Self.check(email: email, "viewer.email", &mistakes) }
        try mistakes.refuse()
        let viewer = try existingViewer(request.viewer.viewerID)
        try Expected.checkTag(request.viewer.etag, Int(viewer.message.etag.dropFirst()) ?? -1)
        if paths.contains("email"), set(email: email, of: viewer, context) {
            context.record("viewer.updated", viewer.message.viewerID)
        }
        return viewer.message
    }

    /// - Returns: whether it is another.
    @discardableResult
    func set(email: String, of viewer: ModelViewer, _ context: Context) -> Bool {
        guard email != viewer.message.email else { return false }
        viewer.message.email = email
        viewer.message.updateTime = context.now.timestamp
        viewer.message.etag = "v\((Int(viewer.message.etag.dropFirst()) ?? -1) + 1)"
        return true
    }

    /// A deleted viewer has no access to anything any more, and nobody knows who and where it was.
    func deleteViewer(_ request: Usher_Catalog_V1_DeleteViewerRequest, _ context: Context) throws {
        let viewer = try existingViewer(request.viewerID)
        try Expected.checkTag(request.etag, Int(viewer.message.etag.dropFirst()) ?? -1)
        viewer.isDeleted = true
        for access in accesses where access.viewer == viewer {
            access.end(at: context.now)
            access.forgetAddress()
        }
        for session in sessions where session.viewer == viewer {
            (session.ip, session.country, session.device) = ("", "", "")
        }
        forgetAddresses(of: viewer)
        try cancel(subscriptionsOf: viewer, context)
        context.record("viewer.deleted", request.viewerID)
    }

    private func forgetAddresses(of viewer: ModelViewer) {
        for export in exports where export.isOf(viewer) { export.forgetAddress() }
        let address = CodeText.same(viewer.message.email)
        guard !address.isEmpty,
            !viewers.contains(where: { !$0.isDeleted && CodeText.same($0.message.email) == address })
        else { return }
        let number = viewers.firstIndex { $0 === viewer } ?? -1
        for voucher in vouchers where voucher.emails.remove(address) != nil { voucher.emails.insert("vwr_\(number)") }
    }
}
