/// What an id field of a request names. The registry of the isolation tests: a new field whose name looks like an id's
/// and is not here fails them.
enum IDKind: Hashable {
    case organisation, asset, viewer, voucher, code, redemption, reservation, access, session, key
    case package, packageCode, priceOption, paymentPeriod, payment, subscription
    /// Words that whoever makes vouchers puts on them, and that they are found by.
    case batch, order
    /// The whole key of a caller.
    case credential
    /// Good for one list only, and made by it.
    case pageToken
    /// A word of the caller's own, which is looked up nowhere but among its own.
    case ownWord

    /// By the field's name in JSON.
    static let byField: [String: IDKind] = [
        "organisationId": .organisation,
        "assetId": .asset, "assetIds": .asset, "memberAssetIds": .asset,
        "packageId": .package, "packageCode": .packageCode,
        "priceOptionId": .priceOption, "paymentPeriodId": .paymentPeriod,
        "viewerId": .viewer,
        "voucherId": .voucher, "code": .code, "codes": .code, "batchId": .batch,
        "orderId": .order, "query": .order,
        "redemptionId": .redemption, "reservationId": .reservation,
        "accessId": .access,
        "sessionId": .session,
        "paymentId": .payment, "subscriptionId": .subscription,
        "keyId": .key, "apiKey": .credential,
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
        "ExtendAccess/expireTime": "\"2027-01-01T00:00:00Z\"",
        "ChangeRenewalDate/renewTime": "\"2027-01-01T00:00:00Z\"",
        "UpdatePackage/updateMask": "\"title\"", "UpdatePriceOption/updateMask": "\"name\"",
        "UpdatePaymentPeriod/updateMask": "\"name\"",
        "UpdateAsset/updateMask": "\"title\"", "UpdateViewer/updateMask": "\"email\"",
        "UpdateVoucher/updateMask": "\"name\"", "UpdateVoucher/voucher.name": "\"mine\"",
        "AddVoucherEmails/emails": "[\"mine@example.org\"]", "RemoveVoucherEmails/emails": "[\"mine@example.org\"]",
        "ResetVoucherExpiry/expireTime": "\"2030-01-01T00:00:00Z\"",
    ]
}
