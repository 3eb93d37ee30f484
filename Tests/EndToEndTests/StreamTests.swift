import Testing
import UsherAPI
import UsherContract

@testable import UsherClient

/// Streaming methods over TCP, from their generated stubs.
@Suite(.timeLimit(.minutes(10))) struct StreamTests {
    private func settled(_ server: RunningServer) async throws {
        while server.server.streams.streamCount > 0 || server.server.streams.taskCount > 0 {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test func allVouchersAreExported() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            try await client.createOpening()
            let codes = try await client.generate(3_000)
            var exported: [String] = []
            for try await voucher in try await client.vouchers.exportVouchers(.init()) { exported.append(voucher.code) }
            #expect(exported == codes)
            try await settled(server)
            await client.close()
        }
    }

    /// Commits wake those who watch, and each organisation has its own.
    @Test func eventsAreWatched() async throws {
        try await RunningServer.with { server in
            let (mine, other) = (try await server.organisation("mine"), try await server.organisation("other"))
            var events = try await mine.events.watchEvents(.init()).makeAsyncIterator()
            try await mine.createOpening()
            #expect(try await events.next()?.type == "asset.created")
            try await other.createOpening()
            let voucher = try await mine.vouchers.createVoucher(.with { $0.voucher.code = "A" })
            let event = try await events.next()
            #expect(event?.type == "voucher.created" && event?.resourceID == voucher.voucherID && event?.sequence == 2)
            #expect(event?.organisationID == "mine")
            let page = try await mine.events.listEvents(.init())
            #expect(page.events.map(\.sequence) == [1, 2] && page.lastSequence == 2)
            await mine.close()
            await other.close()
            try await settled(server)
        }
    }

    /// Whoever follows events does not notice that connections come and go.
    @Test func aFeedGoesOnWhereItWas() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            try await client.createOpening()
            var feed = client.events(after: 0).makeAsyncIterator()
            #expect(try await feed.next()?.sequence == 1)
            for number in 0..<5 {
                feed.events = nil
                _ = try await client.vouchers.createVoucher(.with { $0.voucher.code = "V\(number)" })
                #expect(try await feed.next()?.sequence == Int64(number + 2))
            }
            await client.close()
        }
    }

    @Test func refusalsAreThoseOfUnaryCalls() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            let key = try await client.organisations.createApiKey(.with { $0.apiKey.scopes = ["vouchers:redeem"] })
            let door = server.client(key: key.secret)
            let missing = try await reason { for try await _ in try await door.vouchers.exportVouchers(.init()) {} }
            #expect(missing == "SCOPE_MISSING")
            let platform = server.client()
            let nowhere = try await reason { for try await _ in try await platform.events.watchEvents(.init()) {} }
            #expect(nowhere == "ORGANISATION_REQUIRED")
            let wrong = try await reason {
                for try await _ in try await client.events.watchEvents(.with { $0.afterSequence = -1 }) {}
            }
            #expect(wrong == "FIELD_INVALID")
            let stranger = server.client(key: "rubbish")
            let unknown = try await reason { for try await _ in try await stranger.events.watchEvents(.init()) {} }
            #expect(unknown == "KEY_MALFORMED")
            for client in [client, door, platform, stranger] { await client.close() }
            try await settled(server)
        }
    }

    /// A stream lasts no longer than its key.
    @Test func revocationEndsAStream() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            try await client.createOpening()
            let key = try await client.organisations.createApiKey(.with { $0.apiKey.scopes = ["events:read"] })
            let watcher = server.client(key: key.secret)
            var events = try await watcher.events.watchEvents(.init()).makeAsyncIterator()
            #expect(try await events.next() != nil)
            _ = try await client.organisations.revokeApiKey(.with { $0.keyID = key.keyID })
            #expect(try await reason { _ = try await events.next() } == "KEY_REVOKED")
            try await settled(server)
            await client.close()
            await watcher.close()
        }
    }

    @Test func expiryEndsAStream() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            try await client.createOpening()
            let brief = try await client.organisations.createApiKey(
                .with { $0.apiKey.expireTime.seconds = server.now.microseconds / 1_000_000 + 60 })
            let watcher = server.client(key: brief.secret)
            var events = try await watcher.events.watchEvents(.init()).makeAsyncIterator()
            #expect(try await events.next() != nil)
            server.now = server.now + .seconds(60)
            #expect(try await reason { _ = try await events.next() } == "KEY_EXPIRED")
            await client.close()
            await watcher.close()
        }
    }

    /// Connections that are reset in the middle of streams leave neither streams nor tasks behind.
    @Test func connectionsThatAreKilledLeaveNothing() async throws {
        try await RunningServer.with { server in
            let tenant = try await Tenant("nordfilm", on: server)
            try await tenant.client.createOpening()
            _ = try await tenant.client.generate(2_000)
            let methods = [
                Usher_Vouchers_V1_VoucherService.exportVouchers.descriptor,
                Usher_Events_V1_EventService.watchEvents.descriptor,
            ]
            for round in 0..<60 {
                let socket = try RawSocket(port: server.port)
                let bytes = methods.enumerated().flatMap { number, method in
                    socket.request(method, id: UInt32(number * 2 + 1), metadata: bearer(tenant.key))
                }
                // Cut at every part of the requests, and after some of the answers.
                socket.send(Array(bytes.prefix(round < 30 ? bytes.count * round / 30 : bytes.count)))
                for _ in 30..<max(30, round) { _ = socket.frame() }
                if round % 2 == 0 { socket.reset() } else { socket.close() }
            }
            try await settled(server)
            await tenant.client.close()
        }
    }

    /// A client that does not read its export holds up nobody, and then gets all of it.
    @Test func aSlowReaderHurtsNobody() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            try await client.createOpening()
            for _ in 0..<3 { _ = try await client.generate(10_000) }
            var slow = try await client.vouchers.exportVouchers(.init()).makeAsyncIterator()
            #expect(try await slow.next() != nil)
            for number in 0..<100 {
                let check = try await client.accesses.checkAccess(
                    .with { ($0.viewerID, $0.assetID) = ("viewer-\(number)", "opening") })
                #expect(check.access.accessID.isEmpty)
            }
            var count = 1
            while try await slow.next() != nil { count += 1 }
            #expect(count == 30_000)
            await client.close()
        }
    }

    /// A server that goes away ends streams without an end, and tells why.
    @Test func aDrainEndsWhatHasNoEnd() async throws {
        var events: ResponseStream<Usher_Events_V1_Event>.AsyncIterator?
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            try await client.createOpening()
            events = try await client.events.watchEvents(.init()).makeAsyncIterator()
            #expect(try await events?.next() != nil)
        }
        #expect(try await reason { _ = try await events?.next() } == "SERVER_DRAINING")
    }

    /// On the command line each response of a stream is a line; a time limit ends one that has no end.
    @Test func responsesAreLines() throws {
        let server = ServerProcess()
        try server.start()
        _ = try server.usher("org", "create", "nordfilm")
        func call(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
            try server.usher(["call"] + arguments + ["--organisation", "nordfilm"])
        }
        for code in ["FIRST", "SECOND"] {
            let request = #"{"voucher": {"code": "\#(code)"}}"#
            #expect(try call("usher.vouchers.v1.VoucherService/CreateVoucher", request).status == 0)
        }
        let export = try call("usher.vouchers.v1.VoucherService/ExportVouchers")
        let vouchers = export.output.split(separator: "\n")
        #expect(export.status == 0 && vouchers.count == 2 && vouchers[1].contains(#""code":"SECOND""#))
        let watch = try call("usher.events.v1.EventService/WatchEvents", #"{"afterSequence": "1"}"#, "--timeout", "2s")
        #expect(watch.status != 0 && !watch.errors.isEmpty)
        let events = watch.output.split(separator: "\n")
        #expect(events.count == 1 && events[0].contains(#""type":"voucher.created""#))
        #expect(server.terminate() == 0)
    }
}
