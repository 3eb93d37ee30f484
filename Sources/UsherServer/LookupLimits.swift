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
    /// Of one client address, whatever keys it uses; of IPv6 the first 64 bits, which are one site's.
    public var perAddress = Allowance(count: 100, interval: .seconds(1))
    /// The keys, and likewise the addresses, that failed look-ups are remembered of. What is beyond takes the place of
    /// those that have failed least lately, which begin anew.
    public var remembered = 65_536

    public init() {}
}
