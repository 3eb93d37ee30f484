import Testing
import UsherRPC
import UsherStorage

@testable import UsherServer

/// What a process does with its descriptors.
@Suite struct DescriptorBudgetTests {
    private func budget(
        _ limit: Int, connections: Int = RPCLimits.connections, organisations: Int? = nil, cores: Int = 4
    ) -> DescriptorBudget {
        DescriptorBudget(limit: limit, connections: connections, openOrganisations: organisations, cores: cores)
    }

    private func sum(_ budget: DescriptorBudget) -> Int {
        budget.reserve + budget.adminConnections + budget.connections
            + budget.openOrganisations * StorageLimits.descriptorsPerOrganisation
    }

    @Test(arguments: [64, 256, 1_024, 4_096, 20_000, 41_000, 65_536, 1_048_576, Int.max])
    func allPartsFitTogether(limit: Int) {
        for cores in [1, 2, 8, 128] {
            for organisations in [nil, 1, 10, 4_096, Int.max] {
                for connections in [1, 100, 16_384, Int.max] {
                    let budget = budget(limit, connections: connections, organisations: organisations, cores: cores)
                    #expect(sum(budget) <= limit)
                    #expect(budget.connections >= 1 && budget.openOrganisations >= 1)
                    #expect(budget.connections <= connections)
                    #expect(budget.openOrganisations <= organisations ?? StorageLimits.mostOpenOrganisations)
                }
            }
        }
    }

    @Test func whatOneSideLeavesIsTheOthers() {
        let plain = budget(20_000)
        #expect(plain.connections > 9_000 && plain.openOrganisations > 1_500)
        let few = budget(20_000, organisations: 10)
        #expect(few.openOrganisations == 10)
        #expect(few.connections == RPCLimits.connections)
        let quiet = budget(20_000, connections: 100)
        #expect(quiet.connections == 100 && quiet.openOrganisations > 3_000)
        let huge = budget(1_048_576)
        #expect(huge.connections == RPCLimits.connections)
        #expect(huge.openOrganisations == StorageLimits.mostOpenOrganisations)
    }

    @Test func smallLimitsKeepAReserve() {
        for limit in [256, 1_024] {
            let budget = budget(limit)
            #expect(budget.reserve >= limit / 8)
            #expect(budget.connections >= limit / 8)
            #expect(budget.openOrganisations >= limit / 32)
        }
    }

    @Test func whatIsConfiguredAndDoesNotFitIsNamed() {
        let budget = budget(1_024, connections: 5_000, organisations: 1_000)
        #expect(budget.clamped(5_000, 1_000).map(\.name) == ["connections", "organisations"])
        #expect(budget.clamped(10, 10).isEmpty)
        #expect(budget.clamped(RPCLimits.connections, nil).isEmpty)
    }
}
