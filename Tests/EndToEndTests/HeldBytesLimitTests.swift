import Foundation
import Testing
import UsherAPI
import UsherClient
import UsherContract

@testable import UsherServer

/// What is held for a caller counts for its key and its organisation, and free memory is given back.
@Suite struct HeldBytesLimitTests {
    private func caller(_ key: String, _ organisation: String?) -> Caller {
        Caller(role: .organisation, principal: key, organisationID: organisation, scopes: ScopeSet())
    }

    @Test func keysOfAnOrganisationShareItsBudget() {
        let budgets = CallerBudgets(HeldBytesLimits(perKey: 1, perOrganisation: 2))
        let first = budgets.budgets(of: caller("a", "one"))
        let second = budgets.budgets(of: caller("b", "one"))
        let other = budgets.budgets(of: caller("c", "two"))
        #expect(first.map(\.limit) == [1, 2])
        #expect(first[0] !== second[0] && first[1] === second[1] && first[1] !== other[1])
        #expect(budgets.budgets(of: caller("operator", nil)).count == 1)
    }

    @Test func whatFindsNoRoomIsRefusedAndTheNextIsNot() async throws {
        try await RunningServer.with(held: HeldBytesLimits(perKey: 1 << 20, perOrganisation: 300_000)) { running in
            let client = try await running.organisation("one")
            let catalog = Usher_Catalog_V1_CatalogServiceClient(transport: client)
            func create(_ id: String, title: String) async throws {
                _ = try await catalog.createAsset(
                    .with { $0.asset = .with { ($0.assetID, $0.type, $0.title) = (id, .liveEvent, title) } })
            }
            // The title is too long by far: it would be refused for that, if it was looked at.
            let refusal = await #expect(throws: Refusal.self) {
                try await create("large", title: String(repeating: "x", count: 400_000))
            }
            #expect(refusal?.reason == "CALLER_HOLDS_TOO_MUCH")
            try await create("small", title: "Small")
            await client.close()
        }
    }

    @Test func theProcessIsDescribed() throws {
        #expect(ProcessMemory.residentBytes > 1 << 20)
        #expect(try #require(ProcessMemory.openDescriptors) > 2)
        #expect(try #require(ProcessMemory.maximumDescriptors) > 2)
        for name in ["process_resident_memory_bytes", "process_open_fds", "process_max_fds"] {
            #expect(ProcessMemory.prometheusText.contains("# TYPE \(name) gauge\n\(name) "))
        }
    }

    @Test func trimmingIsCounted() {
        let memory = ProcessMemory()
        memory.trim()
        #expect(memory.trimCount == 1)
    }
}
