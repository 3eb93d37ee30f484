import Foundation
import Synchronization
import UsherContract

/// Holds up who guesses codes: counts failed look-ups by key and by client address, in bounded memory.
///
/// What is found costs nothing, and other keys and addresses are not touched. Who has spent its allowance is refused
/// before anything is looked up, so that a good code is no exception.
final class LookupThrottle: Sendable {
    /// Who looks something up.
    struct Visitor: Sendable {
        var key: String
        var address: ClientAddress
    }

    private struct Tables {
        var keys: FailureTable<String>
        var addresses: FailureTable<ClientAddress>

        func wait(of visitor: Visitor, at now: ContinuousClock.Instant) -> Duration {
            max(keys.wait(of: visitor.key, at: now), addresses.wait(of: visitor.address, at: now))
        }
    }

    private let tables: Mutex<Tables>
    /// So that look-ups need no lock as long as nothing has failed.
    private let hasFailures = Atomic<Bool>(false)

    init(_ limits: LookupLimits) {
        tables = Mutex(
            Tables(
                keys: FailureTable(limits.perKey, capacity: limits.remembered),
                addresses: FailureTable(limits.perAddress, capacity: limits.remembered)))
    }

    /// - Throws: RESOURCE_EXHAUSTED `TOO_MANY_FAILED_LOOKUPS`.
    func check(_ visitor: Visitor, at now: ContinuousClock.Instant = .now) throws {
        guard hasFailures.load(ordering: .relaxed) else { return }
        try refuse(for: tables.withLock { $0.wait(of: visitor, at: now) })
    }

    /// Counts a failed look-up. One that the allowance does not cover is refused instead: who sends many calls at
    /// once, or one with many codes, finds out no more than who sends them one by one.
    ///
    /// - Throws: as ``check(_:at:)``.
    func note(_ visitor: Visitor, at now: ContinuousClock.Instant = .now) throws {
        let wait = tables.withLock { tables in
            let wait = tables.wait(of: visitor, at: now)
            if wait == .zero {
                tables.keys.note(visitor.key, at: now)
                tables.addresses.note(visitor.address, at: now)
            }
            return wait
        }
        hasFailures.store(true, ordering: .relaxed)
        try refuse(for: wait)
    }

    private func refuse(for wait: Duration) throws {
        guard wait > .zero else { return }
        throw Refusal(
            .resourceExhausted, "TOO_MANY_FAILED_LOOKUPS", "Too many codes were looked up that do not exist.",
            retryAfter: wait)
    }

    /// How many keys and addresses are remembered.
    var rememberedCount: Int { tables.withLock { $0.keys.count + $0.addresses.count } }
}

/// When what each key did wrong is forgotten, for a bounded number of keys: of two halves the older one is dropped when
/// the younger one is full.
private struct FailureTable<Key: Hashable & Sendable>: Sendable {
    private let allowance: LookupLimits.Allowance
    private let halfCapacity: Int
    private var young: [Key: ContinuousClock.Instant] = [:]
    private var old: [Key: ContinuousClock.Instant] = [:]

    init(_ allowance: LookupLimits.Allowance, capacity: Int) {
        self.allowance = allowance
        halfCapacity = max(1, capacity / 2)
    }

    var count: Int { young.count + old.count }

    /// Each failure takes an interval to be forgotten, one after the other.
    mutating func note(_ key: Key, at now: ContinuousClock.Instant) {
        let forgotten = max(young[key] ?? old[key] ?? now, now) + allowance.interval
        old.removeValue(forKey: key)
        young[key] = forgotten
        if young.count >= halfCapacity { (old, young) = (young, [:]) }
    }

    /// How long until the key may fail once more; zero where it may now.
    func wait(of key: Key, at now: ContinuousClock.Instant) -> Duration {
        guard let forgotten = young[key] ?? old[key] else { return .zero }
        return max(.zero, forgotten - now - allowance.interval * (allowance.count - 1))
    }
}

/// Where a client calls from, as far as guesses are counted: an IPv4 address, or the first 64 bits of an IPv6 one.
struct ClientAddress: Hashable, Sendable {
    private let bits: UInt64
    private let version: UInt8

    /// - Parameter text: the peer's IP address; anything else is one address as well.
    init(_ text: String) {
        var (four, six) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, text, &four) == 1 {
            (bits, version) = (UInt64(UInt32(bigEndian: four.s_addr)), 4)
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            let bytes = withUnsafeBytes(of: &six) { Array($0) }
            let isMapped = bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
            let significant = isMapped ? bytes[12...] : bytes[..<8]
            (bits, version) = (significant.reduce(0) { $0 << 8 | UInt64($1) }, isMapped ? 4 : 6)
        } else {
            (bits, version) = (0, 0)
        }
    }
}
