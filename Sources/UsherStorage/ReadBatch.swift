internal import UsherContract

// One transaction of a read lane: one view of the database for all calls in it, bounded in time so that it does not
// hold up the WAL.

struct ReadBatch {
    let file: DatabaseFile
    let ambient: Ambient
    let limits: StorageLimits
    let statistics: StatisticsCounters
    let end: TurnEnd

    /// Runs as many calls as the time allows, at least one. `failure` says why the connection cannot be trusted.
    func run(_ calls: [any LaneCall]) -> WriteBatch.Outcome {
        var outcome = WriteBatch.Outcome()
        let decoded = DecodedCalls(calls, limits)
        do {
            try file.reader.use { session in
                defer { if session.isInTransaction { _ = try? session.execute("ROLLBACK") } }
                try session.execute("BEGIN")
                let transaction = Transaction(file, session, ambient, limits, isReadOnly: true)
                defer { outcome.actions = transaction.end() }
                var end = end
                for (call, ready) in zip(calls, decoded.ready) {
                    let now = ContinuousClock.now
                    if !outcome.results.isEmpty, end.isReached(before: call, at: now) { break }
                    end.note(call, at: now)
                    transaction.advance()
                    outcome.results.append(try result(of: call, ready, now, transaction, session))
                }
                try session.execute("COMMIT")
            }
            statistics.update { $0.readBatches += 1 }
        } catch {
            let corrupt = if case StorageError.corrupt = error { true } else { false }
            let refusal = corrupt ? Refusal.organisationUnavailable : .transactionLost
            // Those that were answered keep their answers: they do not depend on one another.
            let rest = calls.count - outcome.results.count
            outcome.results += (0..<rest).map { _ in .failure(refusal) }
            outcome.failure = error
        }
        return outcome
    }

    private func result(
        of call: any LaneCall, _ ready: DecodedCalls.Ready, _ now: ContinuousClock.Instant, _ transaction: Transaction,
        _ session: Session
    ) throws -> Result<[UInt8], any Error> {
        guard call.deadline > now else {
            statistics.update { $0.droppedCalls += 1 }
            return .failure(Refusal.deadlineExceeded)
        }
        let mark = transaction.mark
        do {
            let decoded = try ready.call
            let header = JournalHeader(caller: call.caller, method: "", requestID: "")
            let reply = try transaction.run(call, decoded, header)
            statistics.update { $0.readCalls += 1 }
            return .success(reply.bytes)
        } catch {
            switch error {
            case StorageError.corrupt, StorageError.full, StorageError.io: throw error
            default: break
            }
            guard session.isInTransaction else { throw StorageError.transactionLost }
            transaction.rewind(to: mark)
            return .failure(error)
        }
    }
}
