import Synchronization
import UsherContract
import UsherRPC
import UsherServices

/// How many bytes the server holds at once for callers with a credential: messages on their way in and through the
/// lanes, replies and stream messages that wait to be read.
public struct HeldBytesLimits: Sendable {
    /// Bytes for one key, on all its connections. A few dozen of the largest frames; small calls never come near.
    public var perKey: Int
    /// Bytes for one organisation, with all its keys.
    public var perOrganisation: Int

    public init(perKey: Int = 128 << 20, perOrganisation: Int = 256 << 20) {
        self.perKey = perKey
        self.perOrganisation = perOrganisation
    }
}

/// The budgets of keys and organisations: one each, as long as something belongs to it.
final class CallerBudgets: Sendable {
    private enum Owner: Hashable {
        case key(String), organisation(String)
    }

    private struct Weak {
        weak var budget: ByteBudget?
    }

    private struct State {
        var budgets: [Owner: Weak] = [:]
        /// At so many it is looked which are gone.
        var sweepAt = 1_024
    }

    private let limits: HeldBytesLimits
    private let state = Mutex(State())

    init(_ limits: HeldBytesLimits) { self.limits = limits }

    /// The budgets that what is held for a caller counts in.
    func budgets(of caller: Caller) -> [ByteBudget] {
        state.withLock { state in
            var budgets = [Self.budget(.key(caller.principal), limits.perKey, &state)]
            if let id = caller.organisationID {
                budgets.append(Self.budget(.organisation(id), limits.perOrganisation, &state))
            }
            return budgets
        }
    }

    private static func budget(_ owner: Owner, _ limit: Int, _ state: inout State) -> ByteBudget {
        if let budget = state.budgets[owner]?.budget { return budget }
        if state.budgets.count >= state.sweepAt {
            state.budgets = state.budgets.filter { $0.value.budget != nil }
            state.sweepAt = max(1_024, 2 * state.budgets.count)
        }
        let budget = ByteBudget(limit: limit)
        state.budgets[owner] = Weak(budget: budget)
        return budget
    }
}
