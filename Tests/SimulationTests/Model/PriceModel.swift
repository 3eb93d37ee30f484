import UsherAPI
import UsherContract

/// An offer of an asset or a package, which stays itself when it is deleted and its id is given to another.
final class ModelPriceOption: Equatable {
    var message: Usher_Catalog_V1_PriceOption
    /// One of the two that it is for.
    let asset: ModelAsset?
    let package: ModelPackage?
    var isDeleted = false

    init(_ message: Usher_Catalog_V1_PriceOption, _ asset: ModelAsset?, _ package: ModelPackage?) {
        (self.message, self.asset, self.package) = (message, asset, package)
    }

    static func == (left: ModelPriceOption, right: ModelPriceOption) -> Bool { left === right }
}

final class ModelPaymentPeriod: Equatable {
    var message: Usher_Catalog_V1_PaymentPeriod
    let package: ModelPackage
    var isDeleted = false

    init(_ message: Usher_Catalog_V1_PaymentPeriod, _ package: ModelPackage) {
        (self.message, self.package) = (message, package)
    }

    static func == (left: ModelPaymentPeriod, right: ModelPaymentPeriod) -> Bool { left === right }
}

extension Mistakes {
    /// An amount, its currency in capitals.
    mutating func money(_ given: Usher_Type_V1_Money, _ isSet: Bool, _ field: String) -> Usher_Type_V1_Money {
        require(isSet, field)
        guard isSet else { return given }
        let letters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let code = given.currencyCode.uppercased()
        require(given.currencyCode.utf8.count == 3 && letters.isSuperset(of: code), "\(field).currency_code")
        require((0...1_000_000_000_000).contains(given.minorUnits), "\(field).minor_units")
        return .with { ($0.currencyCode, $0.minorUnits) = (code, given.minorUnits) }
    }

    mutating func check(_ given: Usher_Type_V1_CalendarPeriod, hours: Bool = true, _ field: String) {
        var longest: [Usher_Type_V1_CalendarUnit: Int32] = [.day: 9_999, .week: 1_428, .month: 1_200, .year: 100]
        if hours { longest[.hour] = 9_999 }
        guard let longest = longest[given.unit] else { return require(false, "\(field).unit") }
        require(given.length >= 1 && given.length <= longest, "\(field).length")
    }
}

extension OrganisationModel {
    // MARK: Price options

    func livePriceOption(_ id: String) -> ModelPriceOption? {
        priceOptions.last { $0.message.priceOptionID == id && !$0.isDeleted }
    }

    func existingPriceOption(_ id: String) throws -> ModelPriceOption {
        guard let option = livePriceOption(id) else { throw Expected.notFound("PRICE_OPTION_NOT_FOUND") }
        return option
    }

    func createPriceOption(
        _ request: Usher_Catalog_V1_CreatePriceOptionRequest, _ context: Context,
        _ made: Usher_Catalog_V1_PriceOption?
    ) throws -> Usher_Catalog_V1_PriceOption {
        var message = request.priceOption
        var mistakes = Mistakes()
        mistakes.requireID(message.priceOptionID, "price_option.price_option_id")
        mistakes.require(message.assetID.isEmpty != message.packageID.isEmpty, "price_option")
        mistakes.require([.ppv, .subscription].contains(message.paymentType), "price_option.payment_type")
        Self.check(&message, &mistakes)
        try mistakes.refuse()
        let asset = message.assetID.isEmpty ? nil : try existingAsset(message.assetID)
        let package = message.packageID.isEmpty ? nil : try existingPackage(message.packageID)
        guard livePriceOption(message.priceOptionID) == nil else { throw Expected.exists("PRICE_OPTION_EXISTS") }
        if message.priceOptionID.isEmpty { message.priceOptionID = try adopt(made?.priceOptionID, "prc") }
        message.organisationID = id
        message.createTime = context.now.timestamp
        message.updateTime = context.now.timestamp
        message.etag = "v1"
        priceOptions.append(ModelPriceOption(message, asset, package))
        context.record("price_option.created", message.priceOptionID)
        return message
    }

    /// What can be changed.
    private static func check(_ option: inout Usher_Catalog_V1_PriceOption, _ mistakes: inout Mistakes) {
        mistakes.requireText(option.name, 0...200, "price_option.name")
        option.price = mistakes.money(option.price, option.hasPrice, "price_option.price")
        if option.hasAccessPeriod {
            mistakes.check(option.accessPeriod, "price_option.access_period")
        } else {
            mistakes.require(option.paymentType != .subscription, "price_option.access_period")
        }
    }

    func updatePriceOption(
        _ request: Usher_Catalog_V1_UpdatePriceOptionRequest, _ context: Context
    ) throws -> Usher_Catalog_V1_PriceOption {
        let given = request.priceOption
        var mistakes = Mistakes()
        let paths = mistakes.mask(request.updateMask, ["name", "price", "access_period"])
        try mistakes.refuse()
        let option = try existingPriceOption(given.priceOptionID)
        let version = Int(option.message.etag.dropFirst()) ?? -1
        try Expected.checkTag(given.etag, version)
        var new = option.message
        if paths.contains("name") { new.name = given.name }
        if paths.contains("price") {
            new.clearPrice()
            if given.hasPrice { new.price = given.price }
        }
        if paths.contains("access_period") {
            new.clearAccessPeriod()
            if given.hasAccessPeriod { new.accessPeriod = given.accessPeriod }
        }
        Self.check(&new, &mistakes)
        try mistakes.refuse()
        guard new != option.message else { return new }
        new.updateTime = context.now.timestamp
        new.etag = "v\(version + 1)"
        option.message = new
        context.record("price_option.updated", new.priceOptionID)
        return new
    }

