/// What a voucher may be used for.
enum VoucherScope: Hashable, Sendable {
    case everything
    /// The one asset with this key, and any price option of it.
    case asset(Int64)
    /// What the Store lists, see ``VoucherScopeItems``.
    case listed
}

/// What a scope names: assets and packages, and the price options that it is narrowed to; the keys in order.
struct VoucherScopeItems: Hashable, Sendable {
    var assets: [Int64] = []
    var packages: [Int64] = []
    var priceOptions: [Int64] = []

    static let nothing = VoucherScopeItems()

    var scope: VoucherScope {
        if packages.isEmpty, priceOptions.isEmpty, assets.count < 2 {
            return assets.first.map(VoucherScope.asset) ?? .everything
        }
        return .listed
    }

    /// The package that it names, where it names nothing else.
    var onlyPackage: Int64? { assets.isEmpty && priceOptions.isEmpty && packages.count == 1 ? packages[0] : nil }

    /// What has to be stored beside the voucher.
    var listed: VoucherScopeItems { scope == .listed ? self : .nothing }
}

/// What one use of a voucher is for, and what its access is to.
enum VoucherItem: Hashable, Sendable {
    case everything
    case asset(Int64)
    case package(Int64)

    var assetKey: Int64? { if case .asset(let key) = self { key } else { nil } }
    var packageKey: Int64? { if case .package(let key) = self { key } else { nil } }
}

extension VoucherItem {
    init(_ target: PriceOption.Target) {
        switch target {
        case .asset(let key): self = .asset(key)
        case .package(let key): self = .package(key)
        }
    }
}

/// How a price option that a voucher may be used for is paid for: one or both types.
struct VoucherPaymentTypes: OptionSet, Hashable, Sendable {
    let rawValue: Int64

    static let ppv = Self(rawValue: 1)
    static let subscription = Self(rawValue: 2)
    static let any: Self = [.ppv, .subscription]

    func contains(_ type: PriceOption.PaymentType) -> Bool {
        switch type {
        case .ppv: contains(Self.ppv)
        case .subscription: contains(Self.subscription)
        }
    }
}
