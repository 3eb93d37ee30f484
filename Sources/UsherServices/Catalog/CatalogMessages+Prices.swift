import SwiftProtobuf
import UsherAPI
import UsherContract

extension Usher_Catalog_V1_ListPriceOptionsRequest: PagedRequest {}
extension Usher_Catalog_V1_ListPaymentPeriodsRequest: PagedRequest {}

/// The fields of a price option that a caller may change, by their paths in an update mask.
enum PriceOptionField: String, CaseIterable {
    case name, price
    case accessPeriod = "access_period"
}

/// The fields of a payment period that a caller may change, by their paths in an update mask.
enum PaymentPeriodField: String, CaseIterable {
    case name, type, length, price, enabled
}

extension Usher_Catalog_V1_PriceOption {
    /// Takes the value of one field from another message.
    mutating func take(_ field: PriceOptionField, from given: Self) {
        switch field {
        case .name: name = given.name
        case .price: if given.hasPrice { price = given.price } else { clearPrice() }
        case .accessPeriod: if given.hasAccessPeriod { accessPeriod = given.accessPeriod } else { clearAccessPeriod() }
        }
    }

    /// - Parameter targetID: the id of the asset or package that it is for.
    init(_ option: PriceOption, targetID: String, of organisationID: String) {
        self.init()
        priceOptionID = option.id
        self.organisationID = organisationID
        switch option.target {
        case .asset: assetID = targetID
        case .package: packageID = targetID
        }
        name = option.name
        paymentType = option.paymentType.message
        price = option.price.message
        if let period = option.accessPeriod { accessPeriod = period.message }
        createTime = Google_Protobuf_Timestamp(option.createTime)
        updateTime = Google_Protobuf_Timestamp(option.updateTime)
        etag = ETag.text(option.version)
    }
}

extension PriceOption.PaymentType {
    /// Nil for UNSPECIFIED and for what a newer client may know.
    init?(_ type: Usher_Catalog_V1_PaymentType) { self.init(rawValue: Int64(type.rawValue)) }

    var message: Usher_Catalog_V1_PaymentType {
        switch self {
        case .ppv: .ppv
        case .subscription: .subscription
        }
    }
}

extension PriceOption {
    /// A price option as a caller describes it.
    ///
    /// - Parameter target: looks up what it is for, after everything else was found good.
    static func described(
        _ given: Usher_Catalog_V1_PriceOption, key: Int64, generatedID: String, now: Instant,
        target: () throws -> Target
    ) throws -> PriceOption {
        var violations = Violations()
        let field = "price_option"
        violations.require(
            given.assetID.isEmpty != given.packageID.isEmpty, field, "must be for either an asset or a package")
        violations.requireCallerID(given.priceOptionID, "\(field).price_option_id")
        violations.requireText(given.name, "\(field).name", nameLengths)
        let type = PaymentType(given.paymentType)
        violations.require(type != nil, "\(field).payment_type", "must be PPV or SUBSCRIPTION")
        let price = Money(given.price, isSet: given.hasPrice, "\(field).price", &violations)
        let period = CalendarPeriod(
            given.accessPeriod, isSet: given.hasAccessPeriod, "\(field).access_period", &violations)
        violations.require(
            type != .subscription || given.hasAccessPeriod, "\(field).access_period", "must be given of a subscription")
        try violations.refuse()
        return PriceOption(
            key: key, id: given.priceOptionID.isEmpty ? generatedID : given.priceOptionID, target: try target(),
            name: given.name, paymentType: type ?? .ppv, price: price, accessPeriod: period, createTime: now,
            updateTime: now, version: 1)
    }
}

extension Usher_Catalog_V1_PaymentPeriod {
    /// Takes the value of one field from another message.
    mutating func take(_ field: PaymentPeriodField, from given: Self) {
        switch field {
        case .name: name = given.name
        case .type: type = given.type
        case .length: if given.hasLength { length = given.length } else { clearLength() }
        case .price: if given.hasPrice { price = given.price } else { clearPrice() }
        case .enabled: if given.hasEnabled { enabled = given.enabled } else { clearEnabled() }
        }
    }

    /// - Parameter packageID: the id of its package.
    init(_ period: PaymentPeriod, packageID: String, of organisationID: String) {
        self.init()
        paymentPeriodID = period.id
        self.organisationID = organisationID
        self.packageID = packageID
        name = period.name
        type =
            switch period.kind {
            case .limited: .limited
            case .recurring: .recurring
            case .single: .single
            }
        length = period.length.message
        price = period.price.message
        enabled = period.isEnabled
        createTime = Google_Protobuf_Timestamp(period.createTime)
        updateTime = Google_Protobuf_Timestamp(period.updateTime)
        etag = ETag.text(period.version)
    }
}

extension PaymentPeriod {
    /// A payment period as a caller describes it.
    ///
    /// - Parameter packageKey: looks up that of its package, after everything else was found good.
    static func described(
        _ given: Usher_Catalog_V1_PaymentPeriod, key: Int64, generatedID: String, now: Instant,
        packageKey: () throws -> Int64
    ) throws -> PaymentPeriod {
        var violations = Violations()
        let field = "payment_period"
        violations.requireCallerID(given.paymentPeriodID, "\(field).payment_period_id")
        violations.requireText(given.name, "\(field).name", nameLengths)
        let kind = Kind(rawValue: Int64(given.type.rawValue))
        violations.require(kind != nil, "\(field).type", "must be LIMITED, RECURRING or SINGLE")
        violations.require(given.hasLength, "\(field).length", "must be given")
        let length = CalendarPeriod(
            given.length, isSet: given.hasLength, units: units, "\(field).length", &violations)
        let price = Money(given.price, isSet: given.hasPrice, "\(field).price", &violations)
        try violations.refuse()
        return PaymentPeriod(
            key: key, id: given.paymentPeriodID.isEmpty ? generatedID : given.paymentPeriodID,
            packageKey: try packageKey(), name: given.name, kind: kind ?? .limited,
            length: length ?? CalendarPeriod(unit: .day, length: 1), price: price,
            isEnabled: given.hasEnabled ? given.enabled : true, createTime: now, updateTime: now,
            version: 1)
    }
}
