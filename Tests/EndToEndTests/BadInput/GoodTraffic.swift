import Synchronization
import UsherClient

/// A partner who uses the server as it is meant to be used, all the time.
final class GoodTraffic: Sendable {
    private let answered = Atomic<Int>(0)
    private let failures = Mutex<[String]>([])

    /// What went wrong; must be nothing.
    var problems: [String] { failures.withLock { $0 } }
    var calls: Int { answered.load(ordering: .acquiring) }

    /// Redeems and checks until cancelled.
    func run(_ client: UsherClient) async {
        while !Task.isCancelled {
            let viewer = "viewer-\(calls)"
            do {
                let reply = try await client.vouchers.redeemVoucher(.with { ($0.code, $0.viewerID) = ("OPEN", viewer) })
                let check = try await client.accesses.checkAccess(
                    .with { ($0.viewerID, $0.assetID) = (viewer, "screening") })
                if check.access.accessID != reply.access.accessID { note("\(viewer) has another access") }
                answered.add(2, ordering: .acquiringAndReleasing)
            } catch is CancellationError {
                return
            } catch {
                note("\(error)")
            }
        }
    }

    /// Returns when `count` more calls were answered than at the time of the call.
    func answers(_ count: Int) async throws {
        let goal = calls + count
        while calls < goal {
            if let problem = problems.first { throw Stopped(problem: problem) }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    private struct Stopped: Error { var problem: String }

    private func note(_ problem: String) { failures.withLock { $0.append(problem) } }
}
