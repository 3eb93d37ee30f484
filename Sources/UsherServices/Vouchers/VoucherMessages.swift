import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension Usher_Vouchers_V1_ListVouchersRequest: PagedRequest {}
extension Usher_Vouchers_V1_ListRedemptionsRequest: PagedRequest {}
extension Usher_Vouchers_V1_SearchVouchersRequest: PagedRequest {}
extension Usher_Vouchers_V1_ListVoucherEmailsRequest: PagedRequest {}

/// The fields of a voucher that an update mask may name.
enum VoucherField: String, CaseIterable {
    case name, code, effect, scope, custom
    case redeemOn = "redeem_on"
    case accessPeriod = "access_period"
    case discountPercent = "discount_percent"
    case redeemFrom = "redeem_from"
    case redeemUntil = "redeem_until"
    case usageLimit = "usage_limit"
    case perViewerLimit = "per_viewer_limit"
    case orderID = "order_id"
    case ignoreGeoblocking = "ignore_geoblocking"
    case ignoreSingleIP = "ignore_single_ip"
    case oneTimeUse = "one_time_use"
}

extension Usher_Vouchers_V1_Voucher {
    /// Takes the value of one field from another message. Code and effect never change, and are not taken.
    mutating func take(_ field: VoucherField, from given: Self) {
        switch field {
        case .code, .effect: break
        case .name: name = given.name
        case .scope: scope = given.scope
        case .custom: custom = given.custom
        case .redeemOn: redeemOn = given.redeemOn
        case .accessPeriod: if given.hasAccessPeriod { accessPeriod = given.accessPeriod } else { clearAccessPeriod() }
        case .discountPercent: discountPercent = given.discountPercent
        case .redeemFrom: if given.hasRedeemFrom { redeemFrom = given.redeemFrom } else { clearRedeemFrom() }
        case .redeemUntil: if given.hasRedeemUntil { redeemUntil = given.redeemUntil } else { clearRedeemUntil() }
        case .usageLimit: if given.hasUsageLimit { usageLimit = given.usageLimit } else { clearUsageLimit() }
        case .perViewerLimit:
            if given.hasPerViewerLimit { perViewerLimit = given.perViewerLimit } else { clearPerViewerLimit() }
        case .orderID: orderID = given.orderID
        case .ignoreGeoblocking: ignoreGeoblocking = given.ignoreGeoblocking
        case .ignoreSingleIP: ignoreSingleIp = given.ignoreSingleIp
        case .oneTimeUse: oneTimeUse = given.oneTimeUse
        }
    }
}

extension Voucher.State {
    var message: Usher_Vouchers_V1_VoucherState {
        switch self {
        case .active: .active
        case .scheduled: .scheduled
        case .used: .used
        case .expired: .expired
        case .deactivated: .deactivated
        case .deleted: .deleted
        }
    }
}

extension Voucher.RedeemOn {
    /// `fallback` for UNSPECIFIED; a violation for what is unknown.
    init(
        _ given: Usher_Vouchers_V1_RedeemOn, default fallback: Self, _ field: String, _ violations: inout Violations
    ) {
        switch given {
        case .unspecified: self = fallback
        case .redeem: self = .redeem
        case .firstPlay: self = .firstPlay
        case .UNRECOGNIZED:
            violations.require(false, field, "must be REDEEM or FIRST_PLAY")
            self = fallback
        }
    }

    var message: Usher_Vouchers_V1_RedeemOn { self == .redeem ? .redeem : .firstPlay }
}

extension Voucher.Period {
    init(
        _ given: Usher_Vouchers_V1_AccessPeriod, isSet: Bool, _ field: String, _ violations: inout Violations
    ) {
        self = .organisation
        guard isSet else { return }
        let fixed = violations.instant(
            given.fixedExpireTime, isSet: given.hasFixedExpireTime, "\(field).fixed_expire_time")
        let unit = CalendarPeriod.Unit(rawValue: Int64(given.unit.rawValue))
        violations.require(unit != nil || given.unit == .unspecified, "\(field).unit", "is not a unit")
        violations.require(
            given.hasFixedExpireTime != (given.unit != .unspecified), field, "must have either a date or a unit")
        if let fixed { self = .fixed(fixed) }
        guard let unit else { return }
        let lengths = CalendarPeriod.lengths(unit)
        violations.require(
            lengths.contains(Int(given.length)), "\(field).length",
            "must be \(lengths.lowerBound) to \(lengths.upperBound)")
        self = .after(CalendarPeriod(unit: unit, length: Int(given.length)))
    }

