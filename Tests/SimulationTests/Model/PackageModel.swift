import UsherAPI
import UsherContract

/// A package, which stays itself when it is deleted and its id is given to another.
final class ModelPackage: Equatable {
    var message: Usher_Catalog_V1_Package
    /// What it has itself; none once it is deleted.
    var assets: [ModelAsset]
    var isDeleted = false

    init(_ message: Usher_Catalog_V1_Package, assets: [ModelAsset]) {
        self.message = message
        self.assets = assets
    }

    static func == (left: ModelPackage, right: ModelPackage) -> Bool { left === right }

    var shown: Usher_Catalog_V1_Package {
        var message = message
        message.assetIds = assets.map(\.message.assetID)
        return message
    }

    /// Whether it has the asset as it is now, or a series or playlist that the asset is in.
    func opens(_ asked: ModelAsset) -> Bool { assets.contains { $0 == asked || $0.members.contains(asked) } }
}

extension OrganisationModel {
    static let packagePaths: Set<String> = [
        "title", "description", "package_code", "asset_ids", "print_product", "delivery_address_required",
        "voucher_purchase_enabled", "grace_days", "allow_several_subscriptions",
    ]

    func livePackage(_ id: String) -> ModelPackage? { packages.last { $0.message.packageID == id && !$0.isDeleted } }

    func livePackage(code: String) -> ModelPackage? {
        packages.last { $0.message.packageCode == code && !$0.isDeleted }
    }

    func existingPackage(_ id: String) throws -> ModelPackage {
        guard let package = livePackage(id) else { throw Expected.notFound("PACKAGE_NOT_FOUND") }
        return package
    }

    func createPackage(
        _ request: Usher_Catalog_V1_CreatePackageRequest, _ context: Context, _ made: Usher_Catalog_V1_Package?
    ) throws -> Usher_Catalog_V1_Package {
        var message = request.package
        var mistakes = Mistakes()
        mistakes.requireID(message.packageID, "package.package_id")
        let isNamed = !message.packageID.isEmpty
        if message.packageCode.isEmpty, isNamed { message.packageCode = message.packageID }
        check(message, hasCode: isNamed || !message.packageCode.isEmpty, &mistakes)
        try mistakes.refuse()
        let assets = try message.assetIds.map(existingAsset)
        guard livePackage(message.packageID) == nil else { throw Expected.exists("PACKAGE_EXISTS") }
        guard message.packageCode.isEmpty || livePackage(code: message.packageCode) == nil else {
            throw Expected.exists("PACKAGE_CODE_TAKEN")
        }
        if !isNamed { message.packageID = try adopt(made?.packageID, "pkg") }
        if message.packageCode.isEmpty { message.packageCode = message.packageID }
        message.organisationID = id
        message.createTime = context.now.timestamp
        message.updateTime = context.now.timestamp
        message.etag = "v1"
        message.assetIds = []
        let package = ModelPackage(message, assets: assets)
        packages.append(package)
        context.record("package.created", message.packageID)
        return package.shown
    }

    private func check(_ package: Usher_Catalog_V1_Package, hasCode: Bool, _ mistakes: inout Mistakes) {
        if hasCode { mistakes.requireText(package.packageCode, 1...50, "package.package_code") }
        mistakes.requireText(package.title, 1...500, "package.title")
        mistakes.requireText(package.description_p, 0...10_000, "package.description", hasLines: true)
        let isWithoutRepetition = Set(package.assetIds).count == package.assetIds.count
        mistakes.require(isWithoutRepetition && package.assetIds.count <= 1_000, "package.asset_ids")
        mistakes.require(
            package.printProduct || !package.deliveryAddressRequired, "package.delivery_address_required")
        mistakes.require((0...25).contains(package.graceDays), "package.grace_days")
    }

    func updatePackage(
        _ request: Usher_Catalog_V1_UpdatePackageRequest, _ context: Context
    ) throws -> Usher_Catalog_V1_Package {
        let given = request.package
        var mistakes = Mistakes()
        let paths = mistakes.mask(request.updateMask, Self.packagePaths)
        try mistakes.refuse()
        let package = try existingPackage(given.packageID)
        try Expected.checkTag(given.etag, Int(package.message.etag.dropFirst()) ?? -1)
        var new = package.shown
        Self.take(paths, from: given, into: &new)
        if new.packageCode.isEmpty { new.packageCode = new.packageID }
        check(new, hasCode: true, &mistakes)
        try mistakes.refuse()
        guard new != package.shown else { return new }
        let assets = try new.assetIds.map(existingAsset)
        if let other = livePackage(code: new.packageCode), other != package {
            throw Expected.exists("PACKAGE_CODE_TAKEN")
        }
        new.assetIds = []
        new.updateTime = context.now.timestamp
        new.etag = "v\((Int(new.etag.dropFirst()) ?? -1) + 1)"
        (package.message, package.assets) = (new, assets)
        context.record("package.updated", new.packageID)
        return package.shown
    }

    private static func take(
        _ paths: Set<String>, from given: Usher_Catalog_V1_Package, into new: inout Usher_Catalog_V1_Package
    ) {
        if paths.contains("title") { new.title = given.title }
        if paths.contains("description") { new.description_p = given.description_p }
        if paths.contains("package_code") { new.packageCode = given.packageCode }
        if paths.contains("asset_ids") { new.assetIds = given.assetIds }
        if paths.contains("print_product") { new.printProduct = given.printProduct }
        if paths.contains("delivery_address_required") { new.deliveryAddressRequired = given.deliveryAddressRequired }
        if paths.contains("voucher_purchase_enabled") { new.voucherPurchaseEnabled = given.voucherPurchaseEnabled }
        if paths.contains("grace_days") { new.graceDays = given.graceDays }
        if paths.contains("allow_several_subscriptions") {
            new.allowSeveralSubscriptions = given.allowSeveralSubscriptions
        }
    }

    /// It opens nothing any more, and what it was sold by goes with it.
    func deletePackage(_ request: Usher_Catalog_V1_DeletePackageRequest, _ context: Context) throws {
        let package = try existingPackage(request.packageID)
        try Expected.checkTag(request.etag, Int(package.message.etag.dropFirst()) ?? -1)
        package.isDeleted = true
        package.assets = []
        for option in priceOptions where option.package == package { option.isDeleted = true }
        for period in paymentPeriods where period.package == package { period.isDeleted = true }
        context.record("package.deleted", request.packageID)
    }

    /// What is left behind by an asset that is deleted: no package has it, and nothing sells it.
    func forget(_ asset: ModelAsset) {
        for package in packages { package.assets.removeAll { $0 == asset } }
        for option in priceOptions where option.asset == asset { option.isDeleted = true }
    }

    func listed(_ request: Usher_Catalog_V1_ListPackagesRequest) -> [Usher_Catalog_V1_Package] {
        let asset = liveAsset(request.assetID)
        return packages.filter { package in
            !package.isDeleted && (request.assetID.isEmpty || asset.map(package.assets.contains) ?? false)
                && (request.packageCode.isEmpty || request.packageCode == package.message.packageCode)
        }.map(\.shown)
    }
}
