import UsherContract

/// A tenant of the platform.
struct Organisation: Hashable, Sendable {
    enum State: Int64, Sendable {
        case active = 1, suspended
    }

    var id: String
    var name: String
    var state: State
    /// Whether the operator lets it sell vouchers for later use.
    var sellsVouchers: Bool
    var createTime: Instant
    var updateTime: Instant
    var version: Int64

    static let nameLengths = 1...200
    /// Of the reason for a suspension.
    static let reasonLengths = 0...1_000
    static let voucherPurchaseFeature = "purchasable_vouchers"

    /// The features that the operator has switched on, by their names in ``Caller/features``.
    var features: Set<String> { sellsVouchers ? [Self.voucherPurchaseFeature] : [] }
}
