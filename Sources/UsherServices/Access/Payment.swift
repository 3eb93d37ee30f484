import UsherContract

/// What a viewer has paid.
struct Payment: Hashable, Sendable {
    /// How it was given back.
    enum Reversal: Int64, Sendable {
        case refund = 1, chargeback
    }

    var id: ResourceID
    var viewerKey: Int64
    var priceOptionKey: Int64?
    var amount: Money
    /// Empty where nothing was paid.
    var reference: String
    var voucherKey: Int64?
    var discountPercent = 0
    var accessKey: Int64?
    var subscriptionKey: Int64?
    var createTime: Instant
    var reverseTime: Instant?
    var reversal: Reversal?
    var reversalReason = ""

    static let prefix = "pmt"
    static let referenceLengths = 0...200
    static let reasonLengths = 0...1_000
}

extension Violations {
    /// What is paid for is paid in the currency of its price.
    mutating func requireCurrency(of amount: Money, toBeThatOf option: PriceOption) {
        require(
            amount.currencyCode == option.price.currencyCode, "amount.currency_code",
            "must be \(option.price.currencyCode), as the price is")
    }

    /// An amount above nothing is known to the payment provider.
    mutating func requirePayment(_ amount: Money?, _ reference: String) {
        requireText(reference, "payment_reference", Payment.referenceLengths)
        require(
            amount?.isFree ?? true || !reference.isEmpty, "payment_reference", "must be given where something was paid")
    }
}
