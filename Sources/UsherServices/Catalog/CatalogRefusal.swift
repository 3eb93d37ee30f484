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

    static var performanceHasAdmissions: Refusal {
        Refusal(
            .failedPrecondition, "PERFORMANCE_HAS_ADMISSIONS",
            "More than \(PerformanceCancellation.limit) admissions open its doors: call CancelPerformance first."
        )
    }

    static var packageNotFound: Refusal { Refusal(.notFound, "PACKAGE_NOT_FOUND", "There is no such package.") }

    static func packageNotFound(_ id: String) -> Refusal {
        Refusal(.notFound, "PACKAGE_NOT_FOUND", "There is no package \(id.prefix(63)).", metadata: ["package_id": id])
    }

    static func packageExists(_ id: String) -> Refusal {
        Refusal(.alreadyExists, "PACKAGE_EXISTS", "There is a package \(id) already.", metadata: ["package_id": id])
    }

    static func packageCodeTaken(_ code: String) -> Refusal {
        Refusal(
            .alreadyExists, "PACKAGE_CODE_TAKEN", "There is a package with the code \(code) already.",
            metadata: ["package_code": code])
    }

    static var priceOptionNotFound: Refusal {
        Refusal(.notFound, "PRICE_OPTION_NOT_FOUND", "There is no such price option.")
    }

    static func priceOptionNotFound(_ id: String) -> Refusal {
        Refusal(
            .notFound, "PRICE_OPTION_NOT_FOUND", "There is no price option \(id.prefix(63)).",
            metadata: ["price_option_id": id])
    }

    static func priceOptionExists(_ id: String) -> Refusal {
        Refusal(
            .alreadyExists, "PRICE_OPTION_EXISTS", "There is a price option \(id) already.",
            metadata: ["price_option_id": id])
    }

    static var paymentPeriodNotFound: Refusal {
        Refusal(.notFound, "PAYMENT_PERIOD_NOT_FOUND", "There is no such payment period.")
    }

    static func paymentPeriodExists(_ id: String) -> Refusal {
        Refusal(
            .alreadyExists, "PAYMENT_PERIOD_EXISTS", "There is a payment period \(id) already.",
            metadata: ["payment_period_id": id])
    }

    static var viewerNotFound: Refusal { Refusal(.notFound, "VIEWER_NOT_FOUND", "There is no such viewer.") }

    static var viewerDeactivated: Refusal {
        Refusal(.failedPrecondition, "VIEWER_DEACTIVATED", "The viewer is deactivated.")
    }

    static func viewerExists(_ id: String) -> Refusal {
        Refusal(.alreadyExists, "VIEWER_EXISTS", "There is a viewer \(id) already.", metadata: ["viewer_id": id])
    }
}
