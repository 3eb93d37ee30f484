import Foundation
import UsherContract

/// A person who may come in.
struct Viewer: Hashable, Sendable {
    enum Status: Int64, Sendable {
        case active = 1, deactivated
    }

    /// The row's key, inside the organisation's database only.
    var key: Int64
    var id: String
    var email: String
    var status: Status
    var createTime: Instant
    var updateTime: Instant
    var version: Int64

    static let prefix = "vwr"
    static let emailLengths = 0...254
    /// Of the reason for a deactivation.
    static let reasonLengths = 0...1_000

    /// One `@` with something on both sides and no blanks: what mail servers accept beyond that is theirs to say.
    static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(where: \.isWhitespace)
            && !text.unicodeScalars.contains(where: \.isControl)
    }
}

/// An e-mail address as it is compared: whole, and by its two parts; never by a fragment of either.
struct EmailAddress: Hashable, Sendable {
    /// In NFC and lower case, and so are its parts.
    let folded: String
    let local: String
    let domain: String

    /// Nil for what is no address.
    init?(_ text: String) {
        let folded = Self.fold(text)
        guard Viewer.isEmail(folded), let at = folded.firstIndex(of: "@") else { return nil }
        self.folded = folded
        local = String(folded[..<at])
        domain = String(folded[folded.index(after: at)...])
    }

    /// The one way of writing a text that is compared with addresses or their parts.
    static func fold(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespacesAndNewlines).precomposedStringWithCanonicalMapping.lowercased()
            .precomposedStringWithCanonicalMapping
    }
}
