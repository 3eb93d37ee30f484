import UsherAPI
import UsherContract

final class ModelRedemption {
    let id: String
    let viewer: ModelViewer?
    let item: ModelItem
    let access: ModelAccess
    /// That it began; nil for none.
    let subscription: ModelSubscription?
    let provisionService: String
    let time: Instant
    var rolledBack: Instant?

    init(
        _ id: String, of voucher: ModelVoucher, viewer: ModelViewer?, item: ModelItem, access: ModelAccess,
        subscription: ModelSubscription? = nil, time: Instant
    ) {
        self.id = id
        self.viewer = viewer
        self.item = item
        self.access = access
        self.subscription = subscription
        provisionService = voucher.terms.provisionService
        self.time = time
    }
}

/// What a subscription voucher is for.
struct ModelOffer: Equatable {
    /// Nil while it is still to be found.
    var package: ModelPackage?
    var days: Int32
}

/// A voucher: how often it was used is counted from its redemptions each time.
final class ModelVoucher {
    /// What can be changed.
    struct Terms: Equatable {
        var name = ""
        var isDiscount = false
        var onFirstPlay = false
        /// Of a subscription voucher only.
        var offer: ModelOffer?
        var provisionService = ""
        var period: Usher_Vouchers_V1_AccessPeriod?
        var percent: Int32 = 0
        /// The payments that a discount is given for; nil for all.
        var cycles: Int32?
        var scope = ModelScope()
        var from: Instant?
        var until: Instant?
        var limit: Int32?
        var viewerLimit: Int32?
        var orderID = ""
        var custom: [String: String] = [:]
        var ignoresGeoblocking = false
        var ignoresSingleIP = false
        var isOneTime = false
    }

    let id: String
    let code: String
    /// What is the same for all spellings of the code.
    let canonical: String
    let batch: String
    let created: Instant
    var terms: Terms
    var redemptions: [ModelRedemption] = []
    /// Who may use it, folded; nobody for everybody.
    var emails: Set<String> = []
    /// The order that it was bought in.
    var order: ModelVoucherOrder?
    var deactivated: Instant?
    var isDeleted = false
    private(set) var updated: Instant
    private(set) var version = 1

    init(_ id: String, code: String, batch: String, _ terms: Terms, at now: Instant) {
        self.id = id
        self.code = CodeText.trimmed(code)
        canonical = CodeText.same(code)
        self.batch = batch
        self.terms = terms
        created = now
        updated = now
    }

    func touch(_ now: Instant) { (updated, version) = (now, version + 1) }

    var applied: [ModelRedemption] { redemptions.filter { $0.rolledBack == nil } }
    /// The accesses that end with it: what a discount was used for was paid for as well, and a subscription goes on.
    var given: [ModelAccess] { terms.isDiscount || terms.offer != nil ? [] : applied.map(\.access) }
    var isSpent: Bool { terms.limit.map { applied.count >= $0 } ?? false }

    /// Why nobody can use it at a moment.
    func refusalByState(at moment: Instant) -> Expected? {
        if isDeleted { return .precondition("VOUCHER_DELETED") }
        if deactivated != nil { return .precondition("VOUCHER_DEACTIVATED") }
        if let from = terms.from, moment < from { return .precondition("VOUCHER_NOT_YET_VALID") }
        let isOver = [terms.until, terms.fixedEnd].contains { end in end.map { $0 <= moment } ?? false }
        return isOver ? .precondition("VOUCHER_EXPIRED") : nil
    }

    func state(at now: Instant) -> Usher_Vouchers_V1_VoucherState {
        switch refusalByState(at: now)?.reason {
        case "VOUCHER_DELETED": .deleted
        case "VOUCHER_DEACTIVATED": .deactivated
        case "VOUCHER_NOT_YET_VALID": .scheduled
        case "VOUCHER_EXPIRED": .expired
        default: isSpent ? .used : .active
        }
    }

