import Foundation
import UsherContract

/// Someone who has tickets.
struct Contact: Hashable, Sendable {
    enum Kind: Int64, Sendable {
        case relay = 1, individual
    }

    var id: ResourceID
    var name: String
    var email: String
    var kind: Kind
    var structure: String
    var createTime: Instant
    var updateTime: Instant
    var version: Int64

    static let prefix = "ctc"
    static let nameLengths = 0...200
    static let emailLengths = 1...254
    static let structureLengths = 0...200

    /// Whether this contact may do what `other` may: it is the same, or both are relays of one structure.
    func acts(for other: Contact) -> Bool {
        if id == other.id { return true }
        return kind == .relay && other.kind == .relay && !structure.isEmpty && structure == other.structure
    }

    /// An address as it is compared: NFC and lower case.
    static func folded(_ email: String) -> String {
        email.precomposedStringWithCanonicalMapping.lowercased().precomposedStringWithCanonicalMapping
    }
}
