import UsherContract

/// Every reason why a voucher cannot be used, in the order in which they are checked.
enum VoucherRefusal: String, CaseIterable {
    case voucherNotFound = "VOUCHER_NOT_FOUND"
    case deleted = "VOUCHER_DELETED"
    case deactivated = "VOUCHER_DEACTIVATED"
    case notYetValid = "VOUCHER_NOT_YET_VALID"
    case expired = "VOUCHER_EXPIRED"
    case assetNotFound = "ASSET_NOT_FOUND"
    case outOfScope = "OUT_OF_SCOPE"
    case assetRequired = "ASSET_REQUIRED"
    case purchaseRequired = "PURCHASE_REQUIRED"
    case viewerNotFound = "VIEWER_NOT_FOUND"
    case viewerRequired = "VIEWER_REQUIRED"
    case used = "VOUCHER_USED"
    case limitReached = "LIMIT_REACHED"
    case viewerLimitReached = "VIEWER_LIMIT_REACHED"

    var refusal: Refusal {
        let notFound: Set<Self> = [.voucherNotFound, .assetNotFound, .viewerNotFound]
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
        case .outOfScope: "The voucher is not for this asset."
        case .assetRequired: "The voucher is for several assets: say which."
        case .purchaseRequired: "A discount voucher is used in a purchase."
        case .viewerNotFound: "There is no such viewer."
        case .viewerRequired: "The voucher is used by a viewer: say who."
        case .used: "The voucher has been used."
        case .limitReached: "The voucher has been used as often as it may be."
        case .viewerLimitReached: "The viewer has used the voucher as often as one viewer may."
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
            "The voucher has been used \(used) times: the limit cannot be less.",
            metadata: ["used_count": String(used)])
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
