import UsherAPI
import UsherContract
import UsherStorage

extension Usher_Access_V1_SearchAccessRequest: PagedRequest {}

extension AccessService {
    private static let queryLengths = 1...500

    func searchAccess(
        _ request: Usher_Access_V1_SearchAccessRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_SearchAccessResponse {
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        violations.requireText(request.query, "query", Self.queryLengths)
        var filter = AccessFilter(request.activity, &violations)
        switch request.field {
        case .unspecified, .UNRECOGNIZED: violations.require(false, "field", "must say what the query is")
        case .type:
            filter.kind = Access.Kind(named: request.query)
            violations.require(filter.kind != nil, "query", "must be a type of access such as purchased")
        case .email, .accessID, .assetTitle, .viewerID, .assetID: break
        }
        try violations.refuse()
        guard let source = try source(request, in: tx) else { return .init() }
        let (items, token) = try AccessListing.page(page, of: source, filter, in: tx)
        return .with { ($0.accesses, $0.nextPageToken) = (items, token) }
    }

    /// Nil where nothing can be found.
    private func source(_ request: Usher_Access_V1_SearchAccessRequest, in tx: Transaction) throws -> AccessSource? {
        switch request.field {
        case .email: .viewers(email: request.query)
        case .assetTitle: .assets(title: request.query)
        case .accessID: ResourceID(request.query, prefix: Access.prefix).map { .selection(.one($0.number)) }
        case .viewerID: try ViewerStore.key(of: request.query, in: tx).map { .selection(.viewer($0)) }
        case .assetID: try AssetStore.key(of: request.query, in: tx).map { .selection(.asset($0)) }
        case .type: .selection(.all)
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}

extension Access.Kind {
    /// As in `ACCESS_TYPE_FULL_DISCOUNT`, `full_discount` or `Full-discount`.
    init?(named text: String) {
        let word = text.uppercased().replacing("-", with: "_").replacing(" ", with: "_")
        let name = word.hasPrefix("ACCESS_TYPE_") ? String(word.dropFirst("ACCESS_TYPE_".count)) : word
        switch name {
        case "PURCHASED": self = .purchased
        case "GRANTED": self = .granted
        case "ACCESS_VOUCHER": self = .accessVoucher
        case "FULL_DISCOUNT": self = .fullDiscount
        case "SUBSCRIPTION": self = .subscription
        default: return nil
        }
    }
}
