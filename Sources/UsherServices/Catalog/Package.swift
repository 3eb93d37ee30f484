import UsherContract

/// Several assets that access is given to, and subscriptions are made to, together.
struct Package: Hashable, Sendable {
    /// The row's key, inside the organisation's database only.
    var key: Int64
    var id: String
    /// By which vouchers and subscription systems name it; no other package's.
    var code: String
    var title: String
    var description: String
    var assetIDs: [String]
    var isPrintProduct: Bool
    /// Only of a print product.
    var requiresDeliveryAddress: Bool
    var isVoucherPurchaseEnabled: Bool
    /// For how many days a frozen subscription still gives access.
    var graceDays: Int
    var allowsSeveralSubscriptions: Bool
    var createTime: Instant
    var updateTime: Instant
    var version: Int64

    static let prefix = "pkg"
    static let codeLengths = 1...50
    static let assetLimit = 1_000
    static let graceDayCounts = 0...25
}
