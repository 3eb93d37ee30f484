internal import UsherContract
internal import Foundation
internal import Logging
internal import Synchronization

// A database as callers see it: a handle that never blocks and two lanes behind it. Whether its file is open now is
// the lanes' business.

public final class Database: Sendable {
    /// The organisation's id; nil for the platform's database.
    public let organisationID: String?

    let path: String
    let core: StorageCore
    /// Nil for the platform's own.
    let platform: Database?
    let state: Mutex<LaneState>
    private let commits = CommitSignal()
    /// Set by every turn, cleared by the one who looks for what to close.
    private let wasUsed = Atomic(false)
    /// Whether a later wake-up is on its way to the platform.
    private let isPostponing = Atomic(false)
    let health = Mutex(DatabaseHealth())
    /// The id of the file that was opened last.
    let fileID = Mutex<[UInt8]?>(nil)
    private let lines = LogThrottle<String>()

    init(organisationID: String?, path: String, core: StorageCore, platform: Database?) {
        self.organisationID = organisationID
        self.path = path
        self.core = core
        self.platform = platform
        state = Mutex(LaneState(isShared: organisationID == nil))
    }

    // MARK: Calls

    /// Puts a call into the read lane or the write lane, as its method says. Never blocks. A call that is not taken is
    /// completed at once, on this thread.
    public func submit(_ call: any LaneCall) {
        switch state.withLock({ $0.admit(call, core.limits) }) {
        case .taken(let wake): schedule(wake)
        case .shut: call.complete(.failure(Refusal.shuttingDown))
        case .full:
            core.statistics.update { $0.overloadedCalls += 1 }
            call.complete(.failure(Refusal.overloaded(core.limits)))
        }
    }

    /// Returns when the journal has a row above `sequence` that is committed. Whoever waits has read up to there: of
    /// commits before this process began nothing is known here.
    ///
    /// - Throws: UNAVAILABLE `SHUTTING_DOWN`; `CancellationError`.
    public func committed(after sequence: Int64) async throws { try await commits.wait(after: sequence) }

    /// Takes no more calls.
    func shut() {
        state.withLock { $0.isShut = true }
        commits.close()
    }

    /// Whether nothing waits or runs.
    var isQuiet: Bool { state.withLock { $0.isQuiet } }

    func schedule(_ wake: LaneState.Wake) {
        if wake.contains(.writer) { (platform == nil ? core.platformWriter : core.writers).schedule(self) }
        if wake.contains(.reader) { core.readers.schedule(self) }
        if wake.contains(.opener) { core.openers.schedule(self) }
    }

    // MARK: Turns

    /// One turn of the write lane. Returns whether it has more work.
    func writeTurn() -> Bool {
        guard state.withLock({ $0.beginWrite() }) else { return false }
        wasUsed.store(true, ordering: .relaxed)
        var file = state.withLock { $0.file } ?? openFile()
        if state.withLock({ $0.isAlone }) { file = workAlone(file) }
        if let file {
            // Those who wait to read need not wait for the writes.
            schedule(state.withLock { $0.wake() })
            if let file = writable(file) { write(file) }
        }
        return endWrite(isTurn: true)
    }

    /// Opens the file for the lanes that wait for it.
    func openTurn() {
        guard state.withLock({ $0.beginOpening() }) else { return }
        wasUsed.store(true, ordering: .relaxed)
        _ = openFile()
        _ = endWrite(isTurn: false)
    }

    private func openFile() -> DatabaseFile? {
        let file = open(idFloor: state.withLock { $0.idFloor })
        state.withLock { $0.file = file }
        return file
    }

    /// When a turn ends that has more calls than time.
    private func turnEnd(othersTime: Duration, isFirstWaiting: @escaping (LaneState) -> Bool) -> TurnEnd {
        let isShared = organisationID == nil
        return TurnEnd(
            core.limits.batchTime, othersTime: othersTime, comesFirst: { $0.comesFirst(inShared: isShared) },
            isFirstWaiting: { [self] in state.withLock { isFirstWaiting($0) } })
    }

