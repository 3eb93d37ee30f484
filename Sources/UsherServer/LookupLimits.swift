/// How often codes may be guessed wrong. The defaults are documented in `proto/` and `usher help serve`.
///
/// A code of nine digits is one of 10^9. Where 10,000 of them are good, an address that guesses as fast as it may finds
/// one in a day.
public struct LookupLimits: Sendable {
    /// So many failed look-ups at once, and one more for each `interval` that has passed since.
    public struct Allowance: Sendable {
        public var count: Int
        public var interval: Duration

        public init(count: Int, interval: Duration) {
            self.count = count
            self.interval = interval
        }
    }

    /// Of one key, wherever it is used.
    public var perKey = Allowance(count: 300, interval: .milliseconds(500))
    /// Of one key that says whose address each look-up comes from, over all of them. Each address has an allowance of
    /// its own, and this one bounds what a key finds out that makes up another address each time.
    public var perProxy = Allowance(count: 3_000, interval: .milliseconds(50))
    /// Of one client address in one organisation, whatever keys it uses; of IPv6 the first 64 bits, which are one
    /// site's.
    public var perAddress = Allowance(count: 100, interval: .seconds(1))
    /// The keys, and likewise the addresses, that failed look-ups are remembered of. What is beyond takes the place of
    /// those that have failed least lately, which begin anew.
    public var remembered = 65_536
    /// A code that exists passes as long as the next failure would be allowed within this time. Long enough for some
    /// mistyped codes more than are allowed, and so short that whoever is held up comes back while people still wait.
    public var patience = Duration.seconds(5)

    public init() {}
}
