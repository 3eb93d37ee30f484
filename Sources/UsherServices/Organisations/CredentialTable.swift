import Synchronization
public import UsherContract

/// Who a valid key speaks for, as the dispatcher keeps it beside a connection.
public struct Credential: Sendable, Hashable {
    /// The key's id, `key_…`.
    public let keyID: String
    public let role: Caller.Role
    /// The organisation that the key belongs to; nil for the operator's.
    public let organisationID: String?
    public let scopes: ScopeSet
    /// From when on the key is refused.
    public let expireTime: Instant?
}

/// The keys and the organisations, in memory: calls are authenticated without touching a database.
///
/// Invariants: it shows what the platform database has committed (its owner's functions change it after their commit,
/// and it is read anew after a commit whose outcome is not known); ``generation`` grows with every change, so that
/// whoever kept an answer knows when to ask again.
public final class CredentialTable: Sendable {
    private struct Contents {
        var keys: [ResourceID: ApiKey] = [:]
        /// The keys that are not revoked, by the URIs of their certificates.
        var byCertificate: [String: ResourceID] = [:]
        var organisations: [String: Organisation] = [:]

        mutating func index(_ key: ApiKey) {
            guard let uri = key.certificateURI else { return }
            if key.revokeTime == nil { byCertificate[uri] = key.id }
            if key.revokeTime != nil, byCertificate[uri] == key.id { byCertificate[uri] = nil }
        }
    }

    private let contents = Mutex(Contents())
    private let changes = Atomic<Int>(0)
    private let operatorRevocation = Mutex<(@Sendable () -> Void)?>(nil)

    public init() {}

    /// Grows with every change.
    public var generation: Int { changes.load(ordering: .acquiring) }

    /// Finds the credential of a presented key.
    ///
    /// - Parameter text: the key's bytes as presented, of any length and content.
    /// - Throws: UNAUTHENTICATED `KEY_MALFORMED`, `KEY_UNKNOWN` (also for a wrong secret, and for what has ended too
    ///   long ago to be kept in memory), `KEY_REVOKED`, `KEY_EXPIRED`.
    public func authenticate(_ text: [UInt8], at now: Instant) throws -> Credential {
        guard let id = ApiKeyText.keyID(in: text) else { throw OrganisationRefusal.keyMalformed }
        // Hashed whether or not the id exists, so that the time taken does not tell.
        let hash = ApiKeyText.hash(of: text)
        guard let key = contents.withLock({ $0.keys[id] }), ApiKeyText.areEqual(key.hash, hash) else {
            throw OrganisationRefusal.keyUnknown
        }
        return try credential(of: key, at: now)
    }

    /// Finds the credential that a client certificate stands for.
    ///
    /// - Parameter uris: those in a certificate that the handshake has found good.
    /// - Throws: UNAUTHENTICATED `CERTIFICATE_UNKNOWN`, `CERTIFICATE_AMBIGUOUS`, `KEY_EXPIRED`.
    public func authenticate(certificateURIs uris: [String], at now: Instant) throws -> Credential {
        let keys = contents.withLock { contents in
            Set(uris.compactMap { contents.byCertificate[$0] }).compactMap { contents.keys[$0] }
        }
        guard let key = keys.first else { throw OrganisationRefusal.certificateUnknown }
        guard keys.count == 1 else { throw OrganisationRefusal.certificateAmbiguous }
        return try credential(of: key, at: now)
    }

    private func credential(of key: ApiKey, at now: Instant) throws -> Credential {
        guard key.revokeTime == nil else { throw OrganisationRefusal.keyRevoked }
        if let end = key.expireTime, end <= now { throw OrganisationRefusal.keyExpired }
        return Credential(
            keyID: key.id.description, role: key.organisationID == nil ? .platformOperator : .organisation,
            organisationID: key.organisationID, scopes: key.organisationID == nil ? .all : ScopeSet(key.scopes),
            expireTime: key.expireTime)
    }

    /// The operator-only features of an organisation.
    ///
    /// - Throws: NOT_FOUND `ORGANISATION_NOT_FOUND`; PERMISSION_DENIED `ORGANISATION_SUSPENDED`.
    public func features(ofOrganisation id: String) throws -> Set<String> {
        guard let organisation = contents.withLock({ $0.organisations[id] }) else {
            throw OrganisationRefusal.notFound
        }
        guard organisation.state == .active else { throw OrganisationRefusal.suspended }
        return organisation.features
    }

    func replaceAll(keys: [ApiKey], organisations: [Organisation]) {
        var new = Contents(
            keys: Dictionary(uniqueKeysWithValues: keys.map { ($0.id, $0) }),
            organisations: Dictionary(uniqueKeysWithValues: organisations.map { ($0.id, $0) }))
        for key in keys { new.index(key) }
        contents.withLock { [new] in $0 = new }
        changes.add(1, ordering: .releasing)
    }

    func set(_ key: ApiKey) {
        contents.withLock { contents in
            contents.keys[key.id] = key
            contents.index(key)
        }
        changes.add(1, ordering: .releasing)
        if key.organisationID == nil, key.revokeTime != nil { operatorRevocation.withLock { $0 }?() }
    }

    /// Has `action` run whenever a key of the operator has been revoked. It runs on a lane's thread, and must not take
    /// long.
    public func onRevocationOfOperatorKey(_ action: @escaping @Sendable () -> Void) {
        operatorRevocation.withLock { $0 = action }
    }

    /// Whether a text is a key that was given out and may not be used any more, or one that never was.
    public func isDead(_ text: String, at now: Instant) -> Bool {
        do {
            _ = try authenticate(Array(text.utf8), at: now)
            return false
        } catch let refusal as Refusal {
            return ["KEY_REVOKED", "KEY_UNKNOWN"].contains(refusal.reason)
        } catch {
            return false
        }
    }

    func remove(_ ids: [ResourceID]) {
        contents.withLock { contents in
            for id in ids {
                guard let key = contents.keys.removeValue(forKey: id) else { continue }
                if let uri = key.certificateURI, contents.byCertificate[uri] == id {
                    contents.byCertificate[uri] = nil
                }
            }
        }
        changes.add(1, ordering: .releasing)
    }

    func set(_ organisation: Organisation) {
        contents.withLock { $0.organisations[organisation.id] = organisation }
        changes.add(1, ordering: .releasing)
    }

    /// The organisations, for start-up and metrics.
    public var organisationCount: Int { contents.withLock { $0.organisations.count } }
}