    private func write(_ file: DatabaseFile) {
        let calls = state.withLock { $0.write.take(core.limits) }
        guard !calls.isEmpty else { return }
        let keepWakeUp: ((Instant) throws -> Void)? = organisationID == nil ? nil : { try self.keepWakeUp($0) }
        let batch = WriteBatch(
            file: file, ambient: core.ambient, limits: core.limits, statistics: core.statistics,
            end: turnEnd(othersTime: core.limits.ordinaryTime) { $0.write.calls.hasFirst }, keepWakeUp: keepWakeUp)
        let outcome = batch.run(calls)
        if outcome.failure == nil {
            commits.raise(to: file.journal.next - 1)
            noteJournal(of: file)
            if outcome.wakes.isSettled { postponeWakeUp(to: outcome.wakes.earliest) }
        }
        settle(calls, outcome) { state, rest in state.write.putBack(rest) }
        if let failure = outcome.failure {
            log("the transaction was lost", failure)
            drop(file)
        } else {
            checkpoint(file)
        }
    }

    // MARK: Wake-ups

    // Both run in the write lane's turn, so that nothing else of the organisation is committed meanwhile.

    /// Before a commit: waits until the platform has a wake-up that is not later.
    private func keepWakeUp(_ time: Instant) throws {
        guard let organisationID, let platform else { preconditionFailure("only organisations are woken") }
        if let known = core.wakeUps.time(of: organisationID), known <= time { return }
        for attempt in 1...StorageLimits.wakeUpAttempts {
            do {
                try platform.writeBlocking(as: .system()) { try $0.keepWakeUp(time, of: organisationID) }
                break
            } catch let refusal as Refusal where attempt < StorageLimits.wakeUpAttempts && refusal.isOfBatch {
                // It was lost with a transaction that others had a part in.
            }
        }
        core.wakeUps.set(time, of: organisationID)
    }

    /// After the commit that did all that was due. Nobody waits for it: until it is durable the platform has an
    /// earlier one, and what the next commit may ask for comes after it on the platform's lane. At most one waits
    /// there: it writes what is known when it runs, which is never earlier than what is durable.
    private func postponeWakeUp(to time: Instant?) {
        guard let organisationID, let platform else { preconditionFailure("only organisations are woken") }
        guard core.wakeUps.time(of: organisationID) != time else { return }
        core.wakeUps.set(time, of: organisationID)
        guard !isPostponing.exchange(true, ordering: .acquiringAndReleasing) else { return }
        platform.post(as: .system()) { [core] tx in
            try tx.keepWakeUp(core.wakeUps.time(of: organisationID), of: organisationID)
        } finish: { [self] result in
            isPostponing.store(false, ordering: .releasing)
            if case .failure(let error) = result { log("a wake-up was not postponed", error) }
        }
    }

    /// One turn of the read lane. Returns whether it has more work.
    func readTurn() -> Bool {
        switch state.withLock({ $0.beginRead(core.limits) }) {
        case .outdated: return false
        case .closed:
            schedule(state.withLock { $0.wake() })
            return false
        case .run(let file, let calls):
            if !file.place.isUnchanged {
                // The write lane gives the file up.
                for call in calls { call.complete(.failure(Refusal.organisationUnavailable)) }
                state.withLock { $0.isPoked = true }
                return endRead()
            }
            wasUsed.store(true, ordering: .relaxed)
            let batch = ReadBatch(
                file: file, ambient: core.ambient, limits: core.limits, statistics: core.statistics,
                end: turnEnd(othersTime: .zero) { $0.read.calls.hasFirst })
            let outcome = batch.run(calls)
            settle(calls, outcome) { state, rest in state.read.putBack(rest) }
            if let failure = outcome.failure { log("the read transaction was lost", failure) }
            return endRead()
        }
    }

    /// Tells every call what became of it, in one burst, and puts back those that were not come to.
    private func settle(
        _ calls: [any LaneCall], _ outcome: WriteBatch.Outcome,
        _ putBack: (inout LaneState, ArraySlice<any LaneCall>) -> Void
    ) {
        let rest = calls[outcome.results.count...]
        if !rest.isEmpty { state.withLock { putBack(&$0, rest) } }
        for action in outcome.actions { action() }
        for (call, result) in zip(calls, outcome.results) { call.complete(result) }
    }

    private func endWrite(isTurn: Bool) -> Bool {
        let wake = state.withLock { state in
            state.write.phase = .idle
            return state.wake()
        }
        // A turn's own thread puts its lane back.
        schedule(isTurn ? wake.subtracting(.writer) : wake)
        return wake.contains(.writer)
    }

