import SwiftProtobuf
import UsherAPI
import UsherContract

enum SettingsSteps {
    typealias RPC = Usher_Organisations_V1_OrganisationService

    static let all = [
        Step(weight: 1, isWrite: false, prepare: get), Step(weight: 4, prepare: update),
    ]

    private static func get(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        try PreparedCall(RPC.getSettings, .init(), by: simulation.actor(in: tenant.id)) { _, _, _ in tenant.settings }
    }

    /// One organisation denies what is too much, another evicts, for a beginning.
    static func limitSessions(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Organisations_V1_UpdateSettingsRequest.with { request in
            request.settings.concurrentSessionLimit = tenant.id == "org-1" ? 1 : 2
            request.settings.concurrentSessionPolicy = tenant.id == "org-3" ? .evictOldest : .deny
            request.updateMask.paths = ["concurrent_session_limit", "concurrent_session_policy"]
        }
        return try PreparedCall(RPC.updateSettings, request, by: simulation.root(in: tenant.id)) {
            request, context, _ in
            try tenant.updateSettings(request, context)
        }
    }

    private static let paths = [
        "voucher_expiration_hours", "time_zone", "voucher_code_profile", "single_ip_protection",
        "concurrent_session_limit", "concurrent_session_policy", "point_of_sales",
        "point_of_sales.allow_take_back_injected", "point_of_sales.take_back_downloaded",
        "point_of_sales.take_backs_per_day", "require_known_viewers",
    ]

    private static func update(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Organisations_V1_UpdateSettingsRequest.with { request in
            request.settings.voucherExpirationHours = simulation.dice.one(0, 1, 48, 100, -1, 87_601)
            request.settings.timeZone = simulation.dice.pick(CivilTime.zones + ["", "Europe/Nowhere"]) ?? ""
            request.settings.voucherCodeProfile = profile(simulation)
            request.settings.singleIpProtection = simulation.dice.chance(50)
            if simulation.dice.chance(70) {
                request.settings.concurrentSessionLimit = simulation.dice.one(1, 1, 2, 2, 1_000, 0)
            }
            request.settings.concurrentSessionPolicy = simulation.dice.one(.unspecified, .deny, .evictOldest)
            request.settings.pointOfSales.allowTakeBackInjected = simulation.dice.chance(50)
            request.settings.pointOfSales.takeBackDownloaded = simulation.dice.one(
                .unspecified, .off, .relay, .relayAndPublic)
            request.settings.pointOfSales.takeBacksPerDay = simulation.dice.one(0, 1, 5, 1_000_001)
            request.settings.requireKnownViewers = simulation.dice.chance(15)
            request.settings.etag = simulation.tag(tenant.settings.etag)
            request.updateMask.paths = simulation.mask(paths)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.updateSettings, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.updateSettings(request, context)
        }
    }

    /// One that is good.
    static func profile(_ simulation: Simulation) -> Usher_Type_V1_CodeProfile {
        .with { profile in
            profile.kind = simulation.dice.one(.unspecified, .tv9, .hex10, .pattern)
            guard profile.kind == .pattern else { return }
            profile.length = simulation.dice.one(0, 8, 12)
            profile.prefix = simulation.dice.one("", "SUMMER-")
            profile.suffix = simulation.dice.one("", "-VIP")
            profile.alphabet = simulation.dice.one("", "ABCDEFGH", "01234567ab")
        }
    }
}
