import Foundation
import UsherContract

/// A code that opens something.
struct Voucher: Hashable, Sendable {
    enum Effect: Int64, Sendable {
        case access = 1, discount, subscription
    }
    enum RedeemOn: Int64, Sendable {
        case redeem = 1, firstPlay
    }
    enum State: Hashable {
        case active, scheduled, used, expired, deactivated, deleted
    }
    /// How long the access lasts that a redemption gives.
    enum Period: Hashable, Sendable {
        /// The organisation's `voucher_expiration_hours`.
        case organisation
        case fixed(Instant)
        case after(CalendarPeriod)
    }
    /// What a discount takes off, and for how long.
    struct Discount: Hashable, Sendable {
        /// 1 to 100.
        var percent: Int
        /// The payments that it is given for, from the first; nil for all.
        var cycles: Int?

        static let percents = 1...100
        static let cycles = 1...1_200

        /// What is left of an amount, rounded to the nearest minor unit, halves up.
        func reduced(_ minorUnits: Int64) -> Int64 { (minorUnits * Int64(100 - percent) + 50) / 100 }
    }
    /// The order that it was bought in.
    struct Purchase: Hashable, Sendable {
        var orderKey: Int64
        var purchaserKey: Int64
    }
    /// The subscription that redeeming makes.
    struct Offer: Hashable, Sendable {
        /// 1 to 9,999, in the organisation's time zone.
        var days: Int
        var packageKey: Int64

        static let days = 1...9_999
    }

    /// What a voucher says of the accesses that it gave, for as long as they last.
    struct Overrides: OptionSet, Sendable {
        let rawValue: Int64

        static let ignoresGeoblocking = Self(rawValue: 1)
        static let ignoresSingleIP = Self(rawValue: 2)
        static let isOneTime = Self(rawValue: 4)
    }

    var id: ResourceID
    var code: VoucherCode
    var name: String
    var effect: Effect
    var redeemOn: RedeemOn
    var period: Period
    /// Only of a DISCOUNT.
    var discount: Discount?
    /// Only of a SUBSCRIPTION.
    var offer: Offer?
    var scope: VoucherScope
    var paymentTypes: VoucherPaymentTypes
    var redeemFrom: Instant?
    var redeemUntil: Instant?
    /// Nil for unlimited.
    var usageLimit: Int?
    var usedCount: Int
    /// Uses held by reservations, those included that have ended and whose row is still there: never less than what
    /// is held, so that what is free by this count is free.
    var heldCount: Int
    var perViewerLimit: Int?
    var orderID: String
    var custom: CustomFields
    /// The system that it was created by or for.
    var provisionService: String
    var batchKey: Int64?
    /// Nil where it was not bought.
    var purchase: Purchase?
    var ignoresGeoblocking: Bool
    var ignoresSingleIP: Bool
    var isOneTime: Bool
    var redeemTime: Instant?
    /// The latest access that it gave.
    var accessKey: Int64?
    /// The addresses that may use it; 0 for everybody.
    var emailCount: Int
    var deactivateTime: Instant?
    /// A deleted voucher is a tombstone: it keeps its code taken, and nothing can be done with it.
    var deleteTime: Instant?
    var createTime: Instant
    var updateTime: Instant
    var version: Int64

    static let prefix = "vch"
    static let nameLengths = 0...200
    static let orderIDLengths = 0...200
    static let provisionServiceLengths = 0...200
    static let limits = 1...1_000_000_000
    static let customCount = 50
    static let customNameLengths = 1...100
    static let customValueLengths = 0...1_000
    /// Every voucher of a call keeps its custom fields: in all no more than this, in bytes.
    static let customBytesPerCall = 32 << 20
    static let scopeLimit = 1_000
    /// There are two; whoever names them again says nothing new.
    static let paymentTypeLimit = 100
    static let generateCounts = 1...10_000

    var overrides: Overrides {
        var overrides: Overrides = []
        if ignoresGeoblocking { overrides.insert(.ignoresGeoblocking) }
        if ignoresSingleIP { overrides.insert(.ignoresSingleIP) }
        if isOneTime { overrides.insert(.isOneTime) }
        return overrides
    }

    var isSpent: Bool { usageLimit.map { usedCount >= $0 } ?? false }

    /// What a search finds it by, beside its code: its order and the values of its custom fields, folded.
    var terms: Set<String> {
        Set(([orderID] + custom.values.values).compactMap { VoucherCode($0)?.folded })
    }

    /// Whether it could be used at this moment, whoever asks.
    func state(at now: Instant) -> State {
        switch refusalByState(at: now) {
        case .some(.deleted): .deleted
        case .some(.deactivated): .deactivated
        case .some(.notYetValid): .scheduled
        case .some: .expired
        case nil: isSpent ? .used : .active
        }
    }

