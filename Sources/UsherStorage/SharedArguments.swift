/// Arguments that many runs of one statement have in common, behind those that differ. They are bound once, unless
/// somebody else runs the statement in between: of a row with many columns binding them costs a sixth of inserting it.
public final class SharedArguments: Sendable {
    let values: [(any SQLBindable)?]

    public init(_ values: [(any SQLBindable)?]) { self.values = values }
}
