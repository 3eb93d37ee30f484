import UsherAPI
import UsherContract

final class ModelAccess {
    let id: String
    let viewer: ModelViewer?
    /// Nil for a package, and for everything.
    let asset: ModelAsset?
    let package: ModelPackage?
    let type: Usher_Access_V1_AccessType
    let start: Instant
    private(set) var end: Instant?
    private(set) var originalEnd: Instant?
    let voucher: ModelVoucher?
    /// That it was bought by; nil for none.
    let option: ModelPriceOption?
    /// The subscription that gives it; empty for none.
    var subscriptionID = ""
    let created: Instant
    private(set) var updated: Instant
    private(set) var revoked: Instant?
    /// Its viewer is deactivated.
    private(set) var isSuspended = false
    private(set) var played: Instant?
    /// The address that it may be played from; empty for any.
    private(set) var boundIP = ""

    init(
        _ id: String, viewer: ModelViewer?, asset: ModelAsset?, package: ModelPackage? = nil,
        type: Usher_Access_V1_AccessType, start: Instant, end: Instant?, voucher: ModelVoucher?,
        option: ModelPriceOption? = nil, created: Instant
    ) {
        self.id = id
        self.viewer = viewer
        self.asset = asset
        self.package = package
        self.type = type
        self.start = start
        self.end = end
        self.voucher = voucher
        self.option = option
        self.created = created
        updated = created
    }

    /// - Returns: whether there was anything to end.
    @discardableResult
    func end(at now: Instant) -> Bool {
        if revoked != nil { return false }
        (revoked, updated) = (now, now)
        return true
    }

    /// Ends for now what was not taken away.
    func suspend(at now: Instant) {
        guard revoked == nil, !isSuspended else { return }
        (isSuspended, updated) = (true, now)
    }

    /// Brings back what was ended for now, as far as nothing else has ended it since.
    func restore(at now: Instant) {
        guard isSuspended, revoked == nil else { return }
        (isSuspended, updated) = (false, now)
    }

    /// Another end, as its subscription has.
    func move(end new: Instant, at now: Instant) {
        if end != new { (end, updated) = (new, now) }
    }

    /// Its viewer is deleted.
    func forgetAddress() { boundIP = "" }

    /// Whether it was not taken away, for good or for now.
    var stands: Bool { revoked == nil && !isSuspended }

    /// Another end; the first one is kept.
    ///
    /// - Returns: whether it is another.
    @discardableResult
    func extend(to new: Instant, at now: Instant) -> Bool {
        if end == new { return false }
        // For ever is told as the last moment that can be.
        let last = Instant(microseconds: 253_402_300_799_000_000)
        (originalEnd, end, updated) = (originalEnd ?? end ?? last, new, now)
        return true
    }

    /// - Parameter ip: what it is bound to from now on, where it is not yet; empty for nothing.
    func play(from ip: String, at now: Instant) {
        guard played == nil || boundIP.isEmpty && !ip.isEmpty else { return }
        (played, updated) = (played ?? now, now)
        if boundIP.isEmpty { boundIP = ip }
    }

    func state(at now: Instant) -> Usher_Access_V1_AccessState {
        if !stands { return .revoked }
        if start > now { return .scheduled }
        return end.map { $0 <= now } ?? false ? .expired : .active
    }

    /// Whether it is to the asset, to everything, to a series that the asset is in, or to a package that opens it.
    func covers(_ asked: ModelAsset) -> Bool {
        if let package { return package.opens(asked) }
        return asset.map { $0 == asked || $0.members.contains(asked) } ?? true
    }

    func message(of organisationID: String, at now: Instant) -> Usher_Access_V1_Access {
        .with { message in
            message.accessID = id
            message.organisationID = organisationID
            message.viewerID = viewer?.message.viewerID ?? ""
            message.assetID = asset?.message.assetID ?? ""
            message.packageID = package?.message.packageID ?? ""
            message.type = type
            message.state = state(at: now)
            message.startTime = start.timestamp
            if let end { message.expireTime = end.timestamp }
            if let originalEnd { message.originalExpireTime = originalEnd.timestamp }
            message.voucherID = voucher?.id ?? ""
            message.subscriptionID = subscriptionID
            message.priceOptionID = option?.message.priceOptionID ?? ""
            if let played { message.firstPlayTime = played.timestamp }
            message.boundIp = boundIP
            message.createTime = created.timestamp
            message.updateTime = updated.timestamp
        }
    }
}