    func deletePriceOption(_ request: Usher_Catalog_V1_DeletePriceOptionRequest, _ context: Context) throws {
        let option = try existingPriceOption(request.priceOptionID)
        try Expected.checkTag(request.etag, Int(option.message.etag.dropFirst()) ?? -1)
        option.isDeleted = true
        context.record("price_option.deleted", request.priceOptionID)
    }

    func listed(
        _ request: Usher_Catalog_V1_ListPriceOptionsRequest
    ) throws -> [Usher_Catalog_V1_PriceOption] {
        var mistakes = Mistakes()
        mistakes.require(request.assetID.isEmpty || request.packageID.isEmpty, "package_id")
        try mistakes.refuse()
        return priceOptions.map { option in (option, option.message) }.filter { option, message in
            !option.isDeleted && (request.assetID.isEmpty || request.assetID == message.assetID)
                && (request.packageID.isEmpty || request.packageID == message.packageID)
        }.map(\.1)
    }

    // MARK: Payment periods

    func livePaymentPeriod(_ id: String) -> ModelPaymentPeriod? {
        paymentPeriods.last { $0.message.paymentPeriodID == id && !$0.isDeleted }
    }

    func existingPaymentPeriod(_ id: String) throws -> ModelPaymentPeriod {
        guard let period = livePaymentPeriod(id) else { throw Expected.notFound("PAYMENT_PERIOD_NOT_FOUND") }
        return period
    }

    func createPaymentPeriod(
        _ request: Usher_Catalog_V1_CreatePaymentPeriodRequest, _ context: Context,
        _ made: Usher_Catalog_V1_PaymentPeriod?
    ) throws -> Usher_Catalog_V1_PaymentPeriod {
        var message = request.paymentPeriod
        var mistakes = Mistakes()
        mistakes.requireID(message.paymentPeriodID, "payment_period.payment_period_id")
        Self.check(&message, &mistakes)
        try mistakes.refuse()
        let package = try existingPackage(message.packageID)
        guard livePaymentPeriod(message.paymentPeriodID) == nil else {
            throw Expected.exists("PAYMENT_PERIOD_EXISTS")
        }
        if message.paymentPeriodID.isEmpty { message.paymentPeriodID = try adopt(made?.paymentPeriodID, "pay") }
        message.organisationID = id
        message.createTime = context.now.timestamp
        message.updateTime = context.now.timestamp
        message.etag = "v1"
        paymentPeriods.append(ModelPaymentPeriod(message, package))
        context.record("payment_period.created", message.paymentPeriodID)
        return message
    }

    private static func check(_ period: inout Usher_Catalog_V1_PaymentPeriod, _ mistakes: inout Mistakes) {
        mistakes.requireText(period.name, 0...200, "payment_period.name")
        mistakes.require([.limited, .recurring, .single].contains(period.type), "payment_period.type")
        if period.hasLength {
            mistakes.check(period.length, hours: false, "payment_period.length")
        } else {
            mistakes.require(false, "payment_period.length")
        }
        period.price = mistakes.money(period.price, period.hasPrice, "payment_period.price")
        if !period.hasEnabled { period.enabled = true }
    }

    func updatePaymentPeriod(
        _ request: Usher_Catalog_V1_UpdatePaymentPeriodRequest, _ context: Context
    ) throws -> Usher_Catalog_V1_PaymentPeriod {
        let given = request.paymentPeriod
        var mistakes = Mistakes()
        let paths = mistakes.mask(request.updateMask, ["name", "type", "length", "price", "enabled"])
        try mistakes.refuse()
        let period = try existingPaymentPeriod(given.paymentPeriodID)
        let version = Int(period.message.etag.dropFirst()) ?? -1
        try Expected.checkTag(given.etag, version)
        var new = period.message
        if paths.contains("name") { new.name = given.name }
        if paths.contains("type") { new.type = given.type }
        if paths.contains("length") {
            new.clearLength()
            if given.hasLength { new.length = given.length }
        }
        if paths.contains("price") {
            new.clearPrice()
            if given.hasPrice { new.price = given.price }
        }
        if paths.contains("enabled") {
            new.clearEnabled()
            if given.hasEnabled { new.enabled = given.enabled }
        }
        Self.check(&new, &mistakes)
        try mistakes.refuse()
        guard new != period.message else { return new }
        new.updateTime = context.now.timestamp
        new.etag = "v\(version + 1)"
        period.message = new
        context.record("payment_period.updated", new.paymentPeriodID)
        return new
    }

    func deletePaymentPeriod(_ request: Usher_Catalog_V1_DeletePaymentPeriodRequest, _ context: Context) throws {
        let period = try existingPaymentPeriod(request.paymentPeriodID)
        try Expected.checkTag(request.etag, Int(period.message.etag.dropFirst()) ?? -1)
        period.isDeleted = true
        context.record("payment_period.deleted", request.paymentPeriodID)
    }

    func listed(_ request: Usher_Catalog_V1_ListPaymentPeriodsRequest) -> [Usher_Catalog_V1_PaymentPeriod] {
        paymentPeriods.filter { !$0.isDeleted }.map(\.message).filter {
            request.packageID.isEmpty || request.packageID == $0.packageID
        }
    }
}
