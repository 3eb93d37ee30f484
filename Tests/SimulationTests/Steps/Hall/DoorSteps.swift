import SwiftProtobuf
import UsherAPI
import UsherContract

/// What happens at the doors, and what a third party's doors are told.
enum DoorSteps {
    typealias RPC = Usher_Admission_V1_AdmissionService

    static let all = [
        Step(weight: 1, isWrite: false, prepare: getDoors), Step(weight: 4, prepare: updateDoors),
        Step(weight: 40, prepare: scan), Step(weight: 5, isWrite: false, prepare: check),
        Step(weight: 10, prepare: annul), Step(weight: 4, prepare: acknowledge),
    ]

    private static let devices = ["d1", "d2", "d3"]

    // MARK: Doors

    private static func getDoors(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_GetDoorsRequest.with { $0.performanceID = simulation.performanceID() }
        return try PreparedCall(RPC.getDoors, request, by: simulation.actor(in: tenant.id)) { request, _, _ in
            tenant.doors(of: try tenant.performance(request.performanceID))
        }
    }

    private static func updateDoors(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let request = Usher_Admission_V1_UpdateDoorsRequest.with { request in
            request.doors.performanceID = simulation.performanceID()
            if simulation.dice.chance(25) { request.doors.openTime = simulation.moment().timestamp }
            if simulation.dice.chance(25) { request.doors.closeTime = simulation.moment().timestamp }
            request.doors.singleEntry = simulation.dice.chance(50)
            request.doors.ticketTemplate = simulation.dice.one("", "hall", "\u{7}")
            if simulation.dice.chance(90) { request.doors.ticketTemplate = "hall" }
            let current = tenant.liveAsset(request.doors.performanceID).map(tenant.doors)
            request.doors.etag = simulation.tag(current?.etag)
            request.updateMask.paths = simulation.mask(["open_time", "close_time", "single_entry", "ticket_template"])
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.updateDoors, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.updateDoors(request, context)
        }
    }

    // MARK: Scans

    /// Somebody with a ticket or a pass stands at a door, mostly the right one.
    private static func describe(
        _ request: inout Usher_Admission_V1_ScanBarcodeRequest, _ tenant: OrganisationModel, _ simulation: Simulation
    ) {
        let (bearer, performance) = simulation.visitor(tenant)
        request.barcode = bearer?.live?.text ?? ""
        request.performanceID = performance?.message.assetID ?? ""
        if let bearer, let performance {
            let isInside = tenant.hall.presence(bearer, performance) == .inside
            request.direction =
                isInside == simulation.dice.chance(75) ? .exit : simulation.dice.one(.entry, .unspecified)
        }
        if request.barcode.isEmpty || simulation.dice.chance(18) { request.barcode = simulation.barcode(tenant) }
        if request.performanceID.isEmpty || simulation.dice.chance(8) {
            request.performanceID = simulation.performanceID()
        }
        if simulation.dice.chance(10) { request.barcode = " \(request.barcode)\r\n" }
        if simulation.dice.chance(1) { request.barcode = simulation.dice.one("", " ", "nothing\u{7}") }
        request.gate = simulation.dice.one("N", "N", "S", "")
        if simulation.dice.chance(1) { request.gate = ".x" }
        request.deviceID =
            simulation.dice.chance(98) ? simulation.dice.pick(devices) ?? "" : simulation.dice.one("", "a b")
    }

    private static func scan(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        var request = Usher_Admission_V1_ScanBarcodeRequest()
        describe(&request, tenant, simulation)
        if simulation.dice.chance(45) { request.nonce = "n-\(simulation.step)-\(simulation.dice.int(1...3))" }
        if simulation.dice.chance(15) {
            request.force = true
            if simulation.dice.chance(60) { request.scanTime = simulation.moment().timestamp }
        } else if simulation.dice.chance(1) {
            request.scanTime = simulation.now.timestamp
        }
        request.requestID = simulation.requestID()
        // A device that heard nothing sends the same again; one that is broken sends another with the same word.
        let sent = tenant.hall.scans.suffix(30).filter { !$0.request.nonce.isEmpty }
        if simulation.dice.chance(12), let before = simulation.dice.pick(sent) {
            let broken = (request.barcode, request.performanceID)
            request = before.request
            request.requestID = simulation.requestID()
            if simulation.dice.chance(15) { (request.barcode, request.performanceID) = broken }
        }
        return try PreparedCall(RPC.scanBarcode, request, by: simulation.actor(in: tenant.id), tenant.scan)
    }

