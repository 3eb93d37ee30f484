import SwiftProtobuf
import UsherAPI
import UsherContract

enum VoucherChangeSteps {
    typealias RPC = Usher_Vouchers_V1_VoucherService

    static let all = [
        Step(weight: 8, prepare: update), Step(weight: 2, prepare: expire), Step(weight: 2, prepare: deactivate),
        Step(weight: 3, prepare: reactivate), Step(weight: 2, prepare: delete), Step(weight: 6, prepare: rollBack),
    ]

    private static let paths = [
        "name", "code", "effect", "scope", "custom", "redeem_on", "access_period", "discount_percent", "redeem_from",
        "redeem_until", "usage_limit", "per_viewer_limit", "order_id", "ignore_geoblocking", "ignore_single_ip",
        "one_time_use", "discount_duration", "discount_cycles", "days_of_access", "package_code", "provision_service",
    ]

    private static func update(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_UpdateVoucherRequest.with { request in
            request.voucher = VoucherSteps.voucher(simulation)
            request.voucher.voucherID = simulation.voucherID(tenant)
            let current = tenant.voucher(request.voucher.voucherID)
            if let current, simulation.dice.chance(20) {
                request.voucher = current.message(of: tenant, at: simulation.now)
            }
            if simulation.dice.chance(20) {
                request.voucher.code = simulation.dice.one(current?.code.uppercased() ?? "", "another")
            }
            // What it is is mostly left as it is.
            if let current, simulation.dice.chance(80) {
                request.voucher.effect = current.message(of: tenant, at: simulation.now).effect
                request.voucher.discountPercent = current.terms.isDiscount ? 30 : 0
                if let offer = current.terms.offer {
                    request.voucher.daysOfAccess = simulation.dice.one(offer.days, 14)
                    request.voucher.packageCode = simulation.packageCode()
                    if simulation.dice.chance(90) { request.voucher.clearScope() }
                    request.voucher.redeemOn = .redeem
                }
                if current.terms.offer != nil { request.voucher.clearAccessPeriod() }
                if current.terms.isDiscount {
                    request.voucher.clearAccessPeriod()
                } else {
                    (request.voucher.discountDuration, request.voucher.discountCycles) = (.unspecified, 0)
                }
            }
            request.voucher.etag = simulation.tag(current?.etag)
            request.updateMask.paths = simulation.mask(paths)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.updateVoucher, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.updateVoucher(request, context)
        }
    }

    private static func expire(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_ExpireVoucherRequest.with {
            ($0.voucherID, $0.requestID) = (simulation.voucherID(tenant), simulation.requestID())
        }
        return try PreparedCall(RPC.expireVoucher, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.end(request.voucherID, "voucher.expired", context)
        }
    }

    private static func deactivate(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        // Half of them have something to end.
        let standing = tenant.vouchers.filter { !$0.isDeleted && $0.given.contains { $0.revoked == nil } }
        let request = Usher_Vouchers_V1_DeactivateVoucherRequest.with { request in
            let isStanding = simulation.dice.chance(50) && !standing.isEmpty
            request.voucherID = isStanding ? simulation.dice.pick(standing)?.id ?? "" : simulation.voucherID(tenant)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.deactivateVoucher, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.end(request.voucherID, "voucher.deactivated", context)
        }
    }

    private static func reactivate(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let off = tenant.vouchers.filter { $0.deactivated != nil }
        let request = Usher_Vouchers_V1_ReactivateVoucherRequest.with { request in
            request.voucherID =
                simulation.dice.chance(70) ? simulation.dice.pick(off)?.id ?? "" : simulation.voucherID(tenant)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.reactivateVoucher, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.reactivate(request.voucherID, context)
        }
    }

    private static func delete(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_DeleteVoucherRequest.with { request in
            request.voucherID = simulation.voucherID(tenant)
            request.etag = simulation.tag(tenant.voucher(request.voucherID)?.etag)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.deleteVoucher, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.deleteVoucher(request, context)
            return .init()
        }
    }

    private static func rollBack(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_RollBackRedemptionRequest.with { request in
            request.voucherID = simulation.voucherID(tenant)
            if simulation.dice.chance(40) {
                let voucher = simulation.dice.chance(90) ? tenant.voucher(request.voucherID) : tenant.vouchers.first
                request.redemptionID = simulation.dice.pick(voucher?.redemptions ?? [])?.id ?? "red_0000000000001"
            }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.rollBackRedemption, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.rollBack(request, context)
        }
    }
}
