import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension VoucherService {
    func updateVoucher(
        _ request: Usher_Vouchers_V1_UpdateVoucherRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_Voucher {
        let given = request.voucher
        var violations = Violations()
        let fields = VoucherField.named(in: request.updateMask, &violations)
        try violations.refuse()
        let before = try living(given.voucherID, in: tx)
        try ETag.check(given.etag, against: before.version)
        guard try !VoucherStore.isExpiring(before, in: tx) else { throw VoucherRefusal.batchExpiring }
        if fields.contains(.code), !given.code.isEmpty, VoucherCode(given.code)?.folded != before.code.folded {
            throw VoucherRefusal.codeImmutable
        }
        if fields.contains(.effect), given.effect != .unspecified, given.effect != before.effect.message {
            throw VoucherRefusal.effectImmutable
        }
        var presenter = VoucherPresenter(tx)
        var message = try presenter.message(before)
        for field in fields { message.take(field, from: given) }
        var voucher = newVoucher(message, tx, &violations)
        try violations.refuse()
        voucher.keepHistory(of: before)
        if let limit = voucher.usageLimit, limit < before.usedCount + before.heldCount {
            voucher.heldCount -= try VoucherReservation.purge(before, in: tx)
            let taken = voucher.usedCount + voucher.heldCount
            if limit < taken { throw VoucherRefusal.limitBelowUsed(taken) }
        }
        // What is not named stays what it is, also where another thing has its id by now.
        let items = fields.contains(.scope) ? try resolve(message.scope, in: tx) : nil
        voucher.scope = items?.scope ?? before.scope
        if let offer = before.offer {
            voucher.offer?.packageKey =
                fields.contains(.packageCode) ? try packageKey(ofCode: message.packageCode, in: tx) : offer.packageKey
        }
        let scopeChanges = try items.map { try $0 != VoucherStore.items(of: before, in: tx) } ?? false
        guard voucher != before || scopeChanges else { return try presenter.message(before) }
        if voucher.perViewerLimit != nil, before.perViewerLimit == nil {
            try RedemptionStore.limitAll(of: voucher.id, in: tx)
        }
        return try write(&voucher, before, items: items, "voucher.updated", in: tx)
    }

    func expireVoucher(
        _ request: Usher_Vouchers_V1_ExpireVoucherRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_Voucher {
        try end(request.voucherID, "voucher.expired", in: tx) { voucher in
            voucher.redeemUntil = min(voucher.redeemUntil ?? tx.now, tx.now)
            // What would begin at its end or later never does; a voucher always begins before it ends.
            if let from = voucher.redeemFrom, from >= tx.now { voucher.redeemFrom = nil }
        }
    }

    func deactivateVoucher(
        _ request: Usher_Vouchers_V1_DeactivateVoucherRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_Voucher {
        try end(request.voucherID, "voucher.deactivated", in: tx) { voucher in
            voucher.deactivateTime = voucher.deactivateTime ?? tx.now
        }
    }

    func reactivateVoucher(
        _ request: Usher_Vouchers_V1_ReactivateVoucherRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_Voucher {
        let before = try living(request.voucherID, in: tx)
        var voucher = before
        voucher.deactivateTime = nil
        guard voucher != before else { return try present(before, in: tx) }
        return try write(&voucher, before, "voucher.reactivated", in: tx)
    }

    func deleteVoucher(
        _ request: Usher_Vouchers_V1_DeleteVoucherRequest, _ tx: Transaction
    ) throws -> Google_Protobuf_Empty {
        let before = try existing(request.voucherID, in: tx)
        try ETag.check(request.etag, against: before.version)
        guard before.deleteTime == nil else { return .init() }
        var voucher = before
        voucher.deleteTime = tx.now
        _ = try write(&voucher, before, "voucher.deleted", in: tx)
        return .init()
    }

    func rollBackRedemption(
        _ request: Usher_Vouchers_V1_RollBackRedemptionRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_Voucher {
        let before = try living(request.voucherID, in: tx)
        guard let redemption = try redemption(request.redemptionID, of: before, in: tx) else {
            throw VoucherRefusal.redemptionNotFound
        }
        guard redemption.rollBackTime == nil else { throw VoucherRefusal.redemptionRolledBack }
        try RedemptionStore.rollBack(redemption, in: tx)
        try end(redemption, of: before, in: tx)
        let latest = try RedemptionStore.latest(of: before.id, in: tx)
        var voucher = before
        voucher.usedCount -= 1
        voucher.redeemTime = latest?.redeemTime
        voucher.accessKey = latest?.accessID.number
        return try write(
            &voucher, before, "voucher.redemption_rolled_back",
            details: [("redemption_id", .text(redemption.id.description))], in: tx)
    }

    func resetVoucherExpiry(
        _ request: Usher_Vouchers_V1_ResetVoucherExpiryRequest, _ tx: Transaction
    ) throws -> Usher_Vouchers_V1_Voucher {
        var violations = Violations()
        let end = violations.instant(request.expireTime, isSet: request.hasExpireTime, "expire_time")
        violations.require(end.map { $0 > tx.now } ?? !violations.isEmpty, "expire_time", "must be in the future")
        try violations.refuse()
        let before = try living(request.voucherID, in: tx)
        guard let end, try RedemptionStore.latest(of: before.id, in: tx) != nil else {
            throw VoucherRefusal.notRedeemed
        }
        guard try !VoucherStore.isExpiring(before, in: tx) else { throw VoucherRefusal.batchExpiring }
        let key = before.id.number
        guard try AccessStore.hasStanding(ofVoucher: key, in: tx) else { throw VoucherRefusal.accessRevoked }
        guard try AccessStore.hasStandingByItself(ofVoucher: key, in: tx) else { throw AccessRefusal.ofSubscription }
        let changed = try AccessStore.setEnd(ofVoucher: key, to: end, in: tx)
        guard changed > 0 else { return try present(before, in: tx) }
        var voucher = before
        return try write(
            &voucher, before, "voucher.expiry_reset",
            details: [("expire_time", end.sqlValue), ("accesses", .integer(Int64(changed)))], in: tx)
    }

    /// Ends what a redemption made; what was paid for as well is not its own.
    private func end(_ redemption: Redemption, of voucher: Voucher, in tx: Transaction) throws {
        switch voucher.effect {
        case .access:
            _ = try AccessEnding.apply(redemption.accessID.number, in: tx)
        case .subscription:
            guard let id = redemption.subscriptionID, let made = try SubscriptionStore.find(id.number, in: tx) else {
                throw StorageError.inconsistent("redemption \(redemption.id) made a subscription that is not there")
            }
            _ = try SubscriptionLife.cancel(made, atPeriodEnd: false, reason: "REDEMPTION_ROLLED_BACK", in: tx)
        case .discount:
            guard try AccessStore.find(redemption.accessID.number, in: tx)?.kind == .fullDiscount else { return }
            _ = try AccessEnding.apply(redemption.accessID.number, in: tx)
        }
    }

    // MARK: Shared

    func existing(_ id: String, in tx: Transaction) throws -> Voucher {
        guard let id = ResourceID(id, prefix: Voucher.prefix), let voucher = try VoucherStore.find(id.number, in: tx)
        else { throw VoucherRefusal.notFound }
        return voucher
    }

    func living(_ id: String, in tx: Transaction) throws -> Voucher {
        let voucher = try existing(id, in: tx)
        guard voucher.deleteTime == nil else { throw VoucherRefusal.deleted.refusal }
        return voucher
    }

    private func present(_ voucher: Voucher, in tx: Transaction) throws -> Usher_Vouchers_V1_Voucher {
        var presenter = VoucherPresenter(tx)
        return try presenter.message(voucher)
    }

    private func redemption(_ id: String, of voucher: Voucher, in tx: Transaction) throws -> Redemption? {
        if id.isEmpty { return try RedemptionStore.latest(of: voucher.id, in: tx) }
        guard let id = ResourceID(id, prefix: Redemption.prefix) else { return nil }
        return try RedemptionStore.find(id.number, of: voucher.id, in: tx)
    }

    /// Changes a voucher so that it cannot be used, and ends the accesses that it gave.
    private func end(
        _ id: String, _ event: String, in tx: Transaction, _ change: (inout Voucher) -> Void
    ) throws -> Usher_Vouchers_V1_Voucher {
        let before = try living(id, in: tx)
        var voucher = before
        change(&voucher)
        let ended = voucher.effect == .access ? try AccessEnding.apply(toAllOfVoucher: voucher.id.number, in: tx) : 0
        guard voucher != before || ended > 0 else { return try present(before, in: tx) }
        return try write(&voucher, before, event, details: [("ended_accesses", .integer(Int64(ended)))], in: tx)
    }

    /// Writes a changed voucher as its next version. Without `items` the scope stays as it is.
    private func write(
        _ voucher: inout Voucher, _ before: Voucher, items: VoucherScopeItems? = nil, _ event: String,
        details: [(name: String, value: SQLValue)] = [], in tx: Transaction
    ) throws -> Usher_Vouchers_V1_Voucher {
        voucher.updateTime = tx.now
        voucher.version = before.version + 1
        try VoucherStore.update(voucher, before: before, items: items, in: tx)
        var after = voucher.journal
        after.fields += details
        try tx.record(event, voucher.id.description, before: before.journal, after: after)
        return try present(voucher, in: tx)
    }
}

extension Voucher {
    /// Takes over what an update does not touch.
    fileprivate mutating func keepHistory(of before: Voucher) {
        id = before.id
        code = before.code
        effect = before.effect
        usedCount = before.usedCount
        heldCount = before.heldCount
        emailCount = before.emailCount
        batchKey = before.batchKey
        purchase = before.purchase
        redeemTime = before.redeemTime
        accessKey = before.accessKey
        deactivateTime = before.deactivateTime
        deleteTime = before.deleteTime
        createTime = before.createTime
        updateTime = before.updateTime
        version = before.version
    }
}
