import UsherContract
import UsherStorage

/// Ends everything that opens the doors of one performance, with the records for the third party's system, because it
/// does not take place or is no more.
enum PerformanceCancellation {
    /// How much was ended, or would be.
    struct Outcome {
        var tickets = 0
        /// Admissions on passes, whose other doors stay.
        var passAdmissions = 0
        /// There are more than one call ends.
        var isMore = false

        var isEmpty: Bool { tickets + passAdmissions == 0 }
    }

    /// What one call ends: as much as others can wait for.
    static let limit = 10_000

    static func apply(
        _ performanceKey: Int64, reason: String, commits: Bool = true, in tx: Transaction
    ) throws -> Outcome {
        var live = try AdmissionStore.live(at: performanceKey, limit: limit + 1, in: tx)
        var outcome = Outcome()
        if live.count > limit {
            live.removeLast()
            outcome.isMore = true
        }
        outcome.tickets = live.count(where: \.isTicket)
        outcome.passAdmissions = live.count - outcome.tickets
        guard commits else { return outcome }
        for admission in live {
            if admission.isTicket {
                _ = try TicketCancellation.apply(admission.bearerKey, reason: reason, in: tx)
            } else if let pass = try PassStore.find(admission.bearerKey, in: tx) {
                _ = try PassAdmissions.cancel([performanceKey], of: pass, reason: reason, in: tx)
            }
        }
        return outcome
    }
}
