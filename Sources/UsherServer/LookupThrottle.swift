import Synchronization
import UsherContract

/// Holds up who guesses codes: counts failed look-ups in an organisation, by key and by client address, in bounded
/// memory.
///
/// - What is found costs nothing, and other keys, addresses and organisations are not touched.
/// - Who has spent its allowance is in debt. A code that does not exist is then refused, and adds to the debt; a code
///   that exists passes, as long as the debt is small.
/// - A debt that has grown beyond ``LookupLimits/patience`` shuts the gate: nothing is looked up until half of that is
///   paid off. So who goes on guessing is answered as often as the allowance comes back, however often it asks, and
///   those who share its address find the gate open in between.
final class LookupThrottle: Sendable {
    /// Who looks something up.
    struct Visitor: Sendable {
        /// The organisation that is acted in.
        var organisation: String
        var key: String
        /// Where it calls from, or the viewer that it speaks for.
        var address: ClientAddress
        /// Whether the caller speaks for viewers, and has said whose address it is.
        var isProxy = false
    }

    private struct Place: Hashable {
        var organisation: String
        var address: ClientAddress
    }

    private struct Tables {
        var keys: FailureTable<String>
        var proxies: FailureTable<String>
        var addresses: FailureTable<Place>

        /// The longer one of what `measure` finds of the visitor's key and of its address.
        func longest(_ visitor: Visitor, _ measure: Measure) -> Duration {
            let ofKey = (visitor.isProxy ? proxies : keys).duration(measure, of: visitor.key)
            return max(ofKey, addresses.duration(measure, of: place(of: visitor)))
        }

        mutating func note(_ visitor: Visitor, at now: ContinuousClock.Instant) {
            if visitor.isProxy {
                proxies.note(visitor.key, at: now)
            } else {
                keys.note(visitor.key, at: now)
            }
            addresses.note(place(of: visitor), at: now)
        }

        private func place(of visitor: Visitor) -> Place {
            Place(organisation: visitor.organisation, address: visitor.address)
        }
    }

    private let tables: Mutex<Tables>
    /// So that look-ups need no lock as long as nothing has failed.
    private let hasFailures = Atomic<Bool>(false)

    init(_ limits: LookupLimits) {
        tables = Mutex(
            Tables(
                keys: FailureTable(limits.perKey, limits), proxies: FailureTable(limits.perProxy, limits),
                addresses: FailureTable(limits.perAddress, limits)))
    }

    /// To be asked immediately before each look-up: what is looked up in between is not counted yet.
    ///
    /// - Throws: RESOURCE_EXHAUSTED `TOO_MANY_FAILED_LOOKUPS`.
    func check(_ visitor: Visitor, at now: ContinuousClock.Instant = .now) throws {
        guard hasFailures.load(ordering: .relaxed) else { return }
        try refuse(for: tables.withLock { $0.longest(visitor, .gate(now)) })
    }

    /// Counts a failed look-up. One that the allowance does not cover is refused: who sends many calls at once, or one
    /// with many codes, finds out no more than who sends them one by one.
    ///
    /// - Throws: as ``check(_:at:)``.
    func note(_ visitor: Visitor, at now: ContinuousClock.Instant = .now) throws {
        let wait = tables.withLock { tables in
            let shut = tables.longest(visitor, .gate(now))
            guard shut == .zero else { return shut }
            let isCovered = tables.longest(visitor, .debt(now)) == .zero
            tables.note(visitor, at: now)
            guard !isCovered else { return .zero }
            return max(tables.longest(visitor, .gate(now)), tables.longest(visitor, .debt(now)))
        }
        hasFailures.store(true, ordering: .relaxed)
        try refuse(for: wait)
    }

    private func refuse(for wait: Duration) throws {
        guard wait > .zero else { return }
        let seconds = wait.components.seconds + (wait.components.attoseconds > 0 ? 1 : 0)
        throw Refusal(
            .resourceExhausted, "TOO_MANY_FAILED_LOOKUPS",
            "Too many codes were looked up that do not exist. Come back in \(seconds) s.",
            metadata: ["retry_after": "\(seconds)s"], retryAfter: wait)
    }

    /// How many keys and addresses are remembered.
    var rememberedCount: Int { tables.withLock { $0.keys.count + $0.proxies.count + $0.addresses.count } }
}

/// What is asked of a key's or an address's failures.
private enum Measure {
    /// How long until it may fail once more; zero where it may now.
    case debt(ContinuousClock.Instant)
    /// How long until anything is looked up for it; zero where it is now.
    case gate(ContinuousClock.Instant)
}

/// What each key did wrong and when that is forgotten, for a bounded number of keys: of two halves the older one is
/// dropped when the younger one is full.
private struct FailureTable<Key: Hashable & Sendable>: Sendable {
    private struct Failures {
        var forgotten: ContinuousClock.Instant
        var isShut = false
    }

    private let allowance: LookupLimits.Allowance
    private let patience: Duration
    private let halfCapacity: Int
    private var young: [Key: Failures] = [:]
    private var old: [Key: Failures] = [:]

    init(_ allowance: LookupLimits.Allowance, _ limits: LookupLimits) {
        self.allowance = allowance
        patience = limits.patience
        halfCapacity = max(1, limits.remembered / 2)
    }

    var count: Int { young.count + old.count }

    /// Each failure takes an interval to be forgotten, one after the other.
    mutating func note(_ key: Key, at now: ContinuousClock.Instant) {
        let before = young[key] ?? old[key]
        var failures = Failures(forgotten: max(before?.forgotten ?? now, now) + allowance.interval)
        failures.isShut = debt(failures, now) > patience
        old.removeValue(forKey: key)
        young[key] = failures
        if young.count >= halfCapacity { (old, young) = (young, [:]) }
    }

    func duration(_ measure: Measure, of key: Key) -> Duration {
        guard let failures = young[key] ?? old[key] else { return .zero }
        switch measure {
        case .debt(let now): return debt(failures, now)
        case .gate(let now): return failures.isShut ? max(.zero, debt(failures, now) - patience / 2) : .zero
        }
    }

    private func debt(_ failures: Failures, _ now: ContinuousClock.Instant) -> Duration {
        max(.zero, failures.forgotten - now - allowance.interval * (allowance.count - 1))
    }
}
