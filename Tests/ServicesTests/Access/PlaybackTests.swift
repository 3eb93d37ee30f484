import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct PlaybackTests {
    // MARK: Redeeming

    @Test func playRedeemsAFirstPlayVoucherOnce() async throws {
        let harness = try await Harness.withOpening()
        let voucher = try await harness.createVoucher("PLAY") { ($0.redeemOn, $0.usageLimit) = (.firstPlay, 1) }
        let loaded = try await harness.start {
            ($0.code, $0.phase, $0.ip, $0.country) = ("play", .playerLoaded, "192.0.2.7", "se")
        }
        #expect(!loaded.hasAccess && loaded.redemptionID.isEmpty && loaded.session.voucherID == voucher.voucherID)
        #expect(try await !harness.call(Vouchers.getVoucher, .with { $0.voucherID = voucher.voucherID }).hasExpireTime)
        harness.now = harness.now + .seconds(10)
        let played = try await harness.start { ($0.code, $0.sessionID) = ("PLAY", loaded.session.sessionID) }
        #expect(played.redemptionID.hasPrefix("red_") && played.session.sessionID == loaded.session.sessionID)
        #expect(played.session.startTime == loaded.session.startTime && played.session.phase == .play)
        // Where it began stays known.
        #expect(played.session.ip == "192.0.2.7" && played.session.country == "SE")
        #expect(played.access.expireTime.seconds == played.access.startTime.seconds + 48 * 3_600)
        #expect(played.access.firstPlayTime == played.access.startTime && played.access.boundIp.isEmpty)
        // Later plays with the code ride on that access.
        let again = try await harness.start { $0.code = "PLAY" }
        #expect(again.redemptionID.isEmpty && again.access == played.access)
        let used = try await harness.call(Vouchers.getVoucher, .with { $0.voucherID = voucher.voucherID })
        #expect(used.usedCount == 1 && used.expireTime == played.access.expireTime)
        #expect(try await harness.startReason { ($0.code, $0.assetID) = ("PLAY", "missing") } == "ASSET_NOT_FOUND")
    }

    @Test func playingWithACodeRedeemsItForTheViewer() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("PLAY") { ($0.redeemOn, $0.usageLimit) = (.firstPlay, 1) }
        let played = try await harness.start { ($0.viewerID, $0.code) = ("anna", "PLAY") }
        #expect(played.access.viewerID == "anna" && played.session.viewerID == "anna")
        #expect(try await harness.start { $0.viewerID = "anna" }.access == played.access)
        #expect(try await harness.startReason { ($0.viewerID, $0.code) = ("bob", "PLAY") } == "VOUCHER_USED")
        #expect(try await harness.startReason { $0.code = "PLAY" } == "VOUCHER_USED")
    }

    // MARK: Forgetting

    /// From where a deleted viewer has played is forgotten with the viewer, in sessions that are over too, and was
    /// never in the journal; other viewers' stays.
    @Test func aDeletedViewersAddressesAreForgotten() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("single") { $0.singleIpProtection = true }
        var sessions: [String: [String]] = [:]
        for viewer in ["anna", "bob"] {
            let given = try await harness.call(Accesses.grantAccess, .with { $0.viewerID = viewer })
            for asset in ["single", "opening"] {
                let session = try await harness.start {
                    ($0.viewerID, $0.assetID, $0.ip) = (viewer, asset, "192.0.2.7")
                }.session
                #expect(session.ip == "192.0.2.7")
                sessions[viewer, default: []].append(session.sessionID)
            }
            try await harness.call(Accesses.endPlayback, .with { $0.sessionID = sessions[viewer]?.first ?? "" })
            let access = try await harness.call(Accesses.getAccess, .with { $0.accessID = given.accessID })
            #expect(access.boundIp == "192.0.2.7")
        }
        try await harness.call(Catalog.deleteViewer, .with { $0.viewerID = "anna" })
        let all = try await harness.call(Accesses.listSessions, .init()).sessions
        let kept = all.filter { !$0.ip.isEmpty }.map(\.sessionID)
        #expect(all.count == 4 && kept == sessions["bob"])
        let accesses = try await harness.call(Accesses.listAccess, .init()).accesses
        #expect(accesses.map(\.boundIp) == ["", "192.0.2.7"])
        // The player of a session that goes on is turned away, and tells nothing that is kept.
        let late = try await harness.call(
            Accesses.recordPlayback, .with { $0.sessionID = sessions["anna"]?.last ?? "" })
        #expect(!late.allowed && late.session.ip.isEmpty)
        let entries = try await harness.storage.organisation("nordfilm").read(as: .system()) {
            try $0.journal(after: 0, limit: 1_000)
        }
        #expect(entries.contains { $0.event == "playback.started" })
        #expect(!entries.contains { $0.changes.contains("192.0.2.7") })
    }

    @Test func oneTimeMeansOneSession() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("ONCE") {
            ($0.redeemOn, $0.usageLimit, $0.oneTimeUse) = (.firstPlay, 1, true)
        }
        // It is redeemed when the player loads.
        let loaded = try await harness.start { ($0.code, $0.phase) = ("ONCE", .playerLoaded) }
        #expect(!loaded.redemptionID.isEmpty && loaded.access.hasFirstPlayTime)
        let session = loaded.session.sessionID
        #expect(try await harness.start { ($0.code, $0.sessionID) = ("ONCE", session) }.session.phase == .play)
        #expect(try await harness.check("opening") { $0.code = "ONCE" }.reason == "ALREADY_PLAYED")
        #expect(try await harness.startReason { $0.code = "ONCE" } == "ALREADY_PLAYED")
        // The one session may pause for long, and go on.
        harness.now = harness.now + .hours(1)
        #expect(try await harness.start { ($0.code, $0.sessionID) = ("ONCE", session) }.session.state == .active)
        try await harness.call(Accesses.endPlayback, .with { $0.sessionID = session })
        #expect(try await harness.startReason { ($0.code, $0.sessionID) = ("ONCE", session) } == "SESSION_ENDED")
        #expect(try await harness.startReason { $0.code = "ONCE" } == "ALREADY_PLAYED")
        // Another access of the viewer's opens all the same.
        _ = try await harness.createVoucher("AGAIN") { $0.oneTimeUse = true }
        _ = try await harness.redeem("AGAIN")
        _ = try await harness.start { $0.viewerID = "anna" }
        #expect(try await harness.startReason { $0.viewerID = "anna" } == "ALREADY_PLAYED")
        try await harness.call(Accesses.grantAccess, .with { $0.viewerID = "anna" })
        #expect(try await harness.start { $0.viewerID = "anna" }.access.type == .granted)
    }

    @Test func takingARedemptionBackGivesANewStart() async throws {
        let harness = try await Harness.withOpening()
        let voucher = try await harness.createVoucher("ONCE") {
            ($0.redeemOn, $0.usageLimit, $0.oneTimeUse) = (.firstPlay, 1, true)
        }
        let first = try await harness.start { $0.code = "ONCE" }
        _ = try await harness.call(Vouchers.rollBackRedemption, .with { $0.voucherID = voucher.voucherID })
        #expect(try await harness.check("opening") { $0.code = "ONCE" }.allowed)
        let second = try await harness.start { $0.code = "ONCE" }
        #expect(second.access.accessID != first.access.accessID && !second.redemptionID.isEmpty)
    }

    // MARK: Single IP

    @Test func theFirstPlayBindsTheAddress() async throws {
        let harness = try await Harness.withOpening()
        try await harness.set("single_ip_protection") { $0.singleIpProtection = true }
        try await harness.createAsset("free") { $0.singleIpProtection = false }
        try await harness.call(Accesses.grantAccess, .with { $0.viewerID = "anna" })
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "IP_MISMATCH")
        #expect(try await harness.check("opening") { ($0.viewerID, $0.ip) = ("anna", "192.0.2.1") }.allowed)
        #expect(try await harness.check("opening") { ($0.viewerID, $0.ip) = ("anna", "192.0.2.2") }.allowed)
        let loaded = try await harness.start {
            ($0.viewerID, $0.ip, $0.phase) = ("anna", "192.0.2.2", .playerLoaded)
        }
        #expect(loaded.access.boundIp.isEmpty && !loaded.access.hasFirstPlayTime)
        let played = try await harness.start { ($0.viewerID, $0.ip) = ("anna", "::ffff:192.0.2.1") }
        #expect(played.access.boundIp == "192.0.2.1" && played.session.ip == "192.0.2.1")
        for (ip, reason) in [("192.0.2.1", ""), ("192.0.2.2", "IP_MISMATCH"), ("", "IP_MISMATCH")] {
            #expect(try await harness.check("opening") { ($0.viewerID, $0.ip) = ("anna", ip) }.reason == reason)
            #expect(try await harness.startReason { ($0.viewerID, $0.ip) = ("anna", ip) } ?? "" == reason)
        }
        // The asset's own word counts, and the access is free where the organisation's is taken back.
        #expect(try await harness.start { ($0.viewerID, $0.assetID) = ("anna", "free") }.access.boundIp == "192.0.2.1")
        try await harness.set("single_ip_protection") { $0.singleIpProtection = false }
        #expect(try await harness.startReason { $0.viewerID = "anna" } == nil)
    }

    @Test func anAddressHasOneWayOfWriting() {
        #expect(IPAddress("2001:DB8:0:0::1") == IPAddress("2001:db8::1"))
        #expect(IPAddress("::ffff:192.0.2.1") == IPAddress("192.0.2.1"))
        #expect(IPAddress("192.0.2.1") != IPAddress("192.0.2.10") && IPAddress("::1")?.text == "::1")
        for text in ["", "192.0.2", "192.0.2.1:80", "fe80::1%eth0", "::g", "192.0.2.256", "192.0.2.1\0"] {
            #expect(IPAddress(text) == nil)
        }
    }

    @Test func oneLinkForManyIgnoresTheAddress() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("strict") { $0.singleIpProtection = true }
        let voucher = try await harness.createVoucher("POSTED") {
            ($0.redeemOn, $0.ignoreSingleIp) = (.firstPlay, true)
        }
        for ip in ["192.0.2.1", "192.0.2.2", ""] {
            let played = try await harness.start { ($0.code, $0.assetID, $0.ip) = ("POSTED", "strict", ip) }
            #expect(played.access.boundIp.isEmpty)
        }
        try await harness.call(
            Vouchers.updateVoucher,
            .with {
                $0.voucher.voucherID = voucher.voucherID
                $0.updateMask.paths = ["ignore_single_ip"]
            })
        let bound = try await harness.start { ($0.code, $0.assetID, $0.ip) = ("POSTED", "strict", "192.0.2.1") }
        #expect(bound.access.boundIp == "192.0.2.1")
        let other = try await harness.startReason {
            ($0.code, $0.assetID, $0.ip) = ("POSTED", "strict", "192.0.2.2")
        }
        #expect(other == "IP_MISMATCH")
    }

    // MARK: Sessions at a time

    @Test func theOldestMakeRoom() async throws {
        let harness = try await Harness.withOpening()
        try await harness.call(Accesses.grantAccess, .with { $0.viewerID = "anna" })
        var sessions: [String] = []
        for _ in 0..<4 { sessions.append(try await harness.start { $0.viewerID = "anna" }.session.sessionID) }
        try await harness.set("concurrent_session_limit") { $0.concurrentSessionLimit = 2 }
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
        let fifth = try await harness.start { $0.viewerID = "anna" }
        #expect(fifth.evictedSessionIds == Array(sessions[..<3]))
        let told = try await harness.record(sessions[0], 7)
        #expect(!told.allowed && told.reason == "SESSION_EVICTED" && told.session.state == .evicted)
        #expect(try await harness.record(sessions[3], 8).allowed)
        #expect(
            try await harness.startReason { ($0.viewerID, $0.sessionID) = ("anna", sessions[0]) } == "SESSION_EVICTED")
        // Going on with one's own session takes nobody's place.
        let same = try await harness.start { ($0.viewerID, $0.sessionID) = ("anna", sessions[3]) }
        #expect(same.evictedSessionIds.isEmpty && same.session.positionSeconds == 8)
        try await harness.set("concurrent_session_limit") { $0.concurrentSessionLimit = 1 }
        let last = try await harness.start { $0.viewerID = "anna" }
        #expect(last.evictedSessionIds == [sessions[3], fifth.session.sessionID])
    }

    @Test func orTheNewestIsDenied() async throws {
        let harness = try await Harness.withOpening()
        try await harness.set("concurrent_session_limit", "concurrent_session_policy") {
            ($0.concurrentSessionLimit, $0.concurrentSessionPolicy) = (1, .deny)
        }
        for viewer in ["anna", "bob"] {
            try await harness.call(Accesses.grantAccess, .with { $0.viewerID = viewer })
        }
        let session = try await harness.start { $0.viewerID = "anna" }.session.sessionID
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "TOO_MANY_SESSIONS")
        #expect(try await harness.startReason { $0.viewerID = "anna" } == "TOO_MANY_SESSIONS")
        #expect(try await harness.startReason { ($0.viewerID, $0.sessionID) = ("anna", session) } == nil)
        #expect(try await harness.startReason { $0.viewerID = "bob" } == nil)
        // A code counts its own.
        _ = try await harness.createVoucher("PLAY") { $0.redeemOn = .firstPlay }
        #expect(try await harness.startReason { $0.code = "PLAY" } == nil)
        #expect(try await harness.startReason { $0.code = "PLAY" } == "TOO_MANY_SESSIONS")
        // What is not heard of for five minutes counts no more, and has to wait where others have come.
        harness.now = harness.now + .seconds(299)
        #expect(try await harness.startReason { $0.viewerID = "anna" } == "TOO_MANY_SESSIONS")
        harness.now = harness.now + .seconds(1)
        let other = try await harness.start { $0.viewerID = "anna" }.session.sessionID
        let waiting = try await harness.record(session, 60)
        #expect(!waiting.allowed && waiting.reason == "TOO_MANY_SESSIONS" && waiting.session.state == .lapsed)
        try await harness.call(Accesses.endPlayback, .with { $0.sessionID = other })
        let back = try await harness.record(session, 60)
        #expect(back.allowed && back.session.state == .active && back.session.positionSeconds == 60)
    }

    @Test func whoLapsedIsEvictedWhereOthersHaveCome() async throws {
        let harness = try await Harness.withOpening()
        try await harness.set("concurrent_session_limit") { $0.concurrentSessionLimit = 1 }
        try await harness.call(Accesses.grantAccess, .with { $0.viewerID = "anna" })
        let session = try await harness.start { $0.viewerID = "anna" }.session.sessionID
        harness.now = harness.now + .seconds(300)
        #expect(try await harness.start { $0.viewerID = "anna" }.evictedSessionIds.isEmpty)
        #expect(try await harness.record(session, 60).reason == "SESSION_EVICTED")
    }

    @Test func under64FoldConcurrencyNoMoreGoOnThanMay() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("PLAY") { ($0.redeemOn, $0.usageLimit) = (.firstPlay, 1) }
        for (policy, viewer): (Usher_Organisations_V1_ConcurrentSessionPolicy, String) in [
            (.deny, "anna"), (.evictOldest, "bob"),
        ] {
            try await harness.set("concurrent_session_limit", "concurrent_session_policy") {
                ($0.concurrentSessionLimit, $0.concurrentSessionPolicy) = (3, policy)
            }
            try await harness.call(Accesses.grantAccess, .with { $0.viewerID = viewer })
            let reasons = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<64 { group.addTask { try await harness.startReason { $0.viewerID = viewer } } }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            let started = reasons.filter { $0 == nil }.count
            #expect(started == (policy == .deny ? 3 : 64))
            let listed = try await harness.call(Accesses.listSessions, .with { $0.viewerID = viewer }).sessions
            #expect(listed.count == started && listed.filter { $0.state == .active }.count == 3)
        }
        // And a code is redeemed once, however many press Play.
        try await harness.set("concurrent_session_limit") { $0.clearConcurrentSessionLimit() }
        let redemptions = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<64 { group.addTask { try await harness.start { $0.code = "PLAY" }.redemptionID } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(redemptions.count == 2 && redemptions.contains(""))
    }

    // MARK: Analytics

    @Test func howMuchWasViewed() async throws {
        let harness = try await Harness.withOpening()
        let voucher = try await harness.createVoucher("PLAY") { $0.redeemOn = .firstPlay }
        let session = try await harness.start {
            ($0.code, $0.viewerID, $0.ip, $0.country, $0.device) = ("PLAY", "anna", "192.0.2.1", "se", "tv")
        }.session
        #expect(session.ip == "192.0.2.1" && session.country == "SE" && session.device == "tv")
        harness.now = harness.now + .seconds(60)
        #expect(
            try await harness.record(session.sessionID, 55).session.lastSeenTime.seconds
                == session.startTime.seconds + 60)
        // The viewer goes back, and a report comes late.
        let back = try await harness.record(session.sessionID, 10, viewed: 30).session
        #expect(back.positionSeconds == 10 && back.viewedSeconds == 55)
        let ended = try await harness.call(
            Accesses.endPlayback, .with { ($0.sessionID, $0.viewedSeconds) = (session.sessionID, 90) })
        #expect(ended.state == .ended && ended.positionSeconds == 10 && ended.viewedSeconds == 90 && ended.hasEndTime)
        #expect(try await harness.call(Accesses.endPlayback, .with { $0.sessionID = session.sessionID }) == ended)
        #expect(try await harness.record(session.sessionID, 99).reason == "SESSION_ENDED")
        for request: Usher_Access_V1_ListSessionsRequest in [
            .with { $0.viewerID = "anna" }, .with { $0.voucherID = voucher.voucherID }, .init(),
        ] {
            #expect(try await harness.call(Accesses.listSessions, request).sessions == [ended])
        }
        try await harness.call(Accesses.grantAccess, .with { $0.viewerID = "bob" })
        for _ in 0..<3 { _ = try await harness.start { $0.viewerID = "bob" } }
        let first = try await harness.call(Accesses.listSessions, .with { ($0.viewerID, $0.pageSize) = ("bob", 2) })
        let second = try await harness.call(
            Accesses.listSessions,
            .with { ($0.viewerID, $0.pageSize, $0.pageToken) = ("bob", 2, first.nextPageToken) })
        #expect(first.sessions.count == 2 && second.sessions.count == 1 && second.nextPageToken.isEmpty)
    }

    @Test func aSessionEndsWithItsAccess() async throws {
        let harness = try await Harness.withOpening()
        for (viewer, seconds, reason) in [("anna", 0, "NO_ACCESS"), ("bob", 100, "ACCESS_EXPIRED")] {
            let access = try await harness.call(
                Accesses.grantAccess,
                .with { ($0.viewerID, $0.expireTime.seconds) = (viewer, harness.now.microseconds / 1_000_000 + 90) })
            let session = try await harness.start { $0.viewerID = viewer }.session.sessionID
            #expect(try await harness.record(session, 1).allowed)
            if seconds == 0 {
                _ = try await harness.call(Accesses.revokeAccess, .with { $0.accessID = access.accessID })
            }
            harness.now = harness.now + .seconds(seconds)
            let told = try await harness.record(session, 2)
            #expect(!told.allowed && told.reason == reason && told.session.state == .accessOver)
            #expect(told.session.viewedSeconds == 2)
            #expect(try await harness.record(session, 3).reason == "SESSION_ENDED")
        }
    }

    // MARK: Refusals

    @Test func everyReasonInItsOrder() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("vault") {
            $0.geoPolicy = .with { ($0.mode, $0.countryCodes) = (.allow, ["SE"]) }
            $0.singleIpProtection = true
        }
        try await harness.set("concurrent_session_limit", "concurrent_session_policy") {
            ($0.concurrentSessionLimit, $0.concurrentSessionPolicy) = (1, .deny)
        }
        let voucher = try await harness.createVoucher("ONCE") { $0.oneTimeUse = true }
        _ = try await harness.createVoucher("GONE") { $0.redeemUntil.seconds = 1 }
        func expect(
            _ reason: String, _ code: StatusCode = .failedPrecondition, asset: String = "vault", by: String = "",
            country: String = "SE", ip: String = "192.0.2.1"
        ) async throws {
            let verdict = try await harness.check(asset) {
                ($0.viewerID, $0.code, $0.country, $0.ip) = ("anna", by, country, ip)
            }
            #expect(verdict.reason == reason)
            let refusal = try await harness.refusal(
                Accesses.startPlayback,
                .with {
                    ($0.viewerID, $0.code, $0.assetID, $0.country, $0.ip) = ("anna", by, asset, country, ip)
                })
            #expect(refusal?.reason == reason && refusal?.code == code)
        }
        try await expect("ASSET_NOT_FOUND", .notFound, asset: "missing")
        try await expect("NO_ACCESS")
        try await expect("VOUCHER_NOT_FOUND", .notFound, by: "NONE")
        try await expect("VOUCHER_EXPIRED", by: "GONE")
        _ = try await harness.redeem("ONCE")
        harness.now = harness.now + .hours(48)
        try await expect("ACCESS_EXPIRED")
        _ = try await harness.redeem("ONCE")
        try await expect("GEO_UNKNOWN", country: "", ip: "")
        try await expect("GEO_BLOCKED", country: "NO", ip: "")
        try await expect("IP_MISMATCH", ip: "")
        _ = try await harness.start {
            ($0.viewerID, $0.assetID, $0.country, $0.ip) = ("anna", "vault", "SE", "192.0.2.1")
        }
        try await expect("ALREADY_PLAYED", country: "", ip: "")
        try await harness.call(
            Vouchers.updateVoucher,
            .with {
                $0.voucher.voucherID = voucher.voucherID
                $0.updateMask.paths = ["one_time_use"]
            })
        try await expect("GEO_BLOCKED", country: "NO", ip: "192.0.2.2")
        try await expect("IP_MISMATCH", ip: "192.0.2.2")
        try await expect("TOO_MANY_SESSIONS")
    }

    @Test func everyReasonHasARefusal() {
        for reason in AccessReason.allCases { #expect(AccessRefusal.denied(reason.rawValue).reason == reason.rawValue) }
        for reason in VoucherRefusal.allCases {
            #expect(AccessRefusal.denied(reason.rawValue).reason == reason.rawValue)
        }
    }

    @Test func requestsThatAreNone() async throws {
        let harness = try await Harness.withOpening()
        for viewer in ["anna", "bob"] {
            try await harness.call(Accesses.grantAccess, .with { $0.viewerID = viewer })
        }
        let session = try await harness.start { $0.viewerID = "anna" }.session.sessionID
        for request: Usher_Access_V1_StartPlaybackRequest in [
            .init(), .with { $0.viewerID = "anna" }, .with { $0.assetID = "opening" },
            .with { ($0.viewerID, $0.assetID, $0.ip) = ("anna", "opening", "here") },
            .with { ($0.viewerID, $0.assetID, $0.phase) = ("anna", "opening", .UNRECOGNIZED(9)) },
            .with { ($0.viewerID, $0.assetID, $0.device) = ("anna", "opening", String(repeating: "x", count: 201)) },
        ] {
            #expect(try await harness.refusal(Accesses.startPlayback, request)?.code == .invalidArgument)
        }
        for request: Usher_Access_V1_RecordPlaybackRequest in [
            .with { ($0.sessionID, $0.positionSeconds) = (session, -1) },
            .with { ($0.sessionID, $0.viewedSeconds) = (session, 31_622_401) },
        ] {
            #expect(try await harness.refusal(Accesses.recordPlayback, request)?.code == .invalidArgument)
        }
        // Another's session, another asset's, and none.
        try await harness.createAsset("other")
        for (viewer, asset, id) in [
            ("bob", "opening", session), ("anna", "other", session), ("anna", "opening", "ses_0000000000001"),
        ] {
            let refused = try await harness.startReason {
                ($0.viewerID, $0.assetID, $0.sessionID) = (viewer, asset, id)
            }
            #expect(refused == "SESSION_NOT_FOUND")
        }
        #expect(
            try await harness.refusal(Accesses.endPlayback, .with { $0.sessionID = "x" })?.reason
                == "SESSION_NOT_FOUND")
        for (request, reason): (Usher_Access_V1_ListSessionsRequest, String) in [
            (.with { $0.viewerID = "nobody" }, "VIEWER_NOT_FOUND"),
            (.with { $0.voucherID = "vch_0000000000001" }, "VOUCHER_NOT_FOUND"),
            (.with { ($0.viewerID, $0.voucherID) = ("anna", "vch_0000000000001") }, "FIELD_INVALID"),
        ] {
            #expect(try await harness.refusal(Accesses.listSessions, request)?.reason == reason)
        }
    }
}

