/// What a caller who repeats a request must be told.
struct RequestLedger {
    struct Key: Hashable {
        var database: String?
        var organisationID: String?
        var method: String
        var requestID: String
    }

    enum Entry {
        case new
        case same([UInt8])
        case other
    }

    private var kept: [Key: (canonical: [UInt8], bytes: [UInt8], deletions: Int)] = [:]
    /// How many viewers were deleted.
    private var deletions = 0

    /// Methods whose replies may tell of a person.
    private static let telling: Set<String> = [
        "CreateViewer", "UpdateViewer", "DeactivateViewer", "ReactivateViewer", "StartPlayback", "RecordPlayback",
        "EndPlayback", "GrantAccess", "RevokeAccess", "ExtendAccess", "RecordPurchase", "RedeemVoucher",
        "AcknowledgeSubscriptionExport",
    ]

    mutating func noteDeletion() { deletions += 1 }

    /// Whether the reply may have been blanked since: it may tell of a viewer who was deleted.
    func mayBeForgotten(_ key: Key) -> Bool {
        let name = String(key.method.split(separator: "/").last ?? "")
        return Self.telling.contains(name) && (kept[key]?.deletions ?? deletions) < deletions
    }

    /// - Parameter request: the same bytes for the same request.
    func look(_ key: Key, _ request: [UInt8]) -> Entry {
        guard !key.requestID.isEmpty, let entry = kept[key] else { return .new }
        return entry.canonical == request ? .same(entry.bytes) : .other
    }

    mutating func keep(_ bytes: [UInt8], _ key: Key, _ request: [UInt8]) {
        if !key.requestID.isEmpty { kept[key] = (request, bytes, deletions) }
    }
}
