import UsherAPI
import UsherContract
import UsherStorage

extension AccessService {
    func listAccess(
        _ request: Usher_Access_V1_ListAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_ListAccessResponse {
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        var filter = AccessFilter(request.activity, &violations)
        if request.type != .unspecified {
            filter.kind = Access.Kind(request.type)
            violations.require(filter.kind != nil, "type", "is no type of access")
        }
        try violations.refuse()
        guard let source = try source(request, &filter, in: tx) else { return .init() }
        let (items, token) = try AccessListing.page(page, of: .selection(source), filter, in: tx)
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
