import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension VoucherService {
    func getVoucherBatch(
        _ request: Usher_Vouchers_V1_GetVoucherBatchRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_VoucherBatch {
        try present(try batch(request.batchID, in: tx), in: tx)
    }

    func expireVoucherBatch(
        _ request: Usher_Vouchers_V1_ExpireVoucherBatchRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_ExpireVoucherBatchResponse {
        let batch = try batch(request.batchID, in: tx)
        var response = Usher_Vouchers_V1_ExpireVoucherBatchResponse()
        if request.validateOnly {
            let piece = VoucherBatchExpiry.Pending(
                key: batch.key, batchID: batch.id, expireTime: tx.now, cursor: 0, through: Int64.max)
            let last = try VoucherStore.lastOfPiece(of: piece, limit: VoucherBatchExpiry.piece, in: tx)
            response.expiredCount = Int32(try VoucherBatchCountStore.unexpired(inBatch: batch.key, in: tx))
            response.endedAccessCount = Int32(
                try AccessStore.countStanding(ofBatch: batch.key, through: last ?? Int64.max, in: tx))
        } else {
            let (expired, ended, isPending) = try VoucherBatchExpiry.apply(batch, in: tx)
            (response.expiredCount, response.endedAccessCount) = (Int32(expired), Int32(ended))
            if expired > 0 || ended > 0 || isPending {
                try tx.record(
                    "vouchers.batch_expired", batch.id, after: ["count": expired, "ended_accesses": ended])
            }
        }
        response.batch = try present(batch, in: tx)
        return response
    }

    /// Puts the voucher in the batch with this id, which is made where it does not exist.
    ///
    /// - Parameter count: how many vouchers like this one are being made.
    /// - Returns: the batch's id, generated where none was given.
    func addToBatch(
        _ given: String, _ count: Int, _ voucher: inout Voucher, in tx: Transaction
    ) throws -> String {
        if !given.isEmpty, let batch = try VoucherStore.batch(given, in: tx) {
            guard batch.voucherCount + count <= VoucherBatch.limit else { throw VoucherRefusal.batchFull }
            try VoucherStore.addToBatch(batch.key, count, in: tx)
            voucher.batchKey = batch.key
            try VoucherBatchCountStore.add(voucher, count: count, in: tx)
            return given
        }
        let id = tx.newID("bat")
        let name = given.isEmpty ? id.description : given
        try VoucherStore.insertBatch(
            VoucherBatch(key: id.number, id: name, createTime: tx.now, voucherCount: count), in: tx)
        voucher.batchKey = id.number
        try VoucherBatchCountStore.add(voucher, count: count, in: tx)
        return name
    }

    private func batch(_ id: String, in tx: Transaction) throws -> VoucherBatch {
        guard let batch = try VoucherStore.batch(id, in: tx) else { throw VoucherRefusal.batchNotFound }
        return batch
    }

    private func present(_ batch: VoucherBatch, in tx: Transaction) throws -> Usher_Vouchers_V1_VoucherBatch {
        let statistics = try VoucherBatchCountStore.statistics(ofBatch: batch.key, at: tx.now, in: tx)
        var message = Usher_Vouchers_V1_VoucherBatch()
        message.batchID = batch.id
        message.organisationID = try tx.organisationID
        message.createTime = Google_Protobuf_Timestamp(batch.createTime)
        message.voucherCount = Int32(batch.voucherCount)
        message.activeCount = Int32(statistics.active)
        message.scheduledCount = Int32(statistics.scheduled)
        message.usedCount = Int32(statistics.used)
        message.expiredCount = Int32(statistics.expired)
        message.deactivatedCount = Int32(statistics.deactivated)
        message.deletedCount = Int32(statistics.deleted)
        message.redeemedCount = Int32(statistics.redeemed)
        message.redemptionCount = Int64(statistics.redemptions)
        return message
    }
}
