import SwiftProtobuf
import Testing
import UsherAPI
import UsherClient
import UsherContract

@testable import UsherServer

/// Guessing codes is held up by key and by client address, and nobody else is.
@Suite struct LookupThrottleTests {
    private let start = ContinuousClock.now

    private func visitor(_ key: String, _ address: String) -> LookupThrottle.Visitor {
        .init(key: key, address: ClientAddress(address))
    }

    private func throttle(perKey: Int, perAddress: Int, remembered: Int = 1_000) -> LookupThrottle {
        var limits = LookupLimits()
        limits.perKey = .init(count: perKey, interval: .seconds(1))
        limits.perAddress = .init(count: perAddress, interval: .seconds(10))
        limits.remembered = remembered
        return LookupThrottle(limits)
    }

    private func wait(_ throttle: LookupThrottle, _ visitor: LookupThrottle.Visitor, after: Int) -> Duration? {
        do {
            try throttle.check(visitor, at: start + .seconds(after))
            return nil
        } catch let refusal as Refusal {
            #expect(refusal.code == .resourceExhausted && refusal.reason == "TOO_MANY_FAILED_LOOKUPS")
            return refusal.retryAfter
        } catch { return .zero }
    }

    @Test func anAllowanceIsSpentAndComesBack() throws {
        let throttle = throttle(perKey: 3, perAddress: 1_000_000)
        let (guesser, other) = (visitor("a", "10.0.0.1"), visitor("b", "10.0.0.1"))
        for _ in 0..<2 { try throttle.note(guesser, at: start) }
        #expect(wait(throttle, guesser, after: 0) == nil)
        try throttle.note(guesser, at: start)
        #expect(wait(throttle, guesser, after: 0) == .seconds(1))
        #expect(wait(throttle, visitor("a", "10.0.0.2"), after: 0) == .seconds(1))
        #expect(wait(throttle, other, after: 0) == nil)
        #expect(wait(throttle, guesser, after: 1) == nil)
        try throttle.note(guesser, at: start + .seconds(1))
        #expect(wait(throttle, guesser, after: 1) == .seconds(1))
        #expect(wait(throttle, guesser, after: 100) == nil)
        // What is refused counts no more, neither of the key nor of its address.
        for _ in 0..<10_000 {
            #expect(throws: Refusal.self) { try throttle.note(guesser, at: start + .seconds(1)) }
        }
        #expect(wait(throttle, guesser, after: 1) == .seconds(1))
    }

    @Test func addressesByTheirSites() throws {
        let throttle = throttle(perKey: 100, perAddress: 1)
        for (address, same, other) in [
            ("10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2"), ("2001:db8::1", "2001:db8::ffff:1:2:3", "2001:db8:0:1::1"),
            ("", "unix", "::1"),
        ] {
            try throttle.note(visitor("a", address), at: start)
            #expect(wait(throttle, visitor("b", address), after: 0) == .seconds(10))
            #expect(wait(throttle, visitor("b", same), after: 0) == .seconds(10))
            #expect(wait(throttle, visitor("b", other), after: 0) == nil)
        }
    }

    @Test func manyAddressesTakeBoundedMemory() throws {
        let throttle = throttle(perKey: 1_000_000_000, perAddress: 2, remembered: 1_000)
        for number in 0..<200_000 {
            let address = visitor("a", "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)")
            try throttle.note(address, at: start)
            try throttle.note(address, at: start)
            #expect(wait(throttle, address, after: 0) != nil)
            #expect(throttle.rememberedCount <= 1_001)
        }
        #expect(throttle.rememberedCount > 400)
    }

    /// Every request that names a voucher by its code is one that guesses; what makes vouchers names none.
    @Test func everyLookUpByCodeIsLimited() async throws {
        var limits = LookupLimits()
        limits.perKey = .init(count: 1, interval: .seconds(3_600))
        try await RunningServer.with(lookups: limits) { server in
            let client = try await server.organisation("nordfilm")
            await client.close()
            let key = try await secret(of: "nordfilm", on: server)
            let socket = try RawSocket(port: server.port)
            #expect(try look(socket, "missing", key)?.reason == "VOUCHER_NOT_FOUND")
            var found: [String] = []
            for method in UsherAPI.methods {
                let shape = try RequestShape(method)
                let code = shape.fields.first {
                    $0.kind == .code && !$0.isRepeated && !["voucher", "template"].contains($0.path[0])
                }
                guard let code else { continue }
                let payload = try shape.payload([code: "guess"])
                let answer = try #require(socket.call(method.descriptor, payload, metadata: bearer(key)))
                #expect(try answer.refusal?.reason == "TOO_MANY_FAILED_LOOKUPS", "\(method.descriptor.fullName)")
                found.append(method.descriptor.name)
            }
            let expected = [
                "LookupVoucher", "ValidateVoucher", "ReserveVoucher", "RedeemVoucher", "CheckAccess", "StartPlayback",
                "BatchCheckAccess",
            ]
            #expect(Set(expected).isSubset(of: found))
        }
    }

    /// Many codes in one call are many guesses.
    @Test func aBatchFindsOutNoMoreThanItsCodesOneByOne() async throws {
        var limits = LookupLimits()
        limits.perKey = .init(count: 8, interval: .seconds(3_600))
        try await RunningServer.with(lookups: limits) { server in
            let client = try await server.organisation("nordfilm")
            try await client.createOpening()
            _ = try await client.vouchers.createVoucher(.with { $0.voucher.code = "good" })
            func reasons(_ codes: [String]) async throws -> [String] {
                try await client.accesses.batchCheckAccess(
                    .with { batch in
                        batch.checks = codes.map { code in .with { ($0.code, $0.assetID) = (code, "opening") } }
                    }
                ).results.map(\.reason)
            }
            let missing = (0..<5).map { "missing-\($0)" }
            #expect(try await reasons(missing) == Array(repeating: "VOUCHER_NOT_FOUND", count: 5))
            // Three are left: a call with more of them says nothing, not even of the good one.
            for codes in [["good"] + missing, ["good"]] {
                #expect(try await reason { _ = try await reasons(codes) } == "TOO_MANY_FAILED_LOOKUPS")
            }
            await client.close()
        }
    }

