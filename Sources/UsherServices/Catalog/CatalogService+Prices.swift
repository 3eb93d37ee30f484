import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension CatalogService {
    // MARK: Price options

    func createPriceOption(
        _ request: Usher_Catalog_V1_CreatePriceOptionRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_PriceOption {
        let id = tx.newID(PriceOption.prefix)
        let given = request.priceOption
        let option = try PriceOption.described(
            given, key: id.number, generatedID: id.description, now: tx.now
        ) { try target(assetID: given.assetID, packageID: given.packageID, in: tx) }
        guard try PriceOptionStore.insert(option, in: tx) else { throw CatalogRefusal.priceOptionExists(option.id) }
        try tx.record("price_option.created", option.id, after: option.journal)
        return try message(option, in: tx)
    }

    /// - Throws: NOT_FOUND, naming it, where there is none such.
    private func target(assetID: String, packageID: String, in tx: Transaction) throws -> PriceOption.Target {
        if !assetID.isEmpty {
            guard let key = try AssetStore.key(of: assetID, in: tx) else { throw CatalogRefusal.assetNotFound(assetID) }
            return .asset(key)
        }
        guard let key = try PackageStore.key(of: packageID, in: tx) else {
            throw CatalogRefusal.packageNotFound(packageID)
        }
        return .package(key)
    }

    func getPriceOption(
        _ request: Usher_Catalog_V1_GetPriceOptionRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_PriceOption {
        guard let option = try PriceOptionStore.find(request.priceOptionID, in: tx) else {
            throw CatalogRefusal.priceOptionNotFound
        }
        return try message(option, in: tx)
    }

    func listPriceOptions(
        _ request: Usher_Catalog_V1_ListPriceOptionsRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_ListPriceOptionsResponse {
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        violations.require(
            request.assetID.isEmpty || request.packageID.isEmpty, "package_id", "must not be given with asset_id")
        try violations.refuse()
        var target: PriceOption.Target?
        if !request.assetID.isEmpty {
            guard let key = try AssetStore.key(of: request.assetID, in: tx) else { return .init() }
            target = .asset(key)
        } else if !request.packageID.isEmpty {
            guard let key = try PackageStore.key(of: request.packageID, in: tx) else { return .init() }
            target = .package(key)
        }
        let found = try PriceOptionStore.list(
            of: target, after: try page.afterNumber(), limit: page.size + 1, in: tx)
        let (items, token) = try page.cut(found, key: { String($0.key) }) { try message($0, in: tx) }
        return .with { ($0.priceOptions, $0.nextPageToken) = (items, token) }
    }

    func updatePriceOption(
        _ request: Usher_Catalog_V1_UpdatePriceOptionRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_PriceOption {
        var violations = Violations()
        let fields = PriceOptionField.named(in: request.updateMask, &violations)
        try violations.refuse()
        guard let before = try PriceOptionStore.find(request.priceOption.priceOptionID, in: tx) else {
            throw CatalogRefusal.priceOptionNotFound
        }
        try ETag.check(request.priceOption.etag, against: before.version)
        var wanted = try message(before, in: tx)
        for field in fields { wanted.take(field, from: request.priceOption) }
        var option = try PriceOption.described(
            wanted, key: before.key, generatedID: before.id, now: before.createTime, target: { before.target })
        (option.updateTime, option.version) = (before.updateTime, before.version)
        guard option != before else { return try message(before, in: tx) }
        (option.updateTime, option.version) = (tx.now, before.version + 1)
        try PriceOptionStore.update(option, in: tx)
        try tx.record("price_option.updated", option.id, before: before.journal, after: option.journal)
        return try message(option, in: tx)
    }

    func deletePriceOption(
        _ request: Usher_Catalog_V1_DeletePriceOptionRequest, _ tx: Transaction
    ) throws -> Google_Protobuf_Empty {
        guard let option = try PriceOptionStore.find(request.priceOptionID, in: tx) else {
            throw CatalogRefusal.priceOptionNotFound
        }
        try ETag.check(request.etag, against: option.version)
        try PriceOptionStore.delete(option.key, in: tx)
        try tx.record("price_option.deleted", option.id, before: option.journal)
        return .init()
    }

    private func message(_ option: PriceOption, in tx: Transaction) throws -> Usher_Catalog_V1_PriceOption {
        let targetID =
            switch option.target {
            case .asset(let key): try AssetStore.id(of: key, in: tx)
            case .package(let key): try PackageStore.id(of: key, in: tx)
            }
        guard let targetID else { throw StorageError.inconsistent("price option \(option.id) is for nothing") }
        return .init(option, targetID: targetID, of: try tx.organisationID)
    }

    // MARK: Payment periods

    func createPaymentPeriod(
        _ request: Usher_Catalog_V1_CreatePaymentPeriodRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_PaymentPeriod {
        let id = tx.newID(PaymentPeriod.prefix)
        let packageID = request.paymentPeriod.packageID
        let period = try PaymentPeriod.described(
            request.paymentPeriod, key: id.number, generatedID: id.description, now: tx.now
        ) {
            guard let key = try PackageStore.key(of: packageID, in: tx) else {
                throw CatalogRefusal.packageNotFound(packageID)
            }
            return key
        }
        guard try PaymentPeriodStore.insert(period, in: tx) else {
            throw CatalogRefusal.paymentPeriodExists(period.id)
        }
        try tx.record("payment_period.created", period.id, after: period.journal)
        return try message(period, in: tx)
    }

    func getPaymentPeriod(
        _ request: Usher_Catalog_V1_GetPaymentPeriodRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_PaymentPeriod {
        guard let period = try PaymentPeriodStore.find(request.paymentPeriodID, in: tx) else {
            throw CatalogRefusal.paymentPeriodNotFound
        }
        return try message(period, in: tx)
    }

    func listPaymentPeriods(
        _ request: Usher_Catalog_V1_ListPaymentPeriodsRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_ListPaymentPeriodsResponse {
        let page = try Page(of: request, in: tx)
        var packageKey: Int64?
        if !request.packageID.isEmpty {
            packageKey = try PackageStore.key(of: request.packageID, in: tx)
            if packageKey == nil { return .init() }
        }
        let found = try PaymentPeriodStore.list(
            ofPackage: packageKey, after: try page.afterNumber(), limit: page.size + 1, in: tx)
        let (items, token) = try page.cut(found, key: { String($0.key) }) { try message($0, in: tx) }
        return .with { ($0.paymentPeriods, $0.nextPageToken) = (items, token) }
    }

    func updatePaymentPeriod(
        _ request: Usher_Catalog_V1_UpdatePaymentPeriodRequest, _ tx: Transaction
    ) throws -> Usher_Catalog_V1_PaymentPeriod {
        var violations = Violations()
        let fields = PaymentPeriodField.named(in: request.updateMask, &violations)
        try violations.refuse()
        guard let before = try PaymentPeriodStore.find(request.paymentPeriod.paymentPeriodID, in: tx) else {
            throw CatalogRefusal.paymentPeriodNotFound
        }
        try ETag.check(request.paymentPeriod.etag, against: before.version)
        var wanted = try message(before, in: tx)
        for field in fields { wanted.take(field, from: request.paymentPeriod) }
        var period = try PaymentPeriod.described(
            wanted, key: before.key, generatedID: before.id, now: before.createTime, packageKey: { before.packageKey })
        (period.updateTime, period.version) = (before.updateTime, before.version)
        guard period != before else { return try message(before, in: tx) }
        (period.updateTime, period.version) = (tx.now, before.version + 1)
        try PaymentPeriodStore.update(period, in: tx)
        try tx.record("payment_period.updated", period.id, before: before.journal, after: period.journal)
        return try message(period, in: tx)
    }

    func deletePaymentPeriod(
        _ request: Usher_Catalog_V1_DeletePaymentPeriodRequest, _ tx: Transaction
    ) throws -> Google_Protobuf_Empty {
        guard let period = try PaymentPeriodStore.find(request.paymentPeriodID, in: tx) else {
            throw CatalogRefusal.paymentPeriodNotFound
        }
        try ETag.check(request.etag, against: period.version)
        try PaymentPeriodStore.delete(period.key, in: tx)
        try tx.record("payment_period.deleted", period.id, before: period.journal)
        return .init()
    }

    private func message(_ period: PaymentPeriod, in tx: Transaction) throws -> Usher_Catalog_V1_PaymentPeriod {
        guard let packageID = try PackageStore.id(of: period.packageKey, in: tx) else {
            throw StorageError.inconsistent("payment period \(period.id) is of no package")
        }
        return .init(period, packageID: packageID, of: try tx.organisationID)
    }
}
