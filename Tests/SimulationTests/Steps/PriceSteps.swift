import SwiftProtobuf
import UsherAPI
import UsherContract

/// What is asked for assets and packages: price options and payment periods.
enum PriceSteps {
    typealias RPC = Usher_Catalog_V1_CatalogService

    static let all = [
        Step(weight: 5, prepare: createOption), Step(weight: 1, isWrite: false, prepare: getOption),
        Step(weight: 2, prepare: updateOption), Step(weight: 1, prepare: deleteOption),
        Step(weight: 3, prepare: createPeriod), Step(weight: 1, isWrite: false, prepare: getPeriod),
        Step(weight: 2, prepare: updatePeriod), Step(weight: 1, prepare: deletePeriod),
    ]

    static func begin(_ tenant: OrganisationModel, _ simulation: Simulation) throws {
        let actor = simulation.root(in: tenant.id)
        for (index, id) in Pool.priceOptions.enumerated() {
            let request = Usher_Catalog_V1_CreatePriceOptionRequest.with { request in
                request.priceOption.priceOptionID = id
                if index % 2 == 0 { request.priceOption.assetID = Pool.assets[index] }
                if index % 2 == 1 { request.priceOption.packageID = Pool.packages[0] }
                request.priceOption.paymentType = id.hasPrefix("plan") ? .subscription : .ppv
                request.priceOption.price = .with { ($0.currencyCode, $0.minorUnits) = ("SEK", 4_900) }
                if index > 0 { request.priceOption.accessPeriod = .with { ($0.unit, $0.length) = (.day, 30) } }
            }
            try simulation.run([PreparedCall(RPC.createPriceOption, request, by: actor, tenant.createPriceOption)])
        }
        for (index, id) in Pool.paymentPeriods.enumerated() {
            let request = Usher_Catalog_V1_CreatePaymentPeriodRequest.with { request in
                request.paymentPeriod.paymentPeriodID = id
                request.paymentPeriod.packageID = Pool.packages[index % Pool.packages.count]
                request.paymentPeriod.type = index == 0 ? .recurring : .limited
                request.paymentPeriod.length = .with { ($0.unit, $0.length) = (.month, 12) }
                request.paymentPeriod.price = .with { ($0.currencyCode, $0.minorUnits) = ("SEK", index == 2 ? 0 : 990) }
            }
            try simulation.run([
                PreparedCall(RPC.createPaymentPeriod, request, by: actor, tenant.createPaymentPeriod)
            ])
        }
    }

    private static func money(_ simulation: Simulation) -> Usher_Type_V1_Money {
        .with { money in
            money.currencyCode = simulation.dice.chance(97) ? simulation.dice.one("SEK", "SEK", "sek") : "kr"
            money.minorUnits = simulation.dice.chance(97) ? simulation.dice.one(0, 4_900, 9_900) : -1
        }
    }

    private static func period(_ simulation: Simulation) -> Usher_Type_V1_CalendarPeriod {
        .with { period in
            period.unit =
                simulation.dice.chance(96)
                ? simulation.dice.one(.day, .week, .month, .year) : simulation.dice.one(.unspecified, .hour)
            period.length =
                simulation.dice.chance(97) ? simulation.dice.one(1, 2, 7, 31) : simulation.dice.one(0, 1_429)
        }
    }

    // MARK: Price options

    private static func option(_ simulation: Simulation) -> Usher_Catalog_V1_PriceOption {
        .with { option in
            option.priceOptionID = simulation.dice.chance(97) ? simulation.priceOptionID() : ""
            if simulation.dice.chance(50) { option.assetID = simulation.assetID() }
            if option.assetID.isEmpty || simulation.dice.chance(3) { option.packageID = simulation.packageID() }
            option.name = simulation.text("Price")
            // An id says how it is paid for, whatever it is given to.
            option.paymentType = option.priceOptionID.hasPrefix("plan") ? .subscription : .ppv
            if simulation.dice.chance(3) || option.priceOptionID.isEmpty { option.paymentType = .unspecified }
            if simulation.dice.chance(97) { option.price = money(simulation) }
            if simulation.dice.chance(option.paymentType == .subscription ? 95 : 60) {
                option.accessPeriod = period(simulation)
            }
        }
    }

    private static func createOption(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_CreatePriceOptionRequest.with { request in
            request.priceOption = option(simulation)
            let free = Pool.priceOptions.filter { tenant.livePriceOption($0) == nil }
            if simulation.dice.chance(60), let id = simulation.dice.pick(free) {
                request.priceOption.priceOptionID = id
                request.priceOption.paymentType = id.hasPrefix("plan") ? .subscription : .ppv
            }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.createPriceOption, request, by: simulation.actor(in: tenant.id), tenant.createPriceOption)
    }

    private static func getOption(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_GetPriceOptionRequest.with { $0.priceOptionID = simulation.priceOptionID() }
        return try PreparedCall(RPC.getPriceOption, request, by: simulation.actor(in: tenant.id)) { request, _, _ in
            try tenant.existingPriceOption(request.priceOptionID).message
        }
    }

