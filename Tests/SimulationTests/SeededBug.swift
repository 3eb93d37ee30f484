import UsherContract
import UsherStorage

/// A mistake that is built in on purpose: the control. Each must be found.
enum SeededBug: String, CaseIterable, Sendable {
    /// A redemption does not count: the last use can be had twice.
    case doubleRedemption
    /// Ending a voucher leaves the accesses that it gave.
    case accessOutlivesItsSource
    /// A payment that is given back leaves what it bought.
    case reversalLeavesAccess
    /// A discount is given, and not used.
    case discountForNothing
    /// What a deleted voucher was called is free again.
    case tombstoneForgotten
    /// Request ids are not looked at.
    case requestIDsForgotten
    /// A row of the journal that is nobody's.
    case strayJournalRow
    /// One use of a voucher more than there are redemptions.
    case useWithoutRedemption

    /// What it comes to light by first: in a burst of calls an answer may come before the invariants are judged.
    var sources: Set<Discrepancy.Source> {
        switch self {
        case .doubleRedemption, .accessOutlivesItsSource, .useWithoutRedemption, .reversalLeavesAccess,
            .discountForNothing:
            [.invariant, .answer]
        case .tombstoneForgotten: [.answer]
        // The rows name no request.
        case .requestIDsForgotten, .strayJournalRow: [.journal]
        }
    }

    private var method: String {
        switch self {
        case .doubleRedemption, .requestIDsForgotten, .useWithoutRedemption: "RedeemVoucher"
        case .accessOutlivesItsSource: "DeactivateVoucher"
        case .reversalLeavesAccess: "ReversePurchase"
        case .discountForNothing: "RecordPurchase"
        case .tombstoneForgotten: "DeleteVoucher"
        case .strayJournalRow: "GrantAccess"
        }
    }

    /// The call as the bug does it.
    func spoil(_ call: DecodedCall, of method: MethodDescriptor) -> DecodedCall {
        guard method.name == self.method else { return call }
        var spoilt = call
        if self == .requestIDsForgotten { spoilt.requestID = "" }
        spoilt.run = { tx in
            let reply = try call.run(tx)
            switch self {
            case .doubleRedemption:
                try tx.execute(
                    """
                    UPDATE vouchers SET used_count = used_count - 1
                    WHERE used_count = usage_limit AND update_time = ?
                    """, tx.now)
            case .accessOutlivesItsSource, .reversalLeavesAccess:
                try tx.execute("UPDATE accesses SET revoke_time = NULL WHERE revoke_time = ?", tx.now)
            case .discountForNothing:
                try tx.execute(
                    "UPDATE vouchers SET used_count = used_count - 1 WHERE effect = 2 AND redeem_time = ?", tx.now)
            case .tombstoneForgotten:
                try tx.execute("UPDATE vouchers SET code_folded = code_folded || id WHERE delete_time = ?", tx.now)
            case .requestIDsForgotten: break
            case .strayJournalRow: try tx.record("access.granted", "acc_nobody")
            case .useWithoutRedemption:
                try tx.execute(
                    """
                    UPDATE vouchers SET used_count = used_count + 1
                    WHERE usage_limit IS NULL AND redeem_time = ?
                    """, tx.now)
            }
            return reply
        }
        return spoilt
    }
}
