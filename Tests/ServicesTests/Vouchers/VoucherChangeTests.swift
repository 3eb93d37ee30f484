import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

/// What can be done to a voucher after its creation.
@Suite struct VoucherChangeTests {
    private func get(_ harness: Harness, _ id: String) async throws -> Usher_Vouchers_V1_Voucher {
        try await harness.call(Vouchers.getVoucher, .with { $0.voucherID = id })
    }

    @Test func everythingButCodeAndEffectCanChange() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("other")
        let made = try await harness.createVoucher("CHANGE") { $0.usageLimit = 5 }
        var request = Usher_Vouchers_V1_UpdateVoucherRequest()
        request.voucher = .with {
            $0.voucherID = made.voucherID
            $0.code = " change "
            $0.name = "New name"
            $0.redeemOn = .firstPlay
            $0.accessPeriod.unit = .day
            $0.accessPeriod.length = 2
            $0.scope.assetIds = ["other", "opening"]
            $0.redeemFrom.seconds = 1
            $0.redeemUntil.seconds = 4_000_000_000
            $0.usageLimit = 7
            $0.perViewerLimit = 2
            $0.orderID = "TIX-1"
            $0.custom = ["name": "Anna"]
            ($0.ignoreGeoblocking, $0.ignoreSingleIp, $0.oneTimeUse) = (true, true, true)
        }
        let changed = try await harness.call(Vouchers.updateVoucher, request)
        var expected = request.voucher
        (expected.code, expected.organisationID, expected.effect) = ("CHANGE", "nordfilm", .access)
        expected.scope.assetIds = ["opening", "other"]
        (expected.state, expected.createTime, expected.updateTime) = (.active, made.createTime, changed.updateTime)
        expected.etag = changed.etag
        #expect(changed == expected && changed.etag != made.etag)
        #expect(try await get(harness, made.voucherID) == changed)
        // By a mask only what it names.
        request.voucher.name = "Other"
        request.voucher.usageLimit = 9
        request.updateMask.paths = ["name"]
        let named = try await harness.call(Vouchers.updateVoucher, request)
        #expect(named.name == "Other" && named.usageLimit == 7)
        #expect(try await harness.call(Vouchers.updateVoucher, request) == named, "the same once more is no change")
    }

    @Test func refusalsOfAnUpdate() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("LIMITED") { $0.usageLimit = 2 }
        _ = try await harness.redeem("LIMITED", "anna")
        _ = try await harness.redeem("LIMITED", "bob")
        let rows: [(paths: [String], change: (inout Usher_Vouchers_V1_Voucher) -> Void, reason: String)] = [
            (["code"], { $0.code = "OTHER" }, "CODE_IMMUTABLE"), ([], { $0.code = "OTHER" }, "CODE_IMMUTABLE"),
            (["effect"], { $0.effect = .discount }, "EFFECT_IMMUTABLE"),
            (["usage_limit"], { $0.usageLimit = 1 }, "LIMIT_BELOW_USED"),
            (["scope"], { $0.scope.assetIds = ["missing"] }, "ASSET_NOT_FOUND"),
            (["name"], { $0.name = String(repeating: "x", count: 201) }, "FIELD_INVALID"),
            (["used_count"], { $0.usedCount = 0 }, "FIELD_INVALID"),
            (["name"], { $0.etag = made.etag }, "ETAG_MISMATCH"),
            (["name"], { $0.voucherID = "vch_0000000000001" }, "VOUCHER_NOT_FOUND"),
        ]
        for row in rows {
            var request = Usher_Vouchers_V1_UpdateVoucherRequest()
            request.voucher.voucherID = made.voucherID
            request.updateMask.paths = row.paths
            row.change(&request.voucher)
            #expect(try await harness.refusal(Vouchers.updateVoucher, request)?.reason == row.reason)
        }
    }

    /// A limit per viewer that comes later counts what was used before.
    @Test func aLaterLimitPerViewerCountsEarlierUses() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("EACH")
        _ = try await harness.redeem("EACH", "anna")
        try await harness.call(
            Vouchers.updateVoucher,
            .with {
                $0.voucher.voucherID = made.voucherID
                $0.voucher.perViewerLimit = 1
                $0.updateMask.paths = ["per_viewer_limit"]
            })
        #expect(try await harness.redeemReason("EACH", "anna") == "VIEWER_LIMIT_REACHED")
        #expect(try await harness.redeemReason("EACH", "bob") == nil)
    }

    @Test(arguments: [true, false])
    func expiringAndDeactivatingEndWhatTheVoucherGave(expires: Bool) async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("END") { $0.redeemFrom.seconds = 1 }
        _ = try await harness.redeem("END", "anna")
        _ = try await harness.createVoucher("STAYS")
        _ = try await harness.redeem("STAYS", "bob")
        let ended =
            expires
            ? try await harness.call(Vouchers.expireVoucher, .with { $0.voucherID = made.voucherID })
            : try await harness.call(Vouchers.deactivateVoucher, .with { $0.voucherID = made.voucherID })
        #expect(ended.state == (expires ? .expired : .deactivated))
        #expect(try await harness.redeemReason("END", "carl") == (expires ? "VOUCHER_EXPIRED" : "VOUCHER_DEACTIVATED"))
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        #expect(try await harness.check("opening") { $0.viewerID = "bob" }.allowed)
        harness.now = harness.now + .seconds(1)
        let again =
            expires
            ? try await harness.call(Vouchers.expireVoucher, .with { $0.voucherID = made.voucherID })
            : try await harness.call(Vouchers.deactivateVoucher, .with { $0.voucherID = made.voucherID })
        #expect(again == ended)
        guard !expires else { return }
        let back = try await harness.call(Vouchers.reactivateVoucher, .with { $0.voucherID = made.voucherID })
        #expect(back.state == .active)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        #expect(try await harness.redeemReason("END", "anna") == nil)
    }

    @Test func expiringWhatWouldBeginLater() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("LATER") { $0.redeemFrom.seconds = 4_000_000_000 }
        let ended = try await harness.call(Vouchers.expireVoucher, .with { $0.voucherID = made.voucherID })
        #expect(ended.state == .expired && !ended.hasRedeemFrom)
    }

    /// A voucher that ends in the moment in which it begins can still be changed.
    @Test func expiringWhatBeginsNow() async throws {
        let harness = try await Harness.withOpening()
        let start = harness.now
        let made = try await harness.createVoucher("NOW") { $0.redeemFrom.seconds = start.microseconds / 1_000_000 }
        let ended = try await harness.call(Vouchers.expireVoucher, .with { $0.voucherID = made.voucherID })
        #expect(ended.state == .expired && !ended.hasRedeemFrom)
        var request = Usher_Vouchers_V1_UpdateVoucherRequest()
        (request.voucher.voucherID, request.voucher.name) = (made.voucherID, "Ended")
        request.updateMask.paths = ["name"]
        #expect(try await harness.call(Vouchers.updateVoucher, request).name == "Ended")
    }

    @Test func aDeletedVoucherKeepsItsCodeTakenAndItsAccesses() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("GONE") { $0.orderID = "TIX-9" }
        _ = try await harness.redeem("GONE", "anna")
        let stale = try await harness.refusal(
            Vouchers.deleteVoucher, .with { ($0.voucherID, $0.etag) = (made.voucherID, made.etag) })
        #expect(stale?.reason == "ETAG_MISMATCH")
        for _ in 0..<2 { try await harness.call(Vouchers.deleteVoucher, .with { $0.voucherID = made.voucherID }) }
        #expect(try await get(harness, made.voucherID).state == .deleted)
        #expect(try await harness.redeemReason("gone") == "VOUCHER_DELETED")
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
        #expect(
            try await harness.refusal(Vouchers.createVoucher, .with { $0.voucher.code = "Gone" })?.reason
                == "CODE_TAKEN")
        let lookup = try await harness.refusal(Vouchers.lookupVoucher, .with { $0.code = "gone" })
        #expect(lookup?.reason == "VOUCHER_DELETED" && lookup?.code == .failedPrecondition)
        #expect(try await harness.call(Vouchers.listVouchers, .init()).vouchers.isEmpty)
        #expect(try await harness.call(Vouchers.listVouchers, .with { $0.state = .deleted }).vouchers.count == 1)
        for query in ["gone", "TIX-9"] {
            #expect(try await harness.call(Vouchers.searchVouchers, .with { $0.query = query }).vouchers.isEmpty)
        }
        for id in [made.voucherID, "vch_0000000000001"] {
            let reason = id == made.voucherID ? "VOUCHER_DELETED" : "VOUCHER_NOT_FOUND"
            #expect(try await harness.refusal(Vouchers.expireVoucher, .with { $0.voucherID = id })?.reason == reason)
            #expect(
                try await harness.refusal(Vouchers.deactivateVoucher, .with { $0.voucherID = id })?.reason == reason)
            #expect(
                try await harness.refusal(Vouchers.reactivateVoucher, .with { $0.voucherID = id })?.reason == reason)
            #expect(
                try await harness.refusal(Vouchers.rollBackRedemption, .with { $0.voucherID = id })?.reason == reason)
        }
    }

    @Test func rollingBackGivesTheUseBackAndEndsTheAccess() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("BACK") { ($0.usageLimit, $0.perViewerLimit) = (2, 1) }
        let first = try await harness.redeem("BACK", "anna")
        harness.now = harness.now + .hours(1)
        let second = try await harness.redeem("BACK", "bob")
        let once = try await harness.call(Vouchers.rollBackRedemption, .with { $0.voucherID = made.voucherID })
        #expect(once.usedCount == 1 && once.redeemTime == first.redemption.redeemTime)
        #expect(once.expireTime == first.access.expireTime)
        #expect(try await harness.check("opening") { $0.viewerID = "bob" }.reason == "NO_ACCESS")
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
        let again = try await harness.refusal(
            Vouchers.rollBackRedemption,
            .with { ($0.voucherID, $0.redemptionID) = (made.voucherID, second.redemption.redemptionID) })
        #expect(again?.reason == "REDEMPTION_ROLLED_BACK")
        let all = try await harness.call(
            Vouchers.rollBackRedemption,
            .with { ($0.voucherID, $0.redemptionID) = (made.voucherID, first.redemption.redemptionID) })
        #expect(!all.redeemed && !all.hasExpireTime && !all.hasRedeemTime && all.usedCount == 0)
        for id in ["", "red_0000000000001", "rubbish"] {
            let refusal = try await harness.refusal(
                Vouchers.rollBackRedemption, .with { ($0.voucherID, $0.redemptionID) = (made.voucherID, id) })
            #expect(refusal?.reason == "REDEMPTION_NOT_FOUND")
        }
        #expect(try await harness.redeemReason("BACK", "bob") == nil, "the viewer's use was given back, too")
        let listed = try await harness.call(Vouchers.listRedemptions, .with { $0.voucherID = made.voucherID })
        #expect(listed.redemptions.map(\.hasRollBackTime) == [true, true, false])
    }

    @Test func aRedemptionWithoutAViewerCanBeRolledBackAndMadeAgain() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("CODE") { ($0.redeemOn, $0.usageLimit) = (.firstPlay, 1) }
        _ = try await harness.redeem("CODE", "")
        #expect(try await harness.redeemReason("CODE", "") == "VOUCHER_USED")
        try await harness.call(Vouchers.rollBackRedemption, .with { $0.voucherID = made.voucherID })
        #expect(try await harness.redeemReason("CODE", "") == nil)
    }

    // MARK: Import and search

    @Test func anAtomicImportIsAllOrNothing() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("TAKEN")
        var request = Usher_Vouchers_V1_ImportVouchersRequest()
        request.codes = ["A1", "taken", "B2"]
        request.batchID = "import"
        let refusal = try await harness.refusal(Vouchers.importVouchers, request)
        #expect(refusal?.reason == "CODE_TAKEN" && refusal?.metadata["row"] == "2")
        #expect(try await harness.call(Vouchers.listVouchers, .init()).vouchers.count == 1)
        request.codes = ["A1", "B2"]
        request.template.scope.assetIds = ["opening"]
        let done = try await harness.call(Vouchers.importVouchers, request)
        #expect(done.createdCount == 2 && done.errors.isEmpty && done.batchID == "import")
        let vouchers = try await harness.call(Vouchers.listVouchers, .with { $0.batchID = "import" }).vouchers
        #expect(vouchers.map(\.code) == ["A1", "B2"])
        #expect(
            vouchers.allSatisfy { $0.usageLimit == 1 && $0.redeemOn == .firstPlay && $0.scope.assetIds == ["opening"] })
    }

    @Test func anImportByRowReportsEachBadOne() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("TAKEN")
        var request = Usher_Vouchers_V1_ImportVouchersRequest()
        request.mode = .perRow
        request.unlimited = true
        request.codes = ["A1", "taken", " a1 ", "", String(repeating: "x", count: 201), "123456789"]
        request.validateOnly = true
        let judged = try await harness.call(Vouchers.importVouchers, request)
        #expect(judged.createdCount == 2 && judged.batchID.isEmpty)
        #expect(judged.errors.map(\.row) == [2, 3, 4, 5])
        #expect(judged.errors.map(\.reason) == ["CODE_TAKEN", "CODE_REPEATED", "CODE_INVALID", "CODE_INVALID"])
        #expect(try await harness.call(Vouchers.listVouchers, .init()).vouchers.count == 1)
        request.validateOnly = false
        let done = try await harness.call(Vouchers.importVouchers, request)
        #expect(done.errors == judged.errors && done.createdCount == 2 && !done.batchID.isEmpty)
        let vouchers = try await harness.call(Vouchers.listVouchers, .with { $0.batchID = done.batchID }).vouchers
        #expect(vouchers.map(\.tvCompatible) == [false, true] && vouchers.allSatisfy { !$0.hasUsageLimit })
    }

    @Test func aSearchFindsCodesOrdersAndCustomValues() async throws {
        let harness = try await Harness.withOpening()
        let first = try await harness.createVoucher("FIRST") {
            $0.orderID = "TIX-88412"
            $0.custom = ["e-mail": "Anna@Example.org", "name": "Anna Åkesson"]
        }
        let second = try await harness.createVoucher("SECOND") { $0.orderID = "TIX-88412" }
        for (query, expected) in [
            ("first", [first.voucherID]), (" tix-88412", [first.voucherID, second.voucherID]),
            ("anna@example.ORG", [first.voucherID]), ("anna åkesson", [first.voucherID]), ("anna", []), ("TIX", []),
        ] {
            let found = try await harness.call(Vouchers.searchVouchers, .with { $0.query = query })
            #expect(found.vouchers.map(\.voucherID) == expected, "\(query)")
        }
        let page = try await harness.call(
            Vouchers.searchVouchers, .with { ($0.query, $0.pageSize) = ("tix-88412", 1) })
        let rest = try await harness.call(
            Vouchers.searchVouchers,
            .with { ($0.query, $0.pageSize, $0.pageToken) = ("tix-88412", 1, page.nextPageToken) })
        #expect((page.vouchers + rest.vouchers).map(\.voucherID) == [first.voucherID, second.voucherID])
        #expect(rest.nextPageToken.isEmpty)
        #expect(try await harness.refusal(Vouchers.searchVouchers, .init())?.code == .invalidArgument)
        try await harness.call(
            Vouchers.updateVoucher,
            .with {
                $0.voucher.voucherID = first.voucherID
                $0.voucher.orderID = "TIX-2"
                $0.updateMask.paths = ["order_id"]
            })
        let after = try await harness.call(Vouchers.searchVouchers, .with { $0.query = "TIX-88412" })
        #expect(after.vouchers.map(\.voucherID) == [second.voucherID])
    }

    @Test func anExpiryIsResetToLaterAndEarlier() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("RESET")
        let start = harness.now.microseconds / 1_000_000
        func reset(_ hours: Int64) async throws -> Usher_Vouchers_V1_Voucher {
            try await harness.call(
                Vouchers.resetVoucherExpiry,
                .with { ($0.voucherID, $0.expireTime.seconds) = (made.voucherID, start + hours * 3_600) })
        }
        let unused = try await harness.refusal(
            Vouchers.resetVoucherExpiry,
            .with { ($0.voucherID, $0.expireTime.seconds) = (made.voucherID, start + 3_600) })
        #expect(unused?.reason == "VOUCHER_NOT_REDEEMED" && unused?.code == .failedPrecondition)
        let given = try await harness.redeem("RESET", "anna").access
        _ = try await harness.redeem("RESET", "bob")
        let later = try await reset(72)
        #expect(later.expireTime.seconds == start + 72 * 3_600)
        #expect(try await reset(72) == later, "the same once more is no change")
        let access = try await harness.call(Accesses.getAccess, .with { $0.accessID = given.accessID })
        #expect(access.expireTime == later.expireTime && access.originalExpireTime == given.expireTime)
        harness.now = harness.now + .hours(71)
        for viewer in ["anna", "bob"] { #expect(try await harness.check("opening") { $0.viewerID = viewer }.allowed) }
        harness.now = harness.now + .hours(1)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "ACCESS_EXPIRED")
        // What has ended opens again, and less is possible too.
        _ = try await reset(100)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
        #expect(try await reset(74).expireTime.seconds == start + 74 * 3_600)
        let extended = try await harness.call(Accesses.getAccess, .with { $0.accessID = given.accessID })
        #expect(extended.originalExpireTime == given.expireTime)
    }

    @Test func refusalsOfAReset() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("RESET")
        let given = try await harness.redeem("RESET", "anna").access
        let now = harness.now.microseconds / 1_000_000
        let gone = try await harness.createVoucher("GONE")
        try await harness.call(Vouchers.deleteVoucher, .with { $0.voucherID = gone.voucherID })
        let taken = try await harness.createVoucher("TAKEN")
        _ = try await harness.redeem("TAKEN", "anna")
        try await harness.call(Vouchers.rollBackRedemption, .with { $0.voucherID = taken.voucherID })
        let rows: [(id: String, seconds: Int64?, reason: String?)] = [
            (made.voucherID, nil, "FIELD_INVALID"), (made.voucherID, now, "FIELD_INVALID"),
            (made.voucherID, 1 << 60, "FIELD_INVALID"), ("vch_0000000000001", now + 60, "VOUCHER_NOT_FOUND"),
            (gone.voucherID, now + 60, "VOUCHER_DELETED"), (taken.voucherID, now + 60, "VOUCHER_NOT_REDEEMED"),
            (made.voucherID, now + 60, nil),
        ]
        for row in rows {
            var request = Usher_Vouchers_V1_ResetVoucherExpiryRequest()
            request.voucherID = row.id
            if let seconds = row.seconds { request.expireTime.seconds = seconds }
            #expect(try await harness.refusal(Vouchers.resetVoucherExpiry, request)?.reason == row.reason, "\(row)")
        }
        try await harness.call(Accesses.revokeAccess, .with { $0.accessID = given.accessID })
        let revoked = try await harness.refusal(
            Vouchers.resetVoucherExpiry,
            .with { ($0.voucherID, $0.expireTime.seconds) = (made.voucherID, now + 90) })
        #expect(revoked?.reason == "ACCESS_REVOKED")
    }

    /// What a voucher's subscription gives ends with the subscription, and not at another time.
    @Test func aSubscriptionsExpiryIsNotReset() async throws {
        let harness = try await Harness.withPackage(graceDays: 5)
        let made = try await harness.createVoucher("TRY") {
            ($0.effect, $0.packageCode, $0.daysOfAccess) = (.subscription, "all", 7)
        }
        let given = try await harness.redeem("TRY").access
        let refusal = try await harness.refusal(
            Vouchers.resetVoucherExpiry,
            .with { ($0.voucherID, $0.expireTime.seconds) = (made.voucherID, given.expireTime.seconds + 1) })
        #expect(refusal?.reason == "ACCESS_OF_SUBSCRIPTION" && refusal?.code == .failedPrecondition)
        #expect(try await harness.call(Accesses.getAccess, .with { $0.accessID = given.accessID }) == given)
    }

    /// When, where and how much was viewed with a voucher; of other vouchers nothing.
    @Test func sessionsOfAVoucher() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("SEEN") { $0.scope.assetIds = ["opening"] }
        let other = try await harness.createVoucher("OTHER")
        _ = try await harness.redeem("SEEN", "anna")
        var started: [String] = []
        for _ in 0..<3 {
            let playback = try await harness.call(
                Accesses.startPlayback,
                .with { ($0.viewerID, $0.assetID, $0.ip, $0.country) = ("anna", "opening", "192.0.2.7", "SE") })
            started.append(playback.session.sessionID)
            harness.now = harness.now + .seconds(60)
        }
        _ = try await harness.call(
            Accesses.endPlayback, .with { ($0.sessionID, $0.viewedSeconds) = (started[2], 55) })
        let page = try await harness.call(
            Vouchers.listVoucherSessions, .with { ($0.voucherID, $0.pageSize) = (made.voucherID, 2) })
        let rest = try await harness.call(
            Vouchers.listVoucherSessions,
            .with { ($0.voucherID, $0.pageSize, $0.pageToken) = (made.voucherID, 2, page.nextPageToken) })
        let sessions = page.sessions + rest.sessions
        #expect(sessions.map(\.sessionID) == started && rest.nextPageToken.isEmpty)
        #expect(sessions[2].viewedSeconds == 55 && sessions[2].ip == "192.0.2.7" && sessions[2].country == "SE")
        #expect(sessions[0].startTime.seconds == Harness.start.microseconds / 1_000_000)
        let none = try await harness.call(Vouchers.listVoucherSessions, .with { $0.voucherID = other.voucherID })
        #expect(none.sessions.isEmpty)
        let missing = try await harness.refusal(
            Vouchers.listVoucherSessions, .with { $0.voucherID = "vch_0000000000001" })
        #expect(missing?.reason == "VOUCHER_NOT_FOUND")
    }
}
