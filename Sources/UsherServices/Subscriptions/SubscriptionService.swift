import UsherAPI
import UsherContract
import UsherStorage

/// `usher.subscriptions.v1.SubscriptionService`: access that goes on for as long as somebody pays, or for a time.
public struct SubscriptionService: Sendable {
    private typealias RPC = Usher_Subscriptions_V1_SubscriptionService
    private typealias Message = Usher_Subscriptions_V1_Subscription

    /// Rows that one call looks at, at most: a filter that hardly anything passes gives short pages, not long calls.
    private static let scanLimit = 5_000

    public init() {}

    public var methods: [Method] {
        let write = Permission.scope(.subscriptionsWrite)
        return [
            Method(RPC.createSubscription, on: .organisation, write, createSubscription),
            Method(RPC.getSubscription, on: .organisation, .scope(.subscriptionsRead), getSubscription),
            Method(RPC.listSubscriptions, on: .organisation, .scope(.subscriptionsRead), listSubscriptions),
            Method(RPC.activateSubscription, on: .organisation, write, activateSubscription),
            Method(RPC.pauseSubscription, on: .organisation, write, pauseSubscription),
            Method(RPC.resumeSubscription, on: .organisation, write, resumeSubscription),
            Method(RPC.freezeSubscription, on: .organisation, write, freezeSubscription),
            Method(RPC.renewSubscription, on: .organisation, write, renewSubscription),
            Method(RPC.changeRenewalDate, on: .organisation, write, changeRenewalDate),
            Method(RPC.cancelSubscription, on: .organisation, write, cancelSubscription),
            Method(RPC.convertToVoucher, on: .organisation, write, convertToVoucher),
            Method(RPC.listSubscriptionExports, on: .organisation, .scope(.subscriptionsRead), listSubscriptionExports),
            Method(RPC.acknowledgeSubscriptionExport, on: .organisation, write, acknowledgeSubscriptionExport),
        ]
    }