    /// Nil where the organisation's setting decides.
    var message: Usher_Vouchers_V1_AccessPeriod? {
        switch self {
        case .organisation: nil
        case .fixed(let end): .with { $0.fixedExpireTime = Google_Protobuf_Timestamp(end) }
        case .after(let period):
            .with { message in
                message.unit =
                    switch period.unit {
                    case .hour: .hour
                    case .day: .day
                    case .month: .month
                    case .year: .year
                    case .week: .week
                    }
                message.length = Int32(period.length)
            }
        }
    }
}

extension Usher_Type_V1_CodeProfile {
    init(_ profile: CodeProfile) {
        self.init()
        switch profile.kind {
        case .tv9: kind = .tv9
        case .hex10: kind = .hex10
        case .pattern:
            kind = .pattern
            length = Int32(profile.length)
            prefix = profile.prefix
            suffix = profile.suffix
            alphabet = profile.alphabet
        }
    }
}

extension CodeProfile {
    /// - Parameter fallback: what UNSPECIFIED means.
    init(
        _ given: Usher_Type_V1_CodeProfile, default fallback: CodeProfile, _ field: String,
        _ violations: inout Violations
    ) {
        switch given.kind {
        case .unspecified: self = fallback
        case .tv9: self = .tv9
        case .hex10: self = .hex10
        case .pattern: self.init(pattern: given, field, &violations)
        case .UNRECOGNIZED:
            violations.require(false, "\(field).kind", "must be TV9, HEX10 or PATTERN")
            self = fallback
        }
    }

    private init(pattern given: Usher_Type_V1_CodeProfile, _ field: String, _ violations: inout Violations) {
        self.init(
            kind: .pattern, length: given.length == 0 ? Self.defaultLength : Int(given.length), prefix: given.prefix,
            suffix: given.suffix, alphabet: given.alphabet.isEmpty ? Self.defaultAlphabet : given.alphabet)
        violations.require(Self.lengths.contains(length), "\(field).length", "must be 4 to 48, or 0 for 8")
        for (text, name) in [(prefix, "prefix"), (suffix, "suffix")] {
            violations.requireText(text, "\(field).\(name)", Self.affixLengths)
            violations.require(
                text.utf8.allSatisfy { $0 != 0x20 && $0 < 0x7F }, "\(field).\(name)", "must be ASCII without blanks")
        }
        let letters = alphabet.utf8
        violations.require(
            letters.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) },
            "\(field).alphabet", "must be letters A-Z and digits")
        violations.require(
            Self.alphabetSizes.contains(letters.count) && Set(alphabet.lowercased().utf8).count == letters.count,
            "\(field).alphabet", "must have 8 to 64 characters that differ when case is ignored")
    }
}

/// What CreateVoucher and GenerateVouchers share of a new voucher.
struct VoucherTerms {
    var name: String
    var redeemOn: Voucher.RedeemOn
    var period: Voucher.Period
    var redeemFrom: Instant?
    var redeemUntil: Instant?
    var usageLimit: Int?
    var perViewerLimit: Int?
    var orderID: String
    var custom: [String: String]

    /// - Parameter field: how a field of the request is called in a violation.
    func check(_ field: (String) -> String, _ violations: inout Violations) {
        violations.requireText(name, field("name"), Voucher.nameLengths)
        violations.requireText(orderID, field("order_id"), Voucher.orderIDLengths)
        for (limit, name) in [(usageLimit, "usage_limit"), (perViewerLimit, "per_viewer_limit")] {
            violations.require(
                limit.map(Voucher.limits.contains) ?? true, field(name), "must be 1 to 1,000,000,000, or absent")
        }
        if let redeemFrom, let redeemUntil {
            violations.require(redeemFrom < redeemUntil, field("redeem_until"), "must be later than redeem_from")
        }
        violations.require(
            custom.count <= Voucher.customCount, field("custom"), "must have at most \(Voucher.customCount) fields")
        for (key, value) in custom.sorted(by: { $0.key < $1.key }).prefix(Voucher.customCount) {
            violations.requireText(key, field("custom"), Voucher.customNameLengths)
            violations.requireText(value, field("custom[\(key.prefix(100))]"), Voucher.customValueLengths)
        }
    }
}

