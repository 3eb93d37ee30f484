import CoreMetrics
import Logging
import Synchronization
import UsherContract
import UsherRPC

/// Holds up who tries keys: counts credentials that were not good, by connection and by client address.
///
/// A good key is never held up, whatever comes from the same address. Who shows too many bad ones is refused with a
/// time to come back, and a connection that shows nothing else is closed.
final class AuthenticationBrake: Sendable {
    private let limits: AuthenticationLimits
    private let addresses: Mutex<Failures>
    private let failures: Counter
    private let refusals: Counter
    private let dismissals: Counter
    private let logger: Logger
    private let lines = LogThrottle<Int>()

    init(_ limits: AuthenticationLimits, metrics: any MetricsFactory, logger: Logger) {
        self.limits = limits
        addresses = Mutex(Failures(limits))
        failures = Counter(label: "usher_failed_authentications_total", factory: metrics)
        refusals = Counter(label: "usher_refused_authentications_total", factory: metrics)
        dismissals = Counter(label: "usher_connections_closed_for_bad_keys_total", factory: metrics)
        self.logger = logger
    }

    /// Finds a call's credential good by `authenticate`, or counts that it was not.
    ///
    /// - Throws: what `authenticate` throws; RESOURCE_EXHAUSTED `TOO_MANY_FAILED_AUTHENTICATIONS` in its place where
    ///   too many were not good.
    func judge<T>(_ call: InboundCall, _ session: ConnectionSession, _ authenticate: () throws -> T) throws -> T {
        do {
            let found = try authenticate()
            session.failedAuthentications = 0
            call.connection.trust()
            return found
        } catch let refusal as Refusal where Self.isBadKey(refusal) {
            try note(call.connection, session)
            throw refusal
        }
    }

    /// What is no key of ours, or no longer. A call that shows none tries nothing.
    private static func isBadKey(_ refusal: Refusal) -> Bool {
        refusal.code == .unauthenticated && refusal.reason != "CREDENTIAL_MISSING"
    }

    private func note(_ connection: ConnectionContext, _ session: ConnectionSession) throws {
        failures.increment()
        session.failedAuthentications += 1
        if let untold = lines.admit(0) {
            logger.warning(
                "a credential was not good", metadata: ["peer": "\(connection.peerAddress)", "untold": "\(untold)"])
        }
        if session.failedAuthentications >= limits.perConnection {
            if session.failedAuthentications == limits.perConnection { dismissals.increment() }
            connection.dismiss()
            refusals.increment()
            throw Self.refusal(after: limits.interval)
        }
        let wait = addresses.withLock { $0.note(session.address, at: .now) }
        guard wait > .zero else { return }
        refusals.increment()
        throw Self.refusal(after: wait)
    }

    private static func refusal(after wait: Duration) -> Refusal {
        Refusal(
            .resourceExhausted, "TOO_MANY_FAILED_AUTHENTICATIONS", "Too many keys were shown that are not good.",
            retryAfter: wait)
    }

    /// How many addresses are remembered.
    var rememberedCount: Int { addresses.withLock { $0.count } }

    /// When what each address did wrong is forgotten, for a bounded number of them: of two halves the older one is
    /// dropped when the younger one is full.
    struct Failures {
        private let limits: AuthenticationLimits
        private var young: [ClientAddress: ContinuousClock.Instant] = [:]
        private var old: [ClientAddress: ContinuousClock.Instant] = [:]

        init(_ limits: AuthenticationLimits) { self.limits = limits }

        var count: Int { young.count + old.count }

        /// Counts a failure that the allowance covers.
        ///
        /// - Returns: how long until the address may fail once more where it does not; else zero.
        mutating func note(_ address: ClientAddress, at now: ContinuousClock.Instant) -> Duration {
            let forgotten = max(young[address] ?? old[address] ?? now, now)
            let wait = forgotten - now - limits.interval * (limits.perAddress - 1)
            guard wait <= .zero else { return wait }
            old.removeValue(forKey: address)
            young[address] = forgotten + limits.interval
            if young.count >= max(1, limits.remembered / 2) { (old, young) = (young, [:]) }
            return .zero
        }
    }
}

/// How often credentials may be wrong. The defaults are documented in `proto/PROTOCOL.md`.
public struct AuthenticationLimits: Sendable {
    /// So many in a row close a connection: no client that works repeats a key that was refused so often.
    public var perConnection = 100
    /// So many at once from a client address, and one more for each ``interval`` since: a fleet behind one address
    /// whose key was revoked still learns why.
    public var perAddress = 1_000
    public var interval = Duration.milliseconds(100)
    /// The addresses that are remembered.
    public var remembered = 65_536

    public init() {}
}
