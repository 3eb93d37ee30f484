import UsherAPI
import UsherContract

extension OrganisationModel {
    private static let paths: Set<String> = [
        "voucher_expiration_hours", "time_zone", "voucher_code_profile", "single_ip_protection",
        "concurrent_session_limit", "concurrent_session_policy", "point_of_sales.allow_take_back_injected",
        "point_of_sales.take_back_downloaded", "point_of_sales.take_backs_per_day", "require_known_viewers",
    ]

    func updateSettings(
        _ request: Usher_Organisations_V1_UpdateSettingsRequest, _ context: Context
    ) throws -> Usher_Organisations_V1_Settings {
        let given = request.settings
        var mistakes = Mistakes()
        let pointOfSales = Self.paths.filter { $0.hasPrefix("point_of_sales.") }
        let paths = mistakes.mask(request.updateMask, Self.paths, groups: ["point_of_sales": pointOfSales])
        var new = settings
        if paths.contains("voucher_expiration_hours") {
            let hours = given.voucherExpirationHours
            mistakes.require((0...87_600).contains(hours), "settings.voucher_expiration_hours")
            new.voucherExpirationHours = hours == 0 ? 48 : hours
        }
        if paths.contains("time_zone") {
            mistakes.require(
                given.timeZone.isEmpty || CivilTime.zones.contains(given.timeZone), "settings.time_zone")
            new.timeZone = given.timeZone.isEmpty ? "UTC" : given.timeZone
        }
        if paths.contains("voucher_code_profile") {
            new.voucherCodeProfile = CodeShape(given.voucherCodeProfile).message
        }
        if paths.contains("single_ip_protection") { new.singleIpProtection = given.singleIpProtection }
        if paths.contains("concurrent_session_limit") {
            let limit = given.concurrentSessionLimit
            mistakes.require(
                !given.hasConcurrentSessionLimit || (1...1_000).contains(limit), "settings.concurrent_session_limit")
            new.clearConcurrentSessionLimit()
            if given.hasConcurrentSessionLimit { new.concurrentSessionLimit = limit }
        }
        if paths.contains("concurrent_session_policy") {
            new.concurrentSessionPolicy = given.concurrentSessionPolicy == .deny ? .deny : .evictOldest
        }
        if paths.contains("point_of_sales.allow_take_back_injected") {
            new.pointOfSales.allowTakeBackInjected = given.pointOfSales.allowTakeBackInjected
        }
        if paths.contains("point_of_sales.take_back_downloaded") {
            let mode = given.pointOfSales.takeBackDownloaded
            new.pointOfSales.takeBackDownloaded = mode == .unspecified ? .off : mode
        }
        if paths.contains("point_of_sales.take_backs_per_day") {
            let limit = given.pointOfSales.takeBacksPerDay
            mistakes.require((0...1_000_000).contains(limit), "settings.point_of_sales.take_backs_per_day")
            new.pointOfSales.takeBacksPerDay = limit == 0 ? 1_000 : limit
        }
        if paths.contains("require_known_viewers") { new.requireKnownViewers = given.requireKnownViewers }
        try mistakes.refuse()
        let version = Int(settings.etag.dropFirst()) ?? -1
        try Expected.checkTag(given.etag, version)
        guard new.pointOfSales.takeBackDownloaded == .off || new.pointOfSales.allowTakeBackInjected else {
            throw Expected.precondition("SETTING_CONFLICT")
        }
        guard new != settings else { return settings }
        new.updateTime = context.now.timestamp
        new.etag = "v\(version + 1)"
        settings = new
        context.record("settings.updated", "settings")
        return settings
    }
}

/// What a code profile makes.
struct CodeShape {
    var message: Usher_Type_V1_CodeProfile
    private(set) var length = 0
    private var alphabet = ""

    init(_ given: Usher_Type_V1_CodeProfile, default fallback: Usher_Type_V1_CodeProfile = .with { $0.kind = .tv9 }) {
        message = given.kind == .unspecified ? fallback : given
        switch message.kind {
        case .hex10:
            (length, alphabet) = (10, "0123456789abcdef")
            message = .with { $0.kind = .hex10 }
        case .pattern:
            if message.length == 0 { message.length = 8 }
            if message.alphabet.isEmpty { message.alphabet = "ABCDEFGHKLMNPQRSTUVWXYZ23456789" }
            (length, alphabet) = (Int(message.length), message.alphabet)
        default:
            (length, alphabet) = (9, "0123456789")
            message = .with { $0.kind = .tv9 }
        }
    }

    /// What is wrong with a pattern.
    func check(_ field: String, _ mistakes: inout Mistakes) {
        guard message.kind == .pattern else { return }
        mistakes.require((4...48).contains(length), "\(field).length")
        for (affix, name) in [(message.prefix, "prefix"), (message.suffix, "suffix")] {
            mistakes.require(
                affix.count <= 16 && affix.utf8.allSatisfy { (0x21...0x7e).contains($0) }, "\(field).\(name)")
        }
        let letters = alphabet.lowercased().utf8
        let isPlain = letters.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) }
        let isDistinct = (8...64).contains(letters.count) && Set(letters).count == letters.count
        mistakes.require(isPlain && isDistinct, "\(field).alphabet")
    }

    func fits(_ code: String) -> Bool {
        guard code.hasPrefix(message.prefix), code.hasSuffix(message.suffix) else { return false }
        let middle = code.dropFirst(message.prefix.count).dropLast(message.suffix.count)
        return middle.count == length && middle.allSatisfy(alphabet.contains)
    }

    func hasRoom(for count: Int) -> Bool {
        var room = 1
        for _ in 0..<length where room < count { room *= alphabet.count }
        return room >= count
    }
}
