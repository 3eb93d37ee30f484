import UsherAPI
import UsherContract

/// What the subscription system is told of a subscription that a bought voucher has made.
final class ModelExport {
    private var message: Usher_Subscriptions_V1_SubscriptionExport
    private let subscription: ModelSubscription

    init(_ message: Usher_Subscriptions_V1_SubscriptionExport, _ subscription: ModelSubscription) {
        (self.message, self.subscription) = (message, subscription)
    }

    var id: String { message.exportID }
    var isAcknowledged: Bool { message.hasAcknowledgeTime }

    func acknowledge(at now: Instant) { message.acknowledgeTime = now.timestamp }

    func isOf(_ viewer: ModelViewer) -> Bool { subscription.terms.viewer === viewer }

    func forgetAddress() { message.clearDeliveryAddress() }

    var shown: Usher_Subscriptions_V1_SubscriptionExport {
        var message = message
        message.packageCode = subscription.terms.package?.message.packageCode ?? ""
        return message
    }
}

extension OrganisationModel {
    /// The one who is to deliver is told what, to whom and where.
    func export(
        _ subscription: ModelSubscription, to address: Usher_Type_V1_PostalAddress?, _ context: Context
    ) throws {
        let made = try context.ids("subscription_exports", "subscription_id", subscription.id).first
        let export = ModelExport(
            try .with { message in
                message.exportID = try adopt(made ?? "", "exp")
                message.subscriptionID = subscription.id
                message.voucherID = subscription.terms.voucher?.id ?? ""
                message.viewerID = subscription.terms.viewer.message.viewerID
                if let start = subscription.start { message.startTime = start.timestamp }
                if let end = subscription.end { message.endTime = end.timestamp }
                message.provisionService = subscription.terms.provisionService
                if let address {
                    message.deliveryAddress = address
                    message.deliveryAddress.country = address.country.uppercased()
                }
                message.createTime = context.now.timestamp
            }, subscription)
        exports.append(export)
        context.record("subscription_export.created", export.id)
    }

    func acknowledge(
        _ request: Usher_Subscriptions_V1_AcknowledgeSubscriptionExportRequest, _ context: Context
    ) throws -> Usher_Subscriptions_V1_SubscriptionExport {
        guard let export = exports.first(where: { $0.id == request.exportID }) else {
            throw Expected.notFound("SUBSCRIPTION_EXPORT_NOT_FOUND")
        }
        if !export.isAcknowledged {
            export.acknowledge(at: context.now)
            context.record("subscription_export.acknowledged", export.id)
        }
        return export.shown
    }

    func listed(
        _ request: Usher_Subscriptions_V1_ListSubscriptionExportsRequest
    ) -> [Usher_Subscriptions_V1_SubscriptionExport] {
        exports.filter { request.includeAcknowledged || !$0.isAcknowledged }.map(\.shown)
    }

    // MARK: From print to digital

    /// The subscription to a print product ends, and a voucher for another one takes its place.
    func convert(
        _ request: Usher_Subscriptions_V1_ConvertToVoucherRequest, _ context: Context,
        _ made: Usher_Subscriptions_V1_ConvertToVoucherResponse?
    ) throws -> Usher_Subscriptions_V1_ConvertToVoucherResponse {
        var mistakes = Mistakes()
        mistakes.requireText(request.reason, 0...1_000, "reason", hasLines: true)
        mistakes.require(!request.packageCode.isEmpty, "package_code")
        mistakes.require((0...9_999).contains(request.daysOfAccess), "days_of_access")
        try mistakes.refuse()
        let subscription = try existingSubscription(request.subscriptionID)
        guard let package = livePackage(code: request.packageCode) else { throw Expected.notFound("PACKAGE_NOT_FOUND") }
        guard ![.pending, .deactivated].contains(subscription.state(at: context.now)) else {
            throw Expected.precondition("SUBSCRIPTION_STATE")
        }
        guard let product = subscription.terms.package, !product.isDeleted, product.message.printProduct else {
            throw Expected.precondition("NOT_A_PRINT_PRODUCT")
        }
        guard !package.message.printProduct else { throw Expected.precondition("NOT_A_DIGITAL_PRODUCT") }
        let days = request.daysOfAccess == 0 ? subscription.daysLeft(at: context.now) : request.daysOfAccess
        try cancel(subscription, reason: request.reason, context)
        var terms = ModelVoucher.Terms()
        (terms.offer, terms.limit) = (ModelOffer(package: package, days: days), 1)
        terms.provisionService = subscription.terms.provisionService
        let voucher = ModelVoucher(
            try adopt(made?.voucherID, "vch"),
            code: try newCode(made?.voucherCode, CodeShape(settings.voucherCodeProfile)),
            batch: "", terms, at: context.now)
        vouchers.append(voucher)
        context.record("voucher.created", voucher.id)
        return .with { response in
            response.subscription = subscription.message(of: id, at: context.now)
            (response.voucherID, response.voucherCode) = (voucher.id, voucher.code)
        }
    }
}

extension ModelSubscription {
    /// What is paid for and still to come, in days that have begun: at least one. While it is paused it stays.
    fileprivate func daysLeft(at now: Instant) -> Int32 {
        var since = now
        if case .paused(let pause) = stage { since = pause }
        guard let last = renewal ?? end else { return 1 }
        let left = last.microseconds - since.microseconds
        let day: Int64 = 86_400_000_000
        return Int32(clamping: min(max((left + day - 1) / day, 1), 9_999))
    }
}
