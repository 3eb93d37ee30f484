import Histogram

/// What one measurement found in one round.
struct Sample: Sendable {
    /// Calls, rows or commits.
    var count = 0
    /// How long they took all together.
    var seconds = 0.0
    /// How long each call took, in nanoseconds.
    var latency = Histogram<UInt64>(highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .three)
    /// Processor time that the process which did the work has used meanwhile, in seconds; nil where it is not known.
    var processorSeconds: Double?

    var perSecond: Double { seconds > 0 ? Double(count) / seconds : 0 }

    /// In microseconds; nil where there was no call.
    func microseconds(percentile: Double) -> Double? {
        latency.totalCount == 0 ? nil : Double(latency.valueAtPercentile(percentile)) / 1_000
    }

    /// Processor time per call, row or commit, in microseconds.
    var processorMicroseconds: Double? {
        count == 0 ? nil : processorSeconds.map { $0 * 1_000_000 / Double(count) }
    }
}

extension Array where Element == Double {
    /// The middle value; of an even number the lower one, which was measured, and no mean of two.
    var median: Double? { isEmpty ? nil : sorted()[(count - 1) / 2] }
}
