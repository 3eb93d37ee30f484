import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension Usher_Access_V1_ListPaymentsRequest: PagedRequest {}

extension AccessService {
    /// Rows that one call looks at, at most: a filter that hardly anything passes gives short pages, not long calls.
    private static let scanLimit = 5_000

    func recordPurchase(
        _ request: Usher_Access_V1_RecordPurchaseRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_RecordPurchaseResponse {
        var violations = Violations()
        violations.require(!request.viewerID.isEmpty, "viewer_id", "must be given")
        violations.requireCallerID(request.viewerID, "viewer_id")
        let amount = Money(request.amount, isSet: request.hasAmount, "amount", &violations)
        violations.requirePayment(amount, request.paymentReference)
        try violations.refuse()
        guard let option = try PriceOptionStore.find(request.priceOptionID, in: tx) else {
            throw CatalogRefusal.priceOptionNotFound
        }
        violations.requireCurrency(of: amount, toBeThatOf: option)
        try violations.refuse()
        let outcome = try Purchase.apply(
            Purchase.Order(
                viewerID: request.viewerID, option: option, amount: amount, reference: request.paymentReference,
                code: request.code),
            in: tx)
        return try .with { response in
            response.payment = try .init(outcome.payment, in: tx)
            if let access = outcome.access { response.access = try message(access, in: tx) }
            response.subscriptionID = outcome.subscription?.id.description ?? ""
            response.redemptionID = outcome.redemption?.id.description ?? ""
        }
    }

    func reversePurchase(
        _ request: Usher_Access_V1_ReversePurchaseRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_Payment {
        var violations = Violations()
        let reversal = Payment.Reversal(rawValue: Int64(request.type.rawValue))
        violations.require(reversal != nil, "type", "must be REFUND or CHARGEBACK")
        violations.requireProse(request.reason, "reason", Payment.reasonLengths)
        try violations.refuse()
        guard let id = ResourceID(request.paymentID, prefix: Payment.prefix),
            let payment = try PaymentStore.find(id.number, in: tx)
        else { throw AccessRefusal.paymentNotFound }
        return try .init(
            try Purchase.reverse(payment, reversal ?? .refund, reason: request.reason, in: tx), in: tx)
    }

    func listPayments(
        _ request: Usher_Access_V1_ListPaymentsRequest, _ tx: Transaction
    ) throws -> Usher_Access_V1_ListPaymentsResponse {
        let page = try Page(of: request, in: tx)
        var response = Usher_Access_V1_ListPaymentsResponse()
        let filter = try paymentFilter(request, in: tx)
        var (last, scanned, bytes) = (try page.afterNumber(), 0, 0)
        while true {
            let chunk = min(page.size + 1, Self.scanLimit - scanned)
            let rows = try PaymentStore.list(filter.selection, after: last, limit: chunk, in: tx)
            for payment in rows {
                if response.payments.count == page.size || bytes >= Page.maximumBytes {
                    response.nextPageToken = page.token(after: String(last))
                    return response
                }
                last = payment.id.number
                guard filter.voucherKey.map({ payment.voucherKey == $0 }) ?? true else { continue }
                let message = try Usher_Access_V1_Payment(payment, in: tx)
                bytes += try (message.serializedBytes() as [UInt8]).count
                response.payments.append(message)
            }
            scanned += rows.count
            if rows.count < chunk { return response }
            if scanned >= Self.scanLimit {
                response.nextPageToken = page.token(after: String(last))
                return response
            }
        }
    }

    private func paymentFilter(
        _ request: Usher_Access_V1_ListPaymentsRequest, in tx: Transaction
    ) throws -> (selection: PaymentStore.Selection, voucherKey: Int64?) {
        var viewerKey: Int64?
        if !request.viewerID.isEmpty {
            viewerKey = try ViewerStore.key(of: request.viewerID, in: tx)
            if viewerKey == nil { throw CatalogRefusal.viewerNotFound }
        }
        var voucherKey: Int64?
        if !request.voucherID.isEmpty {
            guard let id = ResourceID(request.voucherID, prefix: Voucher.prefix),
                try VoucherStore.exists(id.number, in: tx)
            else { throw VoucherRefusal.notFound }
            voucherKey = id.number
        }
        if let viewerKey { return (.viewer(viewerKey), voucherKey) }
        return voucherKey.map { (.voucher($0), nil) } ?? (.all, nil)
    }
}

extension Usher_Access_V1_Payment {
    init(_ payment: Payment, in tx: Transaction) throws {
        self.init()
        paymentID = payment.id.description
        organisationID = try tx.organisationID
        viewerID = try ViewerStore.id(of: payment.viewerKey, in: tx) ?? ""
        priceOptionID = try payment.priceOptionKey.flatMap { try PriceOptionStore.id(of: $0, in: tx) } ?? ""
        amount = payment.amount.message
        paymentReference = payment.reference
        if let key = payment.voucherKey { voucherID = ResourceID(prefix: Voucher.prefix, number: key).description }
        discountPercent = Int32(payment.discountPercent)
        if let key = payment.accessKey { accessID = ResourceID(prefix: Access.prefix, number: key).description }
        if let key = payment.subscriptionKey {
            subscriptionID = ResourceID(prefix: Subscription.prefix, number: key).description
        }
        createTime = Google_Protobuf_Timestamp(payment.createTime)
        if let time = payment.reverseTime { reverseTime = Google_Protobuf_Timestamp(time) }
        reversalType =
            switch payment.reversal {
            case nil: .unspecified
            case .refund: .refund
            case .chargeback: .chargeback
            }
        reversalReason = payment.reversalReason
    }
}
