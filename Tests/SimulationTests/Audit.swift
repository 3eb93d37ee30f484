import SwiftProtobuf
import UsherAPI
import UsherContract

/// Reads everything that the organisations hold through the API, and compares it with the model.
enum Audit {
    static func run(_ simulation: Simulation) throws {
        let platform = simulation.platform
        for tenant in simulation.tenants where platform.organisations[tenant.id]?.state == .active {
            let actor = Actor(key: simulation.root.key, organisationID: tenant.id)
            try ListSteps.assets(tenant, .unspecified).run(simulation, by: actor)
            try PackageSteps.list(tenant, .init()).run(simulation, by: actor)
            try PriceSteps.options(tenant, .init()).run(simulation, by: actor)
            try PriceSteps.periods(tenant, .init()).run(simulation, by: actor)
            try ListSteps.viewers(tenant).run(simulation, by: actor)
            try ListSteps.vouchers(tenant, .init()).run(simulation, by: actor)
            try ListSteps.vouchers(tenant, .with { $0.state = .deleted }).run(simulation, by: actor)
            for voucher in tenant.vouchers where !voucher.redemptions.isEmpty {
                try ListSteps.redemptions(tenant, of: voucher.id).run(simulation, by: actor)
            }
            try ListSteps.accesses(tenant, .init()).run(simulation, by: actor)
            try SubscriptionSteps.list(tenant, .init()).run(simulation, by: actor)
            try SubscriptionSteps.exports(tenant, all: true).run(simulation, by: actor)
            try PurchaseSteps.list(tenant, .init()).run(simulation, by: actor)
            try ListSteps.sessions(tenant, .init()).run(simulation, by: actor)
            try HallListSteps.audit(tenant, simulation, by: actor)
        }
    }
}
