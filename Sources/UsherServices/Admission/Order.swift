import UsherContract

/// What one customer has bought in one transaction.
struct Order: Hashable, Sendable {
    var id: ResourceID
    /// The ticketing system's own; empty for none.
    var number: String
    var customerName: String
    var createTime: Instant
    var updateTime: Instant
    var version: Int64

    static let prefix = "ord"
    static let numberLengths = 0...200
    /// Cancelled ones included, so that an order fits in a reply. It has at most so many passes, too.
    static let admissionLimit = 1_000

    enum Field: String, CaseIterable {
        case number = "order_number"
        case customerName = "customer_name"
    }
}
