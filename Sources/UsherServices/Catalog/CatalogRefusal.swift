import UsherContract

/// Every reason for a "no" of the catalogue.
enum CatalogRefusal {
    static var assetNotFound: Refusal { Refusal(.notFound, "ASSET_NOT_FOUND", "There is no such asset.") }

    static func assetNotFound(_ id: String) -> Refusal {
        Refusal(.notFound, "ASSET_NOT_FOUND", "There is no asset \(id.prefix(63)).", metadata: ["asset_id": id])
    }

    static func assetExists(_ id: String) -> Refusal {
        Refusal(.alreadyExists, "ASSET_EXISTS", "There is an asset \(id) already.", metadata: ["asset_id": id])
    }

    static var viewerNotFound: Refusal { Refusal(.notFound, "VIEWER_NOT_FOUND", "There is no such viewer.") }

    static func viewerExists(_ id: String) -> Refusal {
        Refusal(.alreadyExists, "VIEWER_EXISTS", "There is a viewer \(id) already.", metadata: ["viewer_id": id])
    }
}
