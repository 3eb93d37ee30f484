import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension CatalogService {
    func createPackage(
        _ request: Usher_Catalog_V1_CreatePackageRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Package {
        var violations = Violations()
        let id = tx.newID(Package.prefix)
        let package = Package.described(
            request.package, key: id.number, generatedID: id.description, now: tx.now, &violations)
        try violations.refuse()
        let assets = try assetKeys(of: package, in: tx)
        guard try PackageStore.insert(package, assetKeys: assets, in: tx) else {
            let isIDTaken = try PackageStore.key(of: package.id, in: tx) != nil
            throw isIDTaken
                ? CatalogRefusal.packageExists(package.id) : CatalogRefusal.packageCodeTaken(package.code)
        }
        try tx.record("package.created", package.id, after: ["package_code": package.code, "title": package.title])
        return .init(package, of: try tx.organisationID)
    }

    private func assetKeys(of package: Package, in tx: Transaction) throws -> [Int64] {
        try package.assetIDs.map { id in
            guard let key = try AssetStore.key(of: id, in: tx) else { throw CatalogRefusal.assetNotFound(id) }
            return key
        }
    }

    func getPackage(
        _ request: Usher_Catalog_V1_GetPackageRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Package {
        guard let package = try PackageStore.find(request.packageID, in: tx) else {
            throw CatalogRefusal.packageNotFound
        }
        return .init(package, of: try tx.organisationID)
    }

    func listPackages(
        _ request: Usher_Catalog_V1_ListPackagesRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_ListPackagesResponse {
        let page = try Page(of: request, in: tx)
        let found = try packages(request, after: try page.afterNumber(), limit: page.size + 1, in: tx)
        let organisationID = try tx.organisationID
        let (items, token) = try page.cut(found, key: { String($0.key) }) {
            Usher_Catalog_V1_Package($0, of: organisationID)
        }
        return .with { ($0.packages, $0.nextPageToken) = (items, token) }
    }

    private func packages(
        _ request: Usher_Catalog_V1_ListPackagesRequest, after: Int64, limit: Int, in tx: Transaction
    ) throws -> [Package] {
        var assetKey: Int64?
        if !request.assetID.isEmpty {
            assetKey = try AssetStore.key(of: request.assetID, in: tx)
            if assetKey == nil { return [] }
        }
        guard !request.packageCode.isEmpty else {
            return try PackageStore.list(having: assetKey, after: after, limit: limit, in: tx)
        }
        // There is one at most.
        guard let key = try PackageStore.key(ofCode: request.packageCode, in: tx), key > after,
            let package = try PackageStore.find(key: key, in: tx)
        else { return [] }
        return request.assetID.isEmpty || package.assetIDs.contains(request.assetID) ? [package] : []
    }

    func updatePackage(
        _ request: Usher_Catalog_V1_UpdatePackageRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_Package {
        var violations = Violations()
        let fields = PackageField.named(in: request.updateMask, &violations)
        try violations.refuse()
        guard let before = try PackageStore.find(request.package.packageID, in: tx) else {
            throw CatalogRefusal.packageNotFound
        }
        try ETag.check(request.package.etag, against: before.version)
        var message = Usher_Catalog_V1_Package(before, of: try tx.organisationID)
        for field in fields { message.take(field, from: request.package) }
        var package = Package.described(
            message, key: before.key, generatedID: before.id, now: before.createTime, &violations)
        try violations.refuse()
        (package.updateTime, package.version) = (before.updateTime, before.version)
        guard package != before else { return .init(before, of: try tx.organisationID) }
        let assets = try assetKeys(of: package, in: tx)
        if package.code != before.code, try PackageStore.key(ofCode: package.code, in: tx) != nil {
            throw CatalogRefusal.packageCodeTaken(package.code)
        }
        (package.updateTime, package.version) = (tx.now, before.version + 1)
        try PackageStore.update(package, assetKeys: assets, in: tx)
        try tx.record("package.updated", package.id, before: before.journal, after: package.journal)
        return .init(package, of: try tx.organisationID)
    }

    func deletePackage(
        _ request: Usher_Catalog_V1_DeletePackageRequest, _ tx: Transaction
    ) throws -> Google_Protobuf_Empty {
        guard let package = try PackageStore.find(request.packageID, in: tx) else {
            throw CatalogRefusal.packageNotFound
        }
        try ETag.check(request.etag, against: package.version)
        try PackageStore.delete(package.key, in: tx)
        try PriceOptionStore.deleteAll(of: .package(package.key), in: tx)
        try PaymentPeriodStore.deleteAll(ofPackage: package.key, in: tx)
        try tx.record("package.deleted", package.id, before: package.journal)
        return .init()
    }
}