    /// Whether a search for this text finds it.
    func isFound(by query: String) -> Bool {
        let wanted = CodeText.same(query)
        let texts = [terms.orderID] + terms.custom.values
        return !isDeleted
            && (canonical == wanted || texts.contains { !CodeText.trimmed($0).isEmpty && CodeText.same($0) == wanted })
    }

    func message(of organisation: OrganisationModel, at now: Instant) -> Usher_Vouchers_V1_Voucher {
        .with { message in
            terms.fill(&message)
            message.voucherID = id
            message.organisationID = organisation.id
            message.heldCount = Int32(organisation.held(self, at: now))
            message.emailCount = Int32(emails.count)
            message.code = code
            message.usedCount = Int32(applied.count)
            message.batchID = batch
            message.purchaserID = order?.purchaser.message.viewerID ?? ""
            message.voucherOrderID = order?.id ?? ""
            message.tvCompatible = code.count == 9 && code.allSatisfy { $0.isASCII && $0.isNumber }
            message.redeemed = !applied.isEmpty
            if let last = applied.last {
                message.redeemTime = last.time.timestamp
                if let end = last.access.end { message.expireTime = end.timestamp }
            }
            message.state = state(at: now)
            message.createTime = created.timestamp
            message.updateTime = updated.timestamp
            message.etag = "v\(version)"
        }
    }

    var etag: String { "v\(version)" }
    func checkTag(_ given: String) throws { try Expected.checkTag(given, version) }
}

extension ModelVoucher.Terms {
    var fixedEnd: Instant? {
        period.flatMap { $0.hasFixedExpireTime ? Instant($0.fixedExpireTime) : nil }
    }

    func fill(_ message: inout Usher_Vouchers_V1_Voucher) {
        message.name = name
        message.effect = isDiscount ? .discount : offer == nil ? .access : .subscription
        if let offer {
            message.daysOfAccess = offer.days
            message.packageCode = offer.package?.message.packageCode ?? ""
        }
        message.provisionService = provisionService
        message.redeemOn = onFirstPlay ? .firstPlay : .redeem
        if let period { message.accessPeriod = period }
        message.discountPercent = percent
        if isDiscount {
            message.discountDuration = cycles == nil ? .forever : cycles == 1 ? .once : .cycles
            if let cycles, cycles != 1 { message.discountCycles = cycles }
        }
        if let scope = scope.message { message.scope = scope }
        if let from { message.redeemFrom = from.timestamp }
        if let until { message.redeemUntil = until.timestamp }
        if let limit { message.usageLimit = limit }
        if let viewerLimit { message.perViewerLimit = viewerLimit }
        message.orderID = orderID
        message.custom = custom
        message.ignoreGeoblocking = ignoresGeoblocking
        message.ignoreSingleIp = ignoresSingleIP
        message.oneTimeUse = isOneTime
    }

    /// What a caller describes, but for what the scope names, which the organisation knows.
    init(
        _ given: Usher_Vouchers_V1_Voucher, firstPlayByDefault: Bool, _ field: (String) -> String,
        _ mistakes: inout Mistakes
    ) {
        name = given.name
        isDiscount = given.effect == .discount
        let isSubscription = given.effect == .subscription
        if isSubscription { offer = ModelOffer(days: given.daysOfAccess) }
        provisionService = given.provisionService
        let firstPlayByDefault = firstPlayByDefault && !isSubscription
        onFirstPlay = given.redeemOn == .unspecified ? firstPlayByDefault : given.redeemOn == .firstPlay
        percent = given.discountPercent
        from = mistakes.moment(given.redeemFrom, given.hasRedeemFrom, field("redeem_from"))
        until = mistakes.moment(given.redeemUntil, given.hasRedeemUntil, field("redeem_until"))
        limit = given.hasUsageLimit ? given.usageLimit : nil
        viewerLimit = given.hasPerViewerLimit ? given.perViewerLimit : nil
        orderID = given.orderID
        custom = given.custom
        ignoresGeoblocking = given.ignoreGeoblocking
        ignoresSingleIP = given.ignoreSingleIp
        isOneTime = given.oneTimeUse
        period = Self.period(given, field("access_period"), &mistakes)
        check(field, &mistakes)
        mistakes.require(
            given.scope.paymentTypes.allSatisfy { $0 == .ppv || $0 == .subscription }, field("scope.payment_types"))
        takeDuration(of: given, field, &mistakes)
        checkOffer(given, field, &mistakes)
    }