    private func endRead() -> Bool {
        let wake = state.withLock { state in
            state.read.phase = .idle
            return state.wake()
        }
        schedule(wake.subtracting(.reader))
        return wake.contains(.reader)
    }

    // MARK: Opening and closing

    /// Opens the file, or refuses everyone who waits.
    func open(idFloor: Int64) -> DatabaseFile? {
        do {
            if organisationID != nil {
                core.openSet.makeRoom(for: self)
                let folder = URL(filePath: path).deletingLastPathComponent().path
                Permissions(logger: core.logger).tighten(organisation: folder)
            }
            let file = try core.withDescriptors { try connect() }
            file.ids.raise(to: idFloor)
            core.statistics.update { $0.opens += 1 }
            noteOpening(of: file)
            return file
        } catch {
            core.openSet.remove(self)
            guard error as? Refusal != .tooManyOpenFiles else {
                refuseWaiting(.tooManyOpenFiles, withReads: true)
                return nil
            }
            log("the database cannot be opened", error)
            health.withLock { $0 = DatabaseHealth(isUnavailable: true) }
            refuseWaiting(Refusal.organisationUnavailable, withReads: true)
            return nil
        }
    }

    /// Opens on the calling thread, which must be the only user yet.
    func openNow() throws {
        let file = try connect()
        core.statistics.update { $0.opens += 1 }
        noteOpening(of: file)
        state.withLock { $0.file = file }
    }

    /// Gives up connections that cannot be trusted; the next turn opens new ones. A read that runs now keeps its
    /// connection until it ends.
    func drop(_ file: DatabaseFile) {
        state.withLock { state in
            state.file = nil
            state.openGate()
            state.idFloor = file.ids.last
        }
        core.openSet.remove(self)
        file.abandon()
    }

    var schema: Schema { organisationID == nil ? core.platformSchema : core.organisationSchema }

    var caches: (writer: Int, reader: Int) {
        let limits = core.limits
        guard organisationID != nil else { return (limits.platformCacheKiB, limits.platformCacheKiB) }
        return (limits.organisationWriterCacheKiB, limits.organisationCacheKiB)
    }

    /// Whether a turn has run since the last time this was asked.
    func takeWasUsed() -> Bool { wasUsed.exchange(false, ordering: .relaxed) }

    /// Takes the file away in order to close it with `finishClosing`; nil where it is in use or not open.
    func claimForClosing() -> DatabaseFile? { state.withLock { $0.claimForClosing() } }

    func finishClosing(_ file: DatabaseFile) {
        do {
            try file.close()
        } catch {
            log("closing failed", error)
        }
        health.withLock { $0 = DatabaseHealth() }
        _ = endWrite(isTurn: false)
    }

    /// Runs `body` while no lane can open the file.
    func replaceFile(_ body: () throws -> Void) throws {
        let open = try claimWhenUnused()
        defer { _ = endWrite(isTurn: false) }
        if let open {
            core.openSet.remove(self)
            try open.close()
        }
        try body()
    }

    /// Waits for a turn that is just ending: its calls are answered before it ends.
    private func claimWhenUnused() throws -> DatabaseFile? {
        for _ in 0..<StorageLimits.replaceAttempts {
            let (isClaimed, open) = state.withLock { state -> (Bool, DatabaseFile?) in
                guard state.write.phase != .running, state.read.phase != .running else { return (false, nil) }
                defer {
                    state.file = nil
                    state.openGate()
                }
                state.write.phase = .running
                return (true, state.file)
            }
            if isClaimed { return open }
            Thread.sleep(forTimeInterval: 0.001)
        }
        throw StorageError.busy("\(path) is in use")
    }

    // MARK: Logging

    func log(_ what: String, _ error: any Error) {
        // A full disk is everybody's: one line for all.
        let isFull = if case StorageError.full = error { true } else { false }
        guard let untold = (isFull ? core.fullLines : lines).admit(what) else { return }
        core.logger.error(
            "\(what)",
            metadata: [
                "organisation": "\(organisationID ?? "-")", "path": "\(path)", "error": "\(error)",
                "untold": "\(untold)",
            ])
    }
}
