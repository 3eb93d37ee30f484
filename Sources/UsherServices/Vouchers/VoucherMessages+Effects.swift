import UsherAPI
import UsherContract

// What a voucher does, and what it may be used for, as a caller says it.

extension Voucher.Effect {
    var message: Usher_Vouchers_V1_VoucherEffect {
        switch self {
        case .access: .access
        case .discount: .discount
        case .subscription: .subscription
        }
    }
}

extension Voucher.Discount {
    init(_ given: Usher_Vouchers_V1_Voucher, _ field: String, _ violations: inout Violations) {
        self.init(percent: Int(given.discountPercent), cycles: 1)
        violations.require(Self.percents.contains(percent), "\(field).discount_percent", "must be 1 to 100")
        switch given.discountDuration {
        case .unspecified, .once: break
        case .forever: cycles = nil
        case .cycles:
            cycles = Int(given.discountCycles)
            violations.require(
                Self.cycles.contains(Int(given.discountCycles)), "\(field).discount_cycles",
                "must be \(Self.cycles.lowerBound) to \(Self.cycles.upperBound)")
        case .UNRECOGNIZED:
            violations.require(false, "\(field).discount_duration", "must be ONCE, FOREVER or CYCLES")
        }
        violations.require(
            given.discountDuration == .cycles || given.discountCycles == 0, "\(field).discount_cycles",
            "is for a duration of CYCLES only")
    }

    /// One cycle is ONCE, whichever was given.
    func write(to message: inout Usher_Vouchers_V1_Voucher) {
        message.discountPercent = Int32(percent)
        switch cycles {
        case nil: message.discountDuration = .forever
        case 1: message.discountDuration = .once
        case let cycles?: (message.discountDuration, message.discountCycles) = (.cycles, Int32(cycles))
        }
    }
}

extension Voucher {
    /// Takes over what the voucher does; the package of a subscription is still to be found.
    mutating func take(
        effectOf given: Usher_Vouchers_V1_Voucher, _ field: String, _ violations: inout Violations
    ) {
        switch given.effect {
        case .unspecified, .access: effect = .access
        case .discount:
            effect = .discount
            discount = Discount(given, field, &violations)
            violations.require(
                !given.hasAccessPeriod, "\(field).access_period", "is for access vouchers: a discount's is the price's")
        case .subscription:
            effect = .subscription
            take(daysOfAccess: given.daysOfAccess, "\(field).days_of_access", &violations)
            violations.require(!given.packageCode.isEmpty, "\(field).package_code", "must be given")
            violations.require(
                !given.hasAccessPeriod, "\(field).access_period",
                "is for access vouchers: a subscription lasts for days_of_access")
            violations.require(redeemOn == .redeem, "\(field).redeem_on", "must be REDEEM for a subscription")
            violations.require(
                given.scope == .init(), "\(field).scope", "must be absent: a subscription is to package_code")
        case .UNRECOGNIZED:
            violations.require(false, "\(field).effect", "must be ACCESS, DISCOUNT or SUBSCRIPTION")
        }
        violations.require(
            effect == .discount
                || given.discountPercent == 0 && given.discountCycles == 0
                    && given.discountDuration == .unspecified,
            "\(field).discount_percent", "is, like the duration, for discount vouchers only")
        violations.require(
            effect == .subscription || given.daysOfAccess == 0 && given.packageCode.isEmpty,
            "\(field).package_code", "is, like days_of_access, for subscription vouchers only")
    }

    mutating func take(daysOfAccess days: Int32, _ field: String, _ violations: inout Violations) {
        violations.require(Offer.days.contains(Int(days)), field, "must be 1 to 9,999")
        offer = Offer(days: Int(days), packageKey: 0)
    }

    /// Takes over how its price options may be paid for; the rest of the scope is still to be found.
    mutating func take(
        scopeOf given: Usher_Vouchers_V1_Voucher, _ field: String, _ violations: inout Violations
    ) {
        let lists = [
            ("asset_ids", given.scope.assetIds), ("package_ids", given.scope.packageIds),
            ("price_option_ids", given.scope.priceOptionIds),
        ]
        for (name, ids) in lists {
            violations.require(
                ids.count <= Voucher.scopeLimit, "\(field).scope.\(name)",
                "must have at most \(Voucher.scopeLimit) entries")
        }
        paymentTypes = []
        for type in given.scope.paymentTypes {
            switch type {
            case .ppv: paymentTypes.insert(.ppv)
            case .subscription: paymentTypes.insert(.subscription)
            case .unspecified, .UNRECOGNIZED:
                violations.require(false, "\(field).scope.payment_types", "must be PPV or SUBSCRIPTION")
            }
        }
        if paymentTypes.isEmpty { paymentTypes = .any }
    }
}
