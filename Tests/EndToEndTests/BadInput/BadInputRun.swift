import Foundation
import Fuzzing
import Testing
import UsherAPI
import UsherClient
import UsherContract
import UsherStorage

/// A server process under bad input, with good traffic beside it.
struct BadInputRun {
    let port: Int
    /// The bytes of a good call, which is answered with a success.
    let call: [UInt8]
    let organisationMetadata: [(String, String)]
    let operatorMetadata: [(String, String)]
    private let traffic: GoodTraffic

    /// Runs `work`; before, after and wherever it asks for it good calls must be answered.
    static func with(_ work: (BadInputRun) async throws -> Void) async throws {
        let server = ServerProcess()
        try server.start()
        let platform = try server.client()
        _ = try await platform.organisations.createOrganisation(
            .with { $0.organisation = .with { ($0.organisationID, $0.name) = ("nordfilm", "Nord Film") } })
        let key = try await platform.organisations.createApiKey(.init(), options: .init(organisation: "nordfilm"))
            .secret
        await platform.close()
        let client = try server.client(key: key)
        try await client.createOpening()
        // What the good traffic asks about is named by no bad request, which may well delete `opening`.
        _ = try await client.catalog.createAsset(
            .with { $0.asset = .with { ($0.assetID, $0.type, $0.title) = ("screening", .video, "Screening") } })
        _ = try await client.vouchers.createVoucher(.with { $0.voucher.code = "OPEN" })

        let traffic = GoodTraffic()
        let partner = Task { await traffic.run(client) }
        let whoAmI = WireBytes.envelope(
            service: "usher.session.v1.SessionService", method: "WhoAmI", metadata: bearer(key))
        let run = BadInputRun(
            port: server.port, call: WireBytes.frame(whoAmI), organisationMetadata: bearer(key),
            operatorMetadata: bearer(try server.operatorKey) + [("organisation", "nordfilm")], traffic: traffic)
        do {
            try await run.goodCalls()
            try await work(run)
            try await run.goodCalls()
        } catch {
            partner.cancel()
            throw error
        }
        partner.cancel()
        await partner.value
        await client.close()
        #expect(traffic.problems == [])
        let (now, peak) = try (ServerMemory.resident(of: server.processID), ServerMemory.peak(of: server.processID))
        #expect(peak < BadInputLimits.memory, "the server took \(peak) MiB")
        print("good calls beside it: \(traffic.calls); memory: \(now) MiB, at most \(peak) MiB")
        #expect(server.terminate() == 0)
    }

    /// Waits until good calls were answered from now on.
    func goodCalls() async throws { try await traffic.answers(BadInputLimits.goodCalls) }
}
