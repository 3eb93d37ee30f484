/// How many items a repeated field of a request may have, and what a caller is told who sends more.
struct ItemLimit: Sendable, Hashable {
    let count: Int
    /// In the words of the service that checks the field.
    let rule: String

    init(_ count: Int, _ rule: String) { (self.count, self.rule) = (count, rule) }

    /// "must have at most 50 entries".
    static func entries(_ count: Int) -> ItemLimit { ItemLimit(count, "must have at most \(count) entries") }
    /// "must be at most 50".
    static func number(_ count: Int) -> ItemLimit { ItemLimit(count, "must be at most \(count)") }
    /// "must have 1 to 1,000 entries".
    static func range(_ counts: ClosedRange<Int>, _ rule: String) -> ItemLimit { ItemLimit(counts.upperBound, rule) }
}

/// The documented limits of every repeated field that a request can have, by the field's full name. They are kept
/// before the request is decoded: two bytes on the wire become hundreds in memory.
enum ItemLimits {
    /// For a field that stands in no line here.
    static let standard = ItemLimit(10_000, "must have at most 10,000 entries")
    /// Messages inside a request, at any depth, of any field. More than the limits of any request's fields together
    /// allow.
    static let messages = ItemLimit(200_000, "must have fewer messages in it: a request has at most 200,000")

    static func limit(of field: String) -> ItemLimit { table[field] ?? standard }

    static let table: [String: ItemLimit] = access.merging(admission) { $1 }.merging(catalog) { $1 }
        .merging(distribution) { $1 }.merging(vouchers) { $1 }.merging(others) { $1 }

    private static let access = [
        "usher.access.v1.BatchCheckAccessRequest.checks": ItemLimit.range(
            AccessService.batchSizes,
            "must be \(AccessService.batchSizes.lowerBound) to \(AccessService.batchSizes.upperBound)")
    ]

    private static let admission: [String: ItemLimit] = {
        let package = "usher.admission.v1."
        var limits: [String: ItemLimit] = [
            package + "IssueTicketsRequest.seats": .number(Ticket.callLimit),
            package + "PrintTicketsRequest.ticket_ids": ItemLimit(
                Ticket.callLimit, "must be 1 to \(Ticket.callLimit)"),
            package + "PassProduct.performance_ids": .number(PassProduct.performanceLimit),
            package + "PassProduct.eligible_performance_ids": .number(PassProduct.performanceLimit),
            package + "PassProduct.eligible_bundle_ids": .number(PassProduct.bundleLimit),
        ]
        for field in ["IssueTicketsRequest.gates", "UpdatePassAdmissionsRequest.gates"] {
            limits[package + field] = ItemLimit(
                Admission.gateLimit, "must be at most \(Admission.gateLimit), each of which \(CallerChosenID.rule)")
        }
        for (field, minimum) in [
            ("AssignPassRequest.performance_ids", 0), ("CancelAdmissionsRequest.performance_ids", 1),
            ("UpdatePassAdmissionsRequest.add_performance_ids", 0),
            ("UpdatePassAdmissionsRequest.remove_performance_ids", 0),
        ] {
            limits[package + field] = ItemLimit(
                Pass.admissionLimit, "must be \(minimum) to \(Pass.admissionLimit), none of them twice")
        }
        for field in [
            "CreateOrderRequest.performance_ids", "CreateOrderRequest.pass_product_ids",
            "UpdateOrderRequest.add_performance_ids", "UpdateOrderRequest.add_pass_product_ids",
            "UpdateOrderRequest.return_ticket_ids", "UpdateOrderRequest.return_pass_ids",
            "UpdateOrderRequest.remove_performance_ids", "PrintOrderRequest.ticket_ids", "PrintOrderRequest.pass_ids",
        ] {
            limits[package + field] = .number(Order.admissionLimit)
        }
        return limits
    }()

    private static let catalog: [String: ItemLimit] = {
        let package = "usher.catalog.v1."
        let counts = CatalogService.batchCounts
        let batch = ItemLimit.range(counts, "must have \(counts.lowerBound) to \(counts.upperBound) entries")
        return [
            package + "Asset.related_content": .entries(Asset.relatedContentLimit),
            package + "Asset.member_asset_ids": .entries(Asset.memberLimit),
            package + "GeoPolicy.country_codes": .range(GeoPolicy.countryCounts, "must have 1 to 250 entries"),
            package + "Package.asset_ids": .entries(Package.assetLimit),
            package + "BatchUpsertAssetsRequest.assets": batch,
            package + "BatchUpsertViewersRequest.viewers": batch,
        ]
    }()

    private static let distribution: [String: ItemLimit] = {
        let package = "usher.distribution.v1."
        let calls = ItemLimit.range(HeldTicket.callCounts, "must have 1 to 1,000 entries")
        return [
            package + "RegisterTicketsRequest.tickets": .range(
                HeldTicket.registrationCounts, "must have 1 to 10,000 entries"),
            package + "AddToCartRequest.ticket_ids": calls,
            package + "RemoveFromCartRequest.ticket_ids": calls,
            package + "AllocateCartItemsRequest.ticket_ids": calls,
            package + "ValidateCartRequest.guest_contact_ids": calls,
            package + "TakeBackTicketsRequest.ticket_ids": .range(
                HeldTicket.callCounts, "must have at most 1,000 entries"),
        ]
    }()

    private static let vouchers: [String: ItemLimit] = {
        let package = "usher.vouchers.v1."
        let custom = ItemLimit(Voucher.customCount, "must have at most \(Voucher.customCount) fields")
        return [
            package + "Voucher.custom": custom,
            package + "GenerateVouchersRequest.custom": custom,
            package + "VoucherScope.asset_ids": .entries(Voucher.scopeLimit),
            package + "VoucherScope.package_ids": .entries(Voucher.scopeLimit),
            package + "VoucherScope.price_option_ids": .entries(Voucher.scopeLimit),
            package + "VoucherScope.payment_types": .entries(Voucher.paymentTypeLimit),
            package + "AddVoucherEmailsRequest.emails": .range(
                VoucherEmail.counts, "must have 1 to 10,000 entries, or none where csv is given"),
            package + "RemoveVoucherEmailsRequest.emails": .range(
                VoucherEmail.counts, "must have 1 to 10,000 entries, or none where all is set"),
            package + "ImportVouchersRequest.codes": .range(
                Voucher.generateCounts, "must have 1 to 10,000 entries, or none where csv is given"),
        ]
    }()

    private static let others: [String: ItemLimit] = {
        let types = ItemLimit.number(EventFilter.maximumTypes)
        return [
            "usher.events.v1.ListEventsRequest.types": types,
            "usher.events.v1.WatchEventsRequest.types": types,
            "usher.events.v1.ListAuditEntriesRequest.types": types,
            "usher.organisations.v1.ApiKey.scopes": ItemLimit(100, "has more entries than there are scopes"),
            // More than any message has fields.
            "google.protobuf.FieldMask.paths": ItemLimit(100, "names more fields than there are"),
        ]
    }()
}
