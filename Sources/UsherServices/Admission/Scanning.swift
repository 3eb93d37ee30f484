import UsherContract
import UsherStorage

/// The verbs at a door: what a barcode opens, and what is on record of it.
enum Scanning {
    /// A verdict, and all that a scanner shows of it.
    struct Outcome {
        var verdict: ScanVerdict
        /// The ticket or pass; nil for what was not found.
        var bearerKey: Int64?
        var isPass = false
        var details = ScanDetails()
        /// ALREADY_USED: the entry that used it.
        var usedBy: Scan?
    }

    /// Says what a scan comes to; writes nothing.
    static func judge(_ question: ScanQuestion, in tx: Transaction) throws -> Outcome {
        guard
            let facts = try AdmissionStore.scanFacts(question.barcode, at: question.performanceKey, in: tx)
        else { return Outcome(verdict: .notFound) }
        var outcome = Outcome(verdict: facts.judge(question), bearerKey: facts.bearerKey, isPass: facts.isPass)
        if let admission = facts.admission {
            outcome.details = ScanDetails(
                number: admission.number, zone: admission.zone, seat: admission.seat, holderName: admission.holderName)
        }
        switch outcome.verdict {
        case .cancelled: outcome.details.reason = try reason(facts, at: question.performanceKey, in: tx)
        case .alreadyUsed:
            outcome.usedBy = try ScanStore.latestEntry(facts.bearerKey, question.performanceKey, in: tx)
        default: break
        }
        return outcome
    }

    /// Judges a scan, marks whoever goes through, and puts the attempt on record.
    static func apply(
        _ question: ScanQuestion, deviceID: String, nonce: String, in tx: Transaction
    ) throws -> (scan: Scan, outcome: Outcome) {
        let outcome = try judge(question, in: tx)
        if outcome.verdict == .ok, let bearerKey = outcome.bearerKey {
            let presence: Admission.Presence = question.direction == .entry ? .inside : .outside
            guard try AdmissionStore.move(bearerKey, question.performanceKey, to: presence, in: tx) else {
                throw StorageError.inconsistent("an admission was judged and is not as it was")
            }
        }
        let scan = Scan(
            id: tx.newID(Scan.prefix), bearerKey: outcome.bearerKey, isPass: outcome.isPass,
            performanceKey: question.performanceKey, barcode: question.barcode, gate: question.gate,
            deviceID: deviceID, direction: question.direction, verdict: outcome.verdict, details: outcome.details,
            usedBy: outcome.usedBy?.id.number, isForced: question.isForced, nonce: nonce, scanTime: question.moment,
            createTime: tx.now, annulTime: nil)
        try ScanStore.insert(scan, in: tx)
        try tx.record(
            outcome.verdict == .ok ? "scan.passed" : "scan.refused", scan.id.description,
            after: [
                "verdict": outcome.verdict.rawValue, "direction": question.direction.rawValue,
                "device_id": deviceID, "gate": question.gate,
            ])
        return (scan, outcome)
    }

    /// The outcome of a scan that is on record, for a device that sends it again.
    static func recall(_ scan: Scan, in tx: Transaction) throws -> Outcome {
        Outcome(
            verdict: scan.verdict, bearerKey: scan.bearerKey, isPass: scan.isPass, details: scan.details,
            usedBy: try scan.usedBy.flatMap { try ScanStore.find($0, in: tx) })
    }

    /// Takes a scan back: the admission is as the scan before it left it.
    static func annul(_ scan: Scan, in tx: Transaction) throws -> Scan {
        guard scan.verdict == .ok, let bearerKey = scan.bearerKey else { throw AdmissionRefusal.scanRefused }
        guard tx.now <= scan.createTime + Scan.annulWindow else { throw AdmissionRefusal.annulTooLate }
        guard try ScanStore.latest(bearerKey, scan.performanceKey, in: tx)?.id == scan.id else {
            throw AdmissionRefusal.scanNotLatest
        }
        try ScanStore.annul(scan.id.number, in: tx)
        let presence: Admission.Presence =
            switch try ScanStore.latest(bearerKey, scan.performanceKey, in: tx)?.direction {
            case nil: .neverIn
            case .entry: .inside
            case .exit: .outside
            }
        guard try AdmissionStore.move(bearerKey, scan.performanceKey, to: presence, in: tx) else {
            throw StorageError.inconsistent("\(scan.id) let somebody through, and left no trace")
        }
        try tx.record(
            "scan.annulled", scan.id.description, before: ["annul_time": nil as Instant?],
            after: ["annul_time": tx.now])
        var annulled = scan
        annulled.annulTime = tx.now
        return annulled
    }

    /// Why what was scanned was cancelled: its admission to this performance, or all of it.
    private static func reason(_ facts: ScanFacts, at performanceKey: Int64, in tx: Transaction) throws -> String {
        if let admission = try AdmissionStore.find(facts.bearerKey, performanceKey, in: tx),
            admission.cancelTime != nil
        {
            return admission.cancelReason
        }
        return facts.isPass
            ? try PassStore.find(facts.bearerKey, in: tx)?.cancelReason ?? ""
            : try TicketStore.find(facts.bearerKey, in: tx)?.admission.cancelReason ?? ""
    }
}
