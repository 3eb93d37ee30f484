import Foundation
import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension Usher_Catalog_V1_ListAssetsRequest: PagedRequest {}
extension Usher_Catalog_V1_ListViewersRequest: PagedRequest {}

/// The fields of an asset that a caller may change, by their paths in an update mask.
enum AssetField: String, CaseIterable {
    case title, description
    case relatedContent = "related_content"
    case memberAssetIDs = "member_asset_ids"
    case geoPolicy = "geo_policy"
    case singleIPProtection = "single_ip_protection"
}

/// The fields of a viewer that a caller may change, by their paths in an update mask.
enum ViewerField: String, CaseIterable {
    case email
}

extension Usher_Catalog_V1_Asset {
    /// Takes the value of one field from another message.
    mutating func take(_ field: AssetField, from given: Self) {
        switch field {
        case .title: title = given.title
        case .description: description_p = given.description_p
        case .relatedContent: relatedContent = given.relatedContent
        case .memberAssetIDs: memberAssetIds = given.memberAssetIds
        case .geoPolicy: if given.hasGeoPolicy { geoPolicy = given.geoPolicy } else { clearGeoPolicy() }
        case .singleIPProtection:
            if given.hasSingleIpProtection {
                singleIpProtection = given.singleIpProtection
            } else {
                clearSingleIpProtection()
            }
        }
    }
}

extension Asset.Kind {
    /// Nil for UNSPECIFIED and for what a newer client may know.
    init?(_ type: Usher_Catalog_V1_AssetType) { self.init(rawValue: Int64(type.rawValue)) }

    var message: Usher_Catalog_V1_AssetType {
        switch self {
        case .video: .video
        case .liveEvent: .liveEvent
        case .series: .series
        case .playlist: .playlist
        case .performance: .performance
        }
    }
}

extension Asset.RelatedContent {
    var message: Usher_Catalog_V1_RelatedContent {
        .with { message in
            message.kind =
                switch kind {
                case .trailer: .trailer
                case .liveStream: .liveStream
                case .bonus: .bonus
                }
            message.title = title
            message.url = url
            if let startTime {
                message.startTime = Google_Protobuf_Timestamp(Instant(microseconds: startTime))
            }
        }
    }
}

extension Usher_Catalog_V1_Asset {
    init(_ asset: Asset, of organisationID: String) {
        self.init()
        assetID = asset.id
        self.organisationID = organisationID
        type = asset.kind.message
        title = asset.title
        description_p = asset.description
        relatedContent = asset.relatedContent.map(\.message)
        memberAssetIds = asset.memberIDs
        if let policy = asset.geoPolicy {
            geoPolicy.mode = policy.mode == .allow ? .allow : .block
            geoPolicy.countryCodes = policy.countries
        }
        if let value = asset.singleIPProtection { singleIpProtection = value }
        createTime = Google_Protobuf_Timestamp(asset.createTime)
        updateTime = Google_Protobuf_Timestamp(asset.updateTime)
        etag = ETag.text(asset.version)
    }
}

extension Asset {
    /// An asset as a caller describes it. Members are checked by the service, which can see them.
    ///
    /// - Parameter field: where it stands in the request.
    static func described(
        _ given: Usher_Catalog_V1_Asset, _ field: String = "asset", key: Int64, generatedID: String, now: Instant,
        _ violations: inout Violations
    ) -> Asset {
        violations.requireCallerID(given.assetID, "\(field).asset_id")
        let kind = Kind(given.type)
        violations.require(kind != nil, "\(field).type", "must be given")
        violations.requireText(given.title, "\(field).title", titleLengths)
        violations.requireProse(given.description_p, "\(field).description", descriptionLengths)
        violations.require(
            given.relatedContent.count <= relatedContentLimit, "\(field).related_content",
            "must have at most \(relatedContentLimit) entries")
        let members = given.memberAssetIds
        violations.require(
            members.isEmpty || (kind?.hasMembers ?? true), "\(field).member_asset_ids",
            "is for series and playlists only")
        violations.require(
            members.count <= memberLimit, "\(field).member_asset_ids", "must have at most \(memberLimit) entries")
        violations.require(
            Set(members).count == members.count, "\(field).member_asset_ids", "must not name an asset twice")
        return Asset(
            key: key, id: given.assetID.isEmpty ? generatedID : given.assetID, kind: kind ?? .video,
            title: given.title, description: given.description_p,
            relatedContent: given.relatedContent.prefix(relatedContentLimit).enumerated().compactMap {
                RelatedContent($0.element, "\(field).related_content[\($0.offset)]", &violations)
            },
            memberIDs: members, geoPolicy: GeoPolicy(given, "\(field).geo_policy", &violations),
            singleIPProtection: given.hasSingleIpProtection ? given.singleIpProtection : nil,
            createTime: now, updateTime: now, version: 1)
    }
}

