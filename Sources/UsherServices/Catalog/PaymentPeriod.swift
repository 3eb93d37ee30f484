import UsherContract

/// For how long a package is ordered at a time, and what that costs.
struct PaymentPeriod: Hashable, Sendable {
    /// What happens at its end.
    enum Kind: Int64, Sendable {
        case limited = 1, recurring, single
    }

    /// The row's key, inside the organisation's database only.
    var key: Int64
    var id: String
    var packageKey: Int64
    var name: String
    var kind: Kind
    var length: CalendarPeriod
    var price: Money
    var isEnabled: Bool
    var createTime: Instant
    var updateTime: Instant
    var version: Int64

    static let prefix = "pay"
    static let nameLengths = 0...200
    static let units: Set<CalendarPeriod.Unit> = [.day, .week, .month, .year]
}
