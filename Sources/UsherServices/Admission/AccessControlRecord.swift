import UsherContract
import UsherStorage

/// Something that a third party's access control system has to be told.
struct AccessControlRecord: Hashable, Sendable {
    enum Action: Int64, Sendable {
        case print = 1, reprint, update, cancel
    }

    var id: ResourceID
    var action: Action
    var bearerKey: Int64
    var isPass: Bool
    var orderKey: Int64?
    var barcode: String
    /// Empty for none.
    var previousBarcode: String
    var number: Int64?
    /// The doors that the barcode opens, as of then.
    var performanceKeys: [Int64]
    var zone: String
    var seat: String
    var holderName: String
    var createTime: Instant
    var acknowledgeTime: Instant?

    static let prefix = "acr"
}

/// The verb that writes to the feed, in the commit of what it tells.
enum AccessControlFeed {
    static func add(
        _ action: AccessControlRecord.Action, _ ticket: Ticket, replacing previous: String = "", in tx: Transaction
    ) throws {
        let admission = ticket.admission
        try AccessControlStore.insert(
            AccessControlRecord(
                id: tx.newID(AccessControlRecord.prefix), action: action, bearerKey: ticket.id.number, isPass: false,
                orderKey: admission.orderKey, barcode: ticket.barcode?.text ?? "", previousBarcode: previous,
                number: ticket.number,
                performanceKeys: action == .cancel ? [] : [admission.performanceKey], zone: admission.zone,
                seat: admission.seat, holderName: admission.holderName, createTime: tx.now, acknowledgeTime: nil),
            in: tx)
    }

    /// - Parameter pass: one that has a card, or had one until now.
    static func add(
        _ action: AccessControlRecord.Action, _ pass: Pass, replacing previous: String = "", in tx: Transaction
    ) throws {
        let open = try AdmissionStore.of(pass.id.number, in: tx).filter { $0.state == .printed }
        try AccessControlStore.insert(
            AccessControlRecord(
                id: tx.newID(AccessControlRecord.prefix), action: action, bearerKey: pass.id.number, isPass: true,
                orderKey: pass.orderKey, barcode: try AdmissionStore.barcode(of: pass.id.number, in: tx)?.text ?? "",
                previousBarcode: previous, number: nil, performanceKeys: open.map(\.performanceKey), zone: "",
                seat: "", holderName: pass.holderName, createTime: tx.now, acknowledgeTime: nil), in: tx)
    }
}
