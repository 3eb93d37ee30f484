import UsherAPI
import UsherContract

/// What is found by one thing that is known of it.
enum SearchSteps {
    static func accesses(
        _ tenant: OrganisationModel, _ request: Usher_Access_V1_SearchAccessRequest
    ) -> Walk<Usher_Access_V1_SearchAccessRequest, Usher_Access_V1_SearchAccessResponse, Usher_Access_V1_Access> {
        Walk(
            method: Usher_Access_V1_AccessService.searchAccess, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.accesses, token: \.nextPageToken,
            mayBeShort: true
        ) { try tenant.searched(request, $0) }
    }

    static func query(
        _ tenant: OrganisationModel, _ simulation: Simulation
    ) -> Usher_Access_V1_SearchAccessRequest {
        .with { request in
            request.activity = simulation.dice.one(.unspecified, .unspecified, .active, .inactive)
            request.field = simulation.dice.one(.email, .email, .accessID, .assetTitle, .type, .viewerID, .assetID)
            switch request.field {
            case .email:
                let whole = simulation.dice.one("derby@mail.com", "DERBY@mail.com", "anna@example.org")
                let parts = simulation.dice.one("derby", "Mail.com", "anna", "example.org")
                request.query = simulation.dice.one(whole, parts, simulation.dice.one("derb", "mail", "@mail.com"))
            case .accessID: request.query = simulation.accessID(tenant)
            case .assetTitle:
                request.query = simulation.dice.one("title", "TITLE 1", "Title 2", "asset-", "series-1", "itle")
            case .type:
                request.query = simulation.dice.one(
                    "purchased", "ACCESS_TYPE_GRANTED", "Full-discount", "access voucher", "subscription", "stolen")
            case .viewerID: request.query = simulation.viewerID()
            default: request.query = simulation.assetID()
            }
            if simulation.dice.chance(3) { request.field = .unspecified }
            if simulation.dice.chance(3) { request.query = simulation.dice.one("", "\u{7}") }
        }
    }

    static func sessions(
        _ tenant: OrganisationModel, of voucherID: String
    ) -> Walk<
        Usher_Vouchers_V1_ListVoucherSessionsRequest, Usher_Vouchers_V1_ListVoucherSessionsResponse,
        Usher_Access_V1_PlaybackSession
    > {
        Walk(
            method: Usher_Vouchers_V1_VoucherService.listVoucherSessions, request: .with { $0.voucherID = voucherID },
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.sessions, token: \.nextPageToken
        ) { context in
            let voucher = try tenant.existingVoucher(voucherID)
            return tenant.sessions.filter { $0.voucher === voucher }.map { $0.message(of: tenant.id, at: context.now) }
        }
    }
}
