import SwiftProtobuf
import UsherAPI
import UsherContract

enum PassSteps {
    typealias RPC = Usher_Admission_V1_AdmissionService

    static let all = [
        Step(weight: 3, prepare: createProduct), Step(weight: 1, isWrite: false, prepare: getProduct),
        Step(weight: 2, prepare: updateProduct), Step(weight: 4, prepare: assign),
        Step(weight: 2, isWrite: false, prepare: get), Step(weight: 8, prepare: updateAdmissions),
        Step(weight: 4, prepare: reprint), Step(weight: 2, prepare: cancel),
        Step(weight: 4, prepare: cancelAdmissions), Step(weight: 1, prepare: cancelPerformance),
    ]

    static let products = ["season", "membership", "weekend", "open"]

    private static func describe(_ product: inout Usher_Admission_V1_PassProduct, _ simulation: Simulation) {
        product.title = simulation.text("Product")
        product.kind = product.passProductID == "membership" ? .miscellaneousItem : .bundle
        if simulation.dice.chance(3) { product.kind = .unspecified }
        if product.kind == .bundle || simulation.dice.chance(5) {
            product.performanceIds = simulation.dice.some(HallSteps.performances, percent: 40)
        }
        product.eligiblePerformanceIds = simulation.dice.some(HallSteps.performances, percent: 25)
        if simulation.dice.chance(3) { product.eligiblePerformanceIds.append(simulation.performanceID()) }
        if simulation.dice.chance(30) { product.eligibleBundleIds = simulation.dice.some(["season", "weekend"]) }
        if simulation.dice.chance(3) { product.eligibleBundleIds.append("membership") }
    }

    private static func createProduct(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_CreatePassProductRequest.with { request in
            request.passProduct.passProductID =
                simulation.dice.chance(95) ? simulation.dice.pick(products) ?? "" : simulation.dice.one("", ".x")
            describe(&request.passProduct, simulation)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.createPassProduct, request, by: simulation.actor(in: tenant.id), tenant.createProduct)
    }

    private static func getProduct(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_GetPassProductRequest.with {
            $0.passProductID = simulation.productID(tenant)
        }
        return try PreparedCall(RPC.getPassProduct, request, by: simulation.actor(in: tenant.id)) { request, _, _ in
            tenant.message(try tenant.product(request.passProductID))
        }
    }

    private static func updateProduct(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_UpdatePassProductRequest.with { request in
            request.passProduct.passProductID = simulation.productID(tenant)
            describe(&request.passProduct, simulation)
            let current = tenant.hall.products.first { $0.id == request.passProduct.passProductID }
            request.passProduct.etag = simulation.tag(current.map { "v\($0.version)" })
            request.updateMask.paths = simulation.mask([
                "title", "performance_ids", "eligible_performance_ids", "eligible_bundle_ids",
            ])
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.updatePassProduct, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.updateProduct(request, context)
        }
    }

    // MARK: Passes

    private static func assign(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_AssignPassRequest.with { request in
            request.orderID = simulation.orderID(tenant)
            if simulation.dice.chance(50) { request.passProductID = simulation.productID(tenant) }
            request.performanceIds = simulation.performanceIDs(percent: 50)
            request.holderName = simulation.holderName()
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.assignPass, request, by: simulation.actor(in: tenant.id), tenant.assignPass)
    }

    private static func get(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_GetPassRequest.with { $0.passID = simulation.passID(tenant) }
        return try PreparedCall(RPC.getPass, request, by: simulation.actor(in: tenant.id)) { request, _, made in
            try tenant.message(try tenant.pass(request.passID), made)
        }
    }

    /// What is on a pass, or is not.
    private static func performances(
        of id: String, present: Bool, _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> [String] {
        let pass = tenant.hall.passes.first { $0.id == id }
        let standing = (pass?.admissions ?? []).filter { $0.cancelled == nil }.map(\.performance.message.assetID)
        let fitting = HallSteps.performances.filter { standing.contains($0) == present }
        return simulation.dice.chance(80)
            ? simulation.dice.some(fitting, percent: 60) : simulation.performanceIDs(percent: 40)
    }

    private static func updateAdmissions(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) throws -> PreparedCall {
        let request = Usher_Admission_V1_UpdatePassAdmissionsRequest.with { request in
            request.passID = simulation.passID(tenant)
            request.orderID = simulation.orderID(tenant)
            if simulation.dice.chance(80) {
                request.addPerformanceIds = performances(of: request.passID, present: false, tenant, simulation)
            }
            if simulation.dice.chance(35) {
                request.removePerformanceIds = performances(of: request.passID, present: true, tenant, simulation)
            }
            request.zone = simulation.dice.one("", "A", "B")
            request.seat = simulation.dice.one("", "1")
            request.gates = simulation.gates()
            request.reason = simulation.reason()
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.updatePassAdmissions, request, by: simulation.actor(in: tenant.id), tenant.updatePassAdmissions)
    }

    private static func reprint(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_ReprintPassRequest.with {
            ($0.passID, $0.reason) = (simulation.passID(tenant), simulation.reason())
            $0.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.reprintPass, request, by: simulation.actor(in: tenant.id), tenant.reprintPass)
    }

    private static func cancel(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_CancelPassRequest.with {
            ($0.passID, $0.reason) = (simulation.passID(tenant), simulation.reason())
            ($0.validateOnly, $0.requestID) = (simulation.dice.chance(40), simulation.requestID())
        }
        return try PreparedCall(RPC.cancelPass, request, by: simulation.actor(in: tenant.id), tenant.cancelPass)
    }

    private static func cancelAdmissions(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) throws -> PreparedCall {
        let request = Usher_Admission_V1_CancelAdmissionsRequest.with { request in
            request.passID = simulation.passID(tenant)
            request.performanceIds = performances(of: request.passID, present: true, tenant, simulation)
            request.reason = simulation.reason()
            (request.validateOnly, request.requestID) = (simulation.dice.chance(20), simulation.requestID())
        }
        return try PreparedCall(
            RPC.cancelAdmissions, request, by: simulation.actor(in: tenant.id), tenant.cancelAdmissions)
    }

    private static func cancelPerformance(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) throws -> PreparedCall {
        let request = Usher_Admission_V1_CancelPerformanceRequest.with { request in
            (request.performanceID, request.reason) = (simulation.performanceID(), simulation.reason())
            (request.validateOnly, request.requestID) = (simulation.dice.chance(70), simulation.requestID())
        }
        return try PreparedCall(
            RPC.cancelPerformance, request, by: simulation.actor(in: tenant.id), tenant.cancelPerformance)
    }
}

extension Simulation {
    func productID(_ tenant: OrganisationModel) -> String {
        if dice.chance(3) { return dice.one("", "nothing") }
        return dice.pick(tenant.hall.products)?.id ?? "season"
    }
}
