import SwiftProtobuf
import UsherAPI
import UsherContract

enum SubscriptionSteps {
    typealias RPC = Usher_Subscriptions_V1_SubscriptionService
    private typealias Subscription = Usher_Subscriptions_V1_Subscription

    static let all = [
        Step(weight: 14, prepare: create), Step(weight: 2, isWrite: false, prepare: get),
        Step(weight: 4, prepare: activate), Step(weight: 5, prepare: pause), Step(weight: 5, prepare: resume),
        Step(weight: 3, prepare: freeze), Step(weight: 5, prepare: renew), Step(weight: 4, prepare: changeDate),
        Step(weight: 3, prepare: cancel), Step(weight: 4, prepare: convert), Step(weight: 2, prepare: acknowledge),
    ]

    // MARK: Beginning

    private static func create(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Subscriptions_V1_CreateSubscriptionRequest.with { request in
            request.viewerID = simulation.dice.chance(98) ? simulation.viewerID() : ""
            switch simulation.dice.int(1...10) {
            case 1: request.priceOptionID = simulation.dice.pick(Pool.priceOptions) ?? ""
            case 2, 3: request.paymentPeriodID = simulation.dice.pick(Pool.paymentPeriods) ?? ""
            case 4: request.priceOptionID = "nowhere"
            default: break
            }
            let isOwn = request.priceOptionID.isEmpty && request.paymentPeriodID.isEmpty
            if simulation.dice.chance(isOwn ? 98 : 10) { request.packageID = simulation.packageID() }
            if isOwn || simulation.dice.chance(2) { ownTerms(&request, simulation) }
            if simulation.dice.chance(30) { request.trialPeriod = period(simulation) }
            request.activate = simulation.dice.chance(75)
            request.provisionService = simulation.dice.one("", "tulo", String(repeating: "x", count: 200))
            if simulation.dice.chance(2) { request.provisionService += "\u{7}" }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.createSubscription, request, by: simulation.actor(in: tenant.id), tenant.createSubscription)
    }

    private static func ownTerms(
        _ request: inout Usher_Subscriptions_V1_CreateSubscriptionRequest, _ simulation: Simulation
    ) {
        request.type = simulation.dice.chance(97) ? simulation.dice.one(.limited, .recurring) : .unspecified
        if request.type == .limited, simulation.dice.chance(40) {
            request.endTime = simulation.moment().timestamp
        } else if simulation.dice.chance(98) {
            request.period = period(simulation)
        }
        if simulation.dice.chance(2) { request.endTime = simulation.moment().timestamp }
    }

    private static func period(_ simulation: Simulation) -> Usher_Type_V1_CalendarPeriod {
        .with { period in
            period.unit = simulation.dice.chance(97) ? simulation.dice.one(.hour, .day, .week, .month) : .unspecified
            period.length = simulation.dice.chance(97) ? simulation.dice.one(1, 1, 2, 5) : 0
        }
    }

    private static func get(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Subscriptions_V1_GetSubscriptionRequest.with {
            $0.subscriptionID = simulation.subscriptionID(tenant)
        }
        return try PreparedCall(RPC.getSubscription, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.existingSubscription(request.subscriptionID).message(of: tenant.id, at: context.now)
        }
    }

    // MARK: Verbs

    private static func activate(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Subscriptions_V1_ActivateSubscriptionRequest.with { request in
            request.subscriptionID = simulation.subscriptionID(tenant, in: .pending)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.activateSubscription, request, by: simulation.actor(in: tenant.id)) {
            request, context, made in
            let subscription = try tenant.existingSubscription(request.subscriptionID)
            try tenant.activate(subscription, made?.accessID, context)
            return subscription.message(of: tenant.id, at: context.now)
        }
    }

    private static func pause(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Subscriptions_V1_PauseSubscriptionRequest.with { request in
            request.subscriptionID = simulation.subscriptionID(tenant, in: .trial, .active)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.pauseSubscription, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            let subscription = try tenant.existingSubscription(request.subscriptionID)
            try tenant.pause(subscription, context)
            return subscription.message(of: tenant.id, at: context.now)
        }
    }

    private static func resume(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Subscriptions_V1_ResumeSubscriptionRequest.with { request in
            request.subscriptionID = simulation.subscriptionID(tenant, in: .paused)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.resumeSubscription, request, by: simulation.actor(in: tenant.id)) {
            request, context, made in
            let subscription = try tenant.existingSubscription(request.subscriptionID)
            try tenant.resume(subscription, made?.accessID, context)
            return subscription.message(of: tenant.id, at: context.now)
        }
    }

    private static func freeze(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Subscriptions_V1_FreezeSubscriptionRequest.with { request in
            request.subscriptionID = simulation.subscriptionID(tenant, in: .trial, .active)
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.freezeSubscription, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            let subscription = try tenant.existingSubscription(request.subscriptionID)
            try tenant.freeze(subscription, context)
            return subscription.message(of: tenant.id, at: context.now)
        }
    }

