import UsherContract

/// Every reason why a voucher cannot be used, in the order in which they are checked.
enum VoucherRefusal: String, CaseIterable {
    case voucherNotFound = "VOUCHER_NOT_FOUND"
    case deleted = "VOUCHER_DELETED"
    case deactivated = "VOUCHER_DEACTIVATED"
    case notYetValid = "VOUCHER_NOT_YET_VALID"
    case expired = "VOUCHER_EXPIRED"
    case assetNotFound = "ASSET_NOT_FOUND"
    case packageNotFound = "PACKAGE_NOT_FOUND"
    case priceOptionNotFound = "PRICE_OPTION_NOT_FOUND"
    case outOfScope = "OUT_OF_SCOPE"
    case assetRequired = "ASSET_REQUIRED"
    case purchaseRequired = "PURCHASE_REQUIRED"
    case notEligible = "NOT_ELIGIBLE"
    case viewerNotFound = "VIEWER_NOT_FOUND"
    case viewerDeactivated = "VIEWER_DEACTIVATED"
    case viewerRequired = "VIEWER_REQUIRED"
    case reservationNotFound = "RESERVATION_NOT_FOUND"
    case used = "VOUCHER_USED"
    case limitReached = "LIMIT_REACHED"
    case viewerLimitReached = "VIEWER_LIMIT_REACHED"
    case addressRequired = "ADDRESS_REQUIRED"
    case alreadySubscribed = "ALREADY_SUBSCRIBED"

    var refusal: Refusal {
        let notFound: Set<Self> = [
            .voucherNotFound, .assetNotFound, .packageNotFound, .priceOptionNotFound, .viewerNotFound,
            .reservationNotFound,
        ]
        return Refusal(notFound.contains(self) ? .notFound : .failedPrecondition, rawValue, message)
    }

    private var message: String {
        switch self {
        case .voucherNotFound: "There is no such voucher."
        case .deleted: "The voucher was deleted."
        case .deactivated: "The voucher is switched off."
        case .notYetValid: "The voucher is not valid yet."
        case .expired: "The voucher has expired."
        case .assetNotFound: "There is no such asset."
        case .packageNotFound: "There is no such package."
        case .priceOptionNotFound: "There is no such price option."
        case .outOfScope: "The voucher is not for this."
        case .assetRequired: "The voucher is for several assets, packages or price options: say which."
        case .purchaseRequired: "A discount voucher is used in a purchase."
        case .notEligible: "The voucher is for others: the viewer's e-mail address is not on its list."
        case .viewerNotFound: "There is no such viewer."
        case .viewerDeactivated: "The viewer is deactivated."
        case .viewerRequired: "The voucher is used by a viewer: say who."
        case .reservationNotFound: "There is no such reservation, or it was taken up, given back or has ended."
        case .used: "The voucher has been used."
        case .limitReached: "Every use of the voucher has been made or is held."
        case .viewerLimitReached: "The viewer has used the voucher as often as one viewer may."
        case .addressRequired: "The voucher is for a print product: say where it is to be delivered to."
        case .alreadySubscribed: "The viewer has a subscription to this package, which allows only one."
        }
    }

    static var notFound: Refusal { Self.voucherNotFound.refusal }

    static func codeTaken(_ code: String) -> Refusal {
        Refusal(.alreadyExists, "CODE_TAKEN", "There is a voucher with the code \(code) already.")
    }

    static var codeImmutable: Refusal {
        Refusal(.failedPrecondition, "CODE_IMMUTABLE", "The code of a voucher never changes.")
    }

    static var effectImmutable: Refusal {
        Refusal(.failedPrecondition, "EFFECT_IMMUTABLE", "What a voucher does never changes.")
    }

    static func limitBelowUsed(_ used: Int) -> Refusal {
        Refusal(
            .failedPrecondition, "LIMIT_BELOW_USED",
            "\(used) uses of the voucher have been made or are held: the limit cannot be less.",
            metadata: ["used_count": String(used)])
    }

    static var notRedeemed: Refusal {
        Refusal(
            .failedPrecondition, "VOUCHER_NOT_REDEEMED",
            "The voucher has not been used, and has no expiry to reset; what it will have is its access_period.")
    }

    static var accessRevoked: Refusal {
        Refusal(.failedPrecondition, "ACCESS_REVOKED", "Every access that the voucher gave was taken away.")
    }

    static var emailLimitReached: Refusal {
        Refusal(
            .failedPrecondition, "EMAIL_LIMIT_REACHED",
            "A voucher has at most \(VoucherEmail.limit) e-mail addresses. Nothing was added.")
    }

    static var batchNotFound: Refusal { Refusal(.notFound, "BATCH_NOT_FOUND", "There is no such batch.") }

    static var batchFull: Refusal {
        Refusal(
            .failedPrecondition, "BATCH_FULL",
            "A batch has at most \(VoucherBatch.limit) vouchers: begin another. Nothing was created.")
    }

    static var batchExpiring: Refusal {
        Refusal(
            .aborted, "BATCH_EXPIRING", "The voucher's batch is just being expired: try again in a moment.",
            retryAfter: .seconds(1))
    }

    static var redemptionNotFound: Refusal {
        Refusal(.notFound, "REDEMPTION_NOT_FOUND", "There is no such redemption of this voucher.")
    }

    static var redemptionRolledBack: Refusal {
        Refusal(.failedPrecondition, "REDEMPTION_ROLLED_BACK", "The redemption was rolled back already.")
    }

    static var codeSpaceExhausted: Refusal {
        Refusal(
            .resourceExhausted, "CODE_SPACE_EXHAUSTED",
            "Hardly any unused codes of this shape are left: use longer ones. Nothing was created.")
    }
}