/// Turns stored vouchers into messages, and looks each batch and asset up once for a whole page.
struct VoucherPresenter {
    private let tx: Transaction
    private var batchIDs: [Int64: String] = [:]
    private var assetIDs: [Int64: String] = [:]

    init(_ tx: Transaction) { self.tx = tx }

    mutating func message(_ voucher: Voucher) throws -> Usher_Vouchers_V1_Voucher {
        var message = Usher_Vouchers_V1_Voucher()
        message.voucherID = voucher.id.description
        message.organisationID = try tx.organisationID
        message.name = voucher.name
        message.code = voucher.code.text
        message.effect = voucher.effect == .access ? .access : .discount
        message.redeemOn = voucher.redeemOn.message
        if let period = voucher.period.message { message.accessPeriod = period }
        message.discountPercent = Int32(voucher.discountPercent ?? 0)
        let assets = try scope(of: voucher)
        if !assets.isEmpty { message.scope.assetIds = assets }
        if let time = voucher.redeemFrom { message.redeemFrom = Google_Protobuf_Timestamp(time) }
        if let time = voucher.redeemUntil { message.redeemUntil = Google_Protobuf_Timestamp(time) }
        if let limit = voucher.usageLimit { message.usageLimit = Int32(limit) }
        message.usedCount = Int32(clamping: voucher.usedCount)
        message.heldCount = Int32(clamping: try VoucherReservation.held(of: voucher, at: tx.now, in: tx))
        message.emailCount = Int32(voucher.emailCount)
        if let limit = voucher.perViewerLimit { message.perViewerLimit = Int32(limit) }
        message.orderID = voucher.orderID
        message.custom = voucher.custom.values
        if let key = voucher.batchKey { message.batchID = try batchID(key) }
        message.ignoreGeoblocking = voucher.ignoresGeoblocking
        message.ignoreSingleIp = voucher.ignoresSingleIP
        message.oneTimeUse = voucher.isOneTime
        message.tvCompatible = voucher.code.isTVCompatible
        message.redeemed = voucher.usedCount > 0
        if let time = voucher.redeemTime { message.redeemTime = Google_Protobuf_Timestamp(time) }
        if let time = try expireTime(of: voucher) { message.expireTime = Google_Protobuf_Timestamp(time) }
        message.state = voucher.state(at: tx.now).message
        message.createTime = Google_Protobuf_Timestamp(voucher.createTime)
        message.updateTime = Google_Protobuf_Timestamp(voucher.updateTime)
        message.etag = ETag.text(voucher.version)
        return message
    }

    func expireTime(of voucher: Voucher) throws -> Instant? {
        try voucher.accessKey.flatMap { try AccessStore.expireTime(of: $0, in: tx) }
    }

    private mutating func scope(of voucher: Voucher) throws -> [String] {
        let keys =
            switch voucher.scope {
            case .everything: [Int64]()
            case .asset(let key): [key]
            case .assets: try VoucherStore.assetKeys(of: voucher.id.number, in: tx)
            }
        return try keys.map { try assetID($0) }.sorted()
    }

    mutating func assetID(_ key: Int64) throws -> String {
        if let id = assetIDs[key] { return id }
        let id = try AssetStore.id(of: key, in: tx) ?? ""
        assetIDs[key] = id
        return id
    }

    private mutating func batchID(_ key: Int64) throws -> String {
        if let id = batchIDs[key] { return id }
        let id = try VoucherStore.batchID(of: key, in: tx) ?? ""
        batchIDs[key] = id
        return id
    }
}

extension Usher_Vouchers_V1_Redemption {
    init(_ redemption: Redemption, viewerID: String, assetID: String) {
        self.init()
        redemptionID = redemption.id.description
        voucherID = redemption.voucherID.description
        self.viewerID = viewerID
        self.assetID = assetID
        accessID = redemption.accessID.description
        redeemTime = Google_Protobuf_Timestamp(redemption.redeemTime)
        if let time = redemption.rollBackTime { rollBackTime = Google_Protobuf_Timestamp(time) }
    }
}
