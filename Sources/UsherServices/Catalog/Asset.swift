import Foundation
import UsherContract

/// An event that access can be given to.
struct Asset: Hashable, Sendable {
    enum Kind: Int64, Sendable {
        case video = 1, liveEvent, series, playlist, performance

        /// Whether access to it opens other assets.
        var hasMembers: Bool { self == .series || self == .playlist }
    }

    struct RelatedContent: Hashable, Sendable, Codable {
        enum Kind: Int64, Sendable, Codable {
            case trailer = 1, liveStream, bonus
        }
        var kind: Kind
        var title: String
        var url: String
        /// When a live stream begins, in microseconds since 1970; only of one.
        var startTime: Int64?
    }

    /// The row's key, inside the organisation's database only.
    var key: Int64
    var id: String
    var kind: Kind
    var title: String
    var description: String
    var relatedContent: [RelatedContent]
    var memberIDs: [String]
    var geoPolicy: GeoPolicy?
    var singleIPProtection: Bool?
    var createTime: Instant
    var updateTime: Instant
    var version: Int64

    static let prefix = "ast"
    static let titleLengths = 1...500

    /// The one way of writing a title that is compared: NFC and lower case.
    static func fold(_ title: String) -> String {
        title.precomposedStringWithCanonicalMapping.lowercased().precomposedStringWithCanonicalMapping
    }

    static let descriptionLengths = 0...10_000
    static let relatedContentLimit = 50
    static let relatedTitleLengths = 0...500
    static let urlLengths = 1...2_000
    static let memberLimit = 1_000
}

/// From which countries an asset may be seen.
struct GeoPolicy: Hashable, Sendable {
    enum Mode: Int64, Sendable {
        case allow = 1, block
    }

    var mode: Mode
    /// ISO 3166-1 alpha-2 codes in upper case, sorted.
    var countries: [String]

    static let countryCounts = 1...250

    enum Verdict: Hashable {
        case passed, unknownCountry, blocked
    }

    /// - Parameter country: where the viewer is, in any case; empty where that is not known.
    func judge(country: String) -> Verdict {
        if country.isEmpty { return .unknownCountry }
        return countries.contains(country.uppercased()) == (mode == .allow) ? .passed : .blocked
    }

    static func isCountryCode(_ text: String) -> Bool {
        text.utf8.count == 2 && text.utf8.allSatisfy { (0x41...0x5A).contains($0 & 0xDF) }
    }
}
