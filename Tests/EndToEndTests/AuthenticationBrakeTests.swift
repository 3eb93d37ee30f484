import Testing
import UsherAPI
import UsherContract
import UsherServer

/// Who tries keys is held up, and nobody else is.
@Suite(.timeLimit(.minutes(10))) struct AuthenticationBrakeTests {
    private func bearer(_ key: String) -> [(String, String)] { [("authorization", "Bearer \(key)")] }
    private let whoAmI = Usher_Session_V1_SessionService.whoAmI.descriptor
    private let wrong = "ush_live_wrong"

    private func limits(perConnection: Int, perAddress: Int) -> AuthenticationLimits {
        var limits = AuthenticationLimits()
        (limits.perConnection, limits.perAddress, limits.interval) = (perConnection, perAddress, .seconds(3_600))
        return limits
    }

    @Test func aConnectionThatShowsOnlyBadKeysIsClosed() async throws {
        try await RunningServer.with(authentications: limits(perConnection: 3, perAddress: 1_000)) { server in
            let socket = try RawSocket(port: server.port)
            func show(_ key: String) throws -> String? {
                try #require(socket.call(whoAmI, metadata: bearer(key))).refusal?.reason
            }
            // A good key begins the count anew.
            for _ in 0..<3 {
                for _ in 0..<2 { #expect(try show(wrong)?.hasPrefix("KEY_") == true) }
                #expect(try show(server.operatorKey) == nil)
            }
            for _ in 0..<2 { #expect(try show(wrong)?.hasPrefix("KEY_") == true) }
            #expect(try show(wrong) == "TOO_MANY_FAILED_AUTHENTICATIONS")
            while socket.frame() != nil {}
            let next = try RawSocket(port: server.port)
            #expect(try #require(next.call(whoAmI, metadata: bearer(server.operatorKey))).refusal == nil)
        }
    }

    @Test func anAddressThatShowsBadKeysIsHeldUpAndGoodOnesAreNot() async throws {
        try await RunningServer.with(authentications: limits(perConnection: 1_000, perAddress: 4)) { server in
            for number in 0..<4 {
                let socket = try RawSocket(port: server.port)
                let answer = try #require(socket.call(whoAmI, metadata: bearer("\(wrong)\(number)")))
                #expect(try answer.refusal?.code == .unauthenticated)
            }
            let socket = try RawSocket(port: server.port)
            let refusal = try #require(socket.call(whoAmI, metadata: bearer(wrong))).refusal
            #expect(refusal?.code == .resourceExhausted)
            #expect(refusal?.reason == "TOO_MANY_FAILED_AUTHENTICATIONS")
            #expect(try #require(refusal?.retryAfter) > .seconds(3_000))
            let authenticate = Usher_Session_V1_SessionService.authenticate.descriptor
            let request: [UInt8] = try Usher_Session_V1_AuthenticateRequest.with { $0.apiKey = wrong }
                .serializedBytes()
            #expect(
                try #require(socket.call(authenticate, request)).refusal?.reason == "TOO_MANY_FAILED_AUTHENTICATIONS")
            // Neither a good key of the same address nor another address nor a call without a key is held up.
            #expect(try #require(socket.call(whoAmI, metadata: bearer(server.operatorKey))).refusal == nil)
            #expect(try #require(socket.call(whoAmI)).refusal?.reason == "CREDENTIAL_MISSING")
            let other = try RawSocket(port: server.port, from: 2)
            #expect(try #require(other.call(whoAmI, metadata: bearer(wrong))).refusal?.code == .unauthenticated)
        }
    }
}
