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
    enum Presented: Sendable {
        /// The whole key, of the call or of Authenticate.
        case key([UInt8])
        /// The URIs in the connection's client certificate.
        case certificate([String])
    }

    let presented: Presented
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
    ///   what ``CredentialTable/authenticate(certificateURIs:at:)`` throws;
    ///   PERMISSION_DENIED `ORGANISATION_MISMATCH`, `ORGANISATION_SUSPENDED`; NOT_FOUND `ORGANISATION_NOT_FOUND`.
    func caller(of call: InboundCall, _ session: ConnectionSession) throws -> VerifiedCaller {
        let presented = call.metadata.first("authorization")
        let named = call.metadata.first("organisation")
        if let verified = session.verified, verified.generation == credentials.generation,
            matches(presented, verified.key), matches(named, verified.organisation),
            verified.expireTime.map({ now() < $0 }) ?? true
        {
            return verified.identity
        }
        let generation = credentials.generation
        let proof = try proof(of: call, session)
        let credential = try credential(of: proof.presented)
        let identity = try identity(of: credential, proof.organisationID)
        session.verified = .init(
            key: presented.map { Array($0.readableBytesView) },
            organisation: named.map { Array($0.readableBytesView) }, generation: generation,
            expireTime: credential.expireTime, identity: identity)
        return identity
    }

    /// What a call presents, or its connection for it.
    ///
    /// - Throws: UNAUTHENTICATED `CREDENTIAL_MISSING`, `KEY_MALFORMED`.
    func proof(of call: InboundCall, _ session: ConnectionSession) throws -> CredentialProof {
        let named = call.metadata.first("organisation").map { String(buffer: $0) } ?? ""
        if let presented = call.metadata.first("authorization") {
            return CredentialProof(presented: .key(try Self.key(in: presented)), organisationID: named)
        }
        if let binding = session.binding {
            return CredentialProof(
                presented: .key(binding.key), organisationID: named.isEmpty ? binding.organisationID : named)
        }
        guard !call.connection.certificateURIs.isEmpty else {
            throw Refusal(
                .unauthenticated, "CREDENTIAL_MISSING",
                "Send the metadata 'authorization: Bearer <key>', or call SessionService.Authenticate first.")
        }
        return CredentialProof(presented: .certificate(call.connection.certificateURIs), organisationID: named)
    }

    /// Finds a credential good again.
    ///
    /// - Throws: what ``caller(of:_:)`` throws.
    func check(_ proof: CredentialProof) throws {
        _ = try identity(of: credential(of: proof.presented), proof.organisationID)
    }

    private func credential(of presented: CredentialProof.Presented) throws -> Credential {
        switch presented {
        case .key(let key): try credentials.authenticate(key, at: now())
        case .certificate(let uris): try credentials.authenticate(certificateURIs: uris, at: now())
        }
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

    /// Whether a call presents what was verified last. Binding a credential forgets what was.
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
