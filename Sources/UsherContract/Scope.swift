/// What a method asks of a credential: `<service>:read`, `<service>:write`, or a narrower one where a device needs
/// little (`vouchers:redeem`, `access:check`, `admission:scan`).
public struct Scope: Sendable, Hashable, CustomStringConvertible {
    /// The service's short name: `vouchers`.
    public let service: String
    /// `read`, `write`, or the name of a narrower scope.
    public let action: String

    public init(_ service: String, _ action: String) {
        self.service = service
        self.action = action
    }

    /// Reads `vouchers:read`; nil where the text is no scope.
    public init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isNameCharacter) }) else {
            return nil
        }
        self.init(String(parts[0]), String(parts[1]))
    }

    public var description: String { "\(service):\(action)" }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLowercase || character == "_")
    }
}

/// The scopes of a credential. Empty by default: what is not granted is denied.
public struct ScopeSet: Sendable, Hashable {
    /// Every scope there is, now and later; only the operator and the server itself have it.
    public static let all = ScopeSet(everything: true, scopes: [])

    private let everything: Bool
    public let scopes: Set<Scope>

    public init(_ scopes: some Sequence<Scope> = []) {
        self.init(everything: false, scopes: Set(scopes))
    }

    private init(everything: Bool, scopes: Set<Scope>) {
        self.everything = everything
        self.scopes = scopes
    }

    /// Whether the credential may do what `scope` names. A narrower scope is also had by whoever has the
    /// `required` scope's fallbacks, see ``allows(anyOf:)``.
    public func allows(_ scope: Scope) -> Bool { everything || scopes.contains(scope) }

    /// Whether the credential may do what any of `scopes` names.
    public func allows(anyOf scopes: [Scope]) -> Bool { scopes.contains(where: allows) }
}
