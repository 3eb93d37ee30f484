internal import UsherContract

// One transaction of a write lane.
// - Each call runs in a savepoint: its failure leaves the others untouched.
// - Nobody is told anything before the COMMIT has returned, refusals included: a refusal may rest on what an earlier
//   call of the same transaction did.
// - What is to be done later is known to the platform before the COMMIT: a wake-up for nothing is harmless, one that is
//   lost is not.
// - If the transaction is lost, nobody's change exists and all are told so. If the COMMIT fails, nobody knows.

struct WriteBatch {
    let file: DatabaseFile
    let ambient: Ambient
    let limits: StorageLimits
    let statistics: StatisticsCounters
    let end: TurnEnd
    /// Sees to it that the organisation is woken at a time or before, durably. Throws what costs the whole transaction.
    /// Nil for the platform's database, which nobody wakes.
    let keepWakeUp: ((Instant) throws -> Void)?

    /// What became of the calls.
    struct Outcome {
        /// One for each call that was taken, in order.
        var results: [Result<[UInt8], any Error>] = []
        var actions: [@Sendable () -> Void] = []
        var wakes = Wakes()
        /// Why the connections can no longer be trusted.
        var failure: (any Error)?
    }

    /// Runs as many calls as the time allows, at least one, and commits.
    func run(_ calls: [any LaneCall]) -> Outcome {
        var outcome = Outcome()
        let decoded = DecodedCalls(calls, limits)
        do {
            try file.writer.use { session in
                // A transaction that is left open traps; SQLite may have ended it already.
                defer { if session.isInTransaction { _ = try? session.execute("ROLLBACK") } }
                try session.execute("BEGIN IMMEDIATE")
                let transaction = Transaction(file, session, ambient, limits, isReadOnly: false)
                defer { outcome.actions = transaction.end() }
                var end = end
                for (call, ready) in zip(calls, decoded.ready) {
                    let now = ContinuousClock.now
                    if !outcome.results.isEmpty, end.isReached(before: call, at: now) { break }
                    end.note(call, at: now)
                    transaction.advance()
                    outcome.results.append(try result(of: call, ready, now, transaction, session))
                }
                try tendRequestLog(transaction, session)
                outcome.wakes = transaction.wakes
                if let time = outcome.wakes.earliest { try keepWakeUp?(time) }
                do {
                    try session.execute("COMMIT")
                } catch {
                    throw StorageError.outcomeUnknown("\(error)")
                }
            }
            statistics.update { $0.commits += 1 }
        } catch {
            fail(calls, error, &outcome)
        }
        return outcome
    }

    /// A clock that has gone astray removes nothing.
    private func tendRequestLog(_ transaction: Transaction, _ session: Session) throws {
        guard IDSource.moments.contains(transaction.now) else { return }
        try file.requestLog.purge(at: transaction.now, olderThan: limits.requestLogAge, session)
        let due = try file.requestLog.sweep.schedule(olderThan: limits.requestLogAge, session)
        if let due, keepWakeUp != nil { transaction.wake(at: due) }
    }

    /// The transaction is gone, with all calls in it and those that it had not come to.
    private func fail(_ calls: [any LaneCall], _ error: any Error, _ outcome: inout Outcome) {
        let refusal: Refusal
        switch error {
        case StorageError.outcomeUnknown: refusal = .outcomeUnknown
        case StorageError.corrupt: refusal = .organisationUnavailable
        case StorageError.full: refusal = .notWritable(error as? StorageError, limits)
        default: refusal = .transactionLost
        }
        outcome.results = calls.map { _ in .failure(refusal) }
        outcome.actions = []
        outcome.failure = error
        statistics.update { $0.failedBatches += 1 }
    }

    /// Throws only what costs the whole transaction.
    private func result(
        of call: any LaneCall, _ ready: DecodedCalls.Ready, _ now: ContinuousClock.Instant, _ transaction: Transaction,
        _ session: Session
    ) throws -> Result<[UInt8], any Error> {
        guard call.deadline > now else {
            statistics.update { $0.droppedCalls += 1 }
            return .failure(Refusal.deadlineExceeded)
        }
        let (decoded, key): (DecodedCall, RequestKey?)
        switch ready {
        case .refused(let error): return .failure(error)
        case .call(let call, let name): (decoded, key) = (call, name)
        }
        let header = JournalHeader(
            caller: call.caller, method: call.method.journalName, requestID: decoded.requestID)
        guard let key else { return try savepoint(call, decoded, header, nil, transaction, session) }
        switch try file.requestLog.look(for: key, session) {
        case .none: return try savepoint(call, decoded, header, key, transaction, session)
        case .reply(let reply):
            statistics.update { $0.replayedCalls += 1 }
            return .success(reply)
        case .notKept: return .failure(Refusal.replyNotKept)
        case .otherRequest: return .failure(Refusal.requestIDReused)
        }
    }

    /// Runs the handler and keeps its reply, or undoes both.
    private func savepoint(
        _ call: any LaneCall, _ decoded: DecodedCall, _ header: JournalHeader, _ key: RequestKey?,
        _ transaction: Transaction, _ session: Session
    ) throws -> Result<[UInt8], any Error> {
        guard file.ids.canReserve(at: transaction.now) else { return .failure(Refusal.clockOutOfRange) }
        try file.ids.reserve(at: transaction.now, session)
        let mark = transaction.mark
        try session.execute("SAVEPOINT call")
        do {
            let reply = try transaction.run(call, decoded, header)
            if let key, transaction.keepsReply {
                let kept = reply.replay ?? reply.bytes
                try file.requestLog.keep(
                    kept.count <= limits.storedReplyBytes ? kept : nil, of: transaction.toldOf, for: key,
                    at: transaction.now, session)
            }
            try session.execute("RELEASE call")
            statistics.update { $0.writtenCalls += 1 }
            return .success(reply.bytes)
        } catch {
            // Where the disk fails or is full there is no point in the next call.
            switch error {
            case StorageError.corrupt, StorageError.full, StorageError.io: throw error
            default: break
            }
            // After some errors SQLite has rolled back everything, not only this call.
            guard session.isInTransaction else { throw StorageError.transactionLost }
            try session.execute("ROLLBACK TO call")
            try session.execute("RELEASE call")
            transaction.rewind(to: mark)
            return .failure(error)
        }
    }
}

extension MethodDescriptor {
    /// Empty for the server's own work, which no method asked for.
    var journalName: String { service.isEmpty ? "" : fullName }
}