    private static func updateOption(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_UpdatePriceOptionRequest.with { request in
            request.priceOption = option(simulation)
            let current = tenant.livePriceOption(request.priceOption.priceOptionID)
            if simulation.dice.chance(20), let current { request.priceOption = current.message }
            request.priceOption.etag = simulation.tag(current?.message.etag)
            request.updateMask.paths = simulation.mask(["name", "price", "access_period"])
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.updatePriceOption, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.updatePriceOption(request, context)
        }
    }

    private static func deleteOption(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_DeletePriceOptionRequest.with { request in
            request.priceOptionID = simulation.priceOptionID()
            request.etag = simulation.tag(tenant.livePriceOption(request.priceOptionID)?.message.etag)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.deletePriceOption, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.deletePriceOption(request, context)
            return .init()
        }
    }

    // MARK: Payment periods

    private static func paymentPeriod(_ simulation: Simulation) -> Usher_Catalog_V1_PaymentPeriod {
        .with { period in
            period.paymentPeriodID = simulation.dice.chance(97) ? simulation.paymentPeriodID() : ""
            period.packageID = simulation.packageID()
            period.name = simulation.text("Period")
            period.type =
                simulation.dice.chance(97) ? simulation.dice.one(.limited, .limited, .recurring, .single) : .unspecified
            if simulation.dice.chance(97) { period.length = self.period(simulation) }
            if simulation.dice.chance(97) { period.price = money(simulation) }
            if simulation.dice.chance(30) { period.enabled = simulation.dice.chance(50) }
        }
    }

    private static func createPeriod(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_CreatePaymentPeriodRequest.with { request in
            request.paymentPeriod = paymentPeriod(simulation)
            let free = Pool.paymentPeriods.filter { tenant.livePaymentPeriod($0) == nil }
            if simulation.dice.chance(60), let id = simulation.dice.pick(free) {
                request.paymentPeriod.paymentPeriodID = id
            }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.createPaymentPeriod, request, by: simulation.actor(in: tenant.id), tenant.createPaymentPeriod)
    }

    private static func getPeriod(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_GetPaymentPeriodRequest.with {
            $0.paymentPeriodID = simulation.paymentPeriodID()
        }
        return try PreparedCall(RPC.getPaymentPeriod, request, by: simulation.actor(in: tenant.id)) { request, _, _ in
            try tenant.existingPaymentPeriod(request.paymentPeriodID).message
        }
    }

    private static func updatePeriod(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_UpdatePaymentPeriodRequest.with { request in
            request.paymentPeriod = paymentPeriod(simulation)
            let current = tenant.livePaymentPeriod(request.paymentPeriod.paymentPeriodID)
            if simulation.dice.chance(20), let current { request.paymentPeriod = current.message }
            request.paymentPeriod.etag = simulation.tag(current?.message.etag)
            request.updateMask.paths = simulation.mask(["name", "type", "length", "price", "enabled"])
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.updatePaymentPeriod, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.updatePaymentPeriod(request, context)
        }
    }

    private static func deletePeriod(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Catalog_V1_DeletePaymentPeriodRequest.with { request in
            request.paymentPeriodID = simulation.paymentPeriodID()
            request.etag = simulation.tag(tenant.livePaymentPeriod(request.paymentPeriodID)?.message.etag)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.deletePaymentPeriod, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.deletePaymentPeriod(request, context)
            return .init()
        }
    }

    // MARK: Lists

    static func options(
        _ tenant: OrganisationModel, _ request: Usher_Catalog_V1_ListPriceOptionsRequest
    ) -> Walk<
        Usher_Catalog_V1_ListPriceOptionsRequest, Usher_Catalog_V1_ListPriceOptionsResponse,
        Usher_Catalog_V1_PriceOption
    > {
        Walk(
            method: RPC.listPriceOptions, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.priceOptions, token: \.nextPageToken
        ) { _ in try tenant.listed(request) }
    }

    static func optionFilter(_ simulation: Simulation) -> Usher_Catalog_V1_ListPriceOptionsRequest {
        .with { request in
            if simulation.dice.chance(40) { request.assetID = simulation.assetID() }
            if simulation.dice.chance(request.assetID.isEmpty ? 50 : 5) { request.packageID = simulation.packageID() }
        }
    }

    static func periods(
        _ tenant: OrganisationModel, _ request: Usher_Catalog_V1_ListPaymentPeriodsRequest
    ) -> Walk<
        Usher_Catalog_V1_ListPaymentPeriodsRequest, Usher_Catalog_V1_ListPaymentPeriodsResponse,
        Usher_Catalog_V1_PaymentPeriod
    > {
        Walk(
            method: RPC.listPaymentPeriods, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.paymentPeriods, token: \.nextPageToken
        ) { _ in tenant.listed(request) }
    }

    static func periodFilter(_ simulation: Simulation) -> Usher_Catalog_V1_ListPaymentPeriodsRequest {
        .with { if simulation.dice.chance(50) { $0.packageID = simulation.packageID() } }
    }
}

extension Simulation {
    func priceOptionID() -> String {
        dice.chance(97) ? dice.pick(Pool.priceOptions) ?? "" : dice.one("", "nowhere", ".x")
    }

    func paymentPeriodID() -> String {
        dice.chance(97) ? dice.pick(Pool.paymentPeriods) ?? "" : dice.one("", "nowhere", ".x")
    }
}