    private func checkOffer(
        _ given: Usher_Vouchers_V1_Voucher, _ field: (String) -> String, _ mistakes: inout Mistakes
    ) {
        guard let offer else {
            return mistakes.require(given.daysOfAccess == 0 && given.packageCode.isEmpty, field("package_code"))
        }
        mistakes.require((1...9_999).contains(offer.days), field("days_of_access"))
        mistakes.require(!given.packageCode.isEmpty, field("package_code"))
        mistakes.require(!given.hasAccessPeriod, field("access_period"))
        mistakes.require(!onFirstPlay, field("redeem_on"))
        mistakes.require(given.scope == .init(), field("scope"))
    }

    private static func period(
        _ given: Usher_Vouchers_V1_Voucher, _ field: String, _ mistakes: inout Mistakes
    ) -> Usher_Vouchers_V1_AccessPeriod? {
        guard given.hasAccessPeriod else { return nil }
        let period = given.accessPeriod
        mistakes.require(period.hasFixedExpireTime != (period.unit != .unspecified), field)
        let longest: [Usher_Vouchers_V1_AccessPeriodUnit: Int32] = [
            .hour: 9_999, .day: 9_999, .week: 1_428, .month: 1_200, .year: 100,
        ]
        if let longest = longest[period.unit] {
            mistakes.require(period.length > 0 && period.length <= longest, "\(field).length")
            return .with { ($0.unit, $0.length) = (period.unit, period.length) }
        }
        let end = mistakes.moment(
            period.fixedExpireTime, period.hasFixedExpireTime, "\(field).fixed_expire_time")
        return end.map { end in .with { $0.fixedExpireTime = end.timestamp } }
    }

    private mutating func takeDuration(
        of given: Usher_Vouchers_V1_Voucher, _ field: (String) -> String, _ mistakes: inout Mistakes
    ) {
        guard isDiscount else {
            let isPlain = given.discountDuration == .unspecified && given.discountCycles == 0
            return mistakes.require(isPlain, field("discount_percent"))
        }
        let hasCycles = given.discountDuration == .cycles
        mistakes.require(
            hasCycles ? (1...1_200).contains(given.discountCycles) : given.discountCycles == 0,
            field("discount_cycles"))
        cycles = hasCycles ? given.discountCycles : given.discountDuration == .forever ? nil : 1
    }

    private func check(_ field: (String) -> String, _ mistakes: inout Mistakes) {
        mistakes.requireText(name, 0...200, field("name"))
        mistakes.requireText(orderID, 0...200, field("order_id"))
        mistakes.requireText(provisionService, 0...200, field("provision_service"))
        mistakes.require(limit.map { (1...1_000_000_000).contains($0) } ?? true, field("usage_limit"))
        mistakes.require(viewerLimit.map { (1...1_000_000_000).contains($0) } ?? true, field("per_viewer_limit"))
        if let from, let until { mistakes.require(from < until, field("redeem_until")) }
        for (key, value) in custom {
            mistakes.requireText(key, 1...100, field("custom"))
            mistakes.requireText(value, 0...1_000, field("custom[\(key)]"), hasLines: true)
        }
        mistakes.require(isDiscount ? (1...100).contains(percent) : percent == 0, field("discount_percent"))
        mistakes.require(!(isDiscount && period != nil), field("access_period"))
    }
}
