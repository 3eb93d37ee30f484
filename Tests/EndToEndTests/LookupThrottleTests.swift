import SwiftProtobuf
import Testing
import UsherAPI
import UsherClient
import UsherContract

@testable import UsherServer

/// Guessing codes is held up by key and, within an organisation, by client address, and nobody else is.
@Suite struct LookupThrottleTests {
    private let start = ContinuousClock.now

    private func visitor(_ key: String, _ address: String, in organisation: String = "nordfilm")
        -> LookupThrottle.Visitor
    {
        .init(organisation: organisation, key: key, address: ClientAddress(address))
    }

    private func throttle(perKey: Int, perAddress: Int, remembered: Int = 1_000) -> LookupThrottle {
        var limits = LookupLimits()
        limits.perKey = .init(count: perKey, interval: .seconds(1))
        limits.perProxy = .init(count: 20, interval: .seconds(1))
        limits.perAddress = .init(count: perAddress, interval: .seconds(10))
        limits.remembered = remembered
        return LookupThrottle(limits)
    }

    /// How long a look-up is refused; nil where it is not.
    private func wait(_ throttle: LookupThrottle, _ visitor: LookupThrottle.Visitor, after: Int) -> Duration? {
        refusal { try throttle.check(visitor, at: start + .seconds(after)) }?.retryAfter
    }

    /// Fails a look-up that is let in. Returns how long the caller is told to stay away; nil where it is told that the
    /// code does not exist.
    private func fail(_ throttle: LookupThrottle, _ visitor: LookupThrottle.Visitor, after: Int) -> Duration? {
        refusal { try throttle.note(visitor, at: start + .seconds(after)) }?.retryAfter
    }

    private func refusal(_ work: () throws -> Void) -> Refusal? {
        do {
            try work()
            return nil
        } catch let refusal as Refusal {
            #expect(refusal.code == .resourceExhausted && refusal.reason == "TOO_MANY_FAILED_LOOKUPS")
            return refusal
        } catch {
            Issue.record("\(error)")
            return nil
        }
    }

