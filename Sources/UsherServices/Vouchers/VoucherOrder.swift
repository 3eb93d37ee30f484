import UsherContract

/// An order of vouchers: paid for now, redeemed later, each by whoever has it.
struct VoucherOrder: Hashable, Sendable {
    enum PaymentMethod: Int64, Sendable {
        case adyen = 1, free
    }

    var id: ResourceID
    var purchaserKey: Int64
    var packageKey: Int64
    var paymentPeriodKey: Int64
    var quantity: Int
    var daysOfAccess: Int
    var paymentMethod: PaymentMethod
    var paymentReference: String
    var amount: Money
    var createTime: Instant
    var cancelTime: Instant?
    var cancelReason: String

    static let prefix = "vor"
    static let quantities = 1...10_000
    static let referenceLengths = 1...200
    static let reasonLengths = 0...1_000

    /// Why a payment period of a package cannot be ordered, in the documented order; nil where it can.
    static func refusal(
        of period: PaymentPeriod, for package: Package, days: Int, _ method: PaymentMethod
    ) -> VoucherOrderRefusal? {
        if !package.isVoucherPurchaseEnabled { return .voucherPurchaseDisabled }
        if !period.isEnabled { return .periodDisabled }
        if !Voucher.Offer.days.contains(days) { return .periodTooLong }
        guard method == .free else { return nil }
        if !period.price.isFree { return .periodNotFree }
        if period.kind != .limited { return .periodNotLimited }
        return nil
    }
}

/// Where a print product is delivered to.
struct DeliveryAddress: Hashable, Sendable {
    var name: String
    var street: String
    var postcode: String
    var city: String
    /// ISO 3166-1 alpha-2, in upper case.
    var country: String

    static let lengths = 1...200
}
