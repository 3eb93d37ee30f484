import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct AccessListTests {
    // MARK: Packages

    /// One record, resolved when it is asked: never a copy for each asset.
    @Test func aPackageOpensWhatItHasNow() async throws {
        let harness = try await Harness.withPackage()
        for id in ["later", "episode"] { try await harness.createAsset(id) }
        try await harness.createAsset("series") { ($0.type, $0.memberAssetIds) = (.series, ["episode"]) }
        let granted = try await harness.call(
            Accesses.grantAccess, .with { ($0.viewerID, $0.packageID) = ("anna", "all") })
        #expect(granted.packageID == "all" && granted.assetID.isEmpty)
        let verdict = try await harness.check("opening") { $0.viewerID = "anna" }
        #expect(verdict.allowed && verdict.access == granted)
        for asset in ["later", "episode", "series"] {
            #expect(try await harness.check(asset) { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        }
        try await harness.setAssets(["later", "series"])
        for (asset, reason) in [("opening", "NO_ACCESS"), ("later", ""), ("series", ""), ("episode", "")] {
            #expect(try await harness.check(asset) { $0.viewerID = "anna" }.reason == reason, "\(asset)")
        }
        #expect(try await harness.start { ($0.viewerID, $0.assetID) = ("anna", "episode") }.access.packageID == "all")
        let listed = try await harness.call(Accesses.listAccess, .with { $0.viewerID = "anna" }).accesses
        #expect(listed.map(\.packageID) == ["all"])
        try await harness.call(Catalog.deletePackage, .with { $0.packageID = "all" })
        #expect(try await harness.check("later") { $0.viewerID = "anna" }.reason == "NO_ACCESS")
        for (asset, package, reason) in [
            ("", "missing", "PACKAGE_NOT_FOUND"), ("opening", "all", "FIELD_INVALID"),
        ] {
            let refusal = try await harness.refusal(
                Accesses.grantAccess, .with { ($0.viewerID, $0.assetID, $0.packageID) = ("anna", asset, package) })
            #expect(refusal?.reason == reason)
        }
    }

    // MARK: Listing

    @Test func listsNarrowedByEveryFilter() async throws {
        let harness = try await Harness.withPackage()
        try await harness.createAsset("other")
        let now = harness.seconds
        let grants: [(viewer: String, asset: String, package: String, end: Int64)] = [
            ("anna", "opening", "", now + 60), ("anna", "", "all", now + 120), ("bob", "opening", "", now + 120),
            ("bob", "", "", now + 60),
        ]
        for row in grants {
            try await harness.call(
                Accesses.grantAccess,
                .with {
                    ($0.viewerID, $0.assetID, $0.packageID) = (row.viewer, row.asset, row.package)
                    $0.expireTime.seconds = row.end
                })
        }
        _ = try await harness.createVoucher("CODE") { ($0.redeemOn, $0.scope.assetIds) = (.firstPlay, ["other"]) }
        _ = try await harness.start { ($0.code, $0.assetID) = ("CODE", "other") }
        harness.now = harness.now + .seconds(60)
        let rows: [((inout Usher_Access_V1_ListAccessRequest) -> Void, [String])] = [
            ({ _ in }, ["anna opening", "anna all", "bob opening", "bob ", " other"]),
            ({ $0.activity = .active }, ["anna all", "bob opening", " other"]),
            ({ $0.activity = .inactive }, ["anna opening", "bob "]),
            ({ $0.viewerID = "anna" }, ["anna opening", "anna all"]),
            ({ $0.assetID = "opening" }, ["anna opening", "bob opening"]),
            ({ $0.packageID = "all" }, ["anna all"]),
            ({ $0.type = .accessVoucher }, [" other"]),
            ({ ($0.viewerID, $0.assetID, $0.activity) = ("bob", "opening", .active) }, ["bob opening"]),
            ({ ($0.viewerID, $0.packageID) = ("bob", "all") }, []),
            ({ ($0.assetID, $0.packageID) = ("opening", "all") }, []),
            ({ $0.viewerID = "nobody" }, []), ({ $0.assetID = "nothing" }, []), ({ $0.packageID = "none" }, []),
        ]
        for (index, (change, expected)) in rows.enumerated() {
            var request = Usher_Access_V1_ListAccessRequest()
            change(&request)
            #expect(try await harness.list(request) == expected, "\(index)")
            // Page by page it is the same.
            request.pageSize = 1
            var pages: [String] = []
            repeat {
                let page = try await harness.call(Accesses.listAccess, request)
                pages += page.accesses.map(\.label)
                request.pageToken = page.nextPageToken
            } while !request.pageToken.isEmpty
            #expect(pages == expected, "\(index)")
        }
        for bad: Usher_Access_V1_ListAccessRequest in [
            .with { $0.activity = .UNRECOGNIZED(7) }, .with { $0.type = .UNRECOGNIZED(7) },
        ] {
            #expect(try await harness.refusal(Accesses.listAccess, bad)?.code == .invalidArgument)
        }
    }

    // MARK: Extending

    @Test func extendingKeepsTheFirstEndAndBringsBack() async throws {
        let harness = try await Harness.withOpening()
        let now = harness.seconds
        let granted = try await harness.call(
            Accesses.grantAccess, .with { ($0.viewerID, $0.expireTime.seconds) = ("anna", now + 60) })
        harness.now = harness.now + .seconds(60)
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.reason == "ACCESS_EXPIRED")
        for (end, original) in [(now + 200, now + 60), (now + 100, now + 60)] {
            let extended = try await harness.extend(granted, to: end)
            #expect(extended.expireTime.seconds == end && extended.originalExpireTime.seconds == original)
            #expect(extended.state == .active)
        }
        #expect(try await harness.check("opening") { $0.viewerID = "anna" }.allowed)
        let same = try await harness.extend(granted, to: now + 100)
        harness.now = harness.now + .seconds(1)
        #expect(try await harness.extend(granted, to: now + 100) == same)
        // What was for ever is told as the last moment that there is, also after the second time.
        let endless = try await harness.call(Accesses.grantAccess, .with { $0.viewerID = "bob" })
        for end in [now + 200, now + 300] {
            #expect(try await harness.extend(endless, to: end).originalExpireTime.seconds == 253_402_300_799)
        }
    }

    @Test func refusalsOfExtending() async throws {
        let harness = try await Harness.withPackage()
        let now = harness.seconds
        let revoked = try await harness.call(Accesses.grantAccess, .with { $0.viewerID = "anna" })
        try await harness.call(Accesses.revokeAccess, .with { $0.accessID = revoked.accessID })
        let later = try await harness.call(
            Accesses.grantAccess, .with { ($0.viewerID, $0.startTime.seconds) = ("anna", now + 100) })
        let subscription = try await harness.subscribe("bob") { $0.activate = true }
        for (id, end, reason) in [
            ("acc_0000000000001", now + 10, "ACCESS_NOT_FOUND"), (revoked.accessID, now + 10, "ACCESS_REVOKED"),
            (later.accessID, now, "FIELD_INVALID"), (later.accessID, now + 100, "FIELD_INVALID"),
            (subscription.accessID, now + 10, "ACCESS_OF_SUBSCRIPTION"),
        ] {
            let refusal = try await harness.refusal(
                Accesses.extendAccess, .with { ($0.accessID, $0.expireTime.seconds) = (id, end) })
            #expect(refusal?.reason == reason)
        }
        let without = try await harness.refusal(Accesses.extendAccess, .with { $0.accessID = later.accessID })
        #expect(without?.code == .invalidArgument)
    }

    // MARK: Many questions

    @Test func aBatchAnswersEachForItself() async throws {
        let harness = try await Harness.withOpening()
        try await harness.call(Accesses.grantAccess, .with { $0.viewerID = "anna" })
        let request = Usher_Access_V1_BatchCheckAccessRequest.with { request in
            request.checks = (0..<1_000).map { number in
                .with {
                    ($0.viewerID, $0.assetID) = (number % 2 == 0 ? "anna" : "bob", number % 5 == 0 ? "no" : "opening")
                }
            }
        }
        let results = try await harness.call(Accesses.batchCheckAccess, request).results
        #expect(results.count == 1_000)
        for (number, result) in results.enumerated() {
            let single = try await harness.call(Accesses.checkAccess, request.checks[number])
            #expect(result == single)
            if number == 20 { break }
        }
        #expect(results.filter(\.allowed).count == 400)
        let rows: [(Usher_Access_V1_BatchCheckAccessRequest, String)] = [
            (.init(), "checks"), (.with { $0.checks = Array(repeating: .init(), count: 1_001) }, "checks"),
            (.with { $0.checks = [.with { ($0.viewerID, $0.assetID) = ("a", "b") }, .init()] }, "checks[1].asset_id"),
        ]
        for (request, field) in rows {
            let refusal = try await harness.refusal(Accesses.batchCheckAccess, request)
            #expect(refusal?.code == .invalidArgument && refusal?.violations.first?.field == field)
        }
    }
}

extension Harness {
    fileprivate func setAssets(_ ids: [String]) async throws {
        try await call(
            Catalog.updatePackage,
            .with {
                ($0.package.packageID, $0.package.assetIds) = ("all", ids)
                $0.updateMask.paths = ["asset_ids"]
            })
    }

    fileprivate func list(_ request: Usher_Access_V1_ListAccessRequest) async throws -> [String] {
        try await call(Accesses.listAccess, request).accesses.map(\.label)
    }

    fileprivate func extend(
        _ access: Usher_Access_V1_Access, to end: Int64
    ) async throws -> Usher_Access_V1_Access {
        try await call(
            Accesses.extendAccess, .with { ($0.accessID, $0.expireTime.seconds) = (access.accessID, end) })
    }
}

extension Usher_Access_V1_Access {
    fileprivate var label: String { "\(viewerID) \(assetID)\(packageID)" }
}
