import UsherAPI
import UsherContract
import UsherServices
import UsherStorage

/// A kind of call that the simulation makes.
struct Step: Sendable {
    /// How often, against the others.
    var weight: Int
    /// Whether it may stand on the write lane beside others: it changes one organisation's database.
    var isWrite = true
    var prepare: @Sendable (OrganisationModel, Simulation) throws -> PreparedCall

    private static let all =
        SettingsSteps.all + CatalogSteps.all + VoucherSteps.all + VoucherChangeSteps.all + ReservationSteps.all
        + AccessSteps.all + PlaybackSteps.all + PackageSteps.all + PriceSteps.all + UpsertSteps.all + PurchaseSteps.all
        + VoucherOrderSteps.all + SubscriptionSteps.all
    private static let writes = all.filter(\.isWrite)
    private static let hallWrites = HallSteps.all.filter(\.isWrite)

    /// Does the next step.
    static func next(_ simulation: Simulation) throws {
        let hall = simulation.platform.tenant(HallSteps.organisationID)
        let any = simulation.dice.pick(simulation.tenants)
        guard let tenant = simulation.dice.chance(40) ? hall : any else { return }
        switch simulation.dice.int(1...200) {
        case 1: try simulation.reopen()
        case 2: simulation.world.storage.closeIdleOrganisations()
        case 3...12: if let call = simulation.repetition() { try simulation.run([call]) }
        case 13...24: try burst(tenant, simulation)
        case 25...34 where isHalls(tenant, simulation): try HallListSteps.run(tenant, simulation)
        case 25...34: try ListSteps.run(tenant, simulation)
        case 35...39: try simulation.sweep()
        case 40...75: try simulation.runWild()
        case 76...88: try simulation.run([OrganisationSteps.next(any ?? tenant, simulation)])
        case _ where isHalls(tenant, simulation):
            try simulation.run([pick(HallSteps.all, simulation).prepare(tenant, simulation)])
            // While it is not too late.
            if simulation.dice.chance(8) { try simulation.run([DoorSteps.annul(tenant, simulation)]) }
        default: try simulation.run([pick(all, simulation).prepare(tenant, simulation)])
        }
    }

    /// Whether a step is one of the hall's own: mostly, there.
    private static func isHalls(_ tenant: OrganisationModel, _ simulation: Simulation) -> Bool {
        tenant.id == HallSteps.organisationID && simulation.dice.chance(85)
    }

    /// Several writes in one transaction: what one of them does the next one sees, and a refused one leaves nothing.
    private static func burst(_ tenant: OrganisationModel, _ simulation: Simulation) throws {
        let calls = try (0..<simulation.dice.int(2...SimulationLimits.burst)).map { _ in
            try pick(isHalls(tenant, simulation) ? hallWrites : writes, simulation).prepare(tenant, simulation)
        }
        // The same call twice in one transaction.
        try simulation.run(simulation.dice.chance(30) ? calls + [calls[0]] : calls)
        simulation.noteBurst()
    }

    private static func pick(_ steps: [Step], _ simulation: Simulation) -> Step {
        var rest = simulation.dice.int(1...steps.map(\.weight).reduce(0, +))
        for step in steps {
            rest -= step.weight
            if rest <= 0 { return step }
        }
        return steps[0]
    }
}

/// The ids and values that steps choose from: few, so that they meet.
enum Pool {
    static let assets = ["asset-1", "asset-2", "asset-3", "asset-4", "series-1", "series-2", "list-1"]
    static let packages = ["pkg-1", "pkg-2", "pkg-3"]
    static let packageCodes = ["code-1", "code-2", "code-3"]
    static let priceOptions = ["price-1", "price-2", "price-3", "price-4", "plan-1", "plan-2"]
    static let paymentPeriods = ["period-1", "period-2", "period-3"]
    static let viewers = ["viewer-1", "viewer-2", "viewer-3", "viewer-4", "viewer-5"]
    static let batches = ["batch-1", "batch-2"]
    static let orders = ["", "", "TIX-1", "tix-1 ", "TIX-2"]
    static let countries = ["SE", "se", "NO", "US"]
    static let invalidIDs = [".x", "a b", "-", String(repeating: "x", count: 64), "\u{e9}"]
    static let times = [
        -1, 1, 60, 3_600, 40 * 3_600, 100 * 86_400,
    ]
}

extension Simulation {
    func noteBurst() { coverage.bursts += 1 }

    func assetID() -> String { dice.chance(97) ? dice.pick(Pool.assets) ?? "" : dice.one("", "nowhere", ".x") }

    func viewerID() -> String { dice.chance(97) ? dice.pick(Pool.viewers) ?? "" : dice.pick(Pool.invalidIDs) ?? "" }

    /// One that there may be, in any spelling.
    func code(_ tenant: OrganisationModel) -> String {
        if dice.chance(4) { return dice.one("", CodeText.unknown[0], CodeText.unknown[1], CodeText.unknown[2]) }
        if dice.chance(90), let voucher = dice.pick(recent(tenant.vouchers)) {
            return dice.chance(20) ? " \(voucher.code.uppercased())" : voucher.code
        }
        return dice.pick(dice.pick(CodeText.families) ?? []) ?? ""
    }

    /// The code of a voucher that such a use of would succeed.
    func usableCode(_ tenant: OrganisationModel, _ use: ModelUse) -> String? {
        dice.pick(tenant.vouchers.filter { tenant.refusal(of: $0, use) == nil })?.code
    }

    /// A voucher's, mostly of this organisation; else another's or none.
    func voucherID(_ tenant: OrganisationModel) -> String {
        if dice.chance(4) { return dice.one("", "vch_0000000000001", "acc_0000000000001", "nothing") }
        let owner = dice.chance(4) ? dice.pick(tenants) ?? tenant : tenant
        return dice.pick(recent(owner.vouchers))?.id ?? ""
    }

    /// Vouchers that something may still happen to, mostly.
    private func recent(_ vouchers: [ModelVoucher]) -> [ModelVoucher] {
        let found =
            switch dice.int(1...10) {
            case 1...5: vouchers.filter { $0.refusalByState(at: now) == nil }
            case 6...8: vouchers.filter { !$0.redemptions.isEmpty && !$0.isDeleted }
            default: [ModelVoucher]()
            }
        return found.isEmpty ? vouchers.suffix(30) : found.suffix(12)
    }

    func accessID(_ tenant: OrganisationModel) -> String {
        if dice.chance(4) { return dice.one("", "acc_0000000000001", "vch_0000000000001", "nothing") }
        let owner = dice.chance(4) ? dice.pick(tenants) ?? tenant : tenant
        return dice.pick(owner.accesses.suffix(30))?.id ?? ""
    }

    /// A moment near now, as seconds and microseconds.
    func moment() -> Instant { now + .seconds(dice.pick(Pool.times) ?? 0) }

    /// What an etag may be given as: mostly not at all.
    func tag(_ current: String?) -> String { dice.chance(80) ? "" : dice.chance(70) ? current ?? "v1" : "v99" }

    /// A mask: none, everything, a few paths, or one that names what is no field.
    func mask(_ paths: [String]) -> [String] {
        switch dice.int(1...20) {
        case 1...3: []
        case 4: ["*"]
        case 5: ["nonsense"]
        default: dice.some(paths, percent: 30)
        }
    }

    func text(_ name: String) -> String {
        dice.chance(97) ? "\(name) \(dice.int(1...3))" : dice.one("", "\u{7}", String(repeating: "x", count: 501))
    }
}
