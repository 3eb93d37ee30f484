public import UsherAPI
import UsherContract
import UsherStorage

/// `usher.admission.v1.AdmissionService`: orders, tickets, passes, and what happens at the doors.
public struct AdmissionService: Sendable {
    private typealias RPC = Usher_Admission_V1_AdmissionService

    public init() {}

    public var methods: [Method] {
        let scan = Permission.anyOf([.admissionScan, .admissionWrite])
        let look = Permission.anyOf([.admissionScan, .admissionRead])
        return [
            Method(RPC.getDoors, on: .organisation, look, getDoors),
            Method(RPC.updateDoors, on: .organisation, .scope(.admissionWrite), updateDoors),
            Method(RPC.createOrder, on: .organisation, .scope(.admissionWrite), createOrder),
            Method(RPC.getOrder, on: .organisation, .scope(.admissionRead), getOrder),
            Method(RPC.updateOrder, on: .organisation, .scope(.admissionWrite), updateOrder),
            Method(RPC.printOrder, on: .organisation, .scope(.admissionWrite), printOrder),
            Method(RPC.createPassProduct, on: .organisation, .scope(.admissionWrite), createPassProduct),
            Method(RPC.getPassProduct, on: .organisation, .scope(.admissionRead), getPassProduct),
            Method(RPC.listPassProducts, on: .organisation, .scope(.admissionRead), listPassProducts),
            Method(RPC.updatePassProduct, on: .organisation, .scope(.admissionWrite), updatePassProduct),
            Method(RPC.assignPass, on: .organisation, .scope(.admissionWrite), assignPass),
            Method(RPC.getPass, on: .organisation, .scope(.admissionRead), getPass),
            Method(RPC.listPasses, on: .organisation, .scope(.admissionRead), listPasses),
            Method(RPC.updatePassAdmissions, on: .organisation, .scope(.admissionWrite), updatePassAdmissions),
            Method(RPC.reprintPass, on: .organisation, .scope(.admissionWrite), reprintPass),
            Method(RPC.cancelPass, on: .organisation, .scope(.admissionWrite), cancelPass),
            Method(RPC.cancelAdmissions, on: .organisation, .scope(.admissionWrite), cancelAdmissions),
            Method(RPC.cancelPerformance, on: .organisation, .scope(.admissionWrite), cancelPerformance),
            Method(RPC.issueTickets, on: .organisation, .scope(.admissionWrite), issueTickets),
            Method(RPC.printTickets, on: .organisation, .scope(.admissionWrite), printTickets),
            Method(RPC.reprintTicket, on: .organisation, .scope(.admissionWrite), reprintTicket),
            Method(RPC.cancelTicket, on: .organisation, .scope(.admissionWrite), cancelTicket),
            Method(RPC.attachExternalBarcode, on: .organisation, .scope(.admissionWrite), attachExternalBarcode),
            Method(RPC.scanBarcode, on: .organisation, scan, as: .verdict, scanBarcode),
            Method(RPC.checkBarcode, on: .organisation, look, as: .verdict, checkBarcode),
            Method(RPC.annulScan, on: .organisation, scan, as: .verdict, annulScan),
            Method(RPC.listScans, on: .organisation, .scope(.admissionRead), listScans),
            Method(RPC.listAccessControlRecords, on: .organisation, .scope(.admissionRead), listRecords),
            Method(RPC.acknowledgeAccessControlRecord, on: .organisation, .scope(.admissionWrite), acknowledgeRecord),
        ]
    }

    // MARK: Doors

    private func getDoors(_ request: Usher_Admission_V1_GetDoorsRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Doors
    {
        let key = try PerformanceStore.key(of: request.performanceID, in: tx)
        var presenter = AdmissionPresenter(tx)
        return try presenter.message(try PerformanceStore.doors(of: key, in: tx))
    }

    private func updateDoors(_ request: Usher_Admission_V1_UpdateDoorsRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Doors
    {
        let given = request.doors
        var violations = Violations()
        let fields = Doors.Field.named(in: request.updateMask, &violations)
        let open = violations.instant(given.openTime, isSet: given.hasOpenTime, "doors.open_time")
        let close = violations.instant(given.closeTime, isSet: given.hasCloseTime, "doors.close_time")
        violations.requireText(given.ticketTemplate, "doors.ticket_template", Admission.templateLengths)
        try violations.refuse()
        let key = try PerformanceStore.key(of: given.performanceID, in: tx)
        let before = try PerformanceStore.doors(of: key, in: tx)
        try ETag.check(given.etag, against: before.version)
        var doors = before
        if fields.contains(.openTime) { doors.openTime = open }
        if fields.contains(.closeTime) { doors.closeTime = close }
        if fields.contains(.singleEntry) { doors.singleEntry = given.singleEntry }
        if fields.contains(.template) { doors.template = given.ticketTemplate }
        if let open = doors.openTime, let close = doors.closeTime {
            violations.require(open < close, "doors.close_time", "must be later than the doors open")
            try violations.refuse()
        }
        var presenter = AdmissionPresenter(tx)
        guard doors != before else { return try presenter.message(before) }
        doors.version += 1
        try PerformanceStore.write(doors, in: tx)
        try tx.record("doors.updated", given.performanceID, before: before.journal, after: doors.journal)
        return try presenter.message(doors)
    }

    // MARK: The feed for a third party's system

    private func listRecords(_ request: Usher_Admission_V1_ListAccessControlRecordsRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_ListAccessControlRecordsResponse
    {
        let page = try Page(of: request, in: tx)
        let found = try AccessControlStore.list(
            includingAcknowledged: request.includeAcknowledged, after: try page.afterNumber(), limit: page.size + 1,
            in: tx)
        var presenter = AdmissionPresenter(tx)
        let (items, token) = try page.cut(found, key: { String($0.id.number) }) { try presenter.message($0) }
        return .with { ($0.records, $0.nextPageToken) = (items, token) }
    }

    private func acknowledgeRecord(
        _ request: Usher_Admission_V1_AcknowledgeAccessControlRecordRequest, _ tx: Transaction
    ) throws -> Usher_Admission_V1_AccessControlRecord {
        guard let id = ResourceID(request.recordID, prefix: AccessControlRecord.prefix),
            var record = try AccessControlStore.find(id.number, in: tx)
        else { throw AdmissionRefusal.recordNotFound }
        var presenter = AdmissionPresenter(tx)
        guard record.acknowledgeTime == nil else { return try presenter.message(record) }
        try AccessControlStore.acknowledge(id.number, in: tx)
        try tx.record("access_control_record.acknowledged", id.description, after: ["acknowledge_time": tx.now])
        record.acknowledgeTime = tx.now
        return try presenter.message(record)
    }
}

extension Usher_Admission_V1_ListAccessControlRecordsRequest: PagedRequest {}
extension Usher_Admission_V1_ListScansRequest: PagedRequest {}
