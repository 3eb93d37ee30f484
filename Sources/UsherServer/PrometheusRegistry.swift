public import CoreMetrics
import Synchronization

/// A backend of swift-metrics that answers in Prometheus' text format.
///
/// By hand: of the backends that exist none is among the packages that this project builds with. Counters, gauges and
/// histograms with fixed buckets are all that is here.
/// Source: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
public final class PrometheusRegistry: MetricsFactory {
    private let series = Mutex<[SeriesKey: any Series]>([:])

    public init() {}

    /// Every series that has been made, in Prometheus' text format.
    public func render() -> String {
        let all = series.withLock { Array($0) }.sorted { $0.key < $1.key }
        var text = ""
        var name = ""
        for (key, series) in all {
            if key.name != name {
                name = key.name
                text += "# TYPE \(name) \(series.kind)\n"
            }
            series.write(key, to: &text)
        }
        return text
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        make(label, dimensions) { CounterSeries() }
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return make(label, dimensions) { HistogramSeries() } }
        return make(label, dimensions) { GaugeSeries() }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        make(label, dimensions) { HistogramSeries() }
    }

    /// Series last as long as the process: there are as many as methods and codes.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func make<Made: Series>(
        _ label: String, _ dimensions: [(String, String)], _ create: () -> Made
    ) -> Made {
        let name = String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        let key = SeriesKey(name: name, labels: dimensions.map { "\($0)=\"\($1)\"" }.joined(separator: ","))
        return series.withLock { series in
            if let made = series[key] as? Made { return made }
            let made = create()
            series[key] = made
            return made
        }
    }
}

private struct SeriesKey: Hashable, Comparable {
    var name: String
    /// `method="…",code="…"`.
    var labels: String

    static func < (left: SeriesKey, right: SeriesKey) -> Bool {
        (left.name, left.labels) < (right.name, right.labels)
    }

    func text(suffix: String = "", extra: String = "") -> String {
        let all = [labels, extra].filter { !$0.isEmpty }.joined(separator: ",")
        return all.isEmpty ? "\(name)\(suffix)" : "\(name)\(suffix){\(all)}"
    }
}

private protocol Series: AnyObject, Sendable {
    var kind: String { get }
    func write(_ key: SeriesKey, to text: inout String)
}

private final class CounterSeries: Series, CounterHandler {
    private let value = Atomic<Int>(0)
    let kind = "counter"

    func increment(by amount: Int64) { value.add(Int(amount), ordering: .relaxed) }
    func reset() { value.store(0, ordering: .relaxed) }

    func write(_ key: SeriesKey, to text: inout String) {
        text += "\(key.text()) \(value.load(ordering: .relaxed))\n"
    }
}

private final class GaugeSeries: Series, RecorderHandler {
    private let bits = Atomic<UInt64>(0)
    let kind = "gauge"

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func write(_ key: SeriesKey, to text: inout String) {
        text += "\(key.text()) \(Double(bitPattern: bits.load(ordering: .relaxed)))\n"
    }
}

/// Seconds, in buckets from 50 µs to 10 s.
private final class HistogramSeries: Series, RecorderHandler, TimerHandler {
    private struct Counts {
        var buckets = [Int](repeating: 0, count: HistogramSeries.bounds.count)
        var count = 0
        var sum = 0.0
    }

    private static let bounds = [
        0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    private let counts = Mutex(Counts())
    let kind = "histogram"

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = Self.bounds.firstIndex { value <= $0 }
        counts.withLock { counts in
            if let bucket { counts.buckets[bucket] += 1 }
            counts.count += 1
            counts.sum += value
        }
    }

    func write(_ key: SeriesKey, to text: inout String) {
        let counts = counts.withLock { $0 }
        var below = 0
        for (bound, count) in zip(Self.bounds, counts.buckets) {
            below += count
            text += "\(key.text(suffix: "_bucket", extra: "le=\"\(bound)\"")) \(below)\n"
        }
        text += "\(key.text(suffix: "_bucket", extra: "le=\"+Inf\"")) \(counts.count)\n"
        text += "\(key.text(suffix: "_sum")) \(counts.sum)\n\(key.text(suffix: "_count")) \(counts.count)\n"
    }
}
