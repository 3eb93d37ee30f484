public import UsherContract

/// How many keys there can be. The defaults are documented in `proto/` and `usher help serve`.
///
/// Every key is held in memory, and made in the one database that all organisations share.
public struct ApiKeyLimits: Sendable {
    /// The keys of one organisation that can be used, and likewise the operator's own; as many can be made in a day,
    /// and as many that have ended are kept.
    public var count = 1_000
    /// How long a key is kept after it was revoked or has expired.
    public var keptAfterEnd = Duration.hours(24 * 30)

    public init() {}

    /// In what time no more than ``count`` can be made, whatever becomes of them.
    static let creationTime = Duration.hours(24)
    /// How long a key that has ended is refused `KEY_REVOKED` or `KEY_EXPIRED` by a server that has begun since; after
    /// that it is `KEY_UNKNOWN`.
    static let rememberedAfterEnd = Duration.hours(24)
    /// Keys that one transaction removes.
    static let removedAtATime = 500
}
