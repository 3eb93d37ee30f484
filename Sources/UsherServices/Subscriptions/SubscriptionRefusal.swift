import UsherContract

/// Every reason for a "no" of subscriptions.
enum SubscriptionRefusal {
    static var notFound: Refusal {
        Refusal(.notFound, "SUBSCRIPTION_NOT_FOUND", "There is no such subscription.")
    }

    static func state(_ state: Subscription.State) -> Refusal {
        Refusal(
            .failedPrecondition, "SUBSCRIPTION_STATE", "The subscription is \(state.rawValue).",
            metadata: ["state": state.rawValue])
    }

    static var notRenewable: Refusal {
        Refusal(.failedPrecondition, "SUBSCRIPTION_NOT_RENEWABLE", "The subscription is limited: it is not renewed.")
    }

    static func renewalTooClose(_ time: Instant) -> Refusal {
        Refusal(
            .failedPrecondition, "RENEWAL_TOO_CLOSE", "The renewal is within 24 hours: its date stays.",
            metadata: ["renew_time": String(time.microseconds / 1_000_000)])
    }

    static var alreadySubscribed: Refusal {
        Refusal(.failedPrecondition, "ALREADY_SUBSCRIBED", "The viewer has subscribed to this package already.")
    }

    static var notASubscription: Refusal {
        Refusal(.failedPrecondition, "NOT_A_SUBSCRIPTION", "What is bought so is no subscription.")
    }

    static var periodDisabled: Refusal {
        Refusal(.failedPrecondition, "PERIOD_DISABLED", "The payment period cannot be ordered any more.")
    }

    static var packageMismatch: Refusal {
        Refusal(.failedPrecondition, "PACKAGE_MISMATCH", "What is bought so is not of this package.")
    }

    static var notAPrintProduct: Refusal {
        Refusal(.failedPrecondition, "NOT_A_PRINT_PRODUCT", "The subscription is not to a print product.")
    }

    static var notADigitalProduct: Refusal {
        Refusal(.failedPrecondition, "NOT_A_DIGITAL_PRODUCT", "The package of the voucher is a print product.")
    }
}
