import Synchronization
import UsherContract
import UsherRPC
import UsherServices

/// The streams that are open: calls that last must end when their credential does.
///
/// One task looks after them all, and only when a credential has changed or can have expired.
final class OpenStreams: Sendable {
    private struct Entry {
        let stream: ServerStream
        let proof: CredentialProof
        let expireTime: Instant?
        /// The credential table's when the proof was last found good, or before.
        var generation: Int
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var nextTicket: UInt64 = 0
    }

    /// A revocation takes effect within a second; this leaves time to tell the client.
    private static let interval = Duration.milliseconds(250)

    private let authentication: Authentication
    private let state = Mutex(State())

    init(authentication: Authentication) { self.authentication = authentication }

    /// - Parameter generation: the credential table's before the proof was found good.
    /// - Returns: what ``remove(_:)`` takes.
    func add(_ stream: ServerStream, _ proof: CredentialProof, expireTime: Instant?, generation: Int) -> UInt64 {
        state.withLock { state in
            state.nextTicket += 1
            state.entries[state.nextTicket] = Entry(
                stream: stream, proof: proof, expireTime: expireTime, generation: generation)
            return state.nextTicket
        }
    }

    func remove(_ ticket: UInt64) { state.withLock { $0.entries[ticket] = nil } }

    /// Ends streams whose credentials have ended, until the task is cancelled.
    func watch() async {
        while (try? await ThreadExecutor.shared.sleep(for: Self.interval)) != nil { endUnauthorised() }
    }

    private func endUnauthorised() {
        // Read first: a change that comes meanwhile is seen next time.
        let generation = authentication.credentials.generation
        let now = authentication.now()
        let doubtful = state.withLock { state in
            state.entries.filter { _, entry in
                entry.generation != generation || entry.expireTime.map { $0 <= now } ?? false
            }
        }
        for (ticket, entry) in doubtful {
            do {
                try authentication.check(entry.proof)
                state.withLock { $0.entries[ticket]?.generation = generation }
            } catch {
                entry.stream.abort(
                    error as? Refusal ?? Refusal(.unauthenticated, "KEY_UNKNOWN", "The key is good no longer."))
            }
        }
    }
}