    private static func renew(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Subscriptions_V1_RenewSubscriptionRequest.with { request in
            request.subscriptionID = simulation.subscriptionID(tenant, in: .trial, .active, .frozen)
            if simulation.dice.chance(50) {
                request.amount.currencyCode = simulation.dice.chance(96) ? simulation.dice.one("SEK", "eur") : "kr"
                request.amount.minorUnits = simulation.dice.one(0, 4_900)
                request.paymentReference =
                    simulation.dice.chance(80)
                    ? "ref-\(simulation.step)-\(simulation.dice.int(0...1_000_000))" : simulation.dice.one("", "ref-1")
            }
            if simulation.dice.chance(2) { request.paymentReference = "\u{7}" }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.renewSubscription, request, by: simulation.actor(in: tenant.id), tenant.renewSubscription)
    }

    private static func changeDate(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Subscriptions_V1_ChangeRenewalDateRequest.with { request in
            request.subscriptionID = simulation.subscriptionID(tenant, in: .trial, .active, .frozen)
            if simulation.dice.chance(97) { request.renewTime = simulation.moment().timestamp }
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.changeRenewalDate, request, by: simulation.actor(in: tenant.id)) {
            request, context, made in
            try tenant.changeRenewalDate(request, context, made?.accessID).message(of: tenant.id, at: context.now)
        }
    }

    private static func cancel(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Subscriptions_V1_CancelSubscriptionRequest.with { request in
            request.subscriptionID = simulation.subscriptionID(tenant)
            request.atPeriodEnd = simulation.dice.chance(50)
            request.reason = simulation.dice.chance(97) ? simulation.dice.one("", "moving") : "\u{7}"
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.cancelSubscription, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            var mistakes = Mistakes()
            mistakes.requireText(request.reason, 0...1_000, "reason")
            try mistakes.refuse()
            let subscription = try tenant.existingSubscription(request.subscriptionID)
            try tenant.cancel(subscription, atPeriodEnd: request.atPeriodEnd, reason: request.reason, context)
            return subscription.message(of: tenant.id, at: context.now)
        }
    }

    private static func convert(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Subscriptions_V1_ConvertToVoucherRequest.with { request in
            request.subscriptionID = simulation.subscriptionID(
                tenant, in: .active, .trial, .paused, .frozen, .cancelled)
            request.packageCode = simulation.dice.chance(95) ? simulation.dice.pick(Pool.packageCodes) ?? "" : ""
            request.daysOfAccess = simulation.dice.chance(97) ? simulation.dice.one(0, 30) : -1
            request.reason = simulation.dice.chance(97) ? simulation.dice.one("", "digital") : "\u{7}"
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(
            RPC.convertToVoucher, request, by: simulation.actor(in: tenant.id), tenant.convert)
    }

    private static func acknowledge(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Subscriptions_V1_AcknowledgeSubscriptionExportRequest.with { request in
            request.exportID =
                simulation.dice.pick(tenant.exports.suffix(4))?.id ?? simulation.dice.one("", "exp_0000000000001")
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.acknowledgeSubscriptionExport, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.acknowledge(request, context)
        }
    }

    // MARK: Lists

    static func exports(
        _ tenant: OrganisationModel, all: Bool
    ) -> Walk<
        Usher_Subscriptions_V1_ListSubscriptionExportsRequest, Usher_Subscriptions_V1_ListSubscriptionExportsResponse,
        Usher_Subscriptions_V1_SubscriptionExport
    > {
        let request = Usher_Subscriptions_V1_ListSubscriptionExportsRequest.with { $0.includeAcknowledged = all }
        return Walk(
            method: RPC.listSubscriptionExports, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.exports, token: \.nextPageToken
        ) { _ in tenant.listed(request) }
    }

    static func list(
        _ tenant: OrganisationModel, _ request: Usher_Subscriptions_V1_ListSubscriptionsRequest
    ) -> Walk<
        Usher_Subscriptions_V1_ListSubscriptionsRequest, Usher_Subscriptions_V1_ListSubscriptionsResponse,
        Usher_Subscriptions_V1_Subscription
    > {
        Walk(
            method: RPC.listSubscriptions, request: request,
            page: { ($0.pageSize, $0.pageToken) = ($1, $2) }, items: \.subscriptions, token: \.nextPageToken,
            mayBeShort: true
        ) { tenant.listed(request, $0) }
    }

    static func filter(_ simulation: Simulation) -> Usher_Subscriptions_V1_ListSubscriptionsRequest {
        .with { request in
            if simulation.dice.chance(40) { request.viewerID = simulation.viewerID() }
            if simulation.dice.chance(40) { request.packageID = simulation.packageID() }
            request.state = simulation.dice.one(
                .unspecified, .unspecified, .pending, .trial, .active, .paused, .frozen, .cancelled, .deactivated)
        }
    }
}

extension Simulation {
    /// Mostly one in one of these states, where there are any; else any, another's or none.
    func subscriptionID(
        _ tenant: OrganisationModel, in states: Usher_Subscriptions_V1_SubscriptionState...
    ) -> String {
        if dice.chance(3) { return dice.one("", "sub_0000000000001", "vch_0000000000001", "nothing") }
        let owner = dice.chance(3) ? dice.pick(tenants) ?? tenant : tenant
        let fitting = owner.subscriptions.filter { states.contains($0.state(at: now)) }
        return dice.pick(dice.chance(75) && !fitting.isEmpty ? fitting : owner.subscriptions.suffix(30))?.id ?? ""
    }
}
