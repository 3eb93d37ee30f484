import UsherContract

/// Every reason why vouchers cannot be ordered, in the order in which they are checked.
enum VoucherOrderRefusal: String, CaseIterable {
    case featureDisabled = "FEATURE_DISABLED"
    case voucherPurchaseDisabled = "VOUCHER_PURCHASE_DISABLED"
    case periodDisabled = "PERIOD_DISABLED"
    case periodTooLong = "PERIOD_TOO_LONG"
    case periodNotFree = "PERIOD_NOT_FREE"
    case periodNotLimited = "PERIOD_NOT_LIMITED"

    var refusal: Refusal { Refusal(.failedPrecondition, rawValue, message) }

    private var message: String {
        switch self {
        case .featureDisabled: "Vouchers cannot be bought from this organisation: the operator has not enabled it."
        case .voucherPurchaseDisabled: "The package is not sold as vouchers."
        case .periodDisabled: "The payment period cannot be ordered any more."
        case .periodTooLong: "The payment period is longer than 9,999 days, and no voucher gives that."
        case .periodNotFree: "A free order needs a payment period that costs nothing."
        case .periodNotLimited: "A free order needs a payment period that is limited."
        }
    }

    static var notFound: Refusal {
        Refusal(.notFound, "VOUCHER_ORDER_NOT_FOUND", "There is no such voucher order.")
    }
}
