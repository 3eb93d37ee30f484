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
    /// A subscription that stands still keeps its access.
    case pausedWithAccess
    /// What a deleted voucher was called is free again.
    case tombstoneForgotten
    /// Request ids are not looked at.
    case requestIDsForgotten
    /// A row of the journal that is nobody's.
    case strayJournalRow
    /// One use of a voucher more than there are redemptions.
    case useWithoutRedemption
    /// A ticket that was given away is with whoever had it before, too.
    case secondHolder
    /// A ticket that was taken back opens the door under its old barcode, and not under its new one.
    case oldBarcodeLives
    /// An entry does not count: somebody else comes in with the same ticket.
    case doubleEntry
    /// An entry that is not on record.
    case entryForgotten

    /// What it comes to light by first: in a burst of calls an answer, or what a later call records, may come before
    /// the invariants are judged.
    var sources: Set<Discrepancy.Source> {
        switch self {
        case .doubleRedemption, .accessOutlivesItsSource, .useWithoutRedemption, .reversalLeavesAccess,
            .discountForNothing, .secondHolder, .oldBarcodeLives, .doubleEntry, .entryForgotten,
            .pausedWithAccess:
            [.invariant, .answer, .journal]
        case .tombstoneForgotten: [.answer]
        // The rows name no request.
        case .requestIDsForgotten, .strayJournalRow: [.journal]
        }
    }

    private var method: String {
        switch self {
        case .doubleRedemption, .requestIDsForgotten, .useWithoutRedemption: "RedeemVoucher"
        case .accessOutlivesItsSource: "DeactivateVoucher"
        case .pausedWithAccess: "PauseSubscription"
        case .reversalLeavesAccess: "ReversePurchase"
        case .discountForNothing: "RecordPurchase"
        case .tombstoneForgotten: "DeleteVoucher"
        case .strayJournalRow: "GrantAccess"
        case .secondHolder: "AcceptTransfer"
        case .oldBarcodeLives: "TakeBackTickets"
        case .doubleEntry, .entryForgotten: "ScanBarcode"
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
            case .accessOutlivesItsSource, .reversalLeavesAccess, .pausedWithAccess:
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
            case .secondHolder, .oldBarcodeLives, .doubleEntry, .entryForgotten: try spoilHall(tx)
            }
            return reply
        }
        return spoilt
    }

    private func spoilHall(_ tx: Transaction) throws {
        switch self {
        case .secondHolder:
            try tx.execute(
                """
                UPDATE tickets SET owner_key = (
                    SELECT from_key FROM transfers r WHERE r.ticket_key = tickets.ticket_key AND end_time = ?)
                WHERE ticket_key IN (SELECT ticket_key FROM transfers WHERE state = 2 AND end_time = ?)
                """, tx.now, tx.now)
        case .oldBarcodeLives:
            let back = "SELECT ticket_key FROM ticket_moves WHERE kind = 3 AND move_time = ?"
            try tx.execute(
                "UPDATE barcodes SET state = 3 WHERE state = 2 AND bearer_key IN (\(back))", tx.now)
            try tx.execute(
                """
                UPDATE barcodes SET state = 2 WHERE barcode = (
                    SELECT previous_barcode FROM access_control_records WHERE bearer_key = (\(back) LIMIT 1)
                    ORDER BY id DESC LIMIT 1)
                """, tx.now)
        case .doubleEntry:
            try tx.execute(
                """
                UPDATE admissions SET presence = 0 WHERE bearer_key IN (
                    SELECT bearer_key FROM scans WHERE verdict = 1 AND direction = 1 AND create_time = ?)
                """, tx.now)
        default: try tx.execute("DELETE FROM scans WHERE verdict = 1 AND create_time = ?", tx.now)
        }
    }
}
