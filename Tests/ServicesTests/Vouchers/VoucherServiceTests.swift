import Foundation
import SwiftProtobuf
import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct VoucherServiceTests {
    // MARK: Creation

    @Test func generatedVouchersAreUniqueFirstPlayAndForOneUse() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.call(
            Vouchers.generateVouchers,
            .with {
                $0.assetID = "opening"
                $0.assetType = .liveEvent
                $0.count = 1_000
                $0.orderID = "TIX-88412"
                $0.custom = ["name": "Anna", "e-mail": "anna@example.org"]
            })
        #expect(made.vouchers.count == 1_000)
        #expect(Set(made.vouchers.map(\.code)).count == 1_000)
        #expect(made.vouchers.allSatisfy { $0.tvCompatible && $0.code.utf8.count == 9 })
        #expect(made.vouchers.map(\.voucherID) == made.vouchers.map(\.voucherID).sorted())
        let voucher = try await harness.call(
            Vouchers.getVoucher, .with { $0.voucherID = made.vouchers[500].voucherID })
        #expect(voucher.redeemOn == .firstPlay && voucher.usageLimit == 1 && voucher.effect == .access)
        #expect(voucher.orderID == "TIX-88412" && voucher.custom["name"] == "Anna")
        #expect(voucher.scope.assetIds == ["opening"] && voucher.batchID == made.batchID)
        #expect(!voucher.redeemed && !voucher.hasExpireTime && !voucher.hasRedeemTime)
        #expect(voucher.state == .active && voucher.organisationID == "nordfilm")

        let more = try await harness.call(
            Vouchers.generateVouchers,
            .with {
                $0.assetID = "opening"
                $0.count = 1
                $0.batchID = made.batchID
                $0.unlimited = true
            })
        #expect(more.batchID == made.batchID)
        let unlimited = try await harness.call(
            Vouchers.getVoucher, .with { $0.voucherID = more.vouchers[0].voucherID })
        #expect(!unlimited.hasUsageLimit)
    }

    @Test func anExhaustedCodeSpaceCreatesNothing() async throws {
        let harness = try await Harness.withOpening()
        var request = Usher_Vouchers_V1_GenerateVouchersRequest()
        request.assetID = "opening"
        request.batchID = "small"
        request.codeProfile.kind = .pattern
        request.codeProfile.length = 4
        request.codeProfile.alphabet = "ABCDEFGH"
        request.count = 4_097
        #expect(try await harness.refusal(Vouchers.generateVouchers, request)?.reason == "CODE_SPACE_EXHAUSTED")
        request.count = 3_700
        _ = try await harness.call(Vouchers.generateVouchers, request)
        request.count = 397
        #expect(try await harness.refusal(Vouchers.generateVouchers, request)?.reason == "CODE_SPACE_EXHAUSTED")
        let count = try await list(harness) { $0.batchID = "small" }.count
        #expect(count == 3_700)
    }

    @Test func codesAreUniqueIgnoringCaseAndOuterBlanks() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher(" Press3\n")
        #expect(made.code == "Press3" && !made.hasUsageLimit && made.redeemOn == .redeem && !made.tvCompatible)
        var request = Usher_Vouchers_V1_CreateVoucherRequest()
        request.voucher.code = "PRESS3"
        let refusal = try await harness.refusal(Vouchers.createVoucher, request)
        #expect(refusal?.reason == "CODE_TAKEN" && refusal?.code == .alreadyExists)
        let found = try await harness.call(Vouchers.lookupVoucher, .with { $0.code = "\tpRESS3 " })
        #expect(found.voucherID == made.voucherID)
    }

    @Test func codesFollowTheOrganisationsProfileUnlessTheCallSays() async throws {
        let harness = try await Harness.withOpening()
        try await harness.call(
            Organisations.updateSettings,
            .with {
                $0.settings.voucherCodeProfile.kind = .hex10
                $0.updateMask.paths = ["voucher_code_profile"]
            })
        let hex = try await harness.createVoucher("")
        #expect(hex.code.wholeMatch(of: /[0-9a-f]{10}/) != nil)
        var request = Usher_Vouchers_V1_CreateVoucherRequest()
        request.codeProfile = .with {
            $0.kind = .pattern
            $0.length = 8
            $0.prefix = "SUMMER-"
            $0.suffix = "-VIP"
        }
        let pattern = try await harness.call(Vouchers.createVoucher, request)
        #expect(pattern.code.wholeMatch(of: /SUMMER-[A-HK-NP-Z2-9]{8}-VIP/) != nil)
    }

    private static let badGenerations: [(String, @Sendable (inout Usher_Vouchers_V1_GenerateVouchersRequest) -> Void)] =
        [
            ("count", { $0.count = 0 }), ("count", { $0.count = 10_001 }), ("asset_id", { $0.assetID = "" }),
            ("batch_id", { $0.batchID = "../up" }), ("usage_limit", { $0.usageLimit = 0 }),
            ("usage_limit", { ($0.usageLimit, $0.unlimited) = (1, true) }),
            ("per_viewer_limit", { $0.perViewerLimit = -1 }),
            ("redeem_until", { ($0.redeemFrom.seconds, $0.redeemUntil.seconds) = (10, 10) }),
            ("redeem_from", { $0.redeemFrom.seconds = 1 << 60 }),
            ("name", { $0.name = String(repeating: "é", count: 201) }),
            ("name", { $0.name = "a\u{7}" }), ("custom", { $0.custom = ["": "x"] }),
            ("custom", { $0.custom = Dictionary(uniqueKeysWithValues: (0...50).map { ("\($0)", "") }) }),
            ("access_period", { $0.accessPeriod = .init() }), ("access_period.length", { $0.accessPeriod.unit = .day }),
            ("access_period.length", { ($0.accessPeriod.unit, $0.accessPeriod.length) = (.year, 101) }),
            ("asset_type", { $0.assetType = .series }),
            ("code_profile.alphabet", { $0.codeProfile.alphabet = "aAbBcCdD" }),
            ("code_profile.length", { $0.codeProfile.length = 3 }),
            ("code_profile.prefix", { $0.codeProfile.prefix = "a b" }),
            ("redeem_on", { $0.redeemOn = .UNRECOGNIZED(9) }),
        ]

    @Test(arguments: badGenerations)
    func fieldsThatCannotBeAccepted(
        field: String, change: @Sendable (inout Usher_Vouchers_V1_GenerateVouchersRequest) -> Void
    ) async throws {
        let harness = try await Harness.withOpening()
        var request = Usher_Vouchers_V1_GenerateVouchersRequest()
        request.assetID = "opening"
        request.count = 1
        if field.hasPrefix("code_profile") { request.codeProfile.kind = .pattern }
        change(&request)
        let refusal = try await harness.refusal(Vouchers.generateVouchers, request)
        #expect(refusal?.code == .invalidArgument && refusal?.violations.first?.field == field)
    }

    @Test func discountsHaveAPercentageAndNeedAPurchase() async throws {
        let harness = try await Harness.withOpening()
        var request = Usher_Vouchers_V1_CreateVoucherRequest()
        request.voucher.effect = .discount
        #expect(
            try await harness.refusal(Vouchers.createVoucher, request)?.violations.first?.field
                == "voucher.discount_percent")
        _ = try await harness.createVoucher("HALF") {
            $0.effect = .discount
            $0.discountPercent = 50
        }
        #expect(try await harness.redeemReason("HALF") == "PURCHASE_REQUIRED")
    }

    // MARK: Redemption

    @Test func redeemingGivesAccessForTheOrganisationsHours() async throws {
        let harness = try await Harness.withOpening()
        let code = try await generate(harness, 1)[0].code
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        #expect(try await harness.check("opening") { $0.code = code }.allowed)
        let reply = try await harness.redeem(" \(code)", "anna")
        #expect(reply.access.type == .accessVoucher && reply.access.state == .active)
        #expect(reply.access.viewerID == "anna" && reply.access.assetID == "opening")
        #expect(reply.access.startTime.seconds == 1_795_197_600)
        #expect(reply.access.expireTime.seconds == 1_795_197_600 + 48 * 3_600)
        let voucher = try await harness.call(Vouchers.getVoucher, .with { $0.voucherID = reply.redemption.voucherID })
        #expect(voucher.redeemed && voucher.usedCount == 1 && voucher.expireTime == reply.access.expireTime)
        #expect(voucher.redeemTime == reply.redemption.redeemTime && voucher.state == .used)
        let check = try await harness.check("opening") { $0.viewerID = "anna" }
        #expect(check.allowed && check.access.accessID == reply.access.accessID)
        #expect(check.expireTime == reply.access.expireTime)
        #expect(try await harness.redeemReason(code, "bob") == "VOUCHER_USED")
        let listed = try await harness.call(
            Vouchers.listRedemptions, .with { $0.voucherID = reply.redemption.voucherID })
        #expect(listed.redemptions == [reply.redemption])
        let viewer = try await harness.call(Catalog.getViewer, .with { $0.viewerID = "anna" })
        #expect(viewer.status == .active)

        harness.now = harness.now + .hours(48) - .microseconds(1)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
        harness.now = harness.now + .microseconds(1)
        let over = try await harness.check("opening") { $0.viewerID = "anna" }
        #expect(!over.allowed && over.reason == "ACCESS_EXPIRED" && over.access.state == .expired)
    }

    @Test func everyRefusalOfRedeemingAndTheSameVerdictOfValidating() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("other")
        let now = Harness.start.microseconds / 1_000_000
        _ = try await harness.createVoucher("EARLY") { $0.redeemFrom.seconds = now + 1 }
        _ = try await harness.createVoucher("LATE") { $0.redeemUntil.seconds = now }
        _ = try await harness.createVoucher("SCOPED") { $0.scope.assetIds = ["opening"] }
        _ = try await harness.createVoucher("BOTH") { $0.scope.assetIds = ["opening", "other"] }
        _ = try await harness.createVoucher("ONCE") { $0.usageLimit = 1 }
        _ = try await harness.createVoucher("TWICE") { $0.usageLimit = 2 }
        _ = try await harness.createVoucher("EACH") { $0.perViewerLimit = 1 }
        _ = try await harness.redeem("ONCE", "first")
        _ = try await harness.redeem("TWICE", "first")
        _ = try await harness.redeem("TWICE", "second")
        _ = try await harness.redeem("EACH", "anna")
        let rows: [(code: String, viewer: String, asset: String, reason: String)] = [
            ("NONE", "anna", "", "VOUCHER_NOT_FOUND"), ("EARLY", "anna", "", "VOUCHER_NOT_YET_VALID"),
            ("LATE", "anna", "", "VOUCHER_EXPIRED"), ("SCOPED", "anna", "missing", "ASSET_NOT_FOUND"),
            ("SCOPED", "anna", "other", "OUT_OF_SCOPE"), ("BOTH", "anna", "", "ASSET_REQUIRED"),
            ("SCOPED", "", "", "VIEWER_REQUIRED"), ("ONCE", "anna", "", "VOUCHER_USED"),
            ("TWICE", "anna", "", "LIMIT_REACHED"), ("EACH", "anna", "", "VIEWER_LIMIT_REACHED"),
            ("EACH", "bob", "", ""), ("BOTH", "anna", "other", ""), ("SCOPED", "anna", "opening", ""),
        ]
        for row in rows {
            let verdict = try await harness.call(
                Vouchers.validateVoucher,
                .with { ($0.code, $0.viewerID, $0.assetID) = (row.code, row.viewer, row.asset) })
            #expect(verdict.reason == row.reason && verdict.valid == row.reason.isEmpty, "validate \(row)")
            let reason = try await harness.redeemReason(row.code, row.viewer, asset: row.asset)
            #expect(reason ?? "" == row.reason, "redeem \(row)")
        }
    }

    @Test func unknownViewersAreRefusedWhereTheOrganisationKnowsItsOwn() async throws {
        let harness = try await Harness.withOpening()
        try await harness.call(
            Organisations.updateSettings,
            .with {
                $0.settings.requireKnownViewers = true
                $0.updateMask.paths = ["require_known_viewers"]
            })
        _ = try await harness.createVoucher("OPEN")
        #expect(try await harness.redeemReason("OPEN") == "VIEWER_NOT_FOUND")
        try await harness.call(Catalog.createViewer, .with { $0.viewer.viewerID = "anna" })
        #expect(try await harness.redeemReason("OPEN") == nil)
    }

    @Test func aFirstPlayVoucherWithoutAViewerOpensByItsCode() async throws {
        let harness = try await Harness.withOpening()
        let code = try await generate(harness, 1)[0].code
        let reply = try await harness.redeem(code, "")
        #expect(reply.access.viewerID.isEmpty && reply.redemption.viewerID.isEmpty)
        let check = try await harness.check("opening") { $0.code = code }
        #expect(check.allowed && check.access.accessID == reply.access.accessID)
        #expect(try await harness.redeemReason(code, "") == "VOUCHER_USED")
        harness.now = harness.now + .hours(48)
        #expect(try await harness.check("opening") { $0.code = code }.reason == "ACCESS_EXPIRED")
    }

    @Test func periodsOfTheVouchersOwn() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("MONTHS") {
            $0.accessPeriod.unit = .month
            $0.accessPeriod.length = 3
        }
        _ = try await harness.createVoucher("DATE") { $0.accessPeriod.fixedExpireTime.seconds = 1_800_000_000 }
        // 2026-11-20T18:00Z and three months are 2027-02-20T18:00Z.
        #expect(try await harness.redeem("MONTHS").access.expireTime.seconds == 1_803_146_400)
        let dated = try await harness.redeem("DATE")
        #expect(dated.access.expireTime.seconds == 1_800_000_000 && dated.access.assetID.isEmpty)
        // A voucher for everything opens everything.
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
    }

    @Test func aVoucherForASeriesOpensItsMembers() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("finale")
        try await harness.createAsset("festival") {
            $0.type = .series
            $0.memberAssetIds = ["opening"]
        }
        _ = try await harness.createVoucher("PASS") { $0.scope.assetIds = ["festival"] }
        #expect(try await harness.redeemReason("PASS", asset: "finale") == "OUT_OF_SCOPE")
        let reply = try await harness.redeem("PASS", asset: "opening")
        #expect(reply.access.assetID == "festival")
        for (asset, reason) in [("festival", ""), ("opening", ""), ("finale", "NO_ACCESS")] {
            #expect(try await harness.check(asset) { $0.viewerID = "anna" }.reason == reason)
        }
    }

    @Test func theLastUseIsGivenOnce() async throws {
        let harness = try await Harness.withOpening()
        let made = try await harness.createVoucher("PRESS3") { $0.usageLimit = 3 }
        let outcomes = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<64 {
                group.addTask { try await harness.redeemReason("press3", "viewer-\(number)") }
            }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == nil }.count == 3)
        #expect(outcomes.filter { $0 == "LIMIT_REACHED" }.count == 61)
        let voucher = try await harness.call(Vouchers.getVoucher, .with { $0.voucherID = made.voucherID })
        let listed = try await harness.call(Vouchers.listRedemptions, .with { $0.voucherID = made.voucherID })
        #expect(voucher.usedCount == 3 && listed.redemptions.count == 3)
    }

    // MARK: Reading

    @Test func landingPageIsOfThatEventOnly() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("gala") {
            $0.description_p = "The gala."
            $0.relatedContent = [
                .with { ($0.kind, $0.title, $0.url) = (.trailer, "Trailer", "https://example.org/t") }
            ]
        }
        _ = try await harness.createVoucher("GALA") {
            $0.scope.assetIds = ["gala"]
            $0.custom = ["e-mail": "anna@example.org"]
        }
        let page = try await harness.call(Vouchers.lookupVoucher, .with { $0.code = "gala" })
        #expect(page.landingPage.assetID == "gala" && page.landingPage.description_p == "The gala.")
        #expect(page.landingPage.relatedContent.map(\.title) == ["Trailer"])
        #expect(!page.textFormatString().contains("anna@example.org"))
        _ = try await harness.createVoucher("ALL")
        #expect(try await !harness.call(Vouchers.lookupVoucher, .with { $0.code = "ALL" }).hasLandingPage)
        #expect(
            try await harness.refusal(Vouchers.lookupVoucher, .with { $0.code = "?" })?.reason == "VOUCHER_NOT_FOUND")
    }

    @Test func listsByBatchAssetStateAndTime() async throws {
        let harness = try await Harness.withOpening()
        try await harness.createAsset("other")
        let first = try await generate(harness, 25) { $0.batchID = "first" }
        harness.now = harness.now + .hours(1)
        _ = try await generate(harness, 5) { ($0.assetID, $0.batchID) = ("other", "second") }
        _ = try await harness.createVoucher("BOTH") { $0.scope.assetIds = ["opening", "other"] }
        _ = try await harness.redeem(first[3].code)
        #expect(try await list(harness) { _ in }.count == 31)
        #expect(try await list(harness) { $0.batchID = "first" }.map(\.code) == first.map(\.code))
        #expect(try await list(harness) { $0.assetID = "other" }.count == 6)
        #expect(try await list(harness) { ($0.assetID, $0.batchID) = ("other", "first") }.isEmpty)
        #expect(try await list(harness) { $0.state = .used }.map(\.code) == [first[3].code])
        #expect(try await list(harness) { $0.createdFrom = .init(harness.now) }.count == 6)
        #expect(try await list(harness) { $0.createdUntil = .init(harness.now) }.count == 25)
        #expect(try await list(harness) { $0.assetID = "missing" }.isEmpty)
        #expect(try await list(harness) { $0.batchID = "missing" }.isEmpty)
    }

    /// A page whose vouchers are large is cut where it would not fit in a reply.
    @Test func largeVouchersMakeShortPages() async throws {
        let harness = try await Harness.withOpening()
        let large = Dictionary(
            uniqueKeysWithValues: (0..<50).map { ("field-\($0)", String(repeating: "x", count: 1_000)) })
        _ = try await generate(harness, 120) { ($0.batchID, $0.custom) = ("large", large) }
        #expect(try await list(harness) { $0.batchID = "large" }.count == 120)
        let page = try await harness.call(Vouchers.listVouchers, .with { $0.pageSize = 1_000 })
        #expect(page.vouchers.count < 120 && !page.nextPageToken.isEmpty)
        let search = try await harness.call(
            Vouchers.searchVouchers,
            .with { ($0.query, $0.pageSize) = (String(repeating: "x", count: 1_000), 1_000) })
        #expect(search.vouchers.count < 120 && !search.nextPageToken.isEmpty)
        var request = Usher_Vouchers_V1_GenerateVouchersRequest()
        (request.assetID, request.count, request.custom) = ("opening", 10_000, large)
        #expect(try await harness.refusal(Vouchers.generateVouchers, request)?.violations.first?.field == "custom")
    }

    @Test func pageTokensAreBoundToTheirList() async throws {
        let harness = try await Harness.withOpening()
        _ = try await generate(harness, 3) { $0.batchID = "a" }
        let page = try await harness.call(
            Vouchers.listVouchers, .with { ($0.batchID, $0.pageSize) = ("a", 2) })
        #expect(page.vouchers.count == 2 && !page.nextPageToken.isEmpty)
        for (size, token, batch) in [
            (-1, "", "a"), (2, page.nextPageToken, "b"), (2, "rubbish!", "a"), (2, "AAAA", "a"),
        ] {
            let refusal = try await harness.refusal(
                Vouchers.listVouchers, .with { ($0.batchID, $0.pageSize, $0.pageToken) = (batch, Int32(size), token) })
            #expect(refusal?.code == .invalidArgument, "\(size) \(token) \(batch)")
        }
        let rest = try await harness.call(
            Vouchers.listVouchers,
            .with { ($0.batchID, $0.pageSize, $0.pageToken) = ("a", 9, page.nextPageToken) })
        #expect(rest.vouchers.count == 1 && rest.nextPageToken.isEmpty)
        try await harness.call(
            Organisations.createOrganisation,
            .with { ($0.organisation.organisationID, $0.organisation.name) = ("other", "Other") }, in: nil)
        let foreign = try await harness.refusal(
            Vouchers.listVouchers,
            .with { ($0.batchID, $0.pageSize, $0.pageToken) = ("a", 9, page.nextPageToken) }, in: "other")
        #expect(foreign?.reason == "PAGE_TOKEN_INVALID")
    }

    @Test func idsThatAreNone() async throws {
        let harness = try await Harness.withOpening()
        let real = try await harness.createVoucher("A").voucherID
        let number = real.dropFirst(4)
        for id in [
            "", "vch_", "vch_0000000000000", "acc_\(number)", "\(real)0", "vch_zzzzzzzzzzzzz", real.uppercased(),
        ] {
            #expect(
                try await harness.refusal(Vouchers.getVoucher, .with { $0.voucherID = id })?.reason
                    == "VOUCHER_NOT_FOUND")
            #expect(
                try await harness.refusal(Vouchers.listRedemptions, .with { $0.voucherID = id })?.reason
                    == "VOUCHER_NOT_FOUND")
        }
    }

    func generate(
        _ harness: Harness, _ count: Int, _ change: (inout Usher_Vouchers_V1_GenerateVouchersRequest) -> Void = { _ in }
    ) async throws -> [Usher_Vouchers_V1_GeneratedVoucher] {
        var request = Usher_Vouchers_V1_GenerateVouchersRequest()
        request.assetID = "opening"
        request.count = Int32(count)
        change(&request)
        return try await harness.call(Vouchers.generateVouchers, request).vouchers
    }

    /// All pages of a list, in small ones.
    private func list(
        _ harness: Harness, _ change: (inout Usher_Vouchers_V1_ListVouchersRequest) -> Void
    ) async throws -> [Usher_Vouchers_V1_Voucher] {
        var request = Usher_Vouchers_V1_ListVouchersRequest()
        change(&request)
        var found: [Usher_Vouchers_V1_Voucher] = []
        repeat {
            request.pageSize = found.isEmpty ? 7 : 1_000
            let page = try await harness.call(Vouchers.listVouchers, request)
            #expect(page.vouchers.count <= Int(request.pageSize))
            found += page.vouchers
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        return found
    }
}
