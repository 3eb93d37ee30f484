import UsherContract

/// One use of a voucher, held for a time. It counts like a use until it ends, is given back or is taken up; then its
/// row is gone, and the journal tells what became of it.
struct Reservation: Hashable, Sendable {
    var id: ResourceID
    var voucherID: ResourceID
    /// Nil for whoever names it.
    var viewerKey: Int64?
    var createTime: Instant
    /// From then on it counts no more, whether or not its row is still there.
    var expireTime: Instant

    static let prefix = "rsv"
    static let defaultTTL = Duration.seconds(15 * 60)
    static let maximumTTL = Duration.hours(7 * 24)
}
