import Crypto
import UsherAPI
import UsherContract
import UsherServices
import UsherStorage

/// The statements of a redemption with nothing around them: one connection, 256 redemptions in each transaction.
///
/// The service's own function runs them, in one body of a write, so that they are the same statements always; what a
/// lane adds to each call (queue, savepoint, completion) is left out, and so is the wire. The request log is the
/// lane's, whose two statements therefore stand here once more: without their rows a commit would be smaller than the
/// real one.
enum GroupCommits {
    /// - Parameter method: what the redemptions call.
    static func run(
        _ path: LanePath, _ method: MethodDescriptor, _ redemptions: Redemptions, for duration: Duration
    ) async throws -> Sample {
        let redeem = try path.row(of: method)
        let clock = ContinuousClock()
        let start = clock.now
        var sample = Sample()
        let processorSeconds = path.processorSeconds
        while clock.now - start < duration {
            let payloads = redemptions.next(BenchLimits.groupCommit)
            if payloads.isEmpty { break }
            let began = clock.now
            try await path.database.write(as: .bench) { transaction in
                for payload in payloads { try apply(payload, redeem, transaction) }
            }
            let taken = clock.now - began
            sample.latency.record(UInt64(taken / .nanoseconds(1)))
            sample.count += payloads.count
        }
        sample.seconds = (clock.now - start) / .seconds(1)
        if let processorSeconds, let after = path.processorSeconds {
            sample.processorSeconds = after - processorSeconds
        }
        return sample
    }

    private static func apply(
        _ payload: [UInt8], _ redeem: UsherServices.Method, _ transaction: Transaction
    ) throws {
        let call = try redeem.decode(payload)
        let fingerprint = Array(SHA256.hash(data: payload))
        let key = Array(SHA256.hash(data: Array(call.requestID.utf8)).prefix(16))
        let known = try transaction.row("SELECT fingerprint, reply FROM request_log WHERE key = ?", key) { _ in true }
        guard known == nil else { throw BenchFailure("a request id was used twice") }
        let reply = try call.run(transaction)
        try transaction.execute(
            "INSERT INTO request_log (key, time, fingerprint, reply) VALUES (?, ?, ?, ?)", key, transaction.now,
            fingerprint, reply.bytes)
    }
}