    /// The end of the access that a redemption at `now` gives.
    func accessEnd(redeemedAt now: Instant, _ settings: Settings.Redemption) throws -> Instant {
        switch period {
        case .organisation: now + .hours(settings.voucherExpirationHours)
        case .fixed(let end): end
        case .after(let period): period.end(from: now, in: try settings.zone)
        }
    }
}

/// What the ticketing system wants kept with a voucher, as it is stored: it is read with every voucher and looked into
/// by few, and so decoded only by those.
struct CustomFields: Hashable, Sendable {
    /// JSON with sorted names; nil for no fields.
    let text: String?

    init(text: String?) { self.text = text }

    init(_ values: [String: String]) {
        guard !values.isEmpty else {
            self.init(text: nil)
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(values) else { preconditionFailure("strings are always JSON") }
        self.init(text: String(decoding: json, as: UTF8.self))
    }

    var values: [String: String] {
        guard let text else { return [:] }
        // The table holds only what the initialiser wrote; anything else is damage, and shows as no fields.
        return (try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))) ?? [:]
    }

    /// The memory and the space on disk that they take, in bytes.
    var byteCount: Int { text?.utf8.count ?? 0 }
}

/// What is known when a use of a voucher is judged, beyond the voucher itself.
struct VoucherUseFacts: Hashable, Sendable {
    enum Target: Hashable, Sendable {
        case item(VoucherItem)
        case unknownAsset
        case unknownPackage
        case unknownPriceOption
        case outOfScope
        /// The scope names several things and the caller none.
        case ambiguous
    }
    enum User: Hashable, Sendable {
        /// A viewer who exists, or will be registered, with the uses and the reservations that count against the
        /// viewer's limit.
        case viewer(uses: Int)
        /// One who would have to exist and does not.
        case unknownViewer
        /// One who is shut out.
        case deactivatedViewer
        /// Nobody: the code alone; and whether it has been used so before.
        case nobody(usedBefore: Bool)
        /// Nobody yet: whoever takes a reservation up.
        case anybody
    }
    /// What the voucher is used in.
    enum Purpose: Hashable, Sendable {
        case redemption, reservation, purchase
    }

    var target: Target
    var user: User
    /// The viewer's address is on the voucher's list, or it has none.
    var isEligible = true
    /// A reservation was named, and there is none such for this use.
    var lacksReservation = false
    /// Uses that are held, but for the one that is taken up.
    var held = 0
    /// What is bought is delivered to an address, and none was given.
    var lacksAddress = false
    /// The viewer has a subscription to the package already, which allows only one.
    var isSubscribed = false
    var purpose = Purpose.redemption
}

extension Voucher {
    /// Why the voucher cannot be used at `now`, in the documented order; nil where it can, and then using it succeeds.
    func refusal(at now: Instant, _ facts: VoucherUseFacts) -> VoucherRefusal? {
        if let refusal = refusalByState(at: now) { return refusal }
        switch facts.target {
        case .unknownAsset: return .assetNotFound
        case .unknownPackage: return .packageNotFound
        case .unknownPriceOption: return .priceOptionNotFound
        case .outOfScope: return .outOfScope
        case .ambiguous: return .assetRequired
        case .item: break
        }
        if effect == .subscription, facts.purpose == .purchase { return .outOfScope }
        if effect == .discount, facts.purpose == .redemption { return .purchaseRequired }
        if !facts.isEligible { return .notEligible }
        switch facts.user {
        case .unknownViewer: return .viewerNotFound
        case .deactivatedViewer: return .viewerDeactivated
        case .nobody where redeemOn == .redeem || effect == .subscription: return .viewerRequired
        case .nobody, .viewer, .anybody: break
        }
        if facts.lacksReservation { return .reservationNotFound }
        if facts.user == .nobody(usedBefore: true) { return .used }
        if let usageLimit, usedCount + facts.held >= usageLimit {
            return isSpent && usageLimit == 1 ? .used : .limitReached
        }
        if case .viewer(let uses) = facts.user, let perViewerLimit, uses >= perViewerLimit {
            return .viewerLimitReached
        }
        if facts.lacksAddress { return .addressRequired }
        if facts.isSubscribed { return .alreadySubscribed }
        return nil
    }

    /// The refusals that depend on the voucher alone.
    func refusalByState(at now: Instant) -> VoucherRefusal? {
        if deleteTime != nil { return .deleted }
        if deactivateTime != nil { return .deactivated }
        if let redeemFrom, now < redeemFrom { return .notYetValid }
        if let redeemUntil, now >= redeemUntil { return .expired }
        // There is nothing left to give.
        if case .fixed(let end) = period, now >= end { return .expired }
        return nil
    }
}
