import UsherAPI
import UsherContract
import UsherStorage

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

/// What a list or a search goes through.
enum AccessSource {
    case selection(AccessStore.Selection)
    /// The accesses of every viewer whose address, its part before the `@` or its part after it is this.
    case viewers(email: String)
    /// The accesses to every asset whose title begins so.
    case assets(title: String)
}

/// Pages of access records.
enum AccessListing {
    /// Rows that one call looks at, at most: a filter that hardly anything passes gives short pages, not long calls.
    private static let scanLimit = 5_000

    static func page(
        _ page: Page, of source: AccessSource, _ filter: AccessFilter, in tx: Transaction
    ) throws -> (items: [Usher_Access_V1_Access], nextToken: String) {
        var presenter = try AccessPresenter(tx)
        var walk = AccessWalk(source, after: page.after ?? "")
        var items: [Usher_Access_V1_Access] = []
        var (scanned, bytes) = (0, 0)
        while let rows = try walk.next(page.size + 1, in: tx) {
            for access in rows {
                if items.count == page.size || bytes >= Page.maximumBytes {
                    return (items, page.token(after: walk.position))
                }
                walk.last = access.id.number
                guard filter.passes(access, at: tx.now) else { continue }
                let message = try presenter.message(access, at: tx.now)
                bytes += try (message.serializedBytes() as [UInt8]).count
                items.append(message)
            }
            // A viewer who has nothing costs a look as well.
            scanned += max(rows.count, 1)
            if scanned >= scanLimit { return (items, page.token(after: walk.position)) }
        }
        return (items, "")
    }
}

/// A way through access records, a chunk at a time, which can be gone on with from any row.
private struct AccessWalk {
    /// The id of the last access that was dealt with; 0 at the beginning, and of a viewer or an asset.
    var last: Int64
    private let source: AccessSource
    /// The viewer or asset whose accesses are being read; 0 before the first.
    private var outer: Int64
    /// Those who come next, so that they are not looked up one by one.
    private var ahead: ArraySlice<Int64> = []

    private static let lookAhead = 200

    /// - Parameter position: where another walk has got to; empty for the beginning.
    init(_ source: AccessSource, after position: String) {
        self.source = source
        let numbers = position.split(separator: ":").map { Int64($0) ?? 0 }
        (outer, last) = numbers.count == 2 ? (numbers[0], numbers[1]) : (0, 0)
    }

    var position: String { "\(outer):\(last)" }

    /// The next rows, none where a viewer or asset has no more; nil at the end.
    mutating func next(_ limit: Int, in tx: Transaction) throws -> [Access]? {
        if case .selection(let selection) = source {
            let rows = try AccessStore.list(selection, after: last, limit: limit, in: tx)
            return rows.isEmpty ? nil : rows
        }
        if outer != 0 {
            let rows = try AccessStore.list(inner, after: last, limit: limit, in: tx)
            if !rows.isEmpty { return rows }
        }
        if ahead.isEmpty { ahead = try keys(in: tx)[...] }
        guard let key = ahead.popFirst() else { return nil }
        (outer, last) = (key, 0)
        return []
    }

    private var inner: AccessStore.Selection {
        switch source {
        case .selection(let selection): selection
        case .viewers: .viewer(outer)
        case .assets: .asset(outer)
        }
    }

    private func keys(in tx: Transaction) throws -> [Int64] {
        switch source {
        case .selection: []
        case .viewers(let email):
            try ViewerStore.search(email: email, after: outer, limit: Self.lookAhead, in: tx).map(\.key)
        case .assets(let title):
            try AssetStore.keys(titled: title, after: outer, limit: Self.lookAhead, in: tx)
        }
    }
}