extension Harness {
    /// Begins to play `opening`, where `change` names nothing else.
    func start(_ change: (inout Usher_Access_V1_StartPlaybackRequest) -> Void) async throws
        -> Usher_Access_V1_StartPlaybackResponse
    {
        var request = Usher_Access_V1_StartPlaybackRequest()
        request.assetID = "opening"
        change(&request)
        return try await call(Accesses.startPlayback, request)
    }

    /// Why playing is refused; nil where it is not.
    func startReason(_ change: (inout Usher_Access_V1_StartPlaybackRequest) -> Void) async throws -> String? {
        var request = Usher_Access_V1_StartPlaybackRequest()
        request.assetID = "opening"
        change(&request)
        return try await refusal(Accesses.startPlayback, request)?.reason
    }

    fileprivate func record(_ session: String, _ seconds: Int64, viewed: Int64? = nil) async throws
        -> Usher_Access_V1_RecordPlaybackResponse
    {
        try await call(
            Accesses.recordPlayback,
            .with { ($0.sessionID, $0.positionSeconds, $0.viewedSeconds) = (session, seconds, viewed ?? seconds) })
    }

    /// Changes some of the organisation's settings.
    func set(_ fields: String..., change: (inout Usher_Organisations_V1_Settings) -> Void) async throws {
        var request = Usher_Organisations_V1_UpdateSettingsRequest()
        change(&request.settings)
        request.updateMask.paths = fields
        try await call(Organisations.updateSettings, request)
    }
}
