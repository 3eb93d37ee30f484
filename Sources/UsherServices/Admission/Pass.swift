import UsherContract

/// A card that opens the doors of several performances, with an admission for each.
struct Pass: Hashable, Sendable {
    var id: ResourceID
    /// The order that it was bought with.
    var orderKey: Int64
    /// Nil for one that was assigned without a product.
    var productKey: Int64?
    var holderName: String
    /// How many cards have been printed; the last of them is live.
    var cardNumber: Int
    /// When the last one was.
    var printTime: Instant?
    var cancelTime: Instant?
    var cancelReason: String
    var createTime: Instant
    var updateTime: Instant

    static let prefix = "pas"
    /// Cancelled ones included, so that a pass fits in a reply.
    static let admissionLimit = 1_000

    var state: Admission.State {
        if cancelTime != nil { return .cancelled }
        return printTime == nil ? .notPrinted : .printed
    }
}

/// Something that is sold with a pass: a bundle of performances such as a season ticket, or a miscellaneous item such
/// as a membership.
struct PassProduct: Hashable, Sendable {
    enum Kind: Int64, Sendable {
        case bundle = 1, miscellaneousItem
    }

    var key: Int64
    var id: String
    var kind: Kind
    var title: String
    /// What a bundle gives admission to when it is bought.
    var performanceKeys: [Int64]
    /// What may be put on its pass besides.
    var eligiblePerformanceKeys: [Int64]
    /// Whose performances may be put on its pass besides.
    var eligibleBundleKeys: [Int64]
    var createTime: Instant
    var updateTime: Instant
    var version: Int64

    static let prefix = "ppr"
    static let titleLengths = 1...500
    static let performanceLimit = 500
    static let bundleLimit = 100

    /// Whether it is good for any performance.
    var namesNothing: Bool {
        performanceKeys.isEmpty && eligiblePerformanceKeys.isEmpty && eligibleBundleKeys.isEmpty
    }

    enum Field: String, CaseIterable {
        case title
        case performanceIDs = "performance_ids"
        case eligiblePerformanceIDs = "eligible_performance_ids"
        case eligibleBundleIDs = "eligible_bundle_ids"
    }
}
