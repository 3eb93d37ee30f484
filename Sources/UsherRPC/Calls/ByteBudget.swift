import Synchronization

// What the server holds of peers and for peers: frames and messages that are not whole yet, messages that wait for the
// tasks of streams, replies and messages that wait to be sent. Each byte counts once, in the account of its connection,
// and with it in the budgets that the account belongs to: that of all strangers, or that of the credential which the
// connection has shown, and of its organisation.

/// How many bytes may be held for somebody, all together. Thread-safe.
public final class ByteBudget: Sendable {
    /// In bytes.
    public let limit: Int
    private let count = Atomic<Int>(0)

    public init(limit: Int) { self.limit = limit }

    /// Bytes that are held now.
    public var used: Int { count.load(ordering: .acquiring) }

    /// Counts bytes; false, with nothing counted, where they would be too many.
    func take(_ bytes: Int) -> Bool {
        guard count.add(bytes, ordering: .acquiringAndReleasing).newValue > limit else { return true }
        giveBack(bytes)
        return false
    }

    /// Counts bytes that are there already.
    func add(_ bytes: Int) { count.add(bytes, ordering: .acquiringAndReleasing) }

    func giveBack(_ bytes: Int) { count.subtract(bytes, ordering: .acquiringAndReleasing) }
}

/// The bytes that are held for one connection. Thread-safe.
///
/// The first few are not counted in a budget, so that a call such as Authenticate is answered by a server whose budget
/// others have used up.
public final class HeldBytes: Sendable {
    private struct State {
        var budgets: [ByteBudget]
        var isTrusted: Bool
        var held = 0
    }

    private let uncounted: Int
    private let state: Mutex<State>
    private let builtInStreams = Atomic<Int>(0)

    /// - Parameters:
    ///   - isTrusted: whether the peer is no stranger.
    ///   - uncounted: the bytes that are free.
    init(_ budgets: [ByteBudget], isTrusted: Bool, uncounted: Int) {
        self.uncounted = uncounted
        state = Mutex(State(budgets: budgets, isTrusted: isTrusted))
    }

    deinit {
        state.withLock { state in
            let counted = max(0, state.held - uncounted)
            if counted > 0 { for budget in state.budgets { budget.giveBack(counted) } }
        }
    }

    /// Whether the connection has shown a good credential, or needs none.
    public var isTrusted: Bool { state.withLock { $0.isTrusted } }

    /// Bytes that are held now, the free ones included.
    public var held: Int { state.withLock { $0.held } }

    /// Counts bytes that are about to be held; false, with nothing counted, where they would be too many.
    public func take(_ bytes: Int) -> Bool {
        state.withLock { state in
            let more = counted(state.held + bytes) - counted(state.held)
            if more > 0 {
                for (index, budget) in state.budgets.enumerated() where !budget.take(more) {
                    for taken in state.budgets[..<index] { taken.giveBack(more) }
                    return false
                }
            }
            state.held += bytes
            return true
        }
    }

    /// Counts bytes that are held already, for example since they were counted elsewhere before.
    func add(_ bytes: Int) {
        state.withLock { state in
            let more = counted(state.held + bytes) - counted(state.held)
            state.held += bytes
            if more > 0 { for budget in state.budgets { budget.add(more) } }
        }
    }

    /// Bytes are held no longer.
    public func giveBack(_ bytes: Int) {
        guard bytes != 0 else { return }
        state.withLock { state in
            let less = counted(state.held) - counted(state.held - bytes)
            state.held -= bytes
            if less > 0 { for budget in state.budgets { budget.giveBack(less) } }
        }
    }

    /// The connection has shown a good credential: what is held for it, and will be, counts in these budgets.
    public func belong(to budgets: [ByteBudget]) {
        state.withLock { state in
            let counted = counted(state.held)
            for budget in budgets { budget.add(counted) }
            for budget in state.budgets { budget.giveBack(counted) }
            state.budgets = budgets
            state.isTrusted = true
        }
    }

    private func counted(_ held: Int) -> Int { max(0, held - uncounted) }

    // MARK: Streams of built-in services

    /// Counts a stream of a built-in service; false where the connection has as many as it may.
    func beginBuiltInStream(limit: Int) -> Bool {
        guard builtInStreams.add(1, ordering: .relaxed).newValue > limit else { return true }
        endBuiltInStream()
        return false
    }

    func endBuiltInStream() { builtInStreams.subtract(1, ordering: .relaxed) }
}