extension OrganisationModel {
    func existingAccess(_ id: String) throws -> ModelAccess {
        guard let access = access(id) else { throw Expected.notFound("ACCESS_NOT_FOUND") }
        return access
    }

    func grantAccess(
        _ request: Usher_Access_V1_GrantAccessRequest, _ context: Context, _ made: Usher_Access_V1_Access?
    ) throws -> Usher_Access_V1_Access {
        var mistakes = Mistakes()
        mistakes.require(!request.viewerID.isEmpty, "viewer_id")
        mistakes.requireID(request.viewerID, "viewer_id")
        let start = mistakes.moment(request.startTime, request.hasStartTime, "start_time") ?? context.now
        let end = mistakes.moment(request.expireTime, request.hasExpireTime, "expire_time")
        if let end { mistakes.require(end > start && end > context.now, "expire_time") }
        mistakes.require(request.assetID.isEmpty || request.packageID.isEmpty, "package_id")
        try mistakes.refuse()
        let asset = request.assetID.isEmpty ? nil : try existingAsset(request.assetID)
        let package = request.packageID.isEmpty ? nil : try existingPackage(request.packageID)
        let access = ModelAccess(
            try adopt(made?.accessID, "acc"), viewer: try register(request.viewerID, context), asset: asset,
            package: package, type: .granted, start: start, end: end, voucher: nil, created: context.now)
        accesses.append(access)
        context.record("access.granted", access.id)
        return access.message(of: id, at: context.now)
    }

    func revokeAccess(
        _ request: Usher_Access_V1_RevokeAccessRequest, _ context: Context
    ) throws -> Usher_Access_V1_Access {
        var mistakes = Mistakes()
        mistakes.requireText(request.reason, 0...1_000, "reason", hasLines: true)
        try mistakes.refuse()
        let access = try existingAccess(request.accessID)
        if access.end(at: context.now) { context.record("access.revoked", access.id) }
        return access.message(of: id, at: context.now)
    }

    func extendAccess(
        _ request: Usher_Access_V1_ExtendAccessRequest, _ context: Context
    ) throws -> Usher_Access_V1_Access {
        var mistakes = Mistakes()
        mistakes.requireText(request.reason, 0...1_000, "reason", hasLines: true)
        let end = mistakes.moment(request.expireTime, request.hasExpireTime, "expire_time")
        mistakes.require(end.map { $0 > context.now } ?? false, "expire_time")
        try mistakes.refuse()
        let access = try existingAccess(request.accessID)
        if !access.stands { throw Expected.precondition("ACCESS_REVOKED") }
        if !access.subscriptionID.isEmpty { throw Expected.precondition("ACCESS_OF_SUBSCRIPTION") }
        mistakes.require(end.map { $0 > access.start } ?? false, "expire_time")
        try mistakes.refuse()
        if let end, access.extend(to: end, at: context.now) { context.record("access.extended", access.id) }
        return access.message(of: id, at: context.now)
    }

    func listed(_ request: Usher_Access_V1_ListAccessRequest, _ context: Context) -> [Usher_Access_V1_Access] {
        let (viewer, asset) = (liveViewer(request.viewerID), liveAsset(request.assetID))
        let package = livePackage(request.packageID)
        return accesses.filter { access in
            let isActive = access.state(at: context.now) == .active
            return (request.viewerID.isEmpty || viewer != nil && access.viewer == viewer)
                && (request.assetID.isEmpty || asset != nil && access.asset == asset)
                && (request.packageID.isEmpty || package != nil && access.package == package)
                && (request.type == .unspecified || request.type == access.type)
                && (request.activity == .unspecified || isActive == (request.activity == .active))
        }.map { $0.message(of: id, at: context.now) }
    }
}
