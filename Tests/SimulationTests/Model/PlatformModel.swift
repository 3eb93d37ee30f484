import UsherAPI
import UsherContract
import UsherServices

final class ModelKey {
    /// What is presented; taken over from the answer.
    let text: String
    var message: Usher_Organisations_V1_ApiKey
    /// Whether the server has it in memory.
    var isKnown = true

    init(text: String, message: Usher_Organisations_V1_ApiKey) {
        self.text = text
        self.message = message
    }

    var isOperators: Bool { message.organisationID.isEmpty }
    var expireTime: Instant? { message.hasExpireTime ? Instant(message.expireTime) : nil }
    private var revokeTime: Instant? { message.hasRevokeTime ? Instant(message.revokeTime) : nil }

    func hasEnded(by time: Instant) -> Bool { [expireTime, revokeTime].contains { $0.map { $0 <= time } ?? false } }
}

/// What the platform should hold: organisations, keys, and who may do what.
final class PlatformModel {
    var organisations: [String: Usher_Organisations_V1_Organisation] = [:]
    var keys: [ModelKey]
    private(set) var tenants: [OrganisationModel] = []

    /// - Parameter root: the operator's first key, which the simulation never takes from itself.
    init(root: ModelKey) { keys = [root] }

    /// The server begins anew, and does not read what has ended a day ago.
    func reopen(at now: Instant) {
        for key in keys { key.isKnown = !key.hasEnded(by: now - .hours(24)) }
    }

    func tenant(_ id: String) -> OrganisationModel? { tenants.first { $0.id == id } }

    /// The caller that a key makes, as a connection's first call finds out; or why it makes none.
    func admit(_ text: String, acting named: String?, _ method: Method, at now: Instant) throws -> Context {
        guard let key = keys.first(where: { $0.text == text }) else {
            throw Expected.unauthenticated("KEY_MALFORMED")
        }
        guard key.isKnown else { throw Expected.unauthenticated("KEY_UNKNOWN") }
        if key.message.hasRevokeTime { throw Expected.unauthenticated("KEY_REVOKED") }
        if let end = key.expireTime, end <= now { throw Expected.unauthenticated("KEY_EXPIRED") }
        let acting = key.isOperators ? named : key.message.organisationID
        if let acting {
            guard let organisation = organisations[acting] else { throw Expected.notFound("ORGANISATION_NOT_FOUND") }
            if organisation.state == .suspended { throw Expected.denied("ORGANISATION_SUSPENDED") }
        }
        let scopes: ScopeSet = key.isOperators ? .all : ScopeSet(key.message.scopes.compactMap(Scope.init(parsing:)))
        switch method.permission {
        case .platformOperator: if !key.isOperators { throw Expected.denied("OPERATOR_REQUIRED") }
        case .anyOf(let wanted): if !scopes.allows(anyOf: wanted) { throw Expected.denied("SCOPE_MISSING") }
        }
        if method.database == .organisation, acting == nil { throw Expected.precondition("ORGANISATION_REQUIRED") }
        return Context(
            now: now, role: key.isOperators ? .platformOperator : .organisation, principal: key.message.keyID,
            organisationID: acting, scopes: scopes, expireTime: key.expireTime,
            sellsVouchers: acting.flatMap { organisations[$0]?.purchasableVouchersEnabled } ?? false)
    }

    // MARK: Organisations

    func createOrganisation(
        _ request: Usher_Organisations_V1_CreateOrganisationRequest, _ context: Context,
        _ made: Usher_Organisations_V1_Organisation?
    ) throws -> Usher_Organisations_V1_Organisation {
        let given = request.organisation
        var mistakes = Mistakes()
        mistakes.requireID(given.organisationID, "organisation.organisation_id")
        mistakes.requireText(given.name, 1...200, "organisation.name")
        try mistakes.refuse()
        guard organisations[given.organisationID] == nil else { throw Expected.exists("ORGANISATION_EXISTS") }
        let id = given.organisationID.isEmpty ? made?.organisationID ?? "" : given.organisationID
        organisations[id] = .with { organisation in
            organisation.organisationID = id
            organisation.name = given.name
            organisation.state = .active
            organisation.purchasableVouchersEnabled = given.purchasableVouchersEnabled
            organisation.createTime = context.now.timestamp
            organisation.updateTime = context.now.timestamp
            organisation.etag = "v1"
        }
        tenants.append(OrganisationModel(id: id))
        context.record("organisation.created", id)
        return organisations[id] ?? .init()
    }

    func existing(_ id: String) throws -> Usher_Organisations_V1_Organisation {
        guard let organisation = organisations[id] else { throw Expected.notFound("ORGANISATION_NOT_FOUND") }
        return organisation
    }

