import SwiftProtobuf
import UsherAPI
import UsherContract

extension Usher_Catalog_V1_ListPackagesRequest: PagedRequest {}

/// The fields of a package that a caller may change, by their paths in an update mask.
enum PackageField: String, CaseIterable {
    case title, description
    case packageCode = "package_code"
    case assetIDs = "asset_ids"
    case printProduct = "print_product"
    case deliveryAddressRequired = "delivery_address_required"
    case voucherPurchaseEnabled = "voucher_purchase_enabled"
    case graceDays = "grace_days"
    case allowSeveralSubscriptions = "allow_several_subscriptions"
}

extension Usher_Catalog_V1_Package {
    /// Takes the value of one field from another message.
    mutating func take(_ field: PackageField, from given: Self) {
        switch field {
        case .title: title = given.title
        case .description: description_p = given.description_p
        case .packageCode: packageCode = given.packageCode
        case .assetIDs: assetIds = given.assetIds
        case .printProduct: printProduct = given.printProduct
        case .deliveryAddressRequired: deliveryAddressRequired = given.deliveryAddressRequired
        case .voucherPurchaseEnabled: voucherPurchaseEnabled = given.voucherPurchaseEnabled
        case .graceDays: graceDays = given.graceDays
        case .allowSeveralSubscriptions: allowSeveralSubscriptions = given.allowSeveralSubscriptions
        }
    }

    init(_ package: Package, of organisationID: String) {
        self.init()
        packageID = package.id
        self.organisationID = organisationID
        packageCode = package.code
        title = package.title
        description_p = package.description
        assetIds = package.assetIDs
        printProduct = package.isPrintProduct
        deliveryAddressRequired = package.requiresDeliveryAddress
        voucherPurchaseEnabled = package.isVoucherPurchaseEnabled
        graceDays = Int32(package.graceDays)
        allowSeveralSubscriptions = package.allowsSeveralSubscriptions
        createTime = Google_Protobuf_Timestamp(package.createTime)
        updateTime = Google_Protobuf_Timestamp(package.updateTime)
        etag = ETag.text(package.version)
    }
}

extension Package {
    /// A package as a caller describes it. Its assets are looked up by the service.
    static func described(
        _ given: Usher_Catalog_V1_Package, key: Int64, generatedID: String, now: Instant,
        _ violations: inout Violations
    ) -> Package {
        violations.requireCallerID(given.packageID, "package.package_id")
        let id = given.packageID.isEmpty ? generatedID : given.packageID
        let code = given.packageCode.isEmpty ? id : given.packageCode
        violations.requireText(code, "package.package_code", codeLengths)
        violations.requireText(given.title, "package.title", Asset.titleLengths)
        violations.requireProse(given.description_p, "package.description", Asset.descriptionLengths)
        let assets = given.assetIds
        violations.require(
            assets.count <= assetLimit, "package.asset_ids", "must have at most \(assetLimit) entries")
        violations.require(Set(assets).count == assets.count, "package.asset_ids", "must not name an asset twice")
        violations.require(
            given.printProduct || !given.deliveryAddressRequired, "package.delivery_address_required",
            "is for print products only")
        violations.require(
            graceDayCounts.contains(Int(given.graceDays)), "package.grace_days",
            "must be \(graceDayCounts.lowerBound) to \(graceDayCounts.upperBound)")
        return Package(
            key: key, id: id, code: code, title: given.title, description: given.description_p, assetIDs: assets,
            isPrintProduct: given.printProduct, requiresDeliveryAddress: given.deliveryAddressRequired,
            isVoucherPurchaseEnabled: given.voucherPurchaseEnabled, graceDays: Int(given.graceDays),
            allowsSeveralSubscriptions: given.allowSeveralSubscriptions, createTime: now, updateTime: now, version: 1)
    }
}
