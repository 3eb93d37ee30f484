import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

extension AdmissionPresenter {
    mutating func message(_ pass: Pass) throws -> Usher_Admission_V1_Pass {
        var message = Usher_Admission_V1_Pass()
        message.passID = pass.id.description
        message.organisationID = try tx.organisationID
        message.orderID = ResourceID(prefix: Order.prefix, number: pass.orderKey).description
        message.passProductID = try pass.productKey.flatMap { try PassProductStore.id(of: $0, in: tx) } ?? ""
        message.holderName = pass.holderName
        message.barcode = try AdmissionStore.barcode(of: pass.id.number, in: tx)?.text ?? ""
        message.cardNumber = Int32(pass.cardNumber)
        message.state = pass.state.message
        message.admissions = try AdmissionStore.of(pass.id.number, in: tx).map { try self.message($0) }
        message.cancelReason = pass.cancelReason
        if let time = pass.printTime { message.printTime = .init(time) }
        if let time = pass.cancelTime { message.cancelTime = .init(time) }
        (message.createTime, message.updateTime) = (.init(pass.createTime), .init(pass.updateTime))
        return message
    }

    private mutating func message(_ admission: Admission) throws -> Usher_Admission_V1_PassAdmission {
        var message = Usher_Admission_V1_PassAdmission()
        message.performanceID = try performanceID(admission.performanceKey)
        message.orderID = admission.orderID
        (message.zone, message.seat, message.gates) = (admission.zone, admission.seat, admission.gates)
        (message.state, message.presence) = (admission.state.message, admission.presence.message)
        message.cancelReason = admission.cancelReason
        if let time = admission.printTime { message.printTime = .init(time) }
        if let time = admission.cancelTime { message.cancelTime = .init(time) }
        return message
    }

    mutating func message(_ product: PassProduct) throws -> Usher_Admission_V1_PassProduct {
        var message = Usher_Admission_V1_PassProduct()
        message.passProductID = product.id
        message.organisationID = try tx.organisationID
        message.kind = product.kind == .bundle ? .bundle : .miscellaneousItem
        message.title = product.title
        message.performanceIds = try product.performanceKeys.map { try performanceID($0) }
        message.eligiblePerformanceIds = try product.eligiblePerformanceKeys.map { try performanceID($0) }
        message.eligibleBundleIds = try product.eligibleBundleKeys.compactMap {
            try PassProductStore.id(of: $0, in: tx)
        }
        (message.createTime, message.updateTime) = (.init(product.createTime), .init(product.updateTime))
        message.etag = ETag.text(product.version)
        return message
    }
}
