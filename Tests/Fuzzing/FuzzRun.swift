/// What a run has seen.
public struct FuzzReport: Sendable {
    public var inputs = 0
    public var accepted = 0
    public var refused = 0
}

/// A run of random and mutated inputs, the same for the same seed.
public enum FuzzRun {
    /// - Throws: ``FuzzViolation`` for the first wrong answer.
    public static func run(_ target: any FuzzTarget, inputs: Int, seed: UInt64) throws -> FuzzReport {
        var mutator = Mutator(seeds: target.seeds, seed: seed)
        var report = FuzzReport()
        for number in 0..<inputs {
            let input = number < target.seeds.count ? target.seeds[number] : mutator.next()
            switch try target.check(input) {
            case .accepted:
                report.accepted += 1
                mutator.keep(input)
            case .refused:
                report.refused += 1
            }
            report.inputs += 1
        }
        return report
    }
}
