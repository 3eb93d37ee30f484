// Every limit of the fuzzing, with its reason.

/// How large inputs are and how much of them there is.
public enum FuzzLimits {
    /// The whole number of inputs for each target, as promised to partners.
    public static let inputs = 1_000_000
    /// The share of ``inputs`` that a debug test run makes, in percent; checks are some 30 times slower there.
    public static let defaultScale = 5
    /// The longest mutated input, in bytes: room for several frames, and short enough that edges are hit often.
    public static let inputBytes = 2_048
    /// The largest body that the small decoder takes, so that mutated headers are oversized about as often as not.
    public static let smallFrame = 64
    /// What a decoder may hold besides four times what it was fed: a buffer's smallest size, and what is kept of one.
    static let heldSlack = 4 << 10
    /// The most inputs that are kept to be mutated further.
    public static let corpus = 512
}
