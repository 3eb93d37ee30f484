import Foundation
import Fuzzing
import Testing
import UsherAPI
import UsherClient
import UsherContract
import UsherServer

/// `operator.key` holds a key that can be used, or is not there.
@Suite struct OperatorKeyFileTests {
    @Test func itGoesWithItsKey() async throws {
        try await RunningServer.with { server in
            let path = OperatorKeyFile.path(in: server.directory)
            let first = server.client()
            let other = try await first.organisations.createApiKey(.with { $0.apiKey.name = "other" })
            let third = try await first.organisations.createApiKey(.with { $0.apiKey.name = "third" })
            let own = try await first.session.whoAmI(.init()).keyID
            _ = try await first.organisations.revokeApiKey(.with { $0.keyID = third.keyID })
            #expect(FileManager.default.fileExists(atPath: path), "another key's end is none of its own")
            let second = server.client(key: other.secret)
            _ = try await second.organisations.revokeApiKey(.with { $0.keyID = own })
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(try await reason { _ = try await first.session.whoAmI(.init()) } == "KEY_REVOKED")
            await first.close()
            await second.close()
        }
    }

    /// As after a loss of power that brought the file back, or with a file of another server's.
    @Test func aDeadKeyIsRemovedAtTheStart() async throws {
        let server = ServerProcess()
        try server.start()
        let key = try server.operatorKey
        let path = OperatorKeyFile.path(in: server.directory)
        #expect(server.terminate() == 0)
        try server.start()
        #expect(try server.operatorKey == key, "a good one stays")
        #expect(server.terminate() == 0)
        let parts = key.split(separator: "_").map(String.init)
        try KeyText.signed("ush_live_0000000000001_\(parts[3])").write(toFile: path, atomically: true, encoding: .utf8)
        try server.start()
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(server.terminate() == 0)
    }
}
