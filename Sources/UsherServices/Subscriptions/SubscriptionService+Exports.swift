import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension Usher_Subscriptions_V1_ListSubscriptionExportsRequest: PagedRequest {}

extension SubscriptionService {
    func listSubscriptionExports(
        _ request: Usher_Subscriptions_V1_ListSubscriptionExportsRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_ListSubscriptionExportsResponse {
        let page = try Page(of: request, in: tx)
        let found = try SubscriptionExportStore.list(
            isWaiting: !request.includeAcknowledged, after: try page.afterNumber(), limit: page.size + 1, in: tx)
        let (items, token) = try page.cut(found, key: { String($0.id.number) }) { try present($0, in: tx) }
        return .with { ($0.exports, $0.nextPageToken) = (items, token) }
    }

    func acknowledgeSubscriptionExport(
        _ request: Usher_Subscriptions_V1_AcknowledgeSubscriptionExportRequest, _ tx: Transaction
    ) throws -> Usher_Subscriptions_V1_SubscriptionExport {
        guard let id = ResourceID(request.exportID, prefix: SubscriptionExport.prefix),
            var export = try SubscriptionExportStore.find(id.number, in: tx)
        else {
            throw Refusal(.notFound, "SUBSCRIPTION_EXPORT_NOT_FOUND", "There is no such subscription export.")
        }
        if export.acknowledgeTime == nil {
            export.acknowledgeTime = tx.now
            try SubscriptionExportStore.acknowledge(id, in: tx)
            try tx.record("subscription_export.acknowledged", id.description, after: ["acknowledge_time": tx.now])
        }
        return try present(export, in: tx)
    }

    private func present(
        _ export: SubscriptionExport, in tx: Transaction
    ) throws -> Usher_Subscriptions_V1_SubscriptionExport {
        var message = Usher_Subscriptions_V1_SubscriptionExport()
        message.exportID = export.id.description
        message.subscriptionID = export.subscriptionID.description
        message.voucherID = export.voucherID.description
        message.viewerID = try ViewerStore.id(of: export.viewerKey, in: tx) ?? ""
        message.packageCode = try PackageStore.code(of: export.packageKey, in: tx) ?? ""
        message.startTime = Google_Protobuf_Timestamp(export.startTime)
        message.endTime = Google_Protobuf_Timestamp(export.endTime)
        message.provisionService = export.provisionService
        if let address = export.deliveryAddress {
            tx.replyTells(of: export.viewerKey)
            message.deliveryAddress = .with {
                ($0.name, $0.street, $0.postcode) = (address.name, address.street, address.postcode)
                ($0.city, $0.country) = (address.city, address.country)
            }
        }
        message.createTime = Google_Protobuf_Timestamp(export.createTime)
        if let time = export.acknowledgeTime { message.acknowledgeTime = Google_Protobuf_Timestamp(time) }
        return message
    }
}
