// When a writer checkpoints, as a state machine without a clock.
// - PASSIVE after so many new frames: it copies what readers allow and waits for nobody.
// - Before the WAL is large it must begin anew, which no reader allows that runs: the read lane pauses for that. Where
//   a reader of another process is in the way, nobody waits: it is tried again after some frames and some time.

struct CheckpointPlan {
    enum Step { case none, passive, restart }

    /// WAL frames that the last checkpoint found.
    private var seenFrames = 0
    private var retryFrames = 0
    private var retryTime: ContinuousClock.Instant?

    /// What is to be done between two transactions, with so many frames in the WAL.
    mutating func step(frames: Int, at now: ContinuousClock.Instant, _ limits: StorageLimits) -> Step {
        // The WAL has begun anew.
        if frames < seenFrames { self = CheckpointPlan() }
        let isRetry = frames >= retryFrames || frames >= limits.mostFrames
        if frames >= limits.restartFrames, isRetry, retryTime.map({ now >= $0 }) ?? true { return .restart }
        return frames - seenFrames >= limits.checkpointFrames ? .passive : .none
    }

    mutating func passed(frames: Int) { seenFrames = frames }

    /// The WAL could not begin anew.
    mutating func wasHeldUp(frames: Int, at now: ContinuousClock.Instant, _ limits: StorageLimits) {
        seenFrames = frames
        retryFrames = frames + limits.checkpointFrames
        retryTime = now + limits.restartRetryAfter
    }
}
