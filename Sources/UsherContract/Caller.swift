/// Who makes a call, as established by the dispatcher from the credential. Never taken from a request.
public struct Caller: Sendable, Hashable {
    public enum Role: Sendable, Hashable {
        /// The platform's operator, who may act for any organisation.
        case platformOperator
        /// A key of one organisation.
        case organisation
        /// The server itself: background work.
        case system
    }

    public let role: Role
    /// The id of the key that made the call, or `system`.
    public let principal: String
    /// The organisation that the call acts in; nil for an operator's call on the platform itself. Together with method
    /// and request id it names a request.
    public let organisationID: String?
    /// What the credential may do.
    public let scopes: ScopeSet
    /// When the credential ends; nil where it does not.
    public let expireTime: Instant?
    /// The operator-only features that are on for the organisation.
    public let features: Set<String>

    public init(
        role: Role, principal: String, organisationID: String?, scopes: ScopeSet, expireTime: Instant? = nil,
        features: Set<String> = []
    ) {
        self.role = role
        self.principal = principal
        self.organisationID = organisationID
        self.scopes = scopes
        self.expireTime = expireTime
        self.features = features
    }

    /// The server itself, acting for one organisation or (nil) for the platform.
    public static func system(organisationID: String? = nil) -> Caller {
        Caller(role: .system, principal: "system", organisationID: organisationID, scopes: .all)
    }
}
