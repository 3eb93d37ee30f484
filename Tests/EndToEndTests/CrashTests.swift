import Foundation
import Testing
import UsherAPI
import UsherClient
import UsherContract
import UsherRPC

/// `kill -9` at random under load: what was acknowledged is there, and nothing is done twice.
///
/// USHER_CRASH_ROUNDS says how often; 25 in the test run. USHER_CRASH_SEED repeats a run's choice of moments.
@Suite struct CrashTests {
    private static let rounds = ProcessInfo.processInfo.environment["USHER_CRASH_ROUNDS"].flatMap(Int.init) ?? 25
    private static let seed = ProcessInfo.processInfo.environment["USHER_CRASH_SEED"].flatMap(UInt64.init) ?? 20_261_120
    private static let callers = 16
    private static let vouchersPerRound = 2_000

    @Test func killedUnderLoadNothingAcknowledgedIsLost() async throws {
        let server = ServerProcess()
        try server.start()
        _ = try server.usher("org", "create", "nordfilm")
        var random = SeededGenerator(seed: Self.seed)
        var journal = AcknowledgementJournal()
        let setup = try server.client(organisation: "nordfilm")
        try await setup.createOpening()
        await setup.close()
        for round in 1...Self.rounds {
            let client = try server.client(organisation: "nordfilm", timeout: .seconds(60))
            let codes = try await client.generate(Self.vouchersPerRound)
            let delay = Duration.milliseconds(Int.random(in: 5...250, using: &random))
            let attempts = try await attack(server, client, codes, killAfter: delay)
            await client.close()
            try server.start()
            let after = try server.client(organisation: "nordfilm")
            journal.add(attempts)
            try await journal.checkLatest(after, round: round)
            await after.close()
        }
        // In the end, everything that was ever acknowledged once more.
        let client = try server.client(organisation: "nordfilm")
        try await journal.checkAll(client)
        await client.close()
        #expect(journal.acknowledged > 0)
        print(
            "crash test: \(Self.rounds) kills, \(journal.acknowledged) acknowledged, \(journal.unanswered) unanswered")
        #expect(server.terminate() == 0)
    }

    /// Redeems the codes from several callers until the server dies.
    private func attack(
        _ server: ServerProcess, _ client: UsherClient, _ codes: [String], killAfter delay: Duration
    ) async throws -> [Attempt] {
        let connection = try await ClientConnection.connect(
            host: "127.0.0.1", port: server.port, group: .singletonMultiThreadedEventLoopGroup,
            connectTimeout: .seconds(60))
        let metadata = [("authorization", "Bearer \(try server.operatorKey)"), ("organisation", "nordfilm")]
        let process = try server.processID
        let killer = Task.detached {
            try? await Task.sleep(for: delay)
            kill(process, SIGKILL)
        }
        let attempts = await withTaskGroup(of: [Attempt].self) { group in
            for caller in 0..<Self.callers {
                let share = codes[(caller * codes.count / Self.callers)..<((caller + 1) * codes.count / Self.callers)]
                group.addTask { await Self.redeem(share, connection, metadata) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        await killer.value
        server.kill()
        await connection.close()
        return attempts
    }

    /// Redeems one code after the other until an answer stays away.
    private static func redeem(
        _ codes: ArraySlice<String>, _ connection: ClientConnection, _ metadata: [(String, String)]
    ) async -> [Attempt] {
        var attempts: [Attempt] = []
        for code in codes {
            var attempt = Attempt(code: code, requestID: "crash-\(code)", reply: nil)
            do {
                attempt.reply = try await connection.call(
                    service: "usher.vouchers.v1.VoucherService", method: "RedeemVoucher", payload: attempt.payload,
                    timeout: .seconds(30), metadata: metadata)
            } catch {
                // Death gives no answer; a refusal is one, and there is no reason for it.
                #expect(error is TransportError)
            }
            attempts.append(attempt)
            if attempt.reply == nil { break }
        }
        return attempts
    }
}

/// One redemption that was tried: acknowledged, or without an answer.
private struct Attempt: Sendable {
    var code: String
    var requestID: String
    var reply: [UInt8]?

    var payload: [UInt8] {
        let request = Usher_Vouchers_V1_RedeemVoucherRequest.with {
            ($0.code, $0.viewerID, $0.requestID) = (code, "viewer-\(code)", requestID)
        }
        return (try? request.serializedBytes()) ?? []
    }
}

/// What the client knows to have been acknowledged.
private struct AcknowledgementJournal {
    private var attempts: [Attempt] = []
    private var latest: [Attempt] = []
    private(set) var acknowledged = 0
    private(set) var unanswered = 0

    mutating func add(_ new: [Attempt]) {
        latest = new
        attempts += new
        acknowledged += new.filter { $0.reply != nil }.count
        unanswered += new.filter { $0.reply == nil }.count
    }

    /// The round's attempts: an acknowledged one is repeated byte for byte; an unanswered one is done now or was done
    /// then, but once.
    func checkLatest(_ client: UsherClient, round: Int) async throws {
        for attempt in latest { try await check(attempt, client, "round \(round)") }
    }

    func checkAll(_ client: UsherClient) async throws {
        for attempt in attempts { try await check(attempt, client, "at the end") }
    }

    private func check(_ attempt: Attempt, _ client: UsherClient, _ when: String) async throws {
        let redeem = Usher_Vouchers_V1_VoucherService.redeemVoucher.descriptor
        let again = try await client.call(redeem, payload: attempt.payload)
        if let reply = attempt.reply { #expect(again == reply, "\(attempt.code) \(when): lost or changed") }
        let redemption = try Usher_Vouchers_V1_RedeemVoucherResponse(serializedBytes: again).redemption
        let listed = try await client.vouchers.listRedemptions(.with { $0.voucherID = redemption.voucherID })
        #expect(listed.redemptions == [redemption], "\(attempt.code) \(when): not redeemed exactly once")
        let access = try await client.accesses.checkAccess(
            .with { ($0.viewerID, $0.assetID) = ("viewer-\(attempt.code)", "opening") })
        #expect(access.access.accessID == redemption.accessID, "\(attempt.code) \(when): its access is missing")
    }
}

/// SplitMix64: the same seed gives the same numbers. Source: Steele, Lea, Flood, OOPSLA 2014.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
