import UsherAPI
import UsherContract

extension OrganisationModel {
    /// The accesses that a search finds: together for each viewer or asset.
    func searched(
        _ request: Usher_Access_V1_SearchAccessRequest, _ context: Context
    ) throws -> [Usher_Access_V1_Access] {
        let type = Self.type(named: request.query)
        var mistakes = Mistakes()
        mistakes.requireText(request.query, 1...500, "query")
        mistakes.require(request.field != .unspecified, "field")
        mistakes.require(request.field != .type || type != nil, "query")
        try mistakes.refuse()
        let query = CodeText.same(request.query)
        let found: [ModelAccess] =
            switch request.field {
            case .email:
                viewers.filter { !$0.isDeleted && Self.isFound($0.message.email, by: query) }
                    .flatMap { viewer in accesses.filter { $0.viewer == viewer } }
            case .assetTitle:
                assets.enumerated().filter { !$0.element.isDeleted }
                    .map { (title: $0.element.message.title.lowercased(), place: $0.offset, asset: $0.element) }
                    .filter { $0.title.hasPrefix(request.query.lowercased()) }
                    .sorted { ($0.title, $0.place) < ($1.title, $1.place) }
                    .flatMap { asset in accesses.filter { $0.asset == asset.asset } }
            case .accessID: accesses.filter { $0.id == request.query }
            case .viewerID: liveViewer(request.query).map { viewer in accesses.filter { $0.viewer == viewer } } ?? []
            case .assetID: liveAsset(request.query).map { asset in accesses.filter { $0.asset == asset } } ?? []
            default: accesses.filter { $0.type == type }
            }
        return found.filter { access in
            let isActive = access.state(at: context.now) == .active
            return request.activity == .unspecified || isActive == (request.activity == .active)
        }.map { $0.message(of: id, at: context.now) }
    }

    /// The whole address, all of it before the @, or all of it behind; never a fragment of these.
    private static func isFound(_ email: String, by query: String) -> Bool {
        let parts = email.lowercased().split(separator: "@").map(String.init)
        return parts.count == 2 && (parts + [parts.joined(separator: "@")]).contains(query)
    }

    private static func type(named text: String) -> Usher_Access_V1_AccessType? {
        let names: [String: Usher_Access_V1_AccessType] = [
            "purchased": .purchased, "ACCESS_TYPE_GRANTED": .granted, "Full-discount": .fullDiscount,
            "access voucher": .accessVoucher, "subscription": .subscription,
        ]
        return names[text]
    }
}