    func updateOrganisation(
        _ request: Usher_Organisations_V1_UpdateOrganisationRequest, _ context: Context
    ) throws -> Usher_Organisations_V1_Organisation {
        let given = request.organisation
        var mistakes = Mistakes()
        let paths = mistakes.mask(request.updateMask, ["name", "purchasable_vouchers_enabled"])
        if paths.contains("name") { mistakes.requireText(given.name, 1...200, "organisation.name") }
        try mistakes.refuse()
        return try change(given.organisationID, etag: given.etag, "organisation.updated", context) { organisation in
            if paths.contains("name") { organisation.name = given.name }
            if paths.contains("purchasable_vouchers_enabled") {
                organisation.purchasableVouchersEnabled = given.purchasableVouchersEnabled
            }
        }
    }

    func change(
        _ id: String, etag: String = "", _ event: String, _ context: Context,
        _ change: (inout Usher_Organisations_V1_Organisation) -> Void
    ) throws -> Usher_Organisations_V1_Organisation {
        let before = try existing(id)
        let version = Int(before.etag.dropFirst()) ?? -1
        try Expected.checkTag(etag, version)
        var organisation = before
        change(&organisation)
        guard organisation != before else { return before }
        organisation.updateTime = context.now.timestamp
        organisation.etag = "v\(version + 1)"
        organisations[id] = organisation
        context.record(event, id)
        return organisation
    }

    // MARK: Keys

    func createApiKey(
        _ request: Usher_Organisations_V1_CreateApiKeyRequest, _ context: Context,
        _ made: Usher_Organisations_V1_ApiKey?
    ) throws -> Usher_Organisations_V1_ApiKey {
        let given = request.apiKey
        var mistakes = Mistakes()
        mistakes.requireText(given.name, 0...200, "api_key.name")
        let end = mistakes.moment(given.expireTime, given.hasExpireTime, "api_key.expire_time")
        if let end { mistakes.require(end > context.now, "api_key.expire_time") }
        let known = Set(Scope.known.map(\.description))
        mistakes.require(given.scopes.allSatisfy(known.contains), "api_key.scopes")
        if context.organisationID == nil { mistakes.require(given.scopes.isEmpty, "api_key.scopes") }
        try mistakes.refuse()
        let held = Scope.known.filter(context.scopes.allows).map(\.description)
        guard Set(given.scopes).isSubset(of: held) else { throw Expected.denied("SCOPE_NOT_HELD") }
        if let limit = context.expireTime, end.map({ $0 > limit }) ?? true { throw Expected.denied("EXPIRY_NOT_HELD") }
        var message = Usher_Organisations_V1_ApiKey()
        message.keyID = made?.keyID ?? ""
        message.organisationID = context.organisationID ?? ""
        message.name = given.name
        if context.organisationID != nil {
            message.scopes = given.scopes.isEmpty ? held.sorted() : Set(given.scopes).sorted()
        }
        message.test = given.test
        message.createTime = context.now.timestamp
        if let end { message.expireTime = end.timestamp }
        let secret = made?.secret ?? ""
        let isSecret = secret.hasPrefix("ush_\(given.test ? "test" : "live")_\(message.keyID.dropFirst(4))_")
        guard made == nil || isSecret && !keys.contains(where: { $0.text == secret }) else {
            throw Discrepancy(source: .answer, what: "\(secret) is no key as asked for")
        }
        keys.append(ModelKey(text: secret, message: message))
        context.record("api_key.created", message.keyID)
        message.secret = secret
        return message
    }

    /// Newest first.
    func listedKeys(_ context: Context) -> [Usher_Organisations_V1_ApiKey] {
        keys.map(\.message).filter { $0.organisationID == context.organisationID ?? "" }
            .sorted { $0.keyID > $1.keyID }
    }

    func revokeApiKey(
        _ request: Usher_Organisations_V1_RevokeApiKeyRequest, _ context: Context
    ) throws -> Usher_Organisations_V1_ApiKey {
        let found = keys.first {
            $0.message.keyID == request.keyID && $0.message.organisationID == context.organisationID ?? ""
        }
        guard let key = found else { throw Expected.notFound("API_KEY_NOT_FOUND") }
        if key.message.hasRevokeTime { return key.message }
        let others = keys.filter { $0 !== key && $0.isOperators && !$0.message.hasRevokeTime && $0.expireTime == nil }
        if key.isOperators, others.isEmpty { throw Expected.precondition("LAST_OPERATOR_KEY") }
        key.message.revokeTime = context.now.timestamp
        key.isKnown = true
        context.record("api_key.revoked", key.message.keyID)
        return key.message
    }
}
