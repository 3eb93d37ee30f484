internal import UsherContract

// A database that cannot be written, or not any more: what is said to whom, and how it becomes well again by itself.

/// What the operator is to know of one database.
struct DatabaseHealth: Sendable {
    /// Frames of the WAL, checkpointed ones included.
    var walFrames = 0
    /// Why it is open for reading only.
    var readOnlyCause: StorageError?
    /// Whether it could not be opened when it was last tried.
    var isUnavailable = false
}

extension Database {
    /// Opens the file, if it is what the platform knows of it.
    func connect() throws -> DatabaseFile {
        let mark = organisationID.map { core.marks.mark(of: $0) } ?? core.platformMark.known
        return try DatabaseFile(
            path: path, schema: schema, caches: caches,
            expecting: FileExpectation(organisationID: organisationID, mark: mark))
    }

    func noteOpening(of file: DatabaseFile) {
        if let cause = file.readOnlyCause {
            file.retryTime = .now + core.limits.writeRetryAfter
            log("open for reading only", cause)
        }
        health.withLock { $0 = DatabaseHealth(readOnlyCause: file.readOnlyCause) }
        fileID.withLock { $0 = file.identity.fileID }
        noteJournal(of: file)
    }

    func noteSize(of file: DatabaseFile) { health.withLock { $0.walFrames = file.writer.walFrames } }

    /// Notes how far the journal is; what was written to it is durable.
    func noteJournal(of file: DatabaseFile) {
        guard file.readOnlyCause == nil else { return }
        guard let organisationID, let platform else { return core.platformMark.note(file.journal.next - 1) }
        let mark = JournalMark(fileID: file.identity.fileID, sequence: file.journal.next - 1)
        core.marks.note(mark, of: organisationID)
        core.keepJournalMarks(in: platform)
    }

    /// Has the write lane look whether it can write again.
    func poke() {
        schedule(
            state.withLock { state in
                guard !state.isShut, state.file != nil else { return [] }
                state.isPoked = true
                return state.wake()
            })
    }

    // MARK: In the write lane's turn

    /// The gate is closed and no read runs. Returns the file that is open then.
    func workAlone(_ file: DatabaseFile?) -> DatabaseFile? {
        defer { openGate() }
        guard let file else { return nil }
        guard file.readOnlyCause == nil else { return reopen(file) }
        restartWAL(file)
        noteSize(of: file)
        return file
    }

    /// The file to write to; nil where nothing can be written, and then whoever waits to write is told so.
    func writable(_ file: DatabaseFile) -> DatabaseFile? {
        guard file.place.isUnchanged else {
            log("the database is given up", file.place.change)
            drop(file)
            refuseWaiting(Refusal.organisationUnavailable, withReads: true)
            return nil
        }
        if let cause = file.readOnlyCause {
            switch retry(file) {
            case .opened(let again): return writable(again)
            // They wait for the read that runs; the turn after it opens the file anew.
            case .waiting: return nil
            case .asItWas: refuseWaiting(Refusal.notWritable(cause, core.limits), withReads: false)
            }
            return nil
        }
        if file.writer.walFrames >= core.limits.mostFrames {
            checkpoint(file)
            if file.writer.walFrames >= core.limits.mostFrames {
                refuseWaiting(Refusal.walFull(core.limits), withReads: false)
                return nil
            }
        }
        return file
    }

    private enum Retry {
        case opened(DatabaseFile)
        case waiting
        case asItWas
    }

    /// Opens a file anew that is open for reading only, where it is time for that.
    private func retry(_ file: DatabaseFile) -> Retry {
        guard file.retryTime <= .now else { return .asItWas }
        file.retryTime = .now + core.limits.writeRetryAfter
        guard FileSystem.hasRoom(at: path) else { return .asItWas }
        guard state.withLock({ $0.closeGate(holdingWrites: true) }) else { return .waiting }
        defer { openGate() }
        guard let again = reopen(file), again.readOnlyCause == nil else { return .asItWas }
        return .opened(again)
    }

    private func reopen(_ file: DatabaseFile) -> DatabaseFile? {
        state.withLock { $0.file = nil }
        core.openSet.remove(self)
        try? file.close()
        let again = open(idFloor: file.ids.last)
        state.withLock { $0.file = again }
        return again
    }

    func refuseWaiting(_ refusal: Refusal, withReads: Bool) {
        let waiting = state.withLock { state in
            state.write.takeAll() + (withReads ? state.read.takeAll() : [])
        }
        for call in waiting { call.complete(.failure(refusal)) }
    }
}
