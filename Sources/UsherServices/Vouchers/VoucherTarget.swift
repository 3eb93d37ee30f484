import UsherContract
import UsherStorage

/// The verb that finds what a use of a voucher is for.
///
/// What is asked for comes first and must be there; then it must be in the voucher's scope. Where nothing is asked for,
/// the scope says it, if it names only one thing.
struct VoucherTarget {
    private let voucher: Voucher
    private let tx: Transaction

    static func find(of voucher: Voucher, _ use: VoucherUse, in tx: Transaction) throws -> VoucherUseFacts.Target {
        let target = VoucherTarget(voucher: voucher, tx: tx)
        let asset = use.assetID.isEmpty ? nil : try AssetStore.key(of: use.assetID, in: tx)
        if asset == nil, !use.assetID.isEmpty { return .unknownAsset }
        let package = use.packageID.isEmpty ? nil : try PackageStore.key(of: use.packageID, in: tx)
        if package == nil, !use.packageID.isEmpty { return .unknownPackage }
        let option = use.priceOptionID.isEmpty ? nil : try PriceOptionStore.find(use.priceOptionID, in: tx)
        if option == nil, !use.priceOptionID.isEmpty { return .unknownPriceOption }
        let asked =
            option.map { VoucherItem($0.target) } ?? package.map(VoucherItem.package) ?? asset.map(VoucherItem.asset)
        // Where several are named they are parts of one another.
        if let package, let asked, try !target.isPart(asked, of: .package(package)) { return .outOfScope }
        if let asset, let asked, try !target.isPart(.asset(asset), of: asked) { return .outOfScope }
        switch voucher.effect {
        case .subscription: return try target.subscribed(asked)
        case .access, .discount: return try target.scoped(asked, option)
        }
    }

    /// The package that the subscription is to.
    private func subscribed(_ asked: VoucherItem?) throws -> VoucherUseFacts.Target {
        guard let key = voucher.offer?.packageKey, try PackageStore.isLive(key, in: tx) else {
            return .unknownPackage
        }
        if let asked, try !isPart(asked, of: .package(key)) { return .outOfScope }
        return .item(.package(key))
    }

    private func scoped(_ asked: VoucherItem?, _ option: PriceOption?) throws -> VoucherUseFacts.Target {
        let items: VoucherScopeItems
        switch voucher.scope {
        case .everything: items = .nothing
        case .asset(let key):
            // What was deleted since opens nothing.
            guard try AssetStore.isLive(key, in: tx) else { return .unknownAsset }
            items = VoucherScopeItems(assets: [key])
        case .listed:
            items = try VoucherStore.scopeItems(of: voucher.id, in: tx)
            if let key = items.onlyPackage, try !PackageStore.isLive(key, in: tx) { return .unknownPackage }
        }
        if option == nil, !items.priceOptions.isEmpty { return try offered(asked, in: items) }
        guard voucher.paymentTypes.contains(option?.paymentType ?? .ppv),
            option.map({ items.priceOptions.isEmpty || items.priceOptions.contains($0.key) }) ?? true
        else { return .outOfScope }
        let found = try item(asked, in: items)
        // What is bought is what access is to, also where the scope names the whole of which it is a part.
        if let asked, option != nil, case .item = found { return .item(asked) }
        return found
    }

    /// What is asked for, or the least of the scope's items of which it is a part.
    private func item(_ asked: VoucherItem?, in items: VoucherScopeItems) throws -> VoucherUseFacts.Target {
        if items.assets.isEmpty, items.packages.isEmpty { return .item(asked ?? .everything) }
        switch asked {
        case nil, .everything:
            guard items.assets.count + items.packages.count == 1 else { return .ambiguous }
            return .item(items.assets.first.map(VoucherItem.asset) ?? .package(items.packages[0]))
        case .package(let key):
            return items.packages.contains(key) ? .item(.package(key)) : .outOfScope
        case .asset(let key):
            if items.assets.contains(key) { return .item(.asset(key)) }
            if let parent = try items.assets.first(where: { try AssetStore.isMember(key, ofAnyOf: [$0], in: tx) }) {
                return .item(.asset(parent))
            }
            let package = try items.packages.first { try PackageStore.opens(key, package: $0, in: tx) }
            return package.map { .item(.package($0)) } ?? .outOfScope
        }
    }

    /// What the price options of the scope are for that could be meant, as far as it is in the rest of the scope.
    private func offered(_ asked: VoucherItem?, in items: VoucherScopeItems) throws -> VoucherUseFacts.Target {
        var found: Set<VoucherItem> = []
        for key in items.priceOptions {
            guard let option = try PriceOptionStore.findLive(key: key, in: tx),
                voucher.paymentTypes.contains(option.paymentType)
            else { continue }
            let target = VoucherItem(option.target)
            guard case .item = try item(target, in: items) else { continue }
            if try asked.map({ try isPart($0, of: target) }) ?? true { found.insert(target) }
        }
        if found.count == 1 { return .item(found.removeFirst()) }
        return found.isEmpty ? .outOfScope : .ambiguous
    }

    /// Whether access to `whole` opens all of `part`.
    private func isPart(_ part: VoucherItem, of whole: VoucherItem) throws -> Bool {
        if part == whole { return true }
        switch (part, whole) {
        case (_, .everything): return true
        case (.asset(let key), .asset(let parent)): return try AssetStore.isMember(key, ofAnyOf: [parent], in: tx)
        case (.asset(let key), .package(let package)): return try PackageStore.opens(key, package: package, in: tx)
        case (.package, _), (.everything, _): return false
        }
    }
}
