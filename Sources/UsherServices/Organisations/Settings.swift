import Foundation
import UsherContract
import UsherStorage

/// What an organisation has decided for all of its vouchers, accesses and sales.
struct Settings: Hashable, Sendable {
    enum SessionPolicy: Int64, Sendable {
        case evictOldest = 1, deny
    }
    enum TakeBackDownloaded: Int64, Sendable {
        case off = 1, relay, relayAndPublic
    }

    var voucherExpirationHours = 48
    var timeZone = "UTC"
    var codeProfile = CodeProfile.tv9
    var singleIPProtection = false
    var concurrentSessionLimit: Int?
    var concurrentSessionPolicy = SessionPolicy.evictOldest
    var allowTakeBackInjected = false
    var takeBackDownloaded = TakeBackDownloaded.off
    /// Tickets of one contact in 24 hours.
    var takeBacksPerDay = 1_000
    var requireKnownViewers = false
    var updateTime: Instant?
    var version: Int64 = 0

    static let expirationHours = 1...87_600
    static let sessionLimits = 1...1_000
    static let takeBackLimits = 1...1_000_000

    /// Taking back downloaded tickets is more than taking back injected ones, and needs that allowed first.
    func checkConflicts() throws {
        guard takeBackDownloaded == .off || allowTakeBackInjected else { throw OrganisationRefusal.settingConflict }
    }

    /// What redeeming a voucher asks of the settings, and no more: it is read in every redemption.
    struct Redemption: Hashable, Sendable {
        var voucherExpirationHours = 48
        var timeZone = "UTC"
        var requireKnownViewers = false

        /// The zone that calendar periods are reckoned in.
        ///
        /// - Throws: where the name was accepted once and this machine's tzdata does not know it.
        var zone: TimeZone {
            get throws {
                guard let zone = TimeZone(identifier: timeZone) else {
                    throw StorageError.typeMismatch("no time zone \(timeZone): is tzdata complete?")
                }
                return zone
            }
        }
    }

    /// What playing asks of the settings, and no more: it is read in every check.
    struct Playback: Hashable, Sendable {
        var singleIPProtection = false
        var concurrentSessionLimit: Int?
        var concurrentSessionPolicy = SessionPolicy.evictOldest
    }

    static func isTimeZone(_ name: String) -> Bool {
        // What is looked up is a file: its name ends where C has it end.
        (name == "UTC" || name.contains("/")) && !name.contains("..")
            && !name.unicodeScalars.contains(where: \.isControl) && TimeZone(identifier: name) != nil
    }
}
