import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension Usher_Vouchers_V1_ListVouchersRequest: PagedRequest {}
extension Usher_Vouchers_V1_ListRedemptionsRequest: PagedRequest {}
extension Usher_Vouchers_V1_SearchVouchersRequest: PagedRequest {}
extension Usher_Vouchers_V1_ListVoucherEmailsRequest: PagedRequest {}
extension Usher_Vouchers_V1_ListBoughtVouchersRequest: PagedRequest {}
extension Usher_Vouchers_V1_ListVoucherSessionsRequest: PagedRequest {}

extension Usher_Vouchers_V1_RedeemVoucherRequest: VoucherUseRequest {}
extension Usher_Vouchers_V1_ValidateVoucherRequest: VoucherUseRequest {}
extension Usher_Vouchers_V1_ReserveVoucherRequest: VoucherUseRequest {}

/// A request that says what a voucher is to be used for.
protocol VoucherUseRequest {
    var code: String { get }
    var viewerID: String { get }
    var assetID: String { get }
    var packageID: String { get }
    var priceOptionID: String { get }
}

extension DeliveryAddress {
    /// Nil where it is absent; violations for what is no address.
    init?(
        _ given: Usher_Type_V1_PostalAddress, isSet: Bool, _ violations: inout Violations
    ) {
        guard isSet else { return nil }
        self.init(
            name: given.name, street: given.street, postcode: given.postcode, city: given.city,
            country: given.country.uppercased())
        for (text, field) in [(name, "name"), (street, "street"), (postcode, "postcode"), (city, "city")] {
            violations.requireText(text, "delivery_address.\(field)", Self.lengths)
        }
        violations.require(
            GeoPolicy.isCountryCode(given.country), "delivery_address.country",
            "must be an ISO 3166-1 alpha-2 code such as SE")
    }
}

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
    case discountDuration = "discount_duration"
    case discountCycles = "discount_cycles"
    case daysOfAccess = "days_of_access"
    case packageCode = "package_code"
    case provisionService = "provision_service"
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
        case .discountDuration: discountDuration = given.discountDuration
        case .discountCycles: discountCycles = given.discountCycles
        case .daysOfAccess: daysOfAccess = given.daysOfAccess
        case .packageCode: packageCode = given.packageCode
        case .provisionService: provisionService = given.provisionService
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
    var redeemFrom: Instant? = nil
    var redeemUntil: Instant? = nil
    var usageLimit: Int?
    var perViewerLimit: Int? = nil
    var orderID: String
    var custom: [String: String]
    var provisionService: String

    /// - Parameter field: how a field of the request is called in a violation.
    func check(_ field: (String) -> String, _ violations: inout Violations) {
        violations.requireText(name, field("name"), Voucher.nameLengths)
        violations.requireText(orderID, field("order_id"), Voucher.orderIDLengths)
        violations.requireText(provisionService, field("provision_service"), Voucher.provisionServiceLengths)
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
            violations.requireProse(value, field("custom[\(key.prefix(100))]"), Voucher.customValueLengths)
        }
    }
}

extension Usher_Vouchers_V1_GeneratedVoucher {
    init(_ voucher: Voucher) {
        self.init()
        voucherID = voucher.id.description
        code = voucher.code.text
        tvCompatible = voucher.code.isTVCompatible
    }
}

/// Turns stored vouchers into messages, and looks each batch and asset up once for a whole page.
struct VoucherPresenter {
    private let tx: Transaction
    private var batchIDs: [Int64: String] = [:]
    private var assetIDs: [Int64: String] = [:]
    private var viewerIDs: [Int64: String] = [:]
    private var packageIDs: [Int64: String] = [:]
    private var packageCodes: [Int64: String] = [:]

    init(_ tx: Transaction) { self.tx = tx }

    mutating func message(_ voucher: Voucher) throws -> Usher_Vouchers_V1_Voucher {
        var message = Usher_Vouchers_V1_Voucher()
        message.voucherID = voucher.id.description
        message.organisationID = try tx.organisationID
        message.name = voucher.name
        message.code = voucher.code.text
        message.effect = voucher.effect.message
        message.redeemOn = voucher.redeemOn.message
        if let period = voucher.period.message { message.accessPeriod = period }
        voucher.discount?.write(to: &message)
        if let offer = voucher.offer {
            (message.daysOfAccess, message.packageCode) = (Int32(offer.days), try packageCode(offer.packageKey))
        }
        message.provisionService = voucher.provisionService
        if let scope = try scope(of: voucher) { message.scope = scope }
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
        if let purchase = voucher.purchase {
            message.purchaserID = try viewerID(purchase.purchaserKey)
            message.voucherOrderID = ResourceID(prefix: VoucherOrder.prefix, number: purchase.orderKey).description
        }
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

    /// Nil for everything.
    private mutating func scope(of voucher: Voucher) throws -> Usher_Vouchers_V1_VoucherScope? {
        guard voucher.scope != .everything || voucher.paymentTypes != .any else { return nil }
        let items = try VoucherStore.items(of: voucher, in: tx)
        var scope = Usher_Vouchers_V1_VoucherScope()
        scope.assetIds = try items.assets.map { try assetID($0) }.sorted()
        scope.packageIds = try items.packages.map { try packageID($0) }.sorted()
        scope.priceOptionIds = try items.priceOptions.map { try PriceOptionStore.id(of: $0, in: tx) ?? "" }.sorted()
        if voucher.paymentTypes != .any { scope.paymentTypes = [voucher.paymentTypes == .ppv ? .ppv : .subscription] }
        return scope
    }

    mutating func assetID(_ key: Int64) throws -> String {
        if let id = assetIDs[key] { return id }
        let id = try AssetStore.id(of: key, in: tx) ?? ""
        assetIDs[key] = id
        return id
    }

    mutating func viewerID(_ key: Int64) throws -> String {
        if let id = viewerIDs[key] { return id }
        let id = try ViewerStore.id(of: key, in: tx) ?? ""
        viewerIDs[key] = id
        return id
    }

    mutating func packageID(_ key: Int64) throws -> String {
        if let id = packageIDs[key] { return id }
        let id = try PackageStore.id(of: key, in: tx) ?? ""
        packageIDs[key] = id
        return id
    }

    mutating func packageCode(_ key: Int64) throws -> String {
        if let code = packageCodes[key] { return code }
        let code = try PackageStore.code(of: key, in: tx) ?? ""
        packageCodes[key] = code
        return code
    }

    private mutating func batchID(_ key: Int64) throws -> String {
        if let id = batchIDs[key] { return id }
        let id = try VoucherStore.batchID(of: key, in: tx) ?? ""
        batchIDs[key] = id
        return id
    }

    mutating func message(_ redemption: Redemption, viewerID: String) throws -> Usher_Vouchers_V1_Redemption {
        var message = Usher_Vouchers_V1_Redemption()
        message.redemptionID = redemption.id.description
        message.voucherID = redemption.voucherID.description
        message.viewerID = viewerID
        message.assetID = try redemption.assetKey.map { try assetID($0) } ?? ""
        message.packageID = try redemption.packageKey.map { try packageID($0) } ?? ""
        message.accessID = redemption.accessID.description
        message.subscriptionID = redemption.subscriptionID?.description ?? ""
        message.provisionService = redemption.provisionService
        message.redeemTime = Google_Protobuf_Timestamp(redemption.redeemTime)
        if let time = redemption.rollBackTime { message.rollBackTime = Google_Protobuf_Timestamp(time) }
        return message
    }
}
