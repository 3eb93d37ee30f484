import Foundation

/// All that a run found: medians over the rounds, and each round's throughput. Its encoding is the JSON file.
struct Report: Codable {
    struct Line: Codable {
        var name: String
        var unit: String
        var perSecond: Double
        /// Of each round.
        var perSecondByRound: [Double]
        var p50Microseconds: Double?
        var p99Microseconds: Double?
        /// Processor time of the answering process, per unit.
        var processorMicroseconds: Double?
    }

    struct RatioLine: Codable {
        var name: String
        var value: Double
        var byRound: [Double]
        var target: String?
    }

    var cores: Int
    var seconds: Double
    var rounds: Int
    var measurements: [Line]
    var ratios: [RatioLine]

    /// - Parameter rounds: what each round found, by the measurement's name.
    init(_ measurements: [Measurement], _ rounds: [[String: Sample]], seconds: Double) {
        cores = ProcessInfo.processInfo.activeProcessorCount
        self.seconds = seconds
        self.rounds = rounds.count
        self.measurements = measurements.compactMap { measurement in
            let samples = rounds.compactMap { $0[measurement.name] }
            guard let perSecond = samples.map(\.perSecond).median else { return nil }
            return Line(
                name: measurement.name, unit: measurement.unit, perSecond: perSecond,
                perSecondByRound: samples.map(\.perSecond),
                p50Microseconds: samples.compactMap { $0.microseconds(percentile: 50) }.median,
                p99Microseconds: samples.compactMap { $0.microseconds(percentile: 99) }.median,
                processorMicroseconds: samples.compactMap(\.processorMicroseconds).median)
        }
        ratios = Ratio.all.compactMap { ratio in
            let values = rounds.compactMap(ratio.value)
            return values.median.map { RatioLine(name: ratio.name, value: $0, byRound: values, target: ratio.target) }
        }
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path))
    }

    /// Two tables for people.
    var text: String {
        var text = "\(rounds) rounds of \(seconds) s each, medians; \(cores) cores, shared with the load\n\n"
        text += Self.row("", "per second", "p50 µs", "p99 µs", "CPU µs", "spread")
        for line in measurements {
            text += Self.row(
                "\(line.name) (\(line.unit))", Self.number(line.perSecond, 0), Self.number(line.p50Microseconds, 1),
                Self.number(line.p99Microseconds, 1), Self.number(line.processorMicroseconds, 1),
                Self.spread(line.perSecondByRound))
        }
        guard !ratios.isEmpty else { return text }
        text += "\n" + Self.row("", "ratio", "target", "", "", "spread")
        for line in ratios {
            text += Self.row(
                line.name, Self.number(line.value, 2), line.target ?? "", "", "", Self.spread(line.byRound))
        }
        return text
    }

    /// How far the rounds lie apart, as a part of their median.
    private static func spread(_ values: [Double]) -> String {
        guard values.count > 1, let low = values.min(), let high = values.max(), let median = values.median, median > 0
        else { return "" }
        return "±" + number((high - low) / 2 / median * 100, 0) + "%"
    }

    private static func number(_ value: Double?, _ digits: Int) -> String {
        value.map { String(format: "%.\(digits)f", $0) } ?? ""
    }

    private static func row(_ name: String, _ cells: String...) -> String {
        let padding = { (text: String, width: Int) in String(repeating: " ", count: max(0, width - text.count)) }
        return name + padding(name, 46) + cells.map { padding($0, 11) + $0 }.joined() + "\n"
    }
}
