import UsherAPI
import UsherContract

/// What a use of a voucher is for, and what its access is to.
enum ModelItem: Equatable {
    case everything
    case asset(ModelAsset)
    case package(ModelPackage)

    init(_ option: ModelPriceOption) {
        self = option.asset.map(ModelItem.asset) ?? option.package.map(ModelItem.package) ?? .everything
    }

    var asset: ModelAsset? { if case .asset(let asset) = self { asset } else { nil } }
    var package: ModelPackage? { if case .package(let package) = self { package } else { nil } }

    /// Whether access to this opens all of the other.
    func contains(_ part: ModelItem) -> Bool {
        switch (self, part) {
        case (.everything, _): true
        case (.asset(let whole), .asset(let asset)): whole == asset || whole.members.contains(asset)
        case (.package(let package), .asset(let asset)): package.opens(asset)
        case (.package(let package), .package(let other)): package == other
        case (.asset, _), (_, .everything): false
        }
    }
}

/// What a voucher may be used for; of each kind in the order of their creation. Nothing named is everything.
struct ModelScope: Equatable {
    var assets: [ModelAsset] = []
    var packages: [ModelPackage] = []
    var options: [ModelPriceOption] = []
    /// Nil for any.
    var paymentType: Usher_Catalog_V1_PaymentType?

    /// The one asset or package that it is for, and nothing narrower.
    var only: ModelItem? {
        guard assets.count + packages.count == 1, options.isEmpty else { return nil }
        return assets.first.map(ModelItem.asset) ?? packages.first.map(ModelItem.package)
    }

    /// Nil where it names nothing.
    var message: Usher_Vouchers_V1_VoucherScope? {
        let message = Usher_Vouchers_V1_VoucherScope.with { scope in
            scope.assetIds = assets.map(\.message.assetID).sorted()
            scope.packageIds = packages.map(\.message.packageID).sorted()
            scope.priceOptionIds = options.map(\.message.priceOptionID).sorted()
            if let paymentType { scope.paymentTypes = [paymentType] }
        }
        return message == .init() ? nil : message
    }

    /// The smallest of the assets and packages that opens all of an item: assets before packages. Nil where none does.
    func smallest(opening item: ModelItem) -> ModelItem? {
        if assets.isEmpty, packages.isEmpty { return item }
        let all = assets.map(ModelItem.asset) + packages.map(ModelItem.package)
        return all.first { $0 == item } ?? all.first { $0.contains(item) }
    }

    /// - Parameter option: that it is paid by; nil counts as PPV.
    func allows(_ option: ModelPriceOption?) -> Bool {
        if let paymentType, paymentType != option?.message.paymentType ?? .ppv { return false }
        return option.map { options.isEmpty || options.contains($0) } ?? true
    }
}

extension OrganisationModel {
    /// The scope that a caller describes. The kinds of payment are judged with the rest of the voucher.
    func scope(_ given: Usher_Vouchers_V1_VoucherScope) throws -> ModelScope {
        var scope = ModelScope()
        let wanted = try Set(given.assetIds).sorted().map(existingAsset)
        scope.assets = assets.filter(wanted.contains)
        let inside = try Set(given.packageIds).sorted().map(existingPackage)
        scope.packages = packages.filter(inside.contains)
        let sold = try Set(given.priceOptionIds).sorted().map(existingPriceOption)
        scope.options = priceOptions.filter(sold.contains)
        let types = Set(given.paymentTypes)
        scope.paymentType = types.count == 1 ? types.first : nil
        return scope
    }

    /// What a use of a voucher opens: what is asked for comes first and must be there; then it must be in the scope,
    /// which says it alone where it names one thing.
    func target(of voucher: ModelVoucher, _ use: ModelUse) throws(Expected) -> ModelItem {
        let asset = liveAsset(use.assetID)
        if asset == nil, !use.assetID.isEmpty { throw .notFound("ASSET_NOT_FOUND") }
        let package = livePackage(use.packageID)
        if package == nil, !use.packageID.isEmpty { throw .notFound("PACKAGE_NOT_FOUND") }
        let option = livePriceOption(use.priceOptionID)
        if option == nil, !use.priceOptionID.isEmpty { throw .notFound("PRICE_OPTION_NOT_FOUND") }
        let named = [
            option.map { ModelItem($0) }, package.map(ModelItem.package), asset.map(ModelItem.asset),
        ].compactMap(\.self)
        // The narrowest that is named, but a price option says exactly what it sells.
        let asked = named.first
        for other in named.dropFirst() {
            let isPart = other.package == nil ? asked?.contains(other) : asked.map(other.contains)
            guard isPart ?? true else { throw .precondition("OUT_OF_SCOPE") }
        }
        guard let offer = voucher.terms.offer else { return try target(of: voucher.terms.scope, asked, option) }
        guard let package = offer.package, !package.isDeleted else { throw .notFound("PACKAGE_NOT_FOUND") }
        if let asked, !ModelItem.package(package).contains(asked) { throw .precondition("OUT_OF_SCOPE") }
        return .package(package)
    }

    private func target(
        of scope: ModelScope, _ asked: ModelItem?, _ option: ModelPriceOption?
    ) throws(Expected) -> ModelItem {
        // What was deleted since opens nothing.
        if scope.only?.asset?.isDeleted ?? false { throw .notFound("ASSET_NOT_FOUND") }
        if scope.only?.package?.isDeleted ?? false { throw .notFound("PACKAGE_NOT_FOUND") }
        if option == nil, !scope.options.isEmpty { return try offered(scope, asked) }
        guard scope.allows(option) else { throw .precondition("OUT_OF_SCOPE") }
        guard let asked else {
            let all = scope.assets.map(ModelItem.asset) + scope.packages.map(ModelItem.package)
            if all.count > 1 { throw .precondition("ASSET_REQUIRED") }
            return all.first ?? .everything
        }
        guard let found = scope.smallest(opening: asked) else { throw .precondition("OUT_OF_SCOPE") }
        return option == nil ? found : asked
    }

    /// What the price options of the scope sell, as far as it is in the rest of the scope, and could be meant.
    private func offered(_ scope: ModelScope, _ asked: ModelItem?) throws(Expected) -> ModelItem {
        var found: [ModelItem] = []
        for option in scope.options where !option.isDeleted && scope.allows(option) {
            let item = ModelItem(option)
            let isMeant = asked.map(item.contains) ?? true
            if isMeant, scope.smallest(opening: item) != nil, !found.contains(item) { found.append(item) }
        }
        if found.count > 1 { throw .precondition("ASSET_REQUIRED") }
        guard let only = found.first else { throw .precondition("OUT_OF_SCOPE") }
        return only
    }
}
