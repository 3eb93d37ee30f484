import UsherContract

/// Every reason for a "no" of access records and sessions. That somebody may not come in is a verdict, which only
/// beginning to play makes a refusal of.
enum AccessRefusal {
    static var notFound: Refusal { Refusal(.notFound, "ACCESS_NOT_FOUND", "There is no such access.") }

    static var revoked: Refusal {
        Refusal(.failedPrecondition, "ACCESS_REVOKED", "The access was taken away: give another one.")
    }

    static var ofSubscription: Refusal {
        Refusal(
            .failedPrecondition, "ACCESS_OF_SUBSCRIPTION",
            "The access lasts as long as its subscription does: change that one's renewal date.")
    }

    static var paymentNotFound: Refusal { Refusal(.notFound, "PAYMENT_NOT_FOUND", "There is no such payment.") }

    static func paymentExists(_ reference: String) -> Refusal {
        Refusal(
            .alreadyExists, "PAYMENT_EXISTS", "A payment with this reference was recorded already.",
            metadata: ["payment_reference": reference])
    }

    static var sessionNotFound: Refusal { Refusal(.notFound, "SESSION_NOT_FOUND", "There is no such session.") }

    static func sessionOver(_ end: PlaybackSession.End) -> Refusal {
        Refusal(
            .failedPrecondition, end.reason,
            end == .evicted ? "A newer session has taken this one's place." : "The session has ended.")
    }

    /// - Parameter reason: that of a verdict.
    static func denied(_ reason: String) -> Refusal {
        guard let own = AccessReason(rawValue: reason) else {
            guard let vouchers = VoucherRefusal(rawValue: reason) else {
                preconditionFailure("\(reason) is no reason of a verdict")
            }
            return vouchers.refusal
        }
        return Refusal(own == .assetNotFound ? .notFound : .failedPrecondition, reason, own.message)
    }
}

extension AccessReason {
    fileprivate var message: String {
        switch self {
        case .assetNotFound: "There is no such asset."
        case .noAccess: "There is no access to this asset."
        case .accessExpired: "The access has expired."
        case .alreadyPlayed: "The voucher was for one session, and has been played."
        case .geoUnknown: "The asset opens in certain countries only, and the viewer's is not known."
        case .geoBlocked: "The asset does not open in the viewer's country."
        case .ipMismatch: "The access is bound to one IP address, and this is another."
        case .tooManySessions: "As many sessions are going on as may at a time."
        }
    }
}