    @Test func guessingIsHeldUpWhileGoodTrafficGoesOn() async throws {
        var limits = LookupLimits()
        limits.perKey = .init(count: 8, interval: .seconds(3_600))
        limits.perAddress = .init(count: 5, interval: .seconds(3_600))
        try await RunningServer.with(lookups: limits) { server in
            let (client, other) = (try await server.organisation("nordfilm"), try await server.organisation("other"))
            try await client.createOpening()
            try await other.createOpening()
            _ = try await client.vouchers.createVoucher(.with { $0.voucher.code = "good" })
            _ = try await other.vouchers.createVoucher(.with { $0.voucher.code = "good" })
            _ = try await client.accesses.grantAccess(.with { ($0.viewerID, $0.assetID) = ("anna", "opening") })
            let key = try await secret(of: "nordfilm", on: server)
            let otherKey = try await secret(of: "other", on: server)
            let (bad, neighbour) = (
                try RawSocket(port: server.port, from: 2), try RawSocket(port: server.port, from: 3)
            )
            // Verdicts and refusals alike; what is found costs nothing.
            for number in 0..<5 {
                #expect(try look(bad, "good", key) == nil)
                #expect(try await guess(bad, number, key) == "VOUCHER_NOT_FOUND")
            }
            for number in 0..<4 { #expect(try await guess(bad, number, key) == "TOO_MANY_FAILED_LOOKUPS") }
            #expect(try look(bad, "good", key)?.reason == "TOO_MANY_FAILED_LOOKUPS")
            #expect(try look(bad, "good", key)?.retryAfter ?? .zero > .zero)
            #expect(try look(bad, "good", otherKey)?.reason == "TOO_MANY_FAILED_LOOKUPS", "it is the address")
            // Without a code nothing is guessed.
            let check = Usher_Access_V1_CheckAccessRequest.with { ($0.viewerID, $0.assetID) = ("anna", "opening") }
            let answer = bad.call(
                Usher_Access_V1_AccessService.checkAccess.descriptor, try check.serializedBytes(), metadata: bearer(key)
            )
            let payload: [UInt8] = try #require(answer?.payload)
            #expect(try Usher_Access_V1_CheckAccessResponse(serializedBytes: payload).allowed)
            // Another address, another key.
            #expect(try look(neighbour, "good", key) == nil)
            #expect(try look(neighbour, "good", otherKey) == nil)
            // The key has three left, wherever it is used.
            for number in 0..<3 { #expect(try await guess(neighbour, number, key) == "VOUCHER_NOT_FOUND") }
            #expect(try look(neighbour, "good", key)?.reason == "TOO_MANY_FAILED_LOOKUPS", "it is the key")
            #expect(try look(neighbour, "good", otherKey) == nil)
            await client.close()
            await other.close()
        }
    }

    private func secret(of organisation: String, on server: RunningServer) async throws -> String {
        let platform = server.client()
        let key = try await platform.organisations.createApiKey(
            .with { $0.apiKey.name = "portal" }, options: .init(organisation: organisation))
        await platform.close()
        return key.secret
    }

    private func look(_ socket: RawSocket, _ code: String, _ key: String) throws -> Refusal? {
        let request = Usher_Vouchers_V1_LookupVoucherRequest.with { $0.code = code }
        let method = Usher_Vouchers_V1_VoucherService.lookupVoucher.descriptor
        return try #require(socket.call(method, try request.serializedBytes(), metadata: bearer(key))).refusal
    }

    /// Looks up a code that does not exist, each time in another way.
    ///
    /// - Returns: the reason, whether it came as a refusal or as a verdict.
    private func guess(_ socket: RawSocket, _ number: Int, _ key: String) async throws -> String? {
        let code = "missing-\(number)"
        switch number % 4 {
        case 0: return try look(socket, code, key)?.reason
        case 1:
            let request = Usher_Vouchers_V1_ValidateVoucherRequest.with { $0.code = code }
            let method = Usher_Vouchers_V1_VoucherService.validateVoucher.descriptor
            let answer = try #require(socket.call(method, try request.serializedBytes(), metadata: bearer(key)))
            guard let payload = answer.payload else { return try answer.refusal?.reason }
            return try Usher_Vouchers_V1_ValidateVoucherResponse(serializedBytes: payload).reason
        case 2:
            let request = Usher_Vouchers_V1_RedeemVoucherRequest.with { ($0.code, $0.viewerID) = (code, "anna") }
            let method = Usher_Vouchers_V1_VoucherService.redeemVoucher.descriptor
            return try #require(socket.call(method, try request.serializedBytes(), metadata: bearer(key))).refusal?
                .reason
        default:
            let request = Usher_Access_V1_CheckAccessRequest.with { ($0.code, $0.assetID) = (code, "opening") }
            let method = Usher_Access_V1_AccessService.checkAccess.descriptor
            let answer = try #require(socket.call(method, try request.serializedBytes(), metadata: bearer(key)))
            guard let payload = answer.payload else { return try answer.refusal?.reason }
            return try Usher_Access_V1_CheckAccessResponse(serializedBytes: payload).reason
        }
    }
}
