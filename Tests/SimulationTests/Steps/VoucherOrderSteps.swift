import SwiftProtobuf
import UsherAPI
import UsherContract

/// Vouchers that are bought, and subscription vouchers until they are redeemed.
enum VoucherOrderSteps {
    typealias RPC = Usher_Vouchers_V1_VoucherService

    static let all = [
        Step(weight: 9, prepare: place), Step(weight: 2, isWrite: false, prepare: get),
        Step(weight: 2, prepare: cancel), Step(weight: 4, prepare: create), Step(weight: 2, prepare: generate),
        Step(weight: 6, isWrite: false, prepare: validate),
    ]

    private static func place(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_PlaceVoucherOrderRequest.with { request in
            let live = tenant.paymentPeriods.filter { !$0.isDeleted }.suffix(4)
            request.paymentPeriodID =
                simulation.dice.chance(90)
                ? simulation.dice.pick(live)?.message.paymentPeriodID ?? "" : simulation.paymentPeriodID()
            request.quantity =
                simulation.dice.chance(97) ? simulation.dice.one(0, 1, 2, 5) : simulation.dice.one(-1, 10_001)
            request.purchaserID = simulation.dice.chance(98) ? simulation.viewerID() : ""
            request.paymentMethod = simulation.dice.chance(97) ? simulation.dice.one(.adyen, .free) : .unspecified
            let isPaid = request.paymentMethod == .adyen
            request.paymentReference = simulation.dice.chance(97) == isPaid ? simulation.dice.one("psp-1", "psp-2") : ""
            request.name = simulation.text("Gift")
            if simulation.dice.chance(20) { request.redeemUntil = simulation.moment().timestamp }
            request.provisionService = simulation.dice.one("", "", "paperless")
            request.codeProfile = SettingsSteps.profile(simulation)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.placeVoucherOrder, request, by: simulation.actor(in: tenant.id), tenant.placeOrder)
    }

    private static func orderID(_ tenant: OrganisationModel, _ simulation: Simulation) -> String {
        if simulation.dice.chance(4) { return simulation.dice.one("", "vor_0000000000001", "nothing") }
        let owner = simulation.dice.chance(4) ? simulation.dice.pick(simulation.tenants) ?? tenant : tenant
        return simulation.dice.pick(owner.orders.suffix(8))?.id ?? "nothing"
    }

    private static func get(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_GetVoucherOrderRequest.with { $0.voucherOrderID = orderID(tenant, simulation) }
        return try PreparedCall(RPC.getVoucherOrder, request, by: simulation.actor(in: tenant.id)) { request, _, _ in
            try tenant.existingOrder(request.voucherOrderID).shown(of: tenant)
        }
    }

    private static func cancel(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_CancelVoucherOrderRequest.with { request in
            request.voucherOrderID = orderID(tenant, simulation)
            request.reason = simulation.dice.chance(97) ? simulation.dice.one("", "too many") : "\u{7}"
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.cancelVoucherOrder, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.cancelOrder(request, context)
        }
    }

    // MARK: Subscription vouchers

    /// With a code of the services' own, so that nobody comes upon it by chance.
    private static func create(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_CreateVoucherRequest.with { request in
            request.voucher = VoucherSteps.voucher(simulation)
            request.voucher.effect = .subscription
            (request.voucher.discountPercent, request.voucher.discountCycles) = (0, 0)
            request.voucher.discountDuration = .unspecified
            if simulation.dice.chance(97) { request.voucher.clearAccessPeriod() }
            if simulation.dice.chance(97) { request.voucher.clearScope() }
            if simulation.dice.chance(95) { request.voucher.redeemOn = simulation.dice.one(.unspecified, .redeem) }
            request.voucher.daysOfAccess = simulation.dice.chance(96) ? simulation.dice.one(1, 30, 9_999) : 0
            request.voucher.packageCode = simulation.packageCode()
            request.voucher.provisionService = simulation.dice.one("", "portal")
            request.unlimited = simulation.dice.chance(request.voucher.hasUsageLimit ? 2 : 25)
            request.codeProfile = SettingsSteps.profile(simulation)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.createVoucher, request, by: simulation.actor(in: tenant.id), tenant.createVoucher)
    }

    private static func generate(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_GenerateVouchersRequest.with { request in
            request.packageCode = simulation.packageCode()
            request.assetID = simulation.dice.chance(3) ? simulation.assetID() : ""
            request.daysOfAccess = simulation.dice.chance(96) ? simulation.dice.one(1, 30) : 10_000
            request.count = Int32(simulation.dice.int(1...3))
            request.codeProfile = SettingsSteps.profile(simulation)
            request.batchID = simulation.dice.one("", "batch-1", "batch-2")
            request.name = simulation.text("Trial")
            request.redeemOn = simulation.dice.chance(96) ? simulation.dice.one(.unspecified, .redeem) : .firstPlay
            if simulation.dice.chance(3) { request.accessPeriod = VoucherSteps.period(simulation) }
            if simulation.dice.chance(20) { request.redeemUntil = simulation.moment().timestamp }
            request.provisionService = simulation.dice.one("", "portal")
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.generateVouchers, request, by: simulation.actor(in: tenant.id), tenant.generateVouchers)
    }

    private static func validate(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let offers = tenant.vouchers.filter { $0.terms.offer != nil }
        let usable = offers.filter { $0.refusalByState(at: simulation.now) == nil }
        let request = Usher_Vouchers_V1_ValidateVoucherRequest.with { request in
            let voucher = simulation.dice.pick((simulation.dice.chance(80) ? usable : offers).suffix(12))
            request.code = voucher?.code ?? "nothing"
            request.viewerID = simulation.dice.chance(90) ? simulation.viewerID() : ""
            if simulation.dice.chance(30) {
                (request.assetID, request.packageID, request.priceOptionID) = simulation.target()
            }
            if simulation.dice.chance(40) { request.deliveryAddress = address(simulation) }
        }
        return try PreparedCall(
            RPC.validateVoucher, request, by: simulation.actor(in: tenant.id), masking: { $0.message = "" }
        ) { request, context, _ in
            try tenant.validate(request, context)
        }
    }

    static func address(_ simulation: Simulation) -> Usher_Type_V1_PostalAddress {
        .with { address in
            address.name = simulation.dice.chance(96) ? "Anna" : ""
            (address.street, address.postcode, address.city) = ("Storgatan 1", "111 22", "Stockholm")
            address.country = simulation.dice.chance(96) ? simulation.dice.one("SE", "no") : "Sweden"
        }
    }

    static func list(
        _ tenant: OrganisationModel, _ request: Usher_Vouchers_V1_ListBoughtVouchersRequest
    ) -> Walk<
        Usher_Vouchers_V1_ListBoughtVouchersRequest, Usher_Vouchers_V1_ListBoughtVouchersResponse,
        Usher_Vouchers_V1_Voucher
    > {
        Walk(
            method: RPC.listBoughtVouchers, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.vouchers, token: \.nextPageToken
        ) { try tenant.listed(request, $0) }
    }

    static func filter(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> Usher_Vouchers_V1_ListBoughtVouchersRequest {
        .with { request in
            if simulation.dice.chance(60) { request.purchaserID = simulation.viewerID() }
            if simulation.dice.chance(50) { request.voucherOrderID = orderID(tenant, simulation) }
        }
    }
}

extension Simulation {
    func packageCode() -> String { dice.chance(96) ? dice.pick(Pool.packageCodes) ?? "" : dice.one("", "nothing") }
}
