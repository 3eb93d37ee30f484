import NIOCore
import UsherContract
import UsherRPC
import UsherServices
import UsherStorage

/// A caller whose credential was found good, and where its organisation's data is.
struct VerifiedCaller {
    var caller: Caller
    /// Nil for an operator's call on the platform itself.
    var organisation: Database?
}

/// What a caller has shown: enough to find it good again.
struct CredentialProof: Sendable {
    let key: [UInt8]
    /// The organisation that was named; empty for the key's own.
    let organisationID: String
}

/// Establishes who makes a call.
///
/// The organisation comes from the credential alone. An operator names one with the metadata `organisation`; a key of
/// an organisation may name its own.
struct Authentication: Sendable {
    let credentials: CredentialTable
    let storage: Storage
    let now: @Sendable () -> Instant

    private static let scheme = Array("bearer ".utf8)

    /// - Throws: UNAUTHENTICATED `CREDENTIAL_MISSING` and what ``CredentialTable/authenticate(_:at:)`` throws;
    ///   PERMISSION_DENIED `ORGANISATION_MISMATCH`, `ORGANISATION_SUSPENDED`; NOT_FOUND `ORGANISATION_NOT_FOUND`.
    func caller(of call: InboundCall, _ session: ConnectionSession) throws -> VerifiedCaller {
        let presented = call.metadata.first("authorization")
        let named = call.metadata.first("organisation")
        if let verified = session.verified, verified.generation == credentials.generation,
            matches(presented, verified.key, session), matches(named, verified.organisation),
            verified.expireTime.map({ now() < $0 }) ?? true
        {
            return verified.identity
        }
        let generation = credentials.generation
        let key: [UInt8]
        var organisationID = named.map { String(buffer: $0) } ?? ""
        if let presented {
            key = try Self.key(in: presented)
        } else if let binding = session.binding {
            key = binding.key
            if organisationID.isEmpty { organisationID = binding.organisationID }
        } else {
            throw Refusal(
                .unauthenticated, "CREDENTIAL_MISSING",
                "Send the metadata 'authorization: Bearer <key>', or call SessionService.Authenticate first.")
        }
        let credential = try credentials.authenticate(key, at: now())
        let identity = try identity(of: credential, organisationID)
        session.verified = .init(
            key: presented.map { Array($0.readableBytesView) },
            organisation: named.map { Array($0.readableBytesView) }, generation: generation,
            expireTime: credential.expireTime, identity: identity)
        return identity
    }

    /// What the caller of this call has just been found good with, for calls that last.
    func proof(of call: InboundCall, _ session: ConnectionSession) throws -> CredentialProof {
        let named = call.metadata.first("organisation").map { String(buffer: $0) } ?? ""
        if let presented = call.metadata.first("authorization") {
            return CredentialProof(key: try Self.key(in: presented), organisationID: named)
        }
        guard let binding = session.binding else {
            throw Refusal(.unauthenticated, "CREDENTIAL_MISSING", "The connection's key was taken away.")
        }
        return CredentialProof(key: binding.key, organisationID: named.isEmpty ? binding.organisationID : named)
    }

    /// Finds a credential good again.
    ///
    /// - Throws: what ``caller(of:_:)`` throws.
    func check(_ proof: CredentialProof) throws {
        _ = try identity(of: credentials.authenticate(proof.key, at: now()), proof.organisationID)
    }

    /// The caller that a credential makes, acting in `organisationID` (empty for its own).
    func identity(of credential: Credential, _ organisationID: String) throws -> VerifiedCaller {
        var acting = credential.organisationID
        if let own = credential.organisationID {
            guard organisationID.isEmpty || organisationID == own else {
                throw Refusal(
                    .permissionDenied, "ORGANISATION_MISMATCH", "The key belongs to another organisation.")
            }
        } else if !organisationID.isEmpty {
            acting = organisationID
        }
        let caller = Caller(
            role: credential.role, principal: credential.keyID, organisationID: acting, scopes: credential.scopes,
            expireTime: credential.expireTime,
            features: try acting.map(credentials.features(ofOrganisation:)) ?? [])
        return VerifiedCaller(caller: caller, organisation: acting.map(storage.organisation))
    }

    /// Whether a call presents what was verified last. What was bound in between has dropped that.
    private func matches(_ presented: ByteBuffer?, _ verified: [UInt8]?, _ session: ConnectionSession) -> Bool {
        if presented == nil, session.binding == nil { return false }
        return matches(presented, verified)
    }

    private func matches(_ presented: ByteBuffer?, _ verified: [UInt8]?) -> Bool {
        guard let presented, let verified else { return presented == nil && verified == nil }
        return presented.readableBytesView.elementsEqual(verified)
    }

    private static func key(in presented: ByteBuffer) throws -> [UInt8] {
        let bytes = presented.readableBytesView
        guard bytes.count > scheme.count, zip(bytes, scheme).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else {
            throw Refusal(
                .unauthenticated, "KEY_MALFORMED", "The metadata 'authorization' must be 'Bearer <key>'.")
        }
        return Array(bytes.dropFirst(scheme.count))
    }
}
