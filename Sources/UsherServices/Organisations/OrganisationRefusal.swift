import UsherContract

/// Every reason for a "no" of organisations, settings and keys.
enum OrganisationRefusal {
    static func exists(_ id: String) -> Refusal {
        Refusal(.alreadyExists, "ORGANISATION_EXISTS", "There is an organisation \(id) already.")
    }

    /// File systems that do not tell upper from lower case have one directory for both.
    static func existsInOtherCase(_ other: String) -> Refusal {
        Refusal(
            .alreadyExists, "ORGANISATION_EXISTS",
            "There is an organisation \(other), and ids must differ in more than case.")
    }

    static func idReserved(_ id: String) -> Refusal {
        let description = "must not be a device's name (con, nul, com1, …) and must not end with a dot"
        return Refusal(
            .invalidArgument, "ORGANISATION_ID_RESERVED", "organisation.organisation_id \(description): \(id)",
            violations: [FieldViolation(field: "organisation.organisation_id", description: description)])
    }

    /// For the operator, and for whoever names an organisation that is not there.
    static var notFound: Refusal {
        Refusal(.notFound, "ORGANISATION_NOT_FOUND", "There is no such organisation.")
    }

    static var suspended: Refusal {
        Refusal(.permissionDenied, "ORGANISATION_SUSPENDED", "The organisation is suspended: ask the operator.")
    }

    static var settingConflict: Refusal {
        Refusal(
            .failedPrecondition, "SETTING_CONFLICT",
            "Taking back downloaded tickets needs allow_take_back_injected to be on.")
    }

    static var keyNotFound: Refusal { Refusal(.notFound, "API_KEY_NOT_FOUND", "There is no such key.") }

    static func scopeNotHeld(_ scope: Scope) -> Refusal {
        Refusal(
            .permissionDenied, "SCOPE_NOT_HELD", "A key can only grant what it has, and it does not have \(scope).",
            metadata: ["scope": scope.description])
    }

    static var expiryNotHeld: Refusal {
        Refusal(
            .permissionDenied, "EXPIRY_NOT_HELD",
            "A key that expires makes no key that lasts longer: give an expire_time that is not later than its own.")
    }

    static func keyLimit(_ limits: ApiKeyLimits) -> Refusal {
        Refusal(
            .resourceExhausted, "API_KEY_LIMIT",
            "There are \(limits.count) keys, and there can be no more: revoke those that are not used.")
    }

    static func keysMadeToday(_ limits: ApiKeyLimits, retryAfter: Duration) -> Refusal {
        Refusal(
            .resourceExhausted, "API_KEY_LIMIT",
            "\(limits.count) keys were made in the last 24 hours, and there can be no more for a while.",
            retryAfter: retryAfter)
    }

    static var lastOperatorKey: Refusal {
        Refusal(
            .failedPrecondition, "LAST_OPERATOR_KEY",
            "This is the operator's only key that never expires: create another one before revoking it.")
    }

    static var certificateNotByOperator: Refusal {
        Refusal(
            .permissionDenied, "OPERATOR_REQUIRED", "Only the platform's operator gives a key a certificate_uri.")
    }

    static func certificateTaken(_ uri: String) -> Refusal {
        Refusal(
            .alreadyExists, "CERTIFICATE_URI_TAKEN", "Another key has the certificate_uri \(uri): revoke it first.")
    }

    static var certificateUnknown: Refusal {
        Refusal(
            .unauthenticated, "CERTIFICATE_UNKNOWN",
            "No key has a URI of the client certificate as its certificate_uri: ask the operator for one.")
    }

    static var certificateAmbiguous: Refusal {
        Refusal(
            .unauthenticated, "CERTIFICATE_AMBIGUOUS",
            "The client certificate has the URIs of more than one key: present a key with the call.")
    }

    static var keyMalformed: Refusal {
        Refusal(.unauthenticated, "KEY_MALFORMED", "This is not a key of Usher: it may have been cut or mistyped.")
    }

    static var keyUnknown: Refusal { Refusal(.unauthenticated, "KEY_UNKNOWN", "There is no such key.") }

    static var keyRevoked: Refusal { Refusal(.unauthenticated, "KEY_REVOKED", "The key has been revoked.") }

    static var keyExpired: Refusal { Refusal(.unauthenticated, "KEY_EXPIRED", "The key has expired.") }
}
