public import UsherAPI
import UsherContract
public import UsherStorage

/// `usher.organisations.v1.OrganisationService`: the tenants, their settings, their keys.
public struct OrganisationService: Sendable {
    private typealias RPC = Usher_Organisations_V1_OrganisationService
    private let storage: Storage
    let credentials: CredentialTable
    let keys: ApiKeyLimits

    /// - Parameters:
    ///   - storage: where organisations get their databases.
    ///   - credentials: is kept equal to what the platform database has committed.
    ///   - keys: how many there can be.
    public init(storage: Storage, credentials: CredentialTable, keys: ApiKeyLimits = ApiKeyLimits()) {
        self.storage = storage
        self.credentials = credentials
        self.keys = keys
    }

    public var methods: [Method] {
        [
            Method(RPC.createOrganisation, on: .platform, .platformOperator, createOrganisation),
            Method(RPC.getOrganisation, on: .platform, .platformOperator, getOrganisation),
            Method(RPC.listOrganisations, on: .platform, .platformOperator, listOrganisations),
            Method(RPC.updateOrganisation, on: .platform, .platformOperator, updateOrganisation),
            Method(RPC.suspendOrganisation, on: .platform, .platformOperator, suspendOrganisation),
            Method(RPC.resumeOrganisation, on: .platform, .platformOperator, resumeOrganisation),
            Method(RPC.getSettings, on: .organisation, .scope(.organisationsRead), getSettings),
            Method(RPC.updateSettings, on: .organisation, .scope(.organisationsWrite), updateSettings),
            Method(
                RPC.createApiKey, on: .platform, .scope(.organisationsWrite), withoutSecret: { $0.secret = "" },
                createApiKey),
            Method(RPC.listApiKeys, on: .platform, .scope(.organisationsRead), listApiKeys),
            Method(RPC.revokeApiKey, on: .platform, .scope(.organisationsWrite), revokeApiKey),
        ]
    }

    /// Makes the credential table what the platform database says: before anything is served, and where it is not known
    /// whether a commit came about, whose functions have not changed the table.
    public func loadCredentials(in tx: Transaction) throws {
        credentials.replaceAll(
            keys: try ApiKeyStore.current(endedAfter: tx.now - ApiKeyLimits.rememberedAfterEnd, in: tx),
            organisations: try OrganisationStore.list(after: "", limit: Int.max, in: tx))
    }

    /// Whether the platform has a key of its operator, revoked or not.
    public func hasOperatorKey(in tx: Transaction) throws -> Bool {
        try !ApiKeyStore.list(of: nil, before: 0, limit: 1, in: tx).isEmpty
    }

    /// Makes the first operator's key of an empty platform; nil where there is one already.
    ///
    /// - Parameter keep: is given the key's text before anything commits, and makes it durable; throws to give up.
    public func makeFirstOperatorKey(keep: (String) throws -> Void, in tx: Transaction) throws -> String? {
        guard try !hasOperatorKey(in: tx) else { return nil }
        let (key, text) = make(name: "operator", scopes: [], isTest: false, expireTime: nil, of: nil, in: tx)
        try keep(text.text)
        try insert(key, in: tx)
        return text.text
    }

    // MARK: Organisations

    private func createOrganisation(
        _ request: Usher_Organisations_V1_CreateOrganisationRequest, _ tx: Transaction
    ) throws -> Usher_Organisations_V1_Organisation {
        let given = request.organisation
        var violations = Violations()
        violations.requireCallerID(given.organisationID, "organisation.organisation_id")
        violations.requireText(given.name, "organisation.name", Organisation.nameLengths)
        try violations.refuse()
        guard !OrganisationID.isReserved(given.organisationID) else {
            throw OrganisationRefusal.idReserved(given.organisationID)
        }
        let organisation = Organisation(
            id: given.organisationID.isEmpty ? tx.newID("org").description : given.organisationID, name: given.name,
            state: .active, sellsVouchers: given.purchasableVouchersEnabled, createTime: tx.now, updateTime: tx.now,
            version: 1)
        if let other = try OrganisationStore.find(inAnyCase: organisation.id, in: tx), other != organisation.id {
            throw OrganisationRefusal.existsInOtherCase(other)
        }
        guard try OrganisationStore.insert(organisation, in: tx) else {
            throw OrganisationRefusal.exists(organisation.id)
        }
        try storage.createOrganisation(organisation.id)
        try tx.record("organisation.created", organisation.id, after: ["name": organisation.name])
        tx.afterCommit { [credentials] in credentials.set(organisation) }
        return .init(organisation)
    }

    private func getOrganisation(
        _ request: Usher_Organisations_V1_GetOrganisationRequest, _ tx: Transaction
    ) throws -> Usher_Organisations_V1_Organisation {
        guard let organisation = try OrganisationStore.find(request.organisationID, in: tx) else {
            throw OrganisationRefusal.notFound
        }
        return .init(organisation)
    }