    @Test func anAllowanceIsSpentAndComesBack() throws {
        let throttle = throttle(perKey: 3, perAddress: 1_000_000)
        let guesser = visitor("a", "10.0.0.1")
        for _ in 0..<3 { #expect(fail(throttle, guesser, after: 0) == nil) }
        // In debt: what does not exist is refused and counts, what exists passes.
        for debt in 1...4 {
            #expect(wait(throttle, guesser, after: 0) == nil)
            #expect(fail(throttle, guesser, after: 0) == .seconds(debt + 1))
        }
        // Beyond five seconds the gate is shut, until half of them are left.
        #expect(fail(throttle, guesser, after: 0) == .seconds(6))
        #expect(wait(throttle, guesser, after: 0) == .milliseconds(3_500))
        #expect(wait(throttle, visitor("a", "10.0.0.2"), after: 0) == .milliseconds(3_500), "it is the key")
        #expect(wait(throttle, visitor("b", "10.0.0.1"), after: 0) == nil)
        #expect(wait(throttle, guesser, after: 3) == .milliseconds(500))
        #expect(wait(throttle, guesser, after: 4) == nil)
        #expect(fail(throttle, guesser, after: 4) == .seconds(3))
        #expect(wait(throttle, guesser, after: 4) == nil)
        #expect(fail(throttle, guesser, after: 1_000) == nil, "all is forgotten")
        for _ in 0..<7 { _ = fail(throttle, guesser, after: 1_000) }
        // What finds the gate shut counts no more, neither of the key nor of its address.
        for _ in 0..<10_000 { #expect(fail(throttle, guesser, after: 1_000) == .milliseconds(3_500)) }
        #expect(wait(throttle, guesser, after: 1_004) == nil)
    }

    /// However often one guesses, what one finds out is the allowance.
    @Test(arguments: [1, 2, 10, 1_000]) func guessesThatAreLookedUpAreBounded(perSecond: Int) throws {
        var limits = LookupLimits()
        limits.perAddress = .init(count: 10, interval: .seconds(1))
        let throttle = LookupThrottle(limits)
        let guesser = visitor("a", "10.0.0.1")
        var (lookedUp, passed) = (0, 0)
        let seconds = 120
        for number in 0..<(seconds * perSecond) {
            let now = start + .seconds(1) * number / perSecond
            if refusal({ try throttle.check(guesser, at: now) }) == nil {
                lookedUp += 1
                _ = refusal { try throttle.note(guesser, at: now) }
            }
            // A good code of the same address in between.
            if refusal({ try throttle.check(guesser, at: now + .seconds(1) / (2 * perSecond)) }) == nil { passed += 1 }
        }
        #expect(lookedUp <= seconds + 10 + 5 + 1)
        #expect(passed >= seconds / 2, "good codes have their share")
    }

    @Test func theRefusalSaysWhenToComeBack() throws {
        let throttle = throttle(perKey: 1, perAddress: 1_000)
        let guesser = visitor("a", "10.0.0.1")
        #expect(fail(throttle, guesser, after: 0) == nil)
        let refusal = try #require(refusal { try throttle.note(guesser, at: start + .milliseconds(300)) })
        #expect(refusal.retryAfter == .milliseconds(1_700))
        #expect(refusal.metadata == ["retry_after": "2s"])
        #expect(refusal.message.contains("in 2 s"))
    }

    @Test func organisationsDoNotShareAnAddress() throws {
        let throttle = throttle(perKey: 1_000, perAddress: 1)
        #expect(fail(throttle, visitor("a", "10.0.0.1"), after: 0) == nil)
        #expect(wait(throttle, visitor("b", "10.0.0.1"), after: 0) == .milliseconds(7_500))
        let neighbour = visitor("c", "10.0.0.1", in: "other")
        #expect(wait(throttle, neighbour, after: 0) == nil)
        #expect(fail(throttle, neighbour, after: 0) == nil)
    }

    /// One viewer's guesses are nobody else's, and a portal is bounded over all of its viewers.
    @Test func aPortalHasAnAllowanceOfItsOwn() throws {
        let throttle = throttle(perKey: 3, perAddress: 2)
        func viewer(_ number: Int) -> LookupThrottle.Visitor {
            .init(
                organisation: "nordfilm", key: "portal", address: ClientAddress("192.0.2.\(number)"), isProxy: true)
        }
        for _ in 0..<2 { #expect(fail(throttle, viewer(1), after: 0) == nil) }
        #expect(wait(throttle, viewer(1), after: 0) == .milliseconds(7_500))
        for number in 2..<20 {
            #expect(wait(throttle, viewer(number), after: 0) == nil)
            #expect(fail(throttle, viewer(number), after: 0) == nil)
        }
        #expect(fail(throttle, viewer(20), after: 0) == .seconds(2), "the twenty of the portal are spent")
        // What it asks for itself is counted as of any key.
        for _ in 0..<2 { #expect(fail(throttle, visitor("portal", "10.0.0.5"), after: 0) == nil) }
    }

    @Test func addressesByTheirSites() throws {
        let throttle = throttle(perKey: 100, perAddress: 1)
        for (address, same, other) in [
            ("10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2"), ("2001:db8::1", "2001:db8::ffff:1:2:3", "2001:db8:0:1::1"),
            ("", "unix", "::1"),
        ] {
            try throttle.note(visitor("a", address), at: start)
            #expect(wait(throttle, visitor("b", address), after: 0) == .milliseconds(7_500))
            #expect(wait(throttle, visitor("b", same), after: 0) == .milliseconds(7_500))
            #expect(wait(throttle, visitor("b", other), after: 0) == nil)
        }
    }

    @Test(arguments: ["", "localhost", "10.0.0.1:80", "10.0.0", "fe80::1%eth0", "10.0.0.1\0", "::1 "])
    func whatIsNoAddress(text: String) { #expect(ClientAddress(exactly: text) == nil) }

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
            #expect(try look(bad, "good", otherKey) == nil, "it is the address in the organisation")
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

    /// Whose address it was is believed from keys with the scope for it, and from no others.
    @Test func aPortalSaysForWhomItAsks() async throws {
        var limits = LookupLimits()
        limits.perKey = .init(count: 8, interval: .seconds(3_600))
        limits.perAddress = .init(count: 2, interval: .seconds(3_600))
        try await RunningServer.with(lookups: limits) { server in
            let client = try await server.organisation("nordfilm")
            _ = try await client.vouchers.createVoucher(.with { $0.voucher.code = "good" })
            await client.close()
            let portal = server.client(
                key: try await secret(of: "nordfilm", on: server, scopes: ["vouchers:read", "vouchers:proxy"]))
            let other = server.client(
                key: try await secret(of: "nordfilm", on: server, scopes: ["vouchers:read"]))
            func look(_ client: UsherClient, _ code: String, for viewer: String?) async throws -> String? {
                try await reason {
                    _ = try await client.vouchers.lookupVoucher(
                        .with { $0.code = code }, options: .init(viewerAddress: viewer))
                }
            }
            for viewer in ["192.0.2.1", "2001:db8::1"] {
                for _ in 0..<2 { #expect(try await look(portal, "missing", for: viewer) == "VOUCHER_NOT_FOUND") }
                #expect(try await look(portal, "good", for: viewer) == "TOO_MANY_FAILED_LOOKUPS")
            }
            #expect(try await look(portal, "good", for: "192.0.2.2") == nil)
            #expect(try await look(portal, "good", for: nil) == nil)
            #expect(try await look(portal, "good", for: "192.0.2.2:80") == "VIEWER_ADDRESS_INVALID")
            // Without the scope it is the peer's address, whatever is said.
            #expect(try await look(other, "good", for: "192.0.2.1") == nil)
            #expect(try await look(other, "good", for: "no address") == nil)
            for viewer in ["192.0.2.3", "192.0.2.4"] {
                #expect(try await look(other, "missing", for: viewer) == "VOUCHER_NOT_FOUND")
            }
            #expect(try await look(other, "good", for: "192.0.2.5") == "TOO_MANY_FAILED_LOOKUPS")
            #expect(try await look(portal, "good", for: "192.0.2.6") == nil)
            await portal.close()
            await other.close()
        }
    }

    /// Who repeats what was done finds out nothing, and is told what became of it.
    @Test func aRepetitionIsNotHeldUp() async throws {
        var limits = LookupLimits()
        limits.perKey = .init(count: 1, interval: .seconds(3_600))
        try await RunningServer.with(lookups: limits) { server in
            let client = try await server.organisation("nordfilm")
            _ = try await client.vouchers.createVoucher(.with { $0.voucher.code = "good" })
            let request = Usher_Vouchers_V1_RedeemVoucherRequest.with {
                ($0.code, $0.viewerID, $0.requestID) = ("good", "anna", "r1")
            }
            let first = try await client.vouchers.redeemVoucher(request)
            let missing = try await reason { _ = try await client.vouchers.lookupVoucher(.with { $0.code = "x" }) }
            #expect(missing == "VOUCHER_NOT_FOUND")
            let shut = try await reason { _ = try await client.vouchers.lookupVoucher(.with { $0.code = "good" }) }
            #expect(shut == "TOO_MANY_FAILED_LOOKUPS")
            #expect(try await client.vouchers.redeemVoucher(request) == first)
            await client.close()
        }
    }

    private func secret(
        of organisation: String, on server: RunningServer, scopes: [String] = []
    ) async throws -> String {
        let platform = server.client()
        let key = try await platform.organisations.createApiKey(
            .with { ($0.apiKey.name, $0.apiKey.scopes) = ("portal", scopes) },
            options: .init(organisation: organisation))
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