    private static func check(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        var scan = Usher_Admission_V1_ScanBarcodeRequest()
        describe(&scan, tenant, simulation)
        let request = Usher_Admission_V1_CheckBarcodeRequest.with { request in
            (request.barcode, request.performanceID) = (scan.barcode, scan.performanceID)
            (request.gate, request.direction) = (scan.gate, scan.direction)
            if simulation.dice.chance(40) { request.at = simulation.moment().timestamp }
        }
        return try PreparedCall(RPC.checkBarcode, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.check(request, context)
        }
    }

    static func annul(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let passed = tenant.hall.scans.filter { $0.verdict == .ok }.suffix(3)
        let recent = passed.filter { $0.created > simulation.now + .seconds(-900) }
        if recent.isEmpty, simulation.dice.chance(80) { return try scan(tenant, simulation) }
        let scan = simulation.dice.pick(simulation.dice.chance(85) ? recent : tenant.hall.scans.suffix(10))
        let request = Usher_Admission_V1_AnnulScanRequest.with { request in
            request.scanID = simulation.dice.chance(97) ? scan?.id ?? "" : "scn_0000000000001"
            let device = simulation.dice.chance(90) ? scan?.request.deviceID : nil
            request.deviceID = device ?? simulation.dice.one("", "d1", "d2")
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.annulScan, request, by: simulation.actor(in: tenant.id)) { request, context, _ in
            try tenant.annul(request, context)
        }
    }

    private static func acknowledge(_ tenant: OrganisationModel, _ simulation: Simulation) throws -> PreparedCall {
        let open = tenant.hall.records.filter { $0.acknowledged == nil }
        let record = simulation.dice.pick(simulation.dice.chance(80) ? open : tenant.hall.records)
        let request = Usher_Admission_V1_AcknowledgeAccessControlRecordRequest.with { request in
            request.recordID = simulation.dice.chance(95) ? record?.id ?? "" : "acr_0000000000001"
            request.requestID = simulation.requestID()
        }
        return try PreparedCall(RPC.acknowledgeAccessControlRecord, request, by: simulation.actor(in: tenant.id)) {
            request, context, _ in
            try tenant.acknowledge(request, context)
        }
    }
}

extension Simulation {
    /// Somebody who might be let in or out, and where.
    func visitor(_ tenant: OrganisationModel) -> (ModelBearer?, ModelAsset?) {
        let bearers: [ModelBearer] =
            dice.chance(65) ? Array(tenant.hall.tickets.suffix(20)) : Array(tenant.hall.passes.suffix(8))
        let printed = bearers.filter { $0.state == .printed }
        // Those who went through before come again.
        if dice.chance(45), let scan = dice.pick(tenant.hall.scans.suffix(25).filter { $0.bearer != nil }) {
            return (scan.bearer, scan.performance)
        }
        let bearer = dice.pick(dice.chance(90) ? printed : bearers)
        return (bearer, dice.pick(bearer?.admissions ?? [])?.performance)
    }

    /// Any barcode that somebody was told, or none.
    func barcode(_ tenant: OrganisationModel) -> String {
        if dice.chance(12) { return dice.one("nothing", "EXT-1", "ABCDEFGHKLMNPQRS") }
        let all = dice.pick(tenant.hall.bearers.suffix(40))?.codes ?? []
        return dice.pick(all.compactMap(\.text)) ?? "EXT-2"
    }
}
