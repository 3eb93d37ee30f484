import Metrics
import UsherContract

/// What is counted of connections, and of calls that never reach the handler. All series are made at start.
struct TransportMetrics: Sendable {
    let connectionsAccepted: Counter
    let connectionsClosed: Counter
    /// Closed because their first bytes, or a frame's, are none of ours.
    let connectionsForeign: Counter
    /// Closed because there were too many.
    let connectionsRejected: Counter
    /// Closed because they owed something and did not move, or since nothing more could be held for them.
    let connectionsStalled: Counter
    let connectionsOverBudget: Counter
    private let refusals: [Counter]

    init(_ factory: any MetricsFactory) {
        func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: "usher_transport_\(name)_total", dimensions: dimensions, factory: factory)
        }
        connectionsAccepted = counter("connections_accepted")
        connectionsClosed = counter("connections_closed")
        connectionsForeign = counter("connections_foreign")
        connectionsRejected = counter("connections_rejected")
        connectionsStalled = counter("connections_stalled")
        connectionsOverBudget = counter("connections_over_budget")
        refusals = StatusCode.allCases.map { counter("refusals", [("code", $0.name)]) }
    }

    /// The transport itself refused a call.
    func refused(_ code: StatusCode) { refusals[Int(code.rawValue)].increment() }
}
