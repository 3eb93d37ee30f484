/// What an id field of a request names. The registry of the isolation tests: a new field whose name looks like an id's
/// and is not here fails them.
enum IDKind: Hashable {
    case organisation, asset, viewer, voucher, code, redemption, reservation, access, session, key
    case package, packageCode, priceOption, paymentPeriod, payment, subscription, voucherOrder, subscriptionExport
    /// Words that whoever makes vouchers puts on them, and that they are found by.
    case batch, order
    case performance, ticket, orderTicket, pass, passProduct, scan, barcode
    case contact, cart, transfer
    /// What a third party's access control system is told.
    case record
    /// The whole key of a caller.
    case credential
    /// Good for one list only, and made by it.
    case pageToken
    /// A word of the caller's own, which is looked up nowhere but among its own.
    case ownWord

    /// By the field's name in JSON, or by method and path.
    static let byField: [String: IDKind] = [
        "organisationId": .organisation,
        "assetId": .asset, "assetIds": .asset, "memberAssetIds": .asset,
        "packageId": .package, "packageCode": .packageCode,
        "priceOptionId": .priceOption, "paymentPeriodId": .paymentPeriod,
        "viewerId": .viewer,
        "voucherId": .voucher, "code": .code, "codes": .code, "batchId": .batch,
        "orderId": .order, "query": .order, "SearchAccess/query": .viewer,
        "packageIds": .package, "priceOptionIds": .priceOption,
        "purchaserId": .viewer, "voucherOrderId": .voucherOrder, "exportId": .subscriptionExport,
        "redemptionId": .redemption, "reservationId": .reservation,
        "accessId": .access,
        "sessionId": .session,
        "paymentId": .payment, "subscriptionId": .subscription,
        "performanceId": .performance, "performanceIds": .performance,
        "addPerformanceIds": .performance, "removePerformanceIds": .performance,
        "eligiblePerformanceIds": .performance,
        "passId": .pass, "passIds": .pass, "returnPassIds": .pass, "returnTicketIds": .orderTicket,
        "passProductId": .passProduct, "passProductIds": .passProduct, "addPassProductIds": .passProduct,
        "eligibleBundleIds": .passProduct,
        "PrintOrder/ticketIds": .orderTicket, "ticketId": .ticket, "ticketIds": .ticket, "barcode": .barcode,
        "scanId": .scan, "recordId": .record,
        "deviceId": .ownWord,
        "contactId": .contact, "actingContactId": .contact, "ownerContactId": .contact, "toContactId": .contact,
        "guestContactId": .contact, "guestContactIds": .contact, "cartId": .cart, "transferId": .transfer,
        "keyId": .key, "apiKey": .credential,
        "resourceId": .voucher,
        "pageToken": .pageToken,
        "requestId": .ownWord,
    ]

    /// Whether a field's name says that it names something.
    static func looksLikeID(_ field: String) -> Bool {
        byField[field] != nil || ["Id", "Ids", "Token", "Key"].contains(where: field.hasSuffix)
    }
}

/// What requests need besides ids before they can succeed; by path, or by method and path.
enum PlainValues {
    static let byPath: [String: String] = [
        "count": "1", "mode": "\"BULK_MODE_ATOMIC\"",
        "asset.type": "\"ASSET_TYPE_VIDEO\"", "asset.title": "\"mine\"",
        "assets[].type": "\"ASSET_TYPE_VIDEO\"", "assets[].title": "\"mine\"",
        "viewers[].email": "\"mine@example.org\"",
        "package.title": "\"mine\"",
        "priceOption.paymentType": "\"PAYMENT_TYPE_PPV\"", "priceOption.price.currencyCode": "\"SEK\"",
        "paymentPeriod.type": "\"PAYMENT_PERIOD_TYPE_LIMITED\"",
        "paymentPeriod.length.unit": "\"CALENDAR_UNIT_MONTH\"", "paymentPeriod.length.length": "1",
        "paymentPeriod.price.currencyCode": "\"SEK\"",
        "RecordPurchase/amount.currencyCode": "\"SEK\"", "ReversePurchase/type": "\"REVERSAL_TYPE_REFUND\"",
        "SearchAccess/field": "\"ACCESS_SEARCH_FIELD_VIEWER_ID\"",
        "ExtendAccess/expireTime": "\"2027-01-01T00:00:00Z\"",
        "ChangeRenewalDate/renewTime": "\"2027-01-01T00:00:00Z\"",
        "UpdatePackage/updateMask": "\"title\"", "UpdatePriceOption/updateMask": "\"name\"",
        "UpdatePaymentPeriod/updateMask": "\"name\"",
        "UpdateAsset/updateMask": "\"title\"", "UpdateViewer/updateMask": "\"email\"",
        "CreatePassProduct/passProduct.kind": "\"PASS_PRODUCT_KIND_BUNDLE\"",
        "passProduct.title": "\"mine\"", "UpdatePassProduct/updateMask": "\"title\"",
        "ScanBarcode/deviceId": "\"door-1\"", "AnnulScan/deviceId": "\"door-1\"",
        "UpdateDoors/updateMask": "\"ticketTemplate\"", "UpdateDoors/doors.ticketTemplate": "\"mine\"",
        "RegisterTickets/tickets": "[{\"zone\": \"mine\"}]", "TakeBackTickets/reason": "\"mine\"",
        "ImportTicketDetails/csv": "\"Ticket ID,CC Email,[NEW] CC Email\"", "ImportTicketDetails/reason": "\"mine\"",
        "UpdateContact/updateMask": "\"name\"", "UpdateContact/contact.name": "\"mine\"",
        "UpdateVoucher/updateMask": "\"name\"", "UpdateVoucher/voucher.name": "\"mine\"",
        "AddVoucherEmails/emails": "[\"mine@example.org\"]", "RemoveVoucherEmails/emails": "[\"mine@example.org\"]",
        "GenerateVouchers/daysOfAccess": "30",
        "PlaceVoucherOrder/paymentMethod": "\"VOUCHER_PAYMENT_METHOD_FREE\"",
        "ResetVoucherExpiry/expireTime": "\"2030-01-01T00:00:00Z\"",
    ]
}
