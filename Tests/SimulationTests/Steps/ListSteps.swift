import SwiftProtobuf
import UsherAPI
import UsherContract

/// Lists, page by page, and page tokens that are none.
enum ListSteps {
    typealias Accesses = Usher_Access_V1_AccessService
    typealias Catalog = Usher_Catalog_V1_CatalogService
    typealias Organisations = Usher_Organisations_V1_OrganisationService
    typealias Vouchers = Usher_Vouchers_V1_VoucherService

    static func run(_ tenant: OrganisationModel, _ simulation: Simulation) throws {
        let size = Int32(simulation.dice.one(0, 1, 3, 10, 1_001, -1))
        let actor = simulation.actor(in: tenant.id)
        switch simulation.dice.int(1...19) {
        case 1: try organisations(simulation).run(simulation, by: simulation.root, size: size)
        case 2: try keys(simulation).run(simulation, by: actor, size: size)
        case 3:
            let types: [Usher_Catalog_V1_AssetType] = [.unspecified, .series, .video]
            try assets(tenant, simulation.dice.pick(types) ?? .series).run(simulation, by: actor, size: size)
        case 4: try viewers(tenant).run(simulation, by: actor, size: size)
        case 5, 6: try vouchers(tenant, filter(tenant, simulation)).run(simulation, by: actor, size: size)
        case 7: try redemptions(tenant, of: simulation.voucherID(tenant)).run(simulation, by: actor, size: size)
        case 8: try search(tenant, query(tenant, simulation)).run(simulation, by: actor, size: size)
        case 9: try emails(tenant, of: simulation.voucherID(tenant)).run(simulation, by: actor, size: size)
        case 10:
            let request = SearchSteps.query(tenant, simulation)
            try SearchSteps.accesses(tenant, request).run(simulation, by: actor, size: size)
        case 11: try accesses(tenant, accessFilter(simulation)).run(simulation, by: actor, size: size)
        case 12 where simulation.dice.chance(60):
            try SearchSteps.sessions(tenant, of: simulation.voucherID(tenant)).run(simulation, by: actor, size: size)
        case 12: try sessions(tenant, sessionFilter(tenant, simulation)).run(simulation, by: actor, size: size)
        case 19:
            let isAll = simulation.dice.chance(50)
            try SubscriptionSteps.exports(tenant, all: isAll).run(simulation, by: actor, size: size)
        case 18:
            let request = SubscriptionSteps.filter(simulation)
            try SubscriptionSteps.list(tenant, request).run(simulation, by: actor, size: size)
        case 13: try PackageSteps.list(tenant, PackageSteps.filter(simulation)).run(simulation, by: actor, size: size)
        case 14:
            try PriceSteps.options(tenant, PriceSteps.optionFilter(simulation)).run(simulation, by: actor, size: size)
        case 15:
            try PriceSteps.periods(tenant, PriceSteps.periodFilter(simulation)).run(simulation, by: actor, size: size)
        case 17:
            let request = VoucherOrderSteps.filter(tenant, simulation)
            try VoucherOrderSteps.list(tenant, request).run(simulation, by: actor, size: size)
        case 16:
            let request = PurchaseSteps.filter(tenant, simulation)
            try PurchaseSteps.list(tenant, request).run(simulation, by: actor, size: size)
        default: try simulation.run([wrongToken(tenant, simulation)])
        }
    }

    private static func organisations(
        _ simulation: Simulation
    ) -> Walk<
        Usher_Organisations_V1_ListOrganisationsRequest, Usher_Organisations_V1_ListOrganisationsResponse,
        Usher_Organisations_V1_Organisation
    > {
        Walk(
            method: Organisations.listOrganisations, request: .init(),
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.organisations, token: \.nextPageToken
        ) { _ in
            simulation.platform.organisations.values.sorted { $0.organisationID < $1.organisationID }
        }
    }

    private static func keys(
        _ simulation: Simulation
    ) -> Walk<
        Usher_Organisations_V1_ListApiKeysRequest, Usher_Organisations_V1_ListApiKeysResponse,
        Usher_Organisations_V1_ApiKey
    > {
        Walk(
            method: Organisations.listApiKeys, request: .init(),
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.apiKeys, token: \.nextPageToken,
            expected: simulation.platform.listedKeys)
    }

    static func assets(
        _ tenant: OrganisationModel, _ type: Usher_Catalog_V1_AssetType
    ) -> Walk<Usher_Catalog_V1_ListAssetsRequest, Usher_Catalog_V1_ListAssetsResponse, Usher_Catalog_V1_Asset> {
        Walk(
            method: Catalog.listAssets, request: .with { $0.type = type },
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.assets, token: \.nextPageToken
        ) { _ in
            tenant.assets.filter { !$0.isDeleted && (type == .unspecified || $0.message.type == type) }.map(\.shown)
        }
    }

    static func viewers(
        _ tenant: OrganisationModel
    ) -> Walk<Usher_Catalog_V1_ListViewersRequest, Usher_Catalog_V1_ListViewersResponse, Usher_Catalog_V1_Viewer> {
        Walk(
            method: Catalog.listViewers, request: .init(),
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.viewers, token: \.nextPageToken
        ) { _ in
            tenant.viewers.filter { !$0.isDeleted }.map(\.message)
        }
    }

    static func vouchers(
        _ tenant: OrganisationModel, _ request: Usher_Vouchers_V1_ListVouchersRequest
    ) -> Walk<
        Usher_Vouchers_V1_ListVouchersRequest, Usher_Vouchers_V1_ListVouchersResponse, Usher_Vouchers_V1_Voucher
    > {
        Walk(
            method: Vouchers.listVouchers, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.vouchers, token: \.nextPageToken,
            mayBeShort: true
        ) { tenant.listed(request, $0) }
    }

