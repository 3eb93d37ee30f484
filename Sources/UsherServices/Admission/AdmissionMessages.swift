import SwiftProtobuf
import UsherAPI
import UsherContract
import UsherStorage

/// Makes messages of one call, and looks each performance's id up once.
struct AdmissionPresenter {
    let tx: Transaction
    private var performanceIDs: [Int64: String] = [:]

    init(_ tx: Transaction) { self.tx = tx }

    mutating func performanceID(_ key: Int64) throws -> String {
        if let id = performanceIDs[key] { return id }
        let id = try AssetStore.id(of: key, in: tx) ?? ""
        performanceIDs[key] = id
        return id
    }

    mutating func message(_ ticket: Ticket) throws -> Usher_Admission_V1_Ticket {
        let admission = ticket.admission
        var message = Usher_Admission_V1_Ticket()
        message.ticketID = ticket.id.description
        message.organisationID = try tx.organisationID
        message.orderID = admission.orderID
        message.performanceID = try performanceID(admission.performanceKey)
        message.number = ticket.number
        message.barcode = ticket.barcode?.text ?? ""
        message.barcodeIsExternal = ticket.barcode?.isExternal ?? false
        (message.zone, message.seat, message.gates) = (admission.zone, admission.seat, admission.gates)
        (message.holderName, message.ticketTemplate) = (admission.holderName, admission.template)
        (message.state, message.presence) = (admission.state.message, admission.presence.message)
        message.cancelReason = admission.cancelReason
        if let time = admission.printTime { message.printTime = .init(time) }
        if let time = admission.cancelTime { message.cancelTime = .init(time) }
        (message.createTime, message.updateTime) = (.init(admission.createTime), .init(admission.updateTime))
        return message
    }

    mutating func message(_ order: Order) throws -> Usher_Admission_V1_Order {
        var message = Usher_Admission_V1_Order()
        message.orderID = order.id.description
        message.organisationID = try tx.organisationID
        (message.orderNumber, message.customerName) = (order.number, order.customerName)
        (message.createTime, message.updateTime) = (.init(order.createTime), .init(order.updateTime))
        message.etag = ETag.text(order.version)
        var passes: Set<Int64> = []
        for admission in try AdmissionStore.ofOrder(order.id.number, in: tx) {
            if admission.state == .notPrinted { message.unprintedCount += 1 }
            if let number = admission.number {
                message.tickets.append(
                    try self.message(
                        Ticket(
                            id: ResourceID(prefix: Ticket.prefix, number: admission.bearerKey), admission: admission,
                            number: number, barcode: try AdmissionStore.barcode(of: admission.bearerKey, in: tx))))
            } else {
                passes.insert(admission.bearerKey)
            }
        }
        passes.formUnion(
            try PassStore.list(.order(order.id.number), after: 0, limit: Order.admissionLimit, in: tx)
                .map(\.id.number))
        message.passIds = passes.sorted().map { ResourceID(prefix: Pass.prefix, number: $0).description }
        return message
    }

    mutating func message(_ scan: Scan) throws -> Usher_Admission_V1_Scan {
        var message = Usher_Admission_V1_Scan()
        message.scanID = scan.id.description
        message.barcode = scan.barcode
        message.performanceID = try performanceID(scan.performanceKey)
        (message.ticketID, message.passID) = bearerIDs(scan.bearerKey, isPass: scan.isPass)
        (message.gate, message.deviceID) = (scan.gate, scan.deviceID)
        message.direction = scan.direction == .entry ? .entry : .exit
        message.verdict = scan.verdict.message
        (message.forced, message.nonce) = (scan.isForced, scan.nonce)
        (message.scanTime, message.createTime) = (.init(scan.scanTime), .init(scan.createTime))
        if let time = scan.annulTime { message.annulTime = .init(time) }
        return message
    }

