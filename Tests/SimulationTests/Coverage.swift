import UsherContract

/// What a simulation has come to.
struct Coverage {
    private(set) var answered: [String: Int] = [:]
    private(set) var refused: [String: [String: Int]] = [:]
    /// In the organisation that no model follows: how often each method was answered, and refused.
    private(set) var wild: [String: (answered: Int, refused: Int)] = [:]
    private(set) var wildReasons: Set<String> = []
    var replays = 0
    var reused = 0
    var reopenings = 0
    var bursts = 0
    /// What a sweep told of.
    var passings = 0

    mutating func note(_ method: MethodDescriptor, _ reason: String?) {
        if let reason {
            refused[method.fullName, default: [:]][reason, default: 0] += 1
        } else {
            answered[method.fullName, default: 0] += 1
        }
    }

    mutating func noteWild(_ method: MethodDescriptor, _ reason: String?) {
        wild[method.fullName, default: (0, 0)].answered += reason == nil ? 1 : 0
        wild[method.fullName, default: (0, 0)].refused += reason == nil ? 0 : 1
        if let reason { wildReasons.insert(reason) }
    }

    mutating func add(_ other: Coverage) {
        answered.merge(other.answered, uniquingKeysWith: +)
        refused.merge(other.refused) { $0.merging($1, uniquingKeysWith: +) }
        wild.merge(other.wild) { ($0.answered + $1.answered, $0.refused + $1.refused) }
        wildReasons.formUnion(other.wildReasons)
        replays += other.replays
        reused += other.reused
        reopenings += other.reopenings
        bursts += other.bursts
        passings += other.passings
    }

    var calls: Int { answered.values.reduce(0, +) + refused.values.flatMap(\.values).reduce(0, +) }
    var refusals: Int { refused.values.flatMap(\.values).reduce(0, +) }
    /// Every reason that was given.
    var reasons: Set<String> { Set(refused.values.flatMap(\.keys)) }
}