    private func listOrganisations(
        _ request: Usher_Organisations_V1_ListOrganisationsRequest, _ tx: Transaction
    ) throws -> Usher_Organisations_V1_ListOrganisationsResponse {
        let page = try Page(of: request, in: tx)
        let found = try OrganisationStore.list(after: page.after ?? "", limit: page.size + 1, in: tx)
        let (items, token) = try page.cut(found, key: \.id) { Usher_Organisations_V1_Organisation($0) }
        return .with { ($0.organisations, $0.nextPageToken) = (items, token) }
    }

    private func updateOrganisation(
        _ request: Usher_Organisations_V1_UpdateOrganisationRequest, _ tx: Transaction
    ) throws -> Usher_Organisations_V1_Organisation {
        let given = request.organisation
        var violations = Violations()
        let fields = OrganisationField.named(in: request.updateMask, &violations)
        if fields.contains(.name) { violations.requireText(given.name, "organisation.name", Organisation.nameLengths) }
        try violations.refuse()
        return try change(given.organisationID, etag: given.etag, "organisation.updated", in: tx) { organisation in
            if fields.contains(.name) { organisation.name = given.name }
            if fields.contains(.purchasableVouchersEnabled) {
                organisation.sellsVouchers = given.purchasableVouchersEnabled
            }
        }
    }

    private func suspendOrganisation(
        _ request: Usher_Organisations_V1_SuspendOrganisationRequest, _ tx: Transaction
    ) throws -> Usher_Organisations_V1_Organisation {
        var violations = Violations()
        violations.requireProse(request.reason, "reason", Organisation.reasonLengths)
        try violations.refuse()
        return try change(
            request.organisationID, "organisation.suspended", reason: request.reason, in: tx
        ) { $0.state = .suspended }
    }

    private func resumeOrganisation(
        _ request: Usher_Organisations_V1_ResumeOrganisationRequest, _ tx: Transaction
    ) throws -> Usher_Organisations_V1_Organisation {
        try change(request.organisationID, "organisation.resumed", in: tx) { $0.state = .active }
    }

    /// Changes an organisation and what is known of it in memory; a change that changes nothing is none.
    private func change(
        _ id: String, etag: String = "", _ event: String, reason: String = "", in tx: Transaction,
        _ change: (inout Organisation) -> Void
    ) throws -> Usher_Organisations_V1_Organisation {
        guard let before = try OrganisationStore.find(id, in: tx) else { throw OrganisationRefusal.notFound }
        try ETag.check(etag, against: before.version)
        var organisation = before
        change(&organisation)
        guard organisation != before else { return .init(before) }
        organisation.updateTime = tx.now
        organisation.version += 1
        try OrganisationStore.update(organisation, in: tx)
        var after = organisation.journal
        if !reason.isEmpty { after.fields.append(("reason", .text(reason))) }
        try tx.record(event, id, before: before.journal, after: after)
        let changed = organisation
        tx.afterCommit { [credentials] in credentials.set(changed) }
        return .init(organisation)
    }

    // MARK: Settings

    private func getSettings(
        _ request: Usher_Organisations_V1_GetSettingsRequest, _ tx: Transaction
    ) throws -> Usher_Organisations_V1_Settings {
        .init(try SettingsStore.read(in: tx), of: try tx.organisationID)
    }

    private func updateSettings(
        _ request: Usher_Organisations_V1_UpdateSettingsRequest, _ tx: Transaction
    ) throws -> Usher_Organisations_V1_Settings {
        var violations = Violations()
        let before = try SettingsStore.read(in: tx)
        var settings = before
        for field in SettingsField.named(
            in: request.updateMask,
            groups: ["point_of_sales": [.allowTakeBackInjected, .takeBackDownloaded, .takeBacksPerDay]], &violations)
        {
            settings.take(field, from: request.settings, &violations)
        }
        try violations.refuse()
        try ETag.check(request.settings.etag, against: before.version)
        try settings.checkConflicts()
        guard settings != before else { return .init(before, of: try tx.organisationID) }
        settings.updateTime = tx.now
        settings.version += 1
        try SettingsStore.write(settings, in: tx)
        try tx.record("settings.updated", "settings", before: before.journal, after: settings.journal)
        return .init(settings, of: try tx.organisationID)
    }

    // MARK: Keys

