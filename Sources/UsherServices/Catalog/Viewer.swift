import UsherContract

/// A person who may come in.
struct Viewer: Hashable, Sendable {
    enum Status: Int64, Sendable {
        case active = 1
    }

    /// The row's key, inside the organisation's database only.
    var key: Int64
    var id: String
    var email: String
    var status: Status
    var createTime: Instant
    var updateTime: Instant
    var version: Int64

    static let emailLengths = 0...254

    /// One `@` with something on both sides and no blanks: what mail servers accept beyond that is theirs to say.
    static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(where: \.isWhitespace)
    }
}
