import Testing
import UsherAPI
import UsherContract
import UsherServices
import UsherStorage

private typealias Events = Usher_Events_V1_EventService

@Suite(.timeLimit(.minutes(10))) struct EventServiceTests {
    private func list(
        _ harness: Harness, _ change: (inout Usher_Events_V1_ListEventsRequest) -> Void = { _ in }
    ) async throws -> Usher_Events_V1_ListEventsResponse {
        try await harness.call(Events.listEvents, .with(change))
    }

    @Test func whatHappenedIsListedInItsOrder() async throws {
        let harness = try await Harness.withOpening()
        let voucher = try await harness.createVoucher("A")
        _ = try await harness.redeem("A")
        let response = try await list(harness)
        let events = response.events
        #expect(events.map(\.sequence) == Array(1...Int64(events.count)))
        #expect(events.map(\.type).starts(with: ["asset.created", "voucher.created"]))
        #expect(response.lastSequence == Int64(events.count) && response.nextPageToken.isEmpty)
        let created = try #require(events.first { $0.type == "voucher.created" })
        #expect(created.resourceID == voucher.voucherID && created.organisationID == "nordfilm")
        #expect(created.eventID.hasPrefix("evt_") && Instant.microseconds(of: created) == Harness.start.microseconds)
        #expect(events.contains { $0.type == "voucher.redeemed" && $0.changesJson.contains("\"used") })
    }

    @Test func pagesFollowOneAnother() async throws {
        let harness = try await Harness.withOpening()
        for number in 0..<7 { try await harness.createAsset("asset-\(number)") }
        var (seen, token, pages) = ([Int64](), "", 0)
        repeat {
            let page = try await list(harness) { ($0.afterSequence, $0.pageSize, $0.pageToken) = (2, 3, token) }
            seen += page.events.map(\.sequence)
            (token, pages) = (page.nextPageToken, pages + 1)
        } while !token.isEmpty
        #expect(seen == Array(3...8) && pages == 2)
    }

    /// A filter that nothing passes gives empty pages that go on, not one long call.
    @Test func filtersChooseByType() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("A")
        try await harness.storage.organisation("nordfilm").write(as: .system()) { tx in
            for number in 0..<5_200 { try tx.record("test.noted", "n-\(number)") }
        }
        _ = try await harness.createVoucher("B")
        let whole = try await list(harness) { $0.types = ["voucher.created"] }
        #expect(whole.events.count == 1 && !whole.nextPageToken.isEmpty)
        let rest = try await list(harness) {
            ($0.types, $0.pageToken) = (["voucher.created"], whole.nextPageToken)
        }
        #expect(rest.events.map(\.type) == ["voucher.created"] && rest.nextPageToken.isEmpty)
        let alike = try await list(harness) { $0.types = ["voucher.*", "asset.created"] }
        #expect(alike.events.map(\.type) == ["asset.created", "voucher.created"])
        let prefix = try await list(harness) { $0.types = ["vouch"] }
        #expect(prefix.events.isEmpty)
    }

    @Test func auditSaysWhoDidWhat() async throws {
        let harness = try await Harness.withOpening()
        let voucher = try await harness.createVoucher("A")
        try await harness.storage.organisation("nordfilm").write(as: .system()) { try $0.record("test.swept", "x") }
        let all = try await harness.call(Events.listAuditEntries, .init()).auditEntries
        #expect(all.map(\.event.sequence) == [3, 2, 1])
        #expect(all.map(\.actor) == [.system, .operator, .operator])
        #expect(all[0].keyID.isEmpty && all[0].method.isEmpty)
        #expect(all[1].keyID == "key_test" && all[1].method == Vouchers.createVoucher.descriptor.fullName)
        let of = try await harness.call(Events.listAuditEntries, .with { $0.resourceID = voucher.voucherID })
        #expect(of.auditEntries.map(\.event.type) == ["voucher.created"])
        #expect(try await harness.call(Events.listAuditEntries, .with { $0.keyID = "key_no" }).auditEntries.isEmpty)
        let page = try await harness.call(Events.listAuditEntries, .with { $0.pageSize = 2 })
        let next = try await harness.call(
            Events.listAuditEntries, .with { ($0.pageSize, $0.pageToken) = (2, page.nextPageToken) })
        #expect((page.auditEntries + next.auditEntries).map(\.event.sequence) == [3, 2, 1])
    }

    // MARK: Watching

    /// From any sequence on every event comes, in order, and those that are committed later too.
    @Test func watchingBeginsAnywhereAndGoesOn() async throws {
        let harness = try await Harness.withOpening()
        for number in 0..<3 { try await harness.createAsset("early-\(number)") }
        for start: Int64 in 0...4 {
            var events = try harness.stream(Events.watchEvents, .with { $0.afterSequence = start }).makeAsyncIterator()
            let known = try await list(harness).lastSequence
            var last = start
            while last < known { last = try await next(&events, after: last) }
            try await harness.createAsset("late-\(start)")
            last = try await next(&events, after: last)
            #expect(last == known + 1)
        }
    }

    private func next(
        _ events: inout AsyncThrowingStream<Usher_Events_V1_Event, any Error>.Iterator, after last: Int64
    ) async throws -> Int64 {
        let event = try #require(try await events.next())
        #expect(event.sequence == last + 1)
        return event.sequence
    }

    @Test func watchingFromNowLeavesOutWhatWas() async throws {
        let harness = try await Harness.withOpening()
        var events = try harness.stream(Events.watchEvents, .with { $0.fromNow = true }).makeAsyncIterator()
        // When the stream has begun is not known: something is made until it shows.
        let maker = Task {
            var number = 0
            while !Task.isCancelled {
                try await harness.createAsset("next-\(number)")
                number += 1
            }
        }
        let event = try #require(try await events.next())
        #expect(event.sequence > 1)
        maker.cancel()
        _ = try? await maker.value
    }

    @Test func aFilterPassesOverTheRest() async throws {
        let harness = try await Harness.withOpening()
        var events = try harness.stream(Events.watchEvents, .with { $0.types = ["voucher.*"] }).makeAsyncIterator()
        try await harness.createAsset("another")
        _ = try await harness.createVoucher("A")
        #expect(try await events.next()?.type == "voucher.created")
    }

    /// Many writers, one watcher: every event once, in order, and none of a call that was refused.
    @Test func nothingIsLostUnderLoad() async throws {
        let harness = try await Harness.withOpening()
        var events = try harness.stream(Events.watchEvents, .init()).makeAsyncIterator()
        async let writers: Void = withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<50 {
                        try await harness.createAsset("w\(writer)-\(number)")
                        _ = try? await harness.createVoucher("SAME")
                    }
                }
            }
            try await group.waitForAll()
        }
        var (last, assets, vouchers) = (Int64(0), 0, 0)
        while assets < 401 {
            let event = try #require(try await events.next())
            #expect(event.sequence == last + 1)
            last = event.sequence
            if event.type == "asset.created" { assets += 1 } else { vouchers += 1 }
        }
        try await writers
        #expect(vouchers == 1)
    }

    // MARK: Refusals

    @Test(
        arguments: [
            { $0.afterSequence = -1 }, { ($0.afterSequence, $0.fromNow) = (1, true) }, { $0.types = [""] },
            { $0.types = Array(repeating: "a", count: 51) }, { $0.types = [String(repeating: "a", count: 101)] },
        ] as [@Sendable (inout Usher_Events_V1_WatchEventsRequest) -> Void])
    func requestsThatAreWrong(_ change: @Sendable (inout Usher_Events_V1_WatchEventsRequest) -> Void) async throws {
        let harness = try await Harness.withOpening()
        let refusal = try await harness.streamRefusal(Events.watchEvents, .with { change(&$0) })
        #expect(refusal?.reason == "FIELD_INVALID")
    }

    /// What has been given up cannot be followed: neither from before it, nor by one who has fallen behind.
    @Test func eventsThatAreGone() async throws {
        let harness = try await Harness.withOpening()
        try await harness.storage.organisation("nordfilm").write(as: .system()) { tx in
            for number in 0..<5 { try tx.record("test.noted", "\(number)") }
            try tx.execute("UPDATE retention SET retained_to = 4 WHERE id = 1")
            try tx.execute("DELETE FROM journal WHERE seq <= 4")
        }
        for start: Int64 in [0, 3] {
            let refusal = try await harness.streamRefusal(Events.watchEvents, .with { $0.afterSequence = start })
            #expect(refusal?.reason == "EVENTS_GONE" && refusal?.metadata["retained_to"] == "4")
        }
        let rest = try await list(harness) { $0.afterSequence = 4 }
        #expect(rest.events.map(\.sequence) == [5, 6])
    }

    @Test func aSequenceThatIsNotThere() async throws {
        let harness = try await Harness.withOpening()
        let ahead = try await harness.streamRefusal(Events.watchEvents, .with { $0.afterSequence = 99 })
        #expect(ahead?.reason == "SEQUENCE_AHEAD" && ahead?.metadata["last_sequence"] == "1")
        #expect(try await harness.refusal(Events.listEvents, .with { $0.afterSequence = 99 })?.code == .outOfRange)
    }
}

extension Instant {
    fileprivate static func microseconds(of event: Usher_Events_V1_Event) -> Int64 {
        event.createTime.seconds * 1_000_000 + Int64(event.createTime.nanos) / 1_000
    }
}