    private func createApiKey(
        _ request: Usher_Organisations_V1_CreateApiKeyRequest, _ tx: Transaction
    ) throws -> Usher_Organisations_V1_ApiKey {
        let given = request.apiKey
        var violations = Violations()
        violations.requireText(given.name, "api_key.name", ApiKey.nameLengths)
        let expireTime = violations.instant(given.expireTime, isSet: given.hasExpireTime, "api_key.expire_time")
        violations.require(expireTime.map { $0 > tx.now } ?? true, "api_key.expire_time", "must lie in the future")
        violations.require(
            tx.caller.organisationID != nil || given.scopes.isEmpty, "api_key.scopes",
            "must be empty for an operator's key, which may do everything: name an organisation")
        let scopes = requestedScopes(given, &violations)
        violations.require(
            given.certificateUri.isEmpty || ApiKey.isCertificateURI(given.certificateUri), "api_key.certificate_uri",
            "must be a URI of at most \(ApiKey.certificateURILengths.upperBound) printable ASCII characters")
        try violations.refuse()
        guard given.certificateUri.isEmpty || tx.caller.role == .platformOperator else {
            throw OrganisationRefusal.certificateNotByOperator
        }
        for scope in scopes.sorted(by: { $0.description < $1.description }) where !tx.caller.scopes.allows(scope) {
            throw OrganisationRefusal.scopeNotHeld(scope)
        }
        if let limit = tx.caller.expireTime, expireTime.map({ $0 > limit }) ?? true {
            throw OrganisationRefusal.expiryNotHeld
        }
        try makeRoomForKey(of: tx.caller.organisationID, in: tx)
        var (key, text) = make(
            name: given.name, scopes: scopes, isTest: given.test, expireTime: expireTime,
            of: tx.caller.organisationID, in: tx)
        if !given.certificateUri.isEmpty { key.certificateURI = given.certificateUri }
        try insert(key, in: tx)
        var response = Usher_Organisations_V1_ApiKey(key)
        response.secret = text.text
        return response
    }

    /// What was asked for; everything that the caller has where nothing was; nothing for an operator's key, which
    /// has every scope by its role.
    private func requestedScopes(
        _ given: Usher_Organisations_V1_ApiKey, _ violations: inout Violations
    ) -> Set<Scope> {
        var scopes: Set<Scope> = []
        guard given.scopes.count <= Scope.known.count else {
            violations.require(false, "api_key.scopes", "has more entries than there are scopes")
            return []
        }
        for text in given.scopes {
            let scope = Scope(parsing: text)
            let known = scope.map(Scope.known.contains) ?? false
            violations.require(
                known, "api_key.scopes",
                "has \(text.prefix(100)), but the scopes are \(Scope.known.map(\.description).joined(separator: ", "))")
            if let scope, known { scopes.insert(scope) }
        }
        return scopes
    }

    private func make(
        name: String, scopes: Set<Scope>, isTest: Bool, expireTime: Instant?, of organisationID: String?,
        in tx: Transaction
    ) -> (ApiKey, ApiKeyText) {
        let id = tx.newID(ApiKey.prefix)
        let text = ApiKeyText(id: id, secret: tx.randomBytes(ApiKeyText.secretLength), isTest: isTest)
        var held = scopes
        if organisationID != nil, scopes.isEmpty { held = Set(Scope.known.filter(tx.caller.scopes.allows)) }
        let key = ApiKey(
            id: id, organisationID: organisationID, name: name, scopes: organisationID == nil ? [] : held,
            isTest: isTest, hash: text.hash, createTime: tx.now, expireTime: expireTime, revokeTime: nil)
        return (key, text)
    }

    private func insert(_ key: ApiKey, in tx: Transaction) throws {
        guard try ApiKeyStore.insert(key, in: tx) else {
            throw OrganisationRefusal.certificateTaken(key.certificateURI ?? "")
        }
        try tx.record(
            "api_key.created", key.id.description,
            after: [
                "organisation_id": key.organisationID, "name": key.name, "certificate_uri": key.certificateURI,
            ])
        tx.afterCommit { [credentials] in credentials.set(key) }
    }

    private func listApiKeys(
        _ request: Usher_Organisations_V1_ListApiKeysRequest, _ tx: Transaction
    ) throws -> Usher_Organisations_V1_ListApiKeysResponse {
        let page = try Page(of: request, in: tx)
        let found = try ApiKeyStore.list(
            of: tx.caller.organisationID, before: try page.afterNumber(), limit: page.size + 1, in: tx)
        let (items, token) = try page.cut(found, key: { String($0.id.number) }) { Usher_Organisations_V1_ApiKey($0) }
        return .with { ($0.apiKeys, $0.nextPageToken) = (items, token) }
    }

    private func revokeApiKey(
        _ request: Usher_Organisations_V1_RevokeApiKeyRequest, _ tx: Transaction
    ) throws -> Usher_Organisations_V1_ApiKey {
        guard let id = ResourceID(request.keyID, prefix: ApiKey.prefix),
            var key = try ApiKeyStore.find(id, of: tx.caller.organisationID, in: tx)
        else { throw OrganisationRefusal.keyNotFound }
        guard key.revokeTime == nil else {
            // It stays revoked: to keep the answer of each repetition would only fill the platform's database.
            tx.keepNoReply()
            return .init(key)
        }
        if key.organisationID == nil, try !ApiKeyStore.hasLastingOperatorKey(otherThan: id, in: tx) {
            throw OrganisationRefusal.lastOperatorKey
        }
        key.revokeTime = tx.now
        try ApiKeyStore.setRevokeTime(tx.now, of: id, in: tx)
        try tx.record("api_key.revoked", id.description)
        let revoked = key
        tx.afterCommit { [credentials] in credentials.set(revoked) }
        return .init(key)
    }
}