extension Asset.RelatedContent {
    init?(_ given: Usher_Catalog_V1_RelatedContent, _ field: String, _ violations: inout Violations) {
        let kind = Kind(rawValue: Int64(given.kind.rawValue))
        violations.require(kind != nil, "\(field).kind", "must be given")
        violations.requireText(given.title, "\(field).title", Asset.relatedTitleLengths)
        violations.requireText(given.url, "\(field).url", Asset.urlLengths)
        let url = URL(string: given.url)
        let isWeb = url.map { ["http", "https"].contains($0.scheme?.lowercased()) && $0.host?.isEmpty == false }
        violations.require(isWeb ?? false, "\(field).url", "must be an absolute http or https URL")
        let start = violations.instant(given.startTime, isSet: given.hasStartTime, "\(field).start_time")
        violations.require(start == nil || kind == .liveStream, "\(field).start_time", "is for live streams only")
        guard let kind else { return nil }
        self.init(kind: kind, title: given.title, url: given.url, startTime: start?.microseconds)
    }
}

extension GeoPolicy {
    init?(_ given: Usher_Catalog_V1_Asset, _ field: String, _ violations: inout Violations) {
        guard given.hasGeoPolicy else { return nil }
        let mode = Mode(rawValue: Int64(given.geoPolicy.mode.rawValue))
        violations.require(mode != nil, "\(field).mode", "must be ALLOW or BLOCK")
        let codes = given.geoPolicy.countryCodes
        let codesField = "\(field).country_codes"
        violations.require(Self.countryCounts.contains(codes.count), codesField, "must have 1 to 250 entries")
        let valid = codes.prefix(Self.countryCounts.upperBound).allSatisfy(Self.isCountryCode)
        violations.require(valid, codesField, "must be ISO 3166-1 alpha-2 codes such as SE")
        guard let mode, valid else { return nil }
        self.init(mode: mode, countries: Set(codes.map { $0.uppercased() }).sorted())
    }
}

extension Usher_Catalog_V1_Viewer {
    init(_ viewer: Viewer, in tx: Transaction) throws {
        self.init()
        viewerID = viewer.id
        organisationID = try tx.organisationID
        if !viewer.email.isEmpty { tx.replyTells(of: viewer.key) }
        email = viewer.email
        status = viewer.status == .active ? .active : .deactivated
        createTime = Google_Protobuf_Timestamp(viewer.createTime)
        updateTime = Google_Protobuf_Timestamp(viewer.updateTime)
        etag = ETag.text(viewer.version)
    }
}

extension Violations {
    /// An e-mail address, or none.
    mutating func requireEmail(_ text: String, _ field: String) {
        requireText(text, field, Viewer.emailLengths)
        require(text.isEmpty || Viewer.isEmail(text), field, "must be an e-mail address")
    }
}

extension Viewer {
    /// A viewer as a caller describes it.
    ///
    /// - Parameter field: where it stands in the request.
    static func described(
        _ given: Usher_Catalog_V1_Viewer, _ field: String = "viewer", id: ResourceID, now: Instant,
        _ violations: inout Violations
    ) -> Viewer {
        violations.requireCallerID(given.viewerID, "\(field).viewer_id")
        violations.requireEmail(given.email, "\(field).email")
        return Viewer(
            key: id.number, id: given.viewerID.isEmpty ? id.description : given.viewerID, email: given.email,
            status: .active, createTime: now, updateTime: now, version: 1)
    }
}