    mutating func message(_ record: AccessControlRecord) throws -> Usher_Admission_V1_AccessControlRecord {
        var message = Usher_Admission_V1_AccessControlRecord()
        message.recordID = record.id.description
        message.organisationID = try tx.organisationID
        message.action =
            switch record.action {
            case .print: .print
            case .reprint: .reprint
            case .update: .update
            case .cancel: .cancel
            }
        (message.ticketID, message.passID) = bearerIDs(record.bearerKey, isPass: record.isPass)
        if let key = record.orderKey { message.orderID = ResourceID(prefix: Order.prefix, number: key).description }
        (message.barcode, message.previousBarcode) = (record.barcode, record.previousBarcode)
        message.number = record.number ?? 0
        message.performanceIds = try record.performanceKeys.map { try performanceID($0) }
        (message.zone, message.seat, message.holderName) = (record.zone, record.seat, record.holderName)
        message.createTime = .init(record.createTime)
        if let time = record.acknowledgeTime { message.acknowledgeTime = .init(time) }
        return message
    }

    mutating func message(_ doors: Doors) throws -> Usher_Admission_V1_Doors {
        var message = Usher_Admission_V1_Doors()
        message.performanceID = try performanceID(doors.performanceKey)
        if let time = doors.openTime { message.openTime = .init(time) }
        if let time = doors.closeTime { message.closeTime = .init(time) }
        (message.singleEntry, message.ticketTemplate) = (doors.singleEntry, doors.template)
        message.etag = ETag.text(doors.version)
        return message
    }
}

/// The ids of what a scan or a record is about: the ticket's or the pass's, the other one empty.
private func bearerIDs(_ key: Int64?, isPass: Bool) -> (ticket: String, pass: String) {
    guard let key else { return ("", "") }
    return isPass
        ? ("", ResourceID(prefix: Pass.prefix, number: key).description)
        : (ResourceID(prefix: Ticket.prefix, number: key).description, "")
}

/// What the replies to a scan and to a check have in common.
protocol ScanReply: Message {
    var verdict: Usher_Admission_V1_ScanVerdict { get set }
    var reason: String { get set }
    var usedTime: Google_Protobuf_Timestamp { get set }
    var usedGate: String { get set }
    var usedDeviceID: String { get set }
    var ticketID: String { get set }
    var passID: String { get set }
    var number: Int64 { get set }
    var zone: String { get set }
    var seat: String { get set }
    var holderName: String { get set }
}

extension Usher_Admission_V1_ScanBarcodeResponse: ScanReply {}
extension Usher_Admission_V1_CheckBarcodeResponse: ScanReply {}

extension ScanReply {
    init(_ outcome: Scanning.Outcome) {
        self.init()
        verdict = outcome.verdict.message
        reason = outcome.details.reason
        if let entry = outcome.usedBy {
            (usedTime, usedGate, usedDeviceID) = (.init(entry.scanTime), entry.gate, entry.deviceID)
        }
        (ticketID, passID) = bearerIDs(outcome.bearerKey, isPass: outcome.isPass)
        number = outcome.details.number ?? 0
        (zone, seat, holderName) = (outcome.details.zone, outcome.details.seat, outcome.details.holderName)
    }
}

extension ScanVerdict {
    var message: Usher_Admission_V1_ScanVerdict {
        .init(rawValue: Int(rawValue)) ?? .unspecified
    }
}

extension Scan.Direction {
    /// Nil for a number that is none. Unspecified means an entry.
    init?(_ message: Usher_Admission_V1_ScanDirection) {
        switch message {
        case .unspecified, .entry: self = .entry
        case .exit: self = .exit
        case .UNRECOGNIZED: return nil
        }
    }
}

extension Admission {
    /// Empty for none.
    var orderID: String { orderKey.map { ResourceID(prefix: Order.prefix, number: $0).description } ?? "" }
}

extension Admission.State {
    var message: Usher_Admission_V1_AdmissionState {
        switch self {
        case .notPrinted: .notPrinted
        case .printed: .printed
        case .cancelled: .cancelled
        }
    }
}

extension Admission.Presence {
    var message: Usher_Admission_V1_Presence {
        switch self {
        case .neverIn: .neverIn
        case .inside: .inside
        case .outside: .outside
        }
    }
}