    private func getSubscription(
        _ request: Usher_Subscriptions_V1_GetSubscriptionRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_Subscription {
        try .init(try find(request.subscriptionID, in: tx), in: tx)
    }

    private func listSubscriptions(
        _ request: Usher_Subscriptions_V1_ListSubscriptionsRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_ListSubscriptionsResponse {
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        if case .UNRECOGNIZED = request.state { violations.require(false, "state", "is not a state") }
        try violations.refuse()
        var response = Usher_Subscriptions_V1_ListSubscriptionsResponse()
        guard let filter = try filter(request, in: tx) else { return response }
        var (last, scanned, bytes) = (try page.afterNumber(), 0, 0)
        while true {
            let chunk = min(page.size + 1, Self.scanLimit - scanned)
            let rows = try SubscriptionStore.list(filter.selection, after: last, limit: chunk, in: tx)
            for row in rows {
                if response.subscriptions.count == page.size || bytes >= Page.maximumBytes {
                    response.nextPageToken = page.token(after: String(last))
                    return response
                }
                last = row.id.number
                guard request.state == .unspecified || row.state(at: tx.now).message == request.state,
                    filter.packageKey.map({ row.packageKey == $0 }) ?? true
                else { continue }
                let message = try Message(row, in: tx)
                bytes += try (message.serializedBytes() as [UInt8]).count
                response.subscriptions.append(message)
            }
            scanned += rows.count
            if rows.count < chunk { return response }
            if scanned >= Self.scanLimit {
                response.nextPageToken = page.token(after: String(last))
                return response
            }
        }
    }

    /// Nil where nothing can pass: an unknown viewer or package has no subscriptions.
    private func filter(
        _ request: Usher_Subscriptions_V1_ListSubscriptionsRequest, in tx: Transaction
    ) throws -> (selection: SubscriptionStore.Selection, packageKey: Int64?)? {
        var packageKey: Int64?
        if !request.packageID.isEmpty {
            packageKey = try PackageStore.key(of: request.packageID, in: tx)
            if packageKey == nil { return nil }
        }
        if !request.viewerID.isEmpty {
            guard let key = try ViewerStore.key(of: request.viewerID, in: tx) else { return nil }
            return (.viewer(key), packageKey)
        }
        return packageKey.map { (.package($0), nil) } ?? (.all, nil)
    }

    private func activateSubscription(
        _ request: Usher_Subscriptions_V1_ActivateSubscriptionRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_Subscription {
        try .init(try SubscriptionLife.activate(try find(request.subscriptionID, in: tx), in: tx), in: tx)
    }

    private func pauseSubscription(
        _ request: Usher_Subscriptions_V1_PauseSubscriptionRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_Subscription {
        try .init(try SubscriptionLife.pause(try find(request.subscriptionID, in: tx), in: tx), in: tx)
    }

    private func resumeSubscription(
        _ request: Usher_Subscriptions_V1_ResumeSubscriptionRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_Subscription {
        try .init(try SubscriptionLife.resume(try find(request.subscriptionID, in: tx), in: tx), in: tx)
    }

    private func freezeSubscription(
        _ request: Usher_Subscriptions_V1_FreezeSubscriptionRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_Subscription {
        try .init(try SubscriptionLife.freeze(try find(request.subscriptionID, in: tx), in: tx), in: tx)
    }

    private func renewSubscription(
        _ request: Usher_Subscriptions_V1_RenewSubscriptionRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_Subscription {
        var violations = Violations()
        let amount =
            request.hasAmount ? Money(request.amount, isSet: true, "amount", &violations) : nil
        violations.requirePayment(amount, request.paymentReference)
        try violations.refuse()
        let before = try find(request.subscriptionID, in: tx)
        if let amount, let option = try before.priceOptionKey.flatMap({ try PriceOptionStore.find(key: $0, in: tx) }) {
            violations.requireCurrency(of: amount, toBeThatOf: option)
            try violations.refuse()
        }
        let subscription = try SubscriptionLife.renew(before, in: tx)
        if let amount {
            // The voucher that only made the subscription has nothing to do with this payment.
            let hasDiscount = before.discountPercent > 0 && before.discountCyclesLeft != 0
            _ = try Purchase.keep(
                Payment(
                    id: tx.newID(Payment.prefix), viewerKey: subscription.viewerKey,
                    priceOptionKey: subscription.priceOptionKey, amount: amount, reference: request.paymentReference,
                    voucherKey: hasDiscount ? subscription.voucherKey : nil,
                    discountPercent: hasDiscount ? subscription.discountPercent : 0,
                    accessKey: subscription.accessKey, subscriptionKey: subscription.id.number, createTime: tx.now),
                in: tx)
        }
        return try .init(subscription, in: tx)
    }

    private func changeRenewalDate(
        _ request: Usher_Subscriptions_V1_ChangeRenewalDateRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_Subscription {
        var violations = Violations()
        let date = violations.instant(request.renewTime, isSet: request.hasRenewTime, "renew_time")
        violations.require(date.map { $0 > tx.now } ?? false, "renew_time", "must be given, and in the future")
        try violations.refuse()
        let before = try find(request.subscriptionID, in: tx)
        return try .init(try SubscriptionLife.changeRenewalDate(before, to: date ?? tx.now, in: tx), in: tx)
    }

    private func cancelSubscription(
        _ request: Usher_Subscriptions_V1_CancelSubscriptionRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_Subscription {
        var violations = Violations()
        violations.requireProse(request.reason, "reason", Subscription.reasonLengths)
        try violations.refuse()
        let before = try find(request.subscriptionID, in: tx)
        let after = try SubscriptionLife.cancel(
            before, atPeriodEnd: request.atPeriodEnd, reason: request.reason, in: tx)
        return try .init(after, in: tx)
    }

    func find(_ id: String, in tx: Transaction) throws -> Subscription {
        guard let id = ResourceID(id, prefix: Subscription.prefix),
            let subscription = try SubscriptionStore.find(id.number, in: tx)
        else { throw SubscriptionRefusal.notFound }
        return subscription
    }
}
