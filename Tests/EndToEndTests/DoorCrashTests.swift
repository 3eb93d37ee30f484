import Foundation
import Fuzzing
import Testing
import UsherAPI
import UsherClient
import UsherContract
import UsherRPC

/// `kill -9` while every ticket is at several scanners at once: each lets somebody in once, and what a scanner was told
/// it is told again.
///
/// USHER_CRASH_ROUNDS and USHER_CRASH_SEED as in ``CrashTests``; 5 rounds in the test run.
@Suite struct DoorCrashTests {
    private static let rounds = ProcessInfo.processInfo.environment["USHER_CRASH_ROUNDS"].flatMap(Int.init) ?? 5
    private static let seed = ProcessInfo.processInfo.environment["USHER_CRASH_SEED"].flatMap(UInt64.init) ?? 20_261_121
    private static let scanners = 64
    private static let tickets = 200

    @Test func killedAtTheDoorEachTicketLetsOneIn() async throws {
        let server = ServerProcess()
        try server.start()
        _ = try server.usher("org", "create", "theatre")
        var random = SplitMix(seed: Self.seed)
        var (answered, unanswered) = (0, 0)
        let setup = try server.client(organisation: "theatre")
        let night = try await setup.createNights(1)[0]
        await setup.close()
        for round in 1...Self.rounds {
            let client = try server.client(organisation: "theatre")
            let barcodes = try await client.printTickets(Self.tickets, for: night)
            await client.close()
            let delay = Duration.milliseconds(5 + random.below(200))
            let attempts = try await attack(server, barcodes, night, killAfter: delay)
            try server.start()
            let after = try server.client(organisation: "theatre")
            for attempt in attempts {
                let again = try await after.call(Self.scan, payload: attempt.payload)
                if let reply = attempt.reply { #expect(again == reply, "round \(round): lost or changed") }
            }
            for barcode in barcodes {
                let passed = try await after.admissions.listScans(
                    .with { ($0.barcode, $0.verdict) = (barcode, .ok) }
                ).scans
                let wasTried = attempts.contains { $0.barcode == barcode }
                #expect(passed.count == (wasTried ? 1 : 0), "round \(round): \(barcode)")
            }
            await after.close()
            answered += attempts.filter { $0.reply != nil }.count
            unanswered += attempts.filter { $0.reply == nil }.count
        }
        #expect(answered > 0)
        print("door crash test: \(Self.rounds) kills, \(answered) answered, \(unanswered) unanswered")
        #expect(server.terminate() == 0)
    }

    private static let scan = Usher_Admission_V1_AdmissionService.scanBarcode.descriptor

    private struct Attempt: Sendable {
        var barcode: String
        var payload: [UInt8]
        var reply: [UInt8]?
    }

    /// Has every scanner scan the tickets one after the other until the server dies.
    private func attack(
        _ server: ServerProcess, _ barcodes: [String], _ night: String, killAfter delay: Duration
    ) async throws -> [Attempt] {
        let connection = try await ClientConnection.connect(
            host: "127.0.0.1", port: server.port, group: .singletonMultiThreadedEventLoopGroup,
            connectTimeout: .seconds(60))
        let metadata = [("authorization", "Bearer \(try server.operatorKey)"), ("organisation", "theatre")]
        let process = try server.processID
        let killer = Task.detached {
            try? await Task.sleep(for: delay)
            kill(process, SIGKILL)
        }
        let attempts = await withTaskGroup(of: [Attempt].self) { group in
            for scanner in 0..<Self.scanners {
                group.addTask { await Self.scan(barcodes, night, scanner, connection, metadata) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        await killer.value
        server.kill()
        await connection.close()
        return attempts
    }

    private static func scan(
        _ barcodes: [String], _ night: String, _ scanner: Int, _ connection: ClientConnection,
        _ metadata: [(String, String)]
    ) async -> [Attempt] {
        var attempts: [Attempt] = []
        for barcode in barcodes {
            // No request id: what makes it safe to send again is the nonce.
            let request = Usher_Admission_V1_ScanBarcodeRequest.with {
                ($0.barcode, $0.performanceID) = (barcode, night)
                ($0.deviceID, $0.nonce) = ("scanner-\(scanner)", barcode)
            }
            var attempt = Attempt(barcode: barcode, payload: (try? request.serializedBytes()) ?? [], reply: nil)
            attempt.reply = try? await connection.call(
                service: scan.service, method: scan.name, payload: attempt.payload, timeout: .seconds(30),
                metadata: metadata)
            attempts.append(attempt)
            if attempt.reply == nil { break }
        }
        return attempts
    }
}
