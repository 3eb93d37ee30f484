import SwiftProtobuf
import UsherAPI
import UsherContract

enum PurchaseSteps {
    typealias RPC = Usher_Access_V1_AccessService

    static let all = [Step(weight: 14, prepare: record), Step(weight: 5, prepare: reverse)]

    private static func record(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Access_V1_RecordPurchaseRequest.with { request in
            request.viewerID = simulation.viewerID()
            let live = Pool.priceOptions.filter { tenant.livePriceOption($0) != nil }
            let ids = simulation.dice.chance(85) ? live : Pool.priceOptions
            request.priceOptionID = simulation.dice.pick(ids) ?? "nowhere"
            request.code = code(for: request, tenant, simulation)
            if simulation.dice.chance(98) {
                request.amount.currencyCode = simulation.dice.chance(96) ? "SEK" : simulation.dice.one("sek", "EUR", "")
                request.amount.minorUnits =
                    simulation.dice.chance(97) ? simulation.dice.one(0, 2_450, 4_900) : simulation.dice.one(-1, 1 << 50)
            }
            if request.amount.minorUnits != 0 || simulation.dice.chance(20) {
                request.paymentReference = reference(simulation)
            }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.recordPurchase, request, by: simulation.actor(in: tenant.id), tenant.recordPurchase)
    }

    /// Mostly none, or that of a voucher that can be used, for a discount if there is one.
    private static func code(
        for request: Usher_Access_V1_RecordPurchaseRequest, _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> String {
        let use = ModelUse(
            viewerID: request.viewerID, assetID: "", priceOptionID: request.priceOptionID, moment: simulation.now,
            isPurchase: true)
        switch simulation.dice.int(1...10) {
        case 1...3: return ""
        case 4...8:
            let usable = tenant.vouchers.filter { tenant.refusal(of: $0, use) == nil }
            let discounts = usable.filter(\.terms.isDiscount)
            return simulation.dice.pick(discounts.isEmpty ? usable : discounts)?.code ?? ""
        case 9: return simulation.dice.pick(tenant.vouchers.suffix(20))?.code ?? ""
        default: return simulation.code(tenant)
        }
    }

    private static func reference(_ simulation: Simulation) -> String {
        switch simulation.dice.int(1...20) {
        case 1...16: "ref-\(simulation.step)-\(simulation.dice.int(0...1_000_000))"
        case 17: ""
        case 18: "\u{7}"
        default: simulation.dice.one("ref-1", "ref-2", "Ref-1")
        }
    }

    private static func reverse(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let standing = tenant.payments.filter { $0.reversal == nil }
        let request = Usher_Access_V1_ReversePurchaseRequest.with { request in
            let owner = simulation.dice.chance(4) ? simulation.dice.pick(simulation.tenants) ?? tenant : tenant
            let known = simulation.dice.chance(75) && owner === tenant ? standing : owner.payments
            request.paymentID = simulation.dice.pick(known.suffix(20))?.id ?? simulation.dice.one("", "nothing")
            request.type = simulation.dice.chance(97) ? simulation.dice.one(.refund, .chargeback) : .unspecified
            request.reason = simulation.dice.chance(97) ? simulation.dice.one("", "not as described") : "\u{7}"
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.reversePurchase, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.reversePurchase(request, context)
        }
    }

    static func list(
        _ tenant: OrganisationModel, _ request: Usher_Access_V1_ListPaymentsRequest
    ) -> Walk<Usher_Access_V1_ListPaymentsRequest, Usher_Access_V1_ListPaymentsResponse, Usher_Access_V1_Payment> {
        Walk(
            method: RPC.listPayments, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.payments, token: \.nextPageToken,
            mayBeShort: true
        ) { _ in try tenant.listed(request) }
    }

    static func filter(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> Usher_Access_V1_ListPaymentsRequest {
        .with { request in
            if simulation.dice.chance(40) { request.viewerID = simulation.viewerID() }
            if simulation.dice.chance(40) {
                let used = tenant.payments.compactMap(\.voucher)
                request.voucherID = simulation.dice.pick(used)?.id ?? simulation.voucherID(tenant)
            }
            if simulation.dice.chance(5) { request.voucherID = "nothing" }
        }
    }
}
