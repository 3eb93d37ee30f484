import SwiftProtobuf
import UsherAPI
import UsherContract

extension Usher_Organisations_V1_Organisation {
    init(_ organisation: Organisation) {
        self.init()
        organisationID = organisation.id
        name = organisation.name
        state = organisation.state == .active ? .active : .suspended
        purchasableVouchersEnabled = organisation.sellsVouchers
        createTime = Google_Protobuf_Timestamp(organisation.createTime)
        updateTime = Google_Protobuf_Timestamp(organisation.updateTime)
        etag = ETag.text(organisation.version)
    }
}

extension Usher_Organisations_V1_ApiKey {
    init(_ key: ApiKey) {
        self.init()
        keyID = key.id.description
        organisationID = key.organisationID ?? ""
        name = key.name
        scopes = key.scopes.map(\.description).sorted()
        test = key.isTest
        createTime = Google_Protobuf_Timestamp(key.createTime)
        if let time = key.expireTime { expireTime = Google_Protobuf_Timestamp(time) }
        if let time = key.revokeTime { revokeTime = Google_Protobuf_Timestamp(time) }
        certificateUri = key.certificateURI ?? ""
    }
}

extension Usher_Organisations_V1_Settings {
    init(_ settings: Settings, of organisationID: String) {
        self.init()
        self.organisationID = organisationID
        voucherExpirationHours = Int32(settings.voucherExpirationHours)
        timeZone = settings.timeZone
        voucherCodeProfile = Usher_Type_V1_CodeProfile(settings.codeProfile)
        singleIpProtection = settings.singleIPProtection
        if let limit = settings.concurrentSessionLimit { concurrentSessionLimit = Int32(limit) }
        concurrentSessionPolicy = settings.concurrentSessionPolicy == .deny ? .deny : .evictOldest
        pointOfSales.allowTakeBackInjected = settings.allowTakeBackInjected
        pointOfSales.takeBackDownloaded =
            switch settings.takeBackDownloaded {
            case .off: .off
            case .relay: .relay
            case .relayAndPublic: .relayAndPublic
            }
        pointOfSales.takeBacksPerDay = Int32(settings.takeBacksPerDay)
        requireKnownViewers = settings.requireKnownViewers
        if let time = settings.updateTime { updateTime = Google_Protobuf_Timestamp(time) }
        etag = ETag.text(settings.version)
    }
}

extension Usher_Organisations_V1_ListOrganisationsRequest: PagedRequest {}
extension Usher_Organisations_V1_ListApiKeysRequest: PagedRequest {}

/// The fields of an organisation that the operator may change, by their paths in an update mask.
enum OrganisationField: String, CaseIterable {
    case name
    case purchasableVouchersEnabled = "purchasable_vouchers_enabled"
}

/// The fields of the settings that a caller may change, by their paths in an update mask.
enum SettingsField: String, CaseIterable {
    case voucherExpirationHours = "voucher_expiration_hours"
    case timeZone = "time_zone"
    case voucherCodeProfile = "voucher_code_profile"
    case singleIPProtection = "single_ip_protection"
    case concurrentSessionLimit = "concurrent_session_limit"
    case concurrentSessionPolicy = "concurrent_session_policy"
    case allowTakeBackInjected = "point_of_sales.allow_take_back_injected"
    case takeBackDownloaded = "point_of_sales.take_back_downloaded"
    case takeBacksPerDay = "point_of_sales.take_backs_per_day"
    case requireKnownViewers = "require_known_viewers"
}

extension Settings {
    /// Takes the value of one field from a message. A field at its protobuf default returns to Usher's.
    mutating func take(
        _ field: SettingsField, from message: Usher_Organisations_V1_Settings, _ violations: inout Violations
    ) {
        let path = "settings.\(field.rawValue)"
        switch field {
        case .voucherExpirationHours:
            let hours = Int(message.voucherExpirationHours)
            violations.require(
                hours == 0 || Self.expirationHours.contains(hours), path, "must be 1 to 87,600, or 0 for 48")
            voucherExpirationHours = hours == 0 ? Settings().voucherExpirationHours : hours
        case .timeZone:
            let name = message.timeZone.isEmpty ? Settings().timeZone : message.timeZone
            violations.require(Self.isTimeZone(name), path, "must be an IANA time zone such as Europe/Stockholm")
            timeZone = name
        case .voucherCodeProfile:
            codeProfile = CodeProfile(message.voucherCodeProfile, default: .tv9, path, &violations)
        case .singleIPProtection:
            singleIPProtection = message.singleIpProtection
        case .concurrentSessionLimit:
            let limit = message.hasConcurrentSessionLimit ? Int(message.concurrentSessionLimit) : nil
            violations.require(limit.map(Self.sessionLimits.contains) ?? true, path, "must be 1 to 1,000, or absent")
            concurrentSessionLimit = limit
        case .concurrentSessionPolicy:
            switch message.concurrentSessionPolicy {
            case .unspecified, .evictOldest: concurrentSessionPolicy = .evictOldest
            case .deny: concurrentSessionPolicy = .deny
            case .UNRECOGNIZED: violations.require(false, path, "must be EVICT_OLDEST or DENY")
            }
        case .allowTakeBackInjected:
            allowTakeBackInjected = message.pointOfSales.allowTakeBackInjected
        case .takeBackDownloaded:
            switch message.pointOfSales.takeBackDownloaded {
            case .unspecified, .off: takeBackDownloaded = .off
            case .relay: takeBackDownloaded = .relay
            case .relayAndPublic: takeBackDownloaded = .relayAndPublic
            case .UNRECOGNIZED: violations.require(false, path, "must be OFF, RELAY or RELAY_AND_PUBLIC")
            }
        case .takeBacksPerDay:
            let limit = Int(message.pointOfSales.takeBacksPerDay)
            violations.require(
                limit == 0 || Self.takeBackLimits.contains(limit), path, "must be 1 to 1,000,000, or 0 for 1,000")
            takeBacksPerDay = limit == 0 ? Settings().takeBacksPerDay : limit
        case .requireKnownViewers:
            requireKnownViewers = message.requireKnownViewers
        }
    }
}
