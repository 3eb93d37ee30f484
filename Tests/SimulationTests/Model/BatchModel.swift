import UsherAPI
import UsherContract

struct ModelBatch {
    let id: String
    let created: Instant
}

extension OrganisationModel {
    func addBatch(_ id: String, _ context: Context) {
        if !batches.contains(where: { $0.id == id }) { batches.append(ModelBatch(id: id, created: context.now)) }
    }

    func batch(_ id: String, at now: Instant) throws -> Usher_Vouchers_V1_VoucherBatch {
        guard let batch = batches.first(where: { $0.id == id }) else { throw Expected.notFound("BATCH_NOT_FOUND") }
        let all = vouchers.filter { $0.batch == id }
        func count(_ state: Usher_Vouchers_V1_VoucherState) -> Int32 {
            Int32(all.filter { $0.state(at: now) == state }.count)
        }
        return .with { message in
            message.batchID = id
            message.organisationID = self.id
            message.createTime = batch.created.timestamp
            message.voucherCount = Int32(all.count)
            message.activeCount = count(.active)
            message.scheduledCount = count(.scheduled)
            message.usedCount = count(.used)
            message.expiredCount = count(.expired)
            message.deactivatedCount = count(.deactivated)
            message.deletedCount = count(.deleted)
            message.redeemedCount = Int32(all.filter { !$0.applied.isEmpty }.count)
            message.redemptionCount = Int64(all.map(\.applied.count).reduce(0, +))
        }
    }

    func expireBatch(
        _ request: Usher_Vouchers_V1_ExpireVoucherBatchRequest, _ context: Context
    ) throws -> Usher_Vouchers_V1_ExpireVoucherBatchResponse {
        _ = try batch(request.batchID, at: context.now)
        let living = vouchers.filter { $0.batch == request.batchID && !$0.isDeleted }
        let unexpired = living.filter { $0.terms.until.map { $0 > context.now } ?? true }
        let standing = living.flatMap(\.given).filter { $0.revoked == nil }
        if !request.validateOnly {
            for access in standing { access.end(at: context.now) }
            for voucher in unexpired {
                voucher.terms.until = context.now
                if voucher.terms.from.map({ $0 >= context.now }) ?? false { voucher.terms.from = nil }
                voucher.touch(context.now)
            }
            if !unexpired.isEmpty || !standing.isEmpty { context.record("vouchers.batch_expired", request.batchID) }
        }
        return try .with { response in
            response.batch = try batch(request.batchID, at: context.now)
            (response.expiredCount, response.endedAccessCount) = (Int32(unexpired.count), Int32(standing.count))
        }
    }
}
