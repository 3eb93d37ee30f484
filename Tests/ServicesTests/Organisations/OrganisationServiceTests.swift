import Foundation
import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct OrganisationServiceTests {
    @Test func organisationsAreCreatedOnceAndListed() async throws {
        let harness = try await Harness.withOpening()
        let request = Usher_Organisations_V1_CreateOrganisationRequest.with {
            $0.organisation = .with { ($0.organisationID, $0.name) = ("nordfilm", "Again") }
        }
        #expect(
            try await harness.refusal(Organisations.createOrganisation, request, in: nil)?.reason
                == "ORGANISATION_EXISTS")
        let generated = try await harness.call(
            Organisations.createOrganisation, .with { $0.organisation.name = "No id" }, in: nil)
        #expect(generated.organisationID.hasPrefix("org_"))
        var ids: [String] = []
        var token = ""
        repeat {
            let page = try await harness.call(
                Organisations.listOrganisations, .with { ($0.pageSize, $0.pageToken) = (1, token) }, in: nil)
            ids += page.organisations.map(\.organisationID)
            token = page.nextPageToken
        } while !token.isEmpty
        #expect(ids == ["nordfilm", generated.organisationID])
        #expect(
            try await harness.refusal(Organisations.getOrganisation, .with { $0.organisationID = "x" }, in: nil)?.reason
                == "ORGANISATION_NOT_FOUND")
        let read = try await harness.call(
            Organisations.getOrganisation, .with { $0.organisationID = "nordfilm" }, in: nil)
        #expect(read.name == "Nord Film" && read.state == .active)
        #expect((try? harness.credentials.features(ofOrganisation: "nordfilm")) == [])
    }

    @Test(arguments: ["..", ".hidden", "a/b", "a b", "ü", String(repeating: "a", count: 64)])
    func idsThatCannotBeFolders(id: String) async throws {
        let harness = try Harness()
        let refusal = try await harness.refusal(
            Organisations.createOrganisation,
            .with { $0.organisation = .with { ($0.organisationID, $0.name) = (id, "x") } }, in: nil)
        #expect(refusal?.violations.first?.field == "organisation.organisation_id")
    }

    /// Devices' names, and what a file system may take for another name.
    @Test(arguments: ["CON", "nul", "Com1", "lpt9.old", "aux.", "con.txt", "PRN.a.b", "nordfilm.", "a.."])
    func idsThatAreReserved(id: String) async throws {
        let harness = try Harness()
        let refusal = try await harness.refusal(
            Organisations.createOrganisation,
            .with { $0.organisation = .with { ($0.organisationID, $0.name) = (id, "x") } }, in: nil)
        #expect(refusal?.reason == "ORGANISATION_ID_RESERVED" && refusal?.code == .invalidArgument)
    }

    @Test(arguments: ["console", "com", "com10", "lpt", "nul-1", "a.con"]) func idsThatOnlyLookReserved(id: String)
        async throws
    {
        let harness = try Harness()
        let made = try await harness.call(
            Organisations.createOrganisation,
            .with { $0.organisation = .with { ($0.organisationID, $0.name) = (id, "x") } }, in: nil)
        #expect(made.organisationID == id)
    }

    @Test func idsDifferInMoreThanCase() async throws {
        let harness = try await Harness.withOpening()
        let refusal = try await harness.refusal(
            Organisations.createOrganisation,
            .with { $0.organisation = .with { ($0.organisationID, $0.name) = ("NordFilm", "x") } }, in: nil)
        #expect(refusal?.reason == "ORGANISATION_EXISTS" && refusal?.message.contains("nordfilm") == true)
        // One that was made before that was asked for is served, and found as itself.
        let found = try harness.storage.platform.writeBlocking(as: .system()) { tx in
            let old = Organisation(
                id: "NORDFILM", name: "x", state: .active, sellsVouchers: false, createTime: tx.now,
                updateTime: tx.now, version: 1)
            #expect(try OrganisationStore.insert(old, in: tx))
            try tx.record("organisation.created", old.id)
            return try ["NORDFILM", "nordfilm"].map { try OrganisationStore.find(inAnyCase: $0, in: tx) }
        }
        #expect(found == ["NORDFILM", "nordfilm"])
    }

    @Test(arguments: ["UTC\u{0}", "Europe/Stockholm\u{0}", "Europe/\u{1b}Stockholm", "Europe/Stockholm\n"])
    func aTimeZoneIsAName(zone: String) async throws {
        let harness = try await Harness.withOpening()
        let refusal = try await harness.refusal(
            Organisations.updateSettings,
            .with {
                $0.settings.timeZone = zone
                $0.updateMask.paths = ["time_zone"]
            })
        #expect(refusal?.violations.first?.field == "settings.time_zone")
    }

    @Test func settingsHaveDefaultsAndChangeByMask() async throws {
        let harness = try await Harness.withOpening()
        let defaults = try await harness.call(Organisations.getSettings, .init())
        #expect(defaults.voucherExpirationHours == 48 && defaults.timeZone == "UTC")
        #expect(defaults.voucherCodeProfile.kind == .tv9 && !defaults.hasConcurrentSessionLimit)
        #expect(defaults.concurrentSessionPolicy == .evictOldest && !defaults.requireKnownViewers)
        #expect(defaults.pointOfSales.takeBackDownloaded == .off && !defaults.hasUpdateTime)
        let changed = try await harness.call(
            Organisations.updateSettings,
            .with {
                $0.settings.timeZone = "Europe/Stockholm"
                $0.settings.voucherExpirationHours = 7
                $0.updateMask.paths = ["time_zone"]
            })
        #expect(changed.timeZone == "Europe/Stockholm" && changed.voucherExpirationHours == 48)
        let stale = try await harness.refusal(
            Organisations.updateSettings,
            .with {
                $0.settings.etag = defaults.etag
                $0.settings.requireKnownViewers = true
            })
        #expect(stale?.reason == "ETAG_MISMATCH" && stale?.code == .aborted)
        let read = try await harness.call(Organisations.getSettings, .init())
        #expect(read == changed)
    }

    @Test func takingBackDownloadedTicketsNeedsInjectedOnes() async throws {
        let harness = try await Harness.withOpening()
        var request = Usher_Organisations_V1_UpdateSettingsRequest()
        request.settings.pointOfSales.takeBackDownloaded = .relay
        request.updateMask.paths = ["point_of_sales"]
        let refusal = try await harness.refusal(Organisations.updateSettings, request)
        #expect(refusal?.reason == "SETTING_CONFLICT" && refusal?.code == .failedPrecondition)
        request.settings.pointOfSales.allowTakeBackInjected = true
        let changed = try await harness.call(Organisations.updateSettings, request)
        #expect(changed.pointOfSales.takeBackDownloaded == .relay)
        request.settings.pointOfSales.allowTakeBackInjected = false
        request.updateMask.paths = ["point_of_sales.allow_take_back_injected"]
        #expect(try await harness.refusal(Organisations.updateSettings, request)?.reason == "SETTING_CONFLICT")
    }

    private static let badSettings: [(String, @Sendable (inout Usher_Organisations_V1_UpdateSettingsRequest) -> Void)] =
        [
            ("settings.time_zone", { $0.settings.timeZone = "Mars/Olympus" }),
            ("settings.time_zone", { $0.settings.timeZone = "../etc/passwd" }),
            ("settings.voucher_expiration_hours", { $0.settings.voucherExpirationHours = -1 }),
            ("settings.concurrent_session_limit", { $0.settings.concurrentSessionLimit = 0 }),
            ("update_mask", { $0.updateMask.paths = ["organisation_id"] }),
        ]

    @Test(arguments: badSettings)
    func settingsThatCannotBeAccepted(
        field: String, change: @Sendable (inout Usher_Organisations_V1_UpdateSettingsRequest) -> Void
    ) async throws {
        let harness = try await Harness.withOpening()
        var request = Usher_Organisations_V1_UpdateSettingsRequest()
        change(&request)
        let refusal = try await harness.refusal(Organisations.updateSettings, request)
        #expect(refusal?.violations.map(\.field) == [field])
    }

    @Test func keysGrantNoMoreThanTheirMakerHas() async throws {
        let harness = try await Harness.withOpening()
        let maker = Caller(
            role: .organisation, principal: "key_maker", organisationID: "nordfilm",
            scopes: ScopeSet([.organisationsWrite, .vouchersRead]))
        var request = Usher_Organisations_V1_CreateApiKeyRequest()
        request.apiKey.scopes = ["vouchers:read", "vouchers:write"]
        let refusal = try await harness.refusal(Organisations.createApiKey, request, as: maker)
        #expect(refusal?.reason == "SCOPE_NOT_HELD" && refusal?.code == .permissionDenied)
        request.apiKey.scopes = []
        let made = try await harness.call(Organisations.createApiKey, request, as: maker)
        #expect(made.scopes == ["organisations:write", "vouchers:read"] && made.organisationID == "nordfilm")
        request.apiKey.scopes = ["doors:open"]
        #expect(try await harness.refusal(Organisations.createApiKey, request)?.code == .invalidArgument)
        let credential = try harness.credentials.authenticate(Array(made.secret.utf8), at: harness.now)
        #expect(credential.keyID == made.keyID)
    }

    @Test func aKeyIsShownOnceAndRevokedForEver() async throws {
        let harness = try await Harness.withOpening()
        var request = Usher_Organisations_V1_CreateApiKeyRequest()
        request.requestID = "once"
        let made = try await harness.call(Organisations.createApiKey, request)
        let again = try await harness.call(Organisations.createApiKey, request)
        #expect(!made.secret.isEmpty && again.secret.isEmpty && again.keyID == made.keyID)
        let listed = try await harness.call(Organisations.listApiKeys, .init())
        #expect(listed.apiKeys.map(\.keyID) == [made.keyID] && listed.apiKeys[0].secret.isEmpty)

        let foreign = try await harness.refusal(
            Organisations.revokeApiKey, .with { $0.keyID = made.keyID }, in: "elsewhere")
        #expect(foreign?.reason == "API_KEY_NOT_FOUND")
        let revoked = try await harness.call(Organisations.revokeApiKey, .with { $0.keyID = made.keyID })
        #expect(revoked.hasRevokeTime)
        let twice = try await harness.call(Organisations.revokeApiKey, .with { $0.keyID = made.keyID })
        #expect(twice == revoked)
        #expect(throws: Refusal.self) {
            try harness.credentials.authenticate(Array(made.secret.utf8), at: harness.now)
        }
    }

    @Test func aCertificateStandsForAKey() async throws {
        let harness = try await Harness.withOpening()
        let uri = "spiffe://nord/door-1"
        var request = Usher_Organisations_V1_CreateApiKeyRequest()
        (request.apiKey.certificateUri, request.apiKey.scopes) = (uri, ["vouchers:redeem"])
        let own = Caller(role: .organisation, principal: "key_own", organisationID: "nordfilm", scopes: .all)
        let notByOperator = try await harness.refusal(Organisations.createApiKey, request, as: own)
        #expect(notByOperator?.reason == "OPERATOR_REQUIRED" && notByOperator?.code == .permissionDenied)
        #expect(
            reason { try harness.credentials.authenticate(certificateURIs: [uri], at: harness.now) }
                == "CERTIFICATE_UNKNOWN")

        let made = try await harness.call(Organisations.createApiKey, request)
        let credential = try harness.credentials.authenticate(certificateURIs: ["https://x", uri], at: harness.now)
        #expect(credential.keyID == made.keyID && credential.organisationID == "nordfilm")
        #expect(credential.scopes == ScopeSet([.vouchersRedeem]))
        #expect(
            reason { try harness.credentials.authenticate(certificateURIs: [uri + "x"], at: harness.now) }
                == "CERTIFICATE_UNKNOWN")
        let taken = try await harness.refusal(Organisations.createApiKey, request)
        #expect(taken?.reason == "CERTIFICATE_URI_TAKEN" && taken?.code == .alreadyExists)
        let other = try await harness.call(
            Organisations.createApiKey, .with { $0.apiKey.certificateUri = "spiffe://nord/door-2" })
        #expect(
            reason {
                try harness.credentials.authenticate(
                    certificateURIs: [uri, other.certificateUri], at: harness.now)
            } == "CERTIFICATE_AMBIGUOUS")

        _ = try await harness.call(Organisations.revokeApiKey, .with { $0.keyID = made.keyID })
        #expect(
            reason { try harness.credentials.authenticate(certificateURIs: [uri], at: harness.now) }
                == "CERTIFICATE_UNKNOWN")
        let again = try await harness.call(Organisations.createApiKey, request)
        #expect(again.certificateUri == uri)
        #expect(
            try harness.credentials.authenticate(certificateURIs: [uri], at: harness.now).keyID == again.keyID)
    }

    @Test(arguments: ["door", ":x", "spiffe://nord/dö", "spiffe://nord/a b", String(repeating: "a:", count: 513)])
    func whatIsNoCertificateURI(_ uri: String) async throws {
        let harness = try await Harness.withOpening()
        let refusal = try await harness.refusal(
            Organisations.createApiKey, .with { $0.apiKey.certificateUri = uri })
        #expect(refusal?.violations.map(\.field) == ["api_key.certificate_uri"])
    }

    private func reason(_ work: () throws -> Credential) -> String? {
        do {
            _ = try work()
            return nil
        } catch {
            return (error as? Refusal)?.reason
        }
    }

    @Test func theLastOperatorKeyStays() async throws {
        let harness = try await Harness.withOpening()
        let first = try await harness.call(Organisations.createApiKey, .init(), in: nil)
        #expect(
            try await harness.refusal(Organisations.revokeApiKey, .with { $0.keyID = first.keyID }, in: nil)?.reason
                == "LAST_OPERATOR_KEY")
        _ = try await harness.call(Organisations.createApiKey, .init(), in: nil)
        #expect(
            try await harness.call(Organisations.revokeApiKey, .with { $0.keyID = first.keyID }, in: nil).hasRevokeTime)
    }

    @Test func suspendingAndResuming() async throws {
        let harness = try await Harness.withOpening()
        let suspended = try await harness.call(
            Organisations.suspendOrganisation, .with { ($0.organisationID, $0.reason) = ("nordfilm", "unpaid") },
            in: nil)
        #expect(suspended.state == .suspended)
        #expect(throws: Refusal.self) { try harness.credentials.features(ofOrganisation: "nordfilm") }
        let again = try await harness.call(
            Organisations.suspendOrganisation, .with { $0.organisationID = "nordfilm" }, in: nil)
        #expect(again == suspended)
        let resumed = try await harness.call(
            Organisations.resumeOrganisation, .with { $0.organisationID = "nordfilm" }, in: nil)
        #expect(resumed.state == .active)
        #expect(try harness.credentials.features(ofOrganisation: "nordfilm") == [])
        #expect(
            try await harness.refusal(
                Organisations.suspendOrganisation, .with { $0.organisationID = "x" }, in: nil)?.reason
                == "ORGANISATION_NOT_FOUND")
    }

    @Test func nameAndFeaturesAreTheOperatorsToChange() async throws {
        let harness = try await Harness.withOpening()
        var request = Usher_Organisations_V1_UpdateOrganisationRequest()
        request.organisation = .with {
            ($0.organisationID, $0.name, $0.purchasableVouchersEnabled) = ("nordfilm", "Nord", true)
        }
        request.updateMask.paths = ["purchasable_vouchers_enabled"]
        let changed = try await harness.call(Organisations.updateOrganisation, request, in: nil)
        #expect(changed.name == "Nord Film" && changed.purchasableVouchersEnabled)
        #expect(try harness.credentials.features(ofOrganisation: "nordfilm") == ["purchasable_vouchers"])
        request.organisation.etag = "v1"
        #expect(
            try await harness.refusal(Organisations.updateOrganisation, request, in: nil)?.reason == "ETAG_MISMATCH")
        (request.organisation.etag, request.organisation.name) = ("", "")
        request.updateMask.paths = ["name"]
        #expect(
            try await harness.refusal(Organisations.updateOrganisation, request, in: nil)?.code == .invalidArgument)
    }

    /// In the platform's database an operator acts for many organisations: a request id is each one's own.
    @Test func aRequestIDBelongsToTheOrganisationActedIn() async throws {
        let harness = try await Harness.withOpening()
        var request = Usher_Organisations_V1_CreateApiKeyRequest()
        request.requestID = "same"
        try await harness.call(
            Organisations.createOrganisation,
            .with { $0.organisation = .with { ($0.organisationID, $0.name) = ("other", "Other") } }, in: nil)
        var keys: Set<String> = []
        for organisation in ["nordfilm", "other", nil] {
            let key = try await harness.call(Organisations.createApiKey, request, in: organisation)
            #expect(key.organisationID == organisation ?? "" && !key.secret.isEmpty)
            keys.insert(key.keyID)
        }
        #expect(keys.count == 3)
    }

    @Test func anOperatorsKeyTakesNoScopes() async throws {
        let harness = try Harness()
        let refusal = try await harness.refusal(
            Organisations.createApiKey, .with { $0.apiKey.scopes = ["vouchers:redeem"] }, in: nil)
        #expect(refusal?.violations.first?.field == "api_key.scopes")
    }

    @Test func aKeyThatExpiresMakesNoneThatLastsLonger() async throws {
        let harness = try await Harness.withOpening()
        let brief = Caller(
            role: .organisation, principal: "key_brief", organisationID: "nordfilm",
            scopes: ScopeSet([.organisationsWrite]), expireTime: harness.now + .seconds(60))
        let end = (harness.now + .seconds(60)).microseconds / 1_000_000
        for (seconds, reason) in [(0, "EXPIRY_NOT_HELD"), (end + 1, "EXPIRY_NOT_HELD"), (end, nil)] {
            var request = Usher_Organisations_V1_CreateApiKeyRequest()
            if seconds > 0 { request.apiKey.expireTime.seconds = seconds }
            #expect(try await harness.refusal(Organisations.createApiKey, request, as: brief)?.reason == reason)
        }
    }

    @Test func aMillionWrongFieldsAreToldBriefly() async throws {
        let harness = try await Harness.withOpening()
        var request = Usher_Organisations_V1_CreateApiKeyRequest()
        request.apiKey.scopes = Array(repeating: "", count: 1_000_000)
        let refusal = try await harness.refusal(Organisations.createApiKey, request)
        #expect(refusal?.violations.count == 1)
    }

    /// What somebody has stored is never overwritten, whatever the platform knows of it.
    @Test func dataThatThePlatformDoesNotKnowIsKept() async throws {
        let harness = try await Harness.withOpening()
        harness.storage.closeIdleOrganisations()
        harness.storage.closeIdleOrganisations()
        let folder = "\(harness.directory)/organisations"
        try FileManager.default.copyItem(atPath: "\(folder)/nordfilm", toPath: "\(folder)/restored")
        let request = Usher_Organisations_V1_CreateOrganisationRequest.with {
            $0.organisation = .with { ($0.organisationID, $0.name) = ("restored", "Restored") }
        }
        #expect(
            try await harness.refusal(Organisations.createOrganisation, request, in: nil)?.reason
                == "ORGANISATION_DATA_EXISTS")
        try FileManager.default.removeItem(atPath: "\(folder)/restored")
        _ = try await harness.call(Organisations.createOrganisation, request, in: nil)
    }
}
