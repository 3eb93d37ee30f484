import UsherContract

/// Vouchers that were made together.
struct VoucherBatch: Hashable, Sendable {
    /// The row's key, inside the organisation's database only.
    var key: Int64
    var id: String
    var createTime: Instant
    /// How many were made in it.
    var voucherCount: Int

    /// Vouchers in one: what can be counted and ended in one call.
    static let limit = 1_000_000

    /// What has become of its vouchers.
    struct Statistics: Hashable, Sendable {
        var active: Int
        var scheduled: Int
        var used: Int
        var expired: Int
        var deactivated: Int
        var deleted: Int
        /// Those that have been used at all.
        var redeemed: Int
        /// The uses of all of them together.
        var redemptions: Int
    }
}
