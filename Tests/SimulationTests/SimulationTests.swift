import Testing
import UsherContract

/// The services against a model of them, for as long as one likes: `make simulate STEPS=100000`.
@Suite struct SimulationTests {
    @Test func theServicesDoWhatTheModelDoes() throws {
        var (seed, rest) = (SimulationLimits.seed, SimulationLimits.steps)
        var coverage = Coverage()
        while rest > 0 {
            let simulation = try Simulation(seed: seed)
            try simulation.run(steps: min(rest, SimulationLimits.roundSteps))
            coverage.add(simulation.coverage)
            rest -= SimulationLimits.roundSteps
            seed += 1
        }
        let wild = coverage.wild.values.reduce((0, 0)) { ($0.0 + $1.answered, $0.1 + $1.refused) }
        print(
            """
            simulation: seeds \(SimulationLimits.seed) to \(seed - 1), \(SimulationLimits.steps) steps, \
            \(coverage.calls) calls, of which \(coverage.refusals) refused with \(coverage.reasons.count) reasons, \
            \(coverage.replays) repetitions, \(coverage.bursts) bursts, \(coverage.reopenings) reopenings, \
            \(coverage.passings) things that time did; \
            beyond the model \(coverage.wild.count) methods, \(wild.0) answered, \(wild.1) refused with \
            \(coverage.wildReasons.count) reasons; never answered \
            \(coverage.wild.filter { $0.value.answered == 0 }.keys.sorted())
            """)
        // A round that does not come to the bottom of things has tested nothing.
        for method in Self.simulated + HallSteps.methods {
            #expect(coverage.answered.contains { $0.key.hasSuffix("/\(method)") && $0.value > 0 }, "\(method)")
        }
        #expect(coverage.replays > 0 && coverage.reused > 0 && coverage.reopenings > 0 && coverage.bursts > 0)
        #expect(coverage.passings > 0)
        #expect(coverage.reasons.count >= SimulationLimits.fewestReasons, "\(coverage.reasons.sorted())")
    }

    /// The same seed is the same round, so that a failure can be seen again.
    @Test func aRoundRepeatsItself() throws {
        let coverages = try (0..<2).map { _ in
            let simulation = try Simulation(seed: 7)
            try simulation.run(steps: 300)
            return (simulation.coverage.answered, simulation.coverage.refused, simulation.dice.next())
        }
        #expect(coverages[0] == coverages[1])
    }

    /// The control: each mistake that is built in is found.
    @Test(arguments: SeededBug.allCases) func aSeededBugIsFound(bug: SeededBug) throws {
        let found = #expect(throws: Discrepancy.self) {
            for seed in 1...9 as ClosedRange<UInt64> {
                try Simulation(seed: seed, bug: bug).run(steps: SimulationLimits.controlSteps)
            }
        }
        #expect(found.map { bug.sources.contains($0.source) } == true, "\(found?.what ?? "")")
    }

    /// What every run comes to, however short.
    private static let simulated = [
        "CreateSubscription", "GetSubscription", "ListSubscriptions", "ActivateSubscription", "PauseSubscription",
        "ResumeSubscription", "FreezeSubscription", "RenewSubscription", "ChangeRenewalDate", "CancelSubscription",
        "CreateOrganisation", "GetOrganisation", "ListOrganisations", "UpdateOrganisation", "SuspendOrganisation",
        "ResumeOrganisation", "GetSettings", "UpdateSettings", "CreateApiKey", "ListApiKeys", "RevokeApiKey",
        "CreateAsset", "GetAsset", "ListAssets", "UpdateAsset", "DeleteAsset", "CreateViewer", "GetViewer",
        "ListViewers", "UpdateViewer", "DeleteViewer", "DeactivateViewer", "ReactivateViewer", "CreateVoucher",
        "GenerateVouchers", "ImportVouchers",
        "GetVoucher", "LookupVoucher", "ListVouchers", "SearchVouchers", "UpdateVoucher", "ExpireVoucher",
        "DeactivateVoucher", "ReactivateVoucher", "DeleteVoucher", "RollBackRedemption", "ValidateVoucher",
        "RedeemVoucher", "ListRedemptions", "CheckAccess", "GrantAccess", "RevokeAccess", "GetAccess",
        "BatchCheckAccess", "ExtendAccess", "ListAccess", "StartPlayback", "RecordPlayback", "EndPlayback",
        "ListSessions", "ReserveVoucher", "ReleaseReservation", "ResetVoucherExpiry", "AddVoucherEmails",
        "RemoveVoucherEmails", "ListVoucherEmails", "GetVoucherBatch", "ExpireVoucherBatch",
        "CreatePackage", "GetPackage", "ListPackages", "UpdatePackage", "DeletePackage", "CreatePriceOption",
        "GetPriceOption", "ListPriceOptions", "UpdatePriceOption", "DeletePriceOption", "CreatePaymentPeriod",
        "GetPaymentPeriod", "ListPaymentPeriods", "UpdatePaymentPeriod", "DeletePaymentPeriod",
        "BatchUpsertAssets", "BatchUpsertViewers", "RecordPurchase", "ReversePurchase", "ListPayments",
        "PlaceVoucherOrder", "GetVoucherOrder", "CancelVoucherOrder", "ListBoughtVouchers", "SearchAccess",
        "ListVoucherSessions",
    ]
}
