import Metrics
import NIOCore
import UsherContract

/// Counts calls by method and code, and how long they took. Every series is made at start, none in a call.
struct CallMetrics: Sendable {
    private let counters: [[Counter]]
    private let timers: [Metrics.Timer]

    init(_ methods: [MethodDescriptor], _ factory: any MetricsFactory) {
        counters = methods.map { method in
            StatusCode.allCases.map { code in
                Counter(
                    label: "usher_calls_total", dimensions: [("method", method.fullName), ("code", code.name)],
                    factory: factory)
            }
        }
        timers = methods.map { method in
            Metrics.Timer(
                label: "usher_call_seconds", dimensions: [("method", method.fullName)], factory: factory)
        }
    }

    func record<Reply>(_ method: Int, _ answer: Result<Reply, Refusal>, _ duration: TimeAmount) {
        let code =
            switch answer {
            case .success: StatusCode.ok
            case .failure(let refusal): refusal.code
            }
        counters[method][Int(code.rawValue)].increment()
        timers[method].recordNanoseconds(duration.nanoseconds)
    }
}
