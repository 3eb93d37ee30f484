// Checkpoints, and what else the write lane does alone with the file. All of it runs in the write lane's turn.

extension Database {
    /// Between transactions: what the plan says.
    func checkpoint(_ file: DatabaseFile) {
        let frames = file.writer.walFrames
        switch file.plan.step(frames: frames, at: .now, core.limits) {
        case .none: break
        case .passive: checkpointPassively(file)
        case .restart:
            let (wasGated, isAlone) = state.withLock { ($0.isGated, $0.closeGate()) }
            if isAlone {
                restartWAL(file)
                openGate()
            } else if !wasGated {
                // The turn after the read that runs does the rest, which is then little.
                checkpointPassively(file)
            }
        }
        noteSize(of: file)
    }

    private func checkpointPassively(_ file: DatabaseFile) {
        run(.passive, file)
        file.plan.passed(frames: file.writer.walFrames)
    }

    /// Has the WAL begin anew, while no read of ours runs.
    func restartWAL(_ file: DatabaseFile) {
        if run(.truncate, file) {
            file.plan = CheckpointPlan()
            return
        }
        file.plan.wasHeldUp(frames: file.writer.walFrames, at: .now, core.limits)
    }

    @discardableResult
    private func run(_ mode: Connection.Checkpoint, _ file: DatabaseFile) -> Bool {
        do {
            let isDone = try file.writer.checkpoint(mode)
            core.statistics.update { $0.checkpoints += 1 }
            return isDone
        } catch {
            // What was committed is safe in the WAL; the next checkpoint tries again.
            log("a checkpoint failed", error)
            return false
        }
    }

    func openGate() {
        schedule(
            state.withLock { state in
                state.openGate()
                return state.wake().subtracting(.writer)
            })
    }
}