    private static func filter(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> Usher_Vouchers_V1_ListVouchersRequest {
        .with { request in
            if simulation.dice.chance(40) { request.batchID = simulation.dice.pick(Pool.batches) ?? "" }
            if simulation.dice.chance(40) { request.assetID = simulation.assetID() }
            request.state = simulation.dice.one(
                .unspecified, .unspecified, .active, .scheduled, .used, .expired, .deactivated, .deleted)
            if simulation.dice.chance(20) { request.createdFrom = simulation.moment().timestamp }
            if simulation.dice.chance(20) { request.createdUntil = simulation.moment().timestamp }
        }
    }

    static func redemptions(
        _ tenant: OrganisationModel, of voucherID: String
    ) -> Walk<
        Usher_Vouchers_V1_ListRedemptionsRequest, Usher_Vouchers_V1_ListRedemptionsResponse,
        Usher_Vouchers_V1_Redemption
    > {
        Walk(
            method: Vouchers.listRedemptions, request: .with { $0.voucherID = voucherID },
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.redemptions, token: \.nextPageToken
        ) { _ in
            tenant.redemptions(of: try tenant.existingVoucher(voucherID))
        }
    }

    private static func search(
        _ tenant: OrganisationModel, _ query: String
    ) -> Walk<
        Usher_Vouchers_V1_SearchVouchersRequest, Usher_Vouchers_V1_SearchVouchersResponse, Usher_Vouchers_V1_Voucher
    > {
        Walk(
            method: Vouchers.searchVouchers, request: .with { $0.query = query },
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.vouchers, token: \.nextPageToken
        ) { context in
            var mistakes = Mistakes()
            mistakes.require(!CodeText.trimmed(query).isEmpty, "query")
            try mistakes.refuse()
            return tenant.vouchers.filter { $0.isFound(by: query) }.sorted { $0.id < $1.id }
                .map { $0.message(of: tenant, at: context.now) }
        }
    }

    private static func query(_ tenant: OrganisationModel, _ simulation: Simulation) -> String {
        simulation.dice.chance(50)
            ? simulation.dice.one("TIX-1", " tix-1", "TIX-2", "derby", "ANNA", "derb", " ") : simulation.code(tenant)
    }

    /// What stands in the place of a deleted viewer's address has a number that the model does not know.
    private static func withoutNumber(_ email: Usher_Vouchers_V1_VoucherEmail) -> Usher_Vouchers_V1_VoucherEmail {
        email.email.hasPrefix("vwr_") ? .with { $0.email = "vwr_" } : email
    }

    private static func emails(
        _ tenant: OrganisationModel, of voucherID: String
    ) -> Walk<
        Usher_Vouchers_V1_ListVoucherEmailsRequest, Usher_Vouchers_V1_ListVoucherEmailsResponse,
        Usher_Vouchers_V1_VoucherEmail
    > {
        Walk(
            method: Vouchers.listVoucherEmails, request: .with { $0.voucherID = voucherID },
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: { $0.emails.map(withoutNumber) },
            token: \.nextPageToken
        ) { _ in
            try tenant.existingVoucher(voucherID).emails.sorted().map { email in
                withoutNumber(.with { $0.email = email })
            }
        }
    }

    static func accesses(
        _ tenant: OrganisationModel, _ request: Usher_Access_V1_ListAccessRequest
    ) -> Walk<Usher_Access_V1_ListAccessRequest, Usher_Access_V1_ListAccessResponse, Usher_Access_V1_Access> {
        Walk(
            method: Accesses.listAccess, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.accesses, token: \.nextPageToken,
            mayBeShort: true
        ) { tenant.listed(request, $0) }
    }

    private static func accessFilter(_ simulation: Simulation) -> Usher_Access_V1_ListAccessRequest {
        .with { request in
            if simulation.dice.chance(40) { request.viewerID = simulation.viewerID() }
            if simulation.dice.chance(40) { request.assetID = simulation.assetID() }
            if simulation.dice.chance(25) { request.packageID = simulation.packageID() }
            request.type = simulation.dice.one(
                .unspecified, .unspecified, .granted, .accessVoucher, .purchased, .fullDiscount, .subscription)
            request.activity = simulation.dice.one(.unspecified, .active, .inactive)
        }
    }

    static func sessions(
        _ tenant: OrganisationModel, _ request: Usher_Access_V1_ListSessionsRequest
    ) -> Walk<
        Usher_Access_V1_ListSessionsRequest, Usher_Access_V1_ListSessionsResponse, Usher_Access_V1_PlaybackSession
    > {
        Walk(
            method: Accesses.listSessions, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.sessions, token: \.nextPageToken
        ) { try tenant.listed(request, $0) }
    }

    private static func sessionFilter(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> Usher_Access_V1_ListSessionsRequest {
        .with { request in
            switch simulation.dice.int(1...3) {
            case 1: request.viewerID = simulation.viewerID()
            case 2: request.voucherID = simulation.voucherID(tenant)
            default: break
            }
        }
    }

    private static func wrongToken(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_ListViewersRequest.with {
            $0.pageToken = simulation.dice.one("x", "AAAAAAAAAAAAMTIz", "\u{e9}")
        }
        return try PreparedCall(Catalog.listViewers, request, by: simulation.actor(in: tenant.id)) { _, _, _ in
            throw Expected(code: .invalidArgument, reason: "PAGE_TOKEN_INVALID")
        }
    }
}
