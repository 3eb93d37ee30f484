import Logging
import UsherContract
import UsherRPC
import UsherServices
import UsherStorage

/// Sees to it that events tell of what time does: one timer for all organisations, which are opened only when something
/// is due in them. Answers are right without it.
struct Sweeper: Sendable {
    let storage: Storage
    let services: Services
    let interval: Duration
    let now: @Sendable () -> Instant
    let logger: Logger

    /// Organisations that are swept at a time: each takes part in its lane like a call, and may have to be opened.
    private static let organisationsAtATime = 4
    /// Transactions in an organisation before the others that have become due have their turn.
    private static let transactionsAtATime = 50
    /// An organisation that cannot be swept is left alone for so long.
    private static let pauseAfterFailure = Duration.seconds(60)

    /// How often what is too old is looked for in the platform's database.
    private static let platformInterval = Duration.seconds(3_600)

    /// Sweeps until the task is cancelled.
    func run() async {
        var pauses: [String: ContinuousClock.Instant] = [:]
        var platformTurn = ContinuousClock.now
        while (try? await ThreadExecutor.shared.sleep(for: interval)) != nil {
            if platformTurn <= .now, await sweepPlatform() { platformTurn = .now + Self.platformInterval }
            let due = storage.organisationsToWake(at: now())
            guard !due.isEmpty else { continue }
            pauses = pauses.filter { $0.value > .now }
            for id in await sweep(due.filter { pauses[$0] == nil }) { pauses[id] = .now + Self.pauseAfterFailure }
        }
    }

    /// - Returns: whether that is done for now: all was looked at, or it failed and is tried later.
    private func sweepPlatform() async -> Bool {
        do {
            return try await !storage.platform.write(as: .system()) { try services.sweepPlatform($0) }
        } catch {
            return true
        }
    }

    /// - Returns: those that could not be swept.
    private func sweep(_ organisations: [String]) async -> [String] {
        await withTaskGroup(of: String?.self) { group in
            var failed: [String] = []
            var rest = organisations.makeIterator()
            func begin() {
                if let id = rest.next() { group.addTask { await sweep(id) ? nil : id } }
            }
            for _ in 0..<Self.organisationsAtATime { begin() }
            for await result in group {
                if let id = result { failed.append(id) }
                begin()
            }
            return failed
        }
    }

    /// Sweeps one organisation, in small transactions behind whatever waits on its lane.
    ///
    /// - Returns: false where that failed; what was due is due still.
    private func sweep(_ id: String) async -> Bool {
        let database = storage.organisation(id)
        do {
            for _ in 0..<Self.transactionsAtATime {
                let isMore = try await database.write(as: .system()) { try services.sweep($0) }
                guard isMore, !Task.isCancelled else { break }
            }
            return true
        } catch {
            if !Task.isCancelled {
                logger.error("not swept", metadata: ["organisation": "\(id)", "error": "\(error)"])
            }
            return false
        }
    }
}
