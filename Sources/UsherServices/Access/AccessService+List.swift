import UsherAPI
import UsherContract
import UsherStorage

extension AccessService {
    func listAccess(
        _ request: Usher_Access_V1_ListAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_ListAccessResponse {
        let page = try Page(of: request)
        var violations = Violations()
        var filter = AccessFilter(request.activity, &violations)
        if request.type != .unspecified {
            filter.kind = Access.Kind(request.type)
            violations.require(filter.kind != nil, "type", "is no type of access")
        }
        try violations.refuse()
        guard let source = try source(request, &filter, in: tx) else { return .init() }
        let (items, token) = try AccessListing.page(page, of: source, filter, in: tx)
        return .with { ($0.accesses, $0.nextPageToken) = (items, token) }
    }

    /// Nil where nothing can pass: an unknown viewer, asset or package has no accesses.
    private func source(
        _ request: Usher_Access_V1_ListAccessRequest, _ filter: inout AccessFilter, in tx: Transaction
    ) throws -> AccessStore.Selection? {
        var selection = AccessStore.Selection.all
        if !request.packageID.isEmpty {
            guard let key = try PackageStore.key(of: request.packageID, in: tx) else { return nil }
            (selection, filter.packageKey) = (.package(key), key)
        }
        if !request.assetID.isEmpty {
            guard let key = try AssetStore.key(of: request.assetID, in: tx) else { return nil }
            (selection, filter.assetKey) = (.asset(key), key)
        }
        if !request.viewerID.isEmpty {
            guard let key = try ViewerStore.key(of: request.viewerID, in: tx) else { return nil }
            selection = .viewer(key)
        }
        return selection
    }
}

/// What is judged on the rows of a list, beyond what an index narrows it to.
struct AccessFilter {
    /// Whether it opens now; nil for both.
    var isActive: Bool?
    var kind: Access.Kind?
    var assetKey: Int64?
    var packageKey: Int64?

    init(_ activity: Usher_Access_V1_AccessActivity, _ violations: inout Violations) {
        switch activity {
        case .unspecified: isActive = nil
        case .active: isActive = true
        case .inactive: isActive = false
        case .UNRECOGNIZED: violations.require(false, "activity", "must be ACTIVE or INACTIVE, or be left out")
        }
    }

    func passes(_ access: Access, at now: Instant) -> Bool {
        (isActive.map { $0 == (access.state(at: now) == .active) } ?? true)
            && (kind.map { $0 == access.kind } ?? true)
            && (assetKey.map { $0 == access.assetKey } ?? true)
            && (packageKey.map { $0 == access.packageKey } ?? true)
    }
}

/// Pages of access records.
enum AccessListing {
    /// Rows that one call looks at, at most: a filter that hardly anything passes gives short pages, not long calls.
    private static let scanLimit = 5_000

    static func page(
        _ page: Page, of selection: AccessStore.Selection, _ filter: AccessFilter, in tx: Transaction
    ) throws -> (items: [Usher_Access_V1_Access], nextToken: String) {
        var presenter = try AccessPresenter(tx)
        var items: [Usher_Access_V1_Access] = []
        var (last, scanned, bytes) = (try page.afterNumber(), 0, 0)
        while true {
            let chunk = min(page.size + 1, scanLimit - scanned)
            let rows = try AccessStore.list(selection, after: last, limit: chunk, in: tx)
            for access in rows {
                if items.count == page.size || bytes >= Page.maximumBytes {
                    return (items, page.token(after: String(last)))
                }
                last = access.id.number
                guard filter.passes(access, at: tx.now) else { continue }
                let message = try presenter.message(access, at: tx.now)
                bytes += try (message.serializedBytes() as [UInt8]).count
                items.append(message)
            }
            scanned += rows.count
            if rows.count < chunk { return (items, "") }
            if scanned >= scanLimit { return (items, page.token(after: String(last))) }
        }
    }
}
