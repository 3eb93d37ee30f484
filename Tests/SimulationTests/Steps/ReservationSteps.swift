import Foundation
import SwiftProtobuf
import UsherAPI
import UsherContract

/// Uses that are held, and who may use a voucher; batches.
enum ReservationSteps {
    typealias RPC = Usher_Vouchers_V1_VoucherService

    static let all = [
        Step(weight: 11, prepare: reserve), Step(weight: 4, prepare: release), Step(weight: 3, prepare: resetExpiry),
        Step(weight: 3, prepare: addEmails), Step(weight: 2, prepare: removeEmails),
        Step(weight: 4, isWrite: false, prepare: getBatch), Step(weight: 1, prepare: expireBatch),
    ]

    static let emails = ["derby@mail.com", "Derby@Mail.com ", "anna@example.org", "no address"]

    private static func reserve(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_ReserveVoucherRequest.with { request in
            request.code = simulation.code(tenant)
            request.viewerID = simulation.dice.chance(60) ? simulation.viewerID() : ""
            (request.assetID, request.packageID, request.priceOptionID) = simulation.target()
            let use = ModelUse(
                viewerID: request.viewerID, assetID: request.assetID, packageID: request.packageID,
                priceOptionID: request.priceOptionID, moment: simulation.now, isReservation: true)
            if simulation.dice.chance(50), let code = simulation.usableCode(tenant, use) { request.code = code }
            if simulation.dice.chance(75) {
                request.ttl.seconds = simulation.dice.one(60, 3_600, 604_800, 604_800, 604_800)
                if simulation.dice.chance(8) { request.ttl.seconds = simulation.dice.one(0, -1, 604_801) }
                if simulation.dice.chance(6) {
                    request.ttl = .with { $0.nanos = simulation.dice.one(1, 999, 1_000) }
                }
            }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.reserveVoucher, request, by: simulation.actor(in: tenant.id), tenant.reserve)
    }

    static func reservationID(_ tenant: OrganisationModel, _ simulation: Simulation) -> String {
        if simulation.dice.chance(5) { return simulation.dice.one("rsv_0000000000001", "nothing") }
        let owner = simulation.dice.chance(4) ? simulation.dice.pick(simulation.tenants) ?? tenant : tenant
        let held = owner.reservations.filter { $0.isHeld(at: simulation.now) }
        return simulation.dice.pick((simulation.dice.chance(80) ? held : owner.reservations).suffix(6))?.id ?? "nothing"
    }

    private static func release(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        // Mostly where something is held.
        let holders = simulation.tenants.filter { $0.reservations.contains { $0.isHeld(at: simulation.now) } }
        let tenant = simulation.dice.chance(80) ? simulation.dice.pick(holders) ?? tenant : tenant
        let request = Usher_Vouchers_V1_ReleaseReservationRequest.with {
            ($0.reservationID, $0.requestID) = (reservationID(tenant, simulation), simulation.requestID())
        }
        return try PreparedCall(RPC.releaseReservation, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.release(request, context)
        }
    }

    private static func resetExpiry(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_ResetVoucherExpiryRequest.with { request in
            request.voucherID = simulation.voucherID(tenant)
            if simulation.dice.chance(95) { request.expireTime = simulation.moment().timestamp }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.resetVoucherExpiry, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.resetExpiry(request, context)
        }
    }

    private static func addEmails(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let records = simulation.dice.some(emails).map { [$0] }
        let file = simulation.dice.chance(30) ? simulation.file(["email"], needed: "email", records) : nil
        let request = Usher_Vouchers_V1_AddVoucherEmailsRequest.with { request in
            request.voucherID = simulation.voucherID(tenant)
            if file == nil || simulation.dice.chance(4) { request.emails = simulation.dice.some(emails) }
            request.csv = Data((file?.text ?? "").utf8)
            request.mode = simulation.dice.one(.unspecified, .atomic, .perRow)
            request.validateOnly = simulation.dice.chance(15)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.addVoucherEmails, request, by: simulation.actor(in: tenant.id),
            masking: { for index in $0.errors.indices { $0.errors[index].message = "" } },
            { request, context, _ in try tenant.addEmails(request, context, file) })
    }

    private static func removeEmails(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let listed = tenant.vouchers.filter { !$0.emails.isEmpty }
        let request = Usher_Vouchers_V1_RemoveVoucherEmailsRequest.with { request in
            request.voucherID =
                simulation.dice.chance(70) ? simulation.dice.pick(listed)?.id ?? "" : simulation.voucherID(tenant)
            request.all = simulation.dice.chance(40)
            if !request.all || simulation.dice.chance(5) { request.emails = simulation.dice.some(emails) }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.removeVoucherEmails, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.removeEmails(request, context)
        }
    }

    /// Mostly of one that there is.
    private static func batchID(_ tenant: OrganisationModel, _ simulation: Simulation) -> String {
        if simulation.dice.chance(70), let batch = simulation.dice.pick(tenant.batches.suffix(4)) { return batch.id }
        return simulation.dice.chance(90)
            ? simulation.dice.pick(Pool.batches) ?? "" : simulation.dice.one("", "nothing")
    }

    private static func getBatch(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_GetVoucherBatchRequest.with { $0.batchID = batchID(tenant, simulation) }
        return try PreparedCall(RPC.getVoucherBatch, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.batch(request.batchID, at: context.now)
        }
    }

    private static func expireBatch(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Vouchers_V1_ExpireVoucherBatchRequest.with { request in
            request.batchID = batchID(tenant, simulation)
            request.validateOnly = simulation.dice.chance(50)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.expireVoucherBatch, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.expireBatch(request, context)
        }
    }
}
