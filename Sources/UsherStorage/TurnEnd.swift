/// When a turn of a lane ends before it has run all calls that it took.
///
/// - Calls that come first wait for little of what does not: once they wait, the others end when they have had their
///   time. One of them always runs, so that they are not put off for ever.
struct TurnEnd {
    private let end: ContinuousClock.Instant
    private let othersTime: Duration
    private let comesFirst: (any LaneCall) -> Bool
    private let isFirstWaiting: () -> Bool
    private var othersBegan: ContinuousClock.Instant?

    /// - Parameters:
    ///   - time: how long the turn goes on taking calls.
    ///   - othersTime: how long it does once something waits that comes first.
    ///   - isFirstWaiting: whether something waits that comes first; asked between calls.
    init(
        _ time: Duration, othersTime: Duration, comesFirst: @escaping (any LaneCall) -> Bool,
        isFirstWaiting: @escaping () -> Bool
    ) {
        end = .now + time
        self.othersTime = othersTime
        self.comesFirst = comesFirst
        self.isFirstWaiting = isFirstWaiting
    }

    /// Whether the turn ends before `call`. Never asked before the first one.
    mutating func isReached(before call: any LaneCall, at now: ContinuousClock.Instant) -> Bool {
        if now >= end { return true }
        guard let began = othersBegan, !comesFirst(call) else { return false }
        return now - began >= othersTime && isFirstWaiting()
    }

    /// Notes that a call begins.
    mutating func note(_ call: any LaneCall, at now: ContinuousClock.Instant) {
        if othersBegan == nil, !comesFirst(call) { othersBegan = now }
    }
}
