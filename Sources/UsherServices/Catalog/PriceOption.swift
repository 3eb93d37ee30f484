import UsherContract

/// An offer to buy access to an asset or a package.
struct PriceOption: Hashable, Sendable {
    /// What it is for, by the row's key.
    enum Target: Hashable, Sendable {
        case asset(Int64)
        case package(Int64)
    }
    enum PaymentType: Int64, Sendable, CaseIterable {
        case ppv = 1, subscription
    }

    /// The row's key, inside the organisation's database only.
    var key: Int64
    var id: String
    var target: Target
    var name: String
    var paymentType: PaymentType
    var price: Money
    /// Nil for ever, which a subscription is not.
    var accessPeriod: CalendarPeriod?
    var createTime: Instant
    var updateTime: Instant
    var version: Int64

    static let prefix = "prc"
    static let nameLengths = 0...200
}
