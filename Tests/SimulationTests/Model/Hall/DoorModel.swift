import SwiftProtobuf
import UsherAPI
import UsherContract

/// What is asked at a door.
struct ModelAtDoor {
    let text: String
    let performance: ModelAsset
    let gate: String
    let direction: Usher_Admission_V1_ScanDirection
    /// Whether they were let through already.
    let isForced: Bool
    let moment: Instant
}

extension OrganisationModel {
    // MARK: Doors

    func doors(of performance: ModelAsset) -> Usher_Admission_V1_Doors {
        hall.doors[ObjectIdentifier(performance)]
            ?? .with { ($0.performanceID, $0.etag) = (performance.message.assetID, "v0") }
    }

    func updateDoors(
        _ request: Usher_Admission_V1_UpdateDoorsRequest, _ context: Context
    ) throws -> Usher_Admission_V1_Doors {
        let given = request.doors
        var mistakes = Mistakes()
        let paths = mistakes.mask(
            request.updateMask, ["open_time", "close_time", "single_entry", "ticket_template"])
        let open = mistakes.moment(given.openTime, given.hasOpenTime, "doors.open_time")
        let close = mistakes.moment(given.closeTime, given.hasCloseTime, "doors.close_time")
        mistakes.requireText(given.ticketTemplate, 0...100, "doors.ticket_template")
        try mistakes.refuse()
        let performance = try performance(given.performanceID)
        let before = doors(of: performance)
        let version = Int(before.etag.dropFirst()) ?? -1
        try Expected.checkTag(given.etag, version)
        var doors = before
        if paths.contains("open_time") {
            doors.clearOpenTime()
            if let open { doors.openTime = open.timestamp }
        }
        if paths.contains("close_time") {
            doors.clearCloseTime()
            if let close { doors.closeTime = close.timestamp }
        }
        if paths.contains("single_entry") { doors.singleEntry = given.singleEntry }
        if paths.contains("ticket_template") { doors.ticketTemplate = given.ticketTemplate }
        if doors.hasOpenTime, doors.hasCloseTime {
            mistakes.require(Instant(doors.openTime) < Instant(doors.closeTime), "doors.close_time")
            try mistakes.refuse()
        }
        guard doors != before else { return before }
        doors.etag = "v\(version + 1)"
        hall.doors[ObjectIdentifier(performance)] = doors
        context.record("doors.updated", given.performanceID)
        return doors
    }

    // MARK: Verdicts

    private func question(
        _ text: String, _ performanceID: String, _ gate: String, _ direction: Usher_Admission_V1_ScanDirection,
        isForced: Bool, _ moment: Instant, _ mistakes: inout Mistakes
    ) throws -> ModelAtDoor {
        let text = CodeText.trimmed(text)
        mistakes.require((1...200).contains(text.unicodeScalars.count), "barcode")
        mistakes.require(!performanceID.isEmpty, "performance_id")
        mistakes.requireID(gate, "gate")
        try mistakes.refuse()
        return ModelAtDoor(
            text: text, performance: try performance(performanceID), gate: gate,
            direction: direction == .exit ? .exit : .entry, isForced: isForced, moment: moment)
    }

    /// Whether it is good at all comes first, whether it is used up last.
    private func verdict(
        _ question: ModelAtDoor, _ code: ModelCode?, _ admission: ModelAdmission?
    ) -> Usher_Admission_V1_ScanVerdict {
        guard let code else { return .notFound }
        let bearer = code.bearer
        if bearer.cancelled != nil || admission?.cancelled != nil { return .cancelled }
        if bearer.live !== code { return .superseded }
        if bearer.printed == nil { return .notPrinted }
        guard let admission else { return .wrongPerformance }
        if admission.printed == nil { return .notPrinted }
        let presence = hall.presence(bearer, question.performance)
        if question.direction == .exit { return presence == .inside ? .ok : .alreadyOut }
        let doors = doors(of: question.performance)
        if !question.isForced {
            if !admission.place.gates.isEmpty, !admission.place.gates.contains(question.gate) { return .wrongGate }
            if doors.hasOpenTime, question.moment < Instant(doors.openTime) { return .notYetOpen }
            if doors.hasCloseTime, question.moment >= Instant(doors.closeTime) { return .closed }
        }
        let isUsed = presence == .inside || presence == .outside && doors.singleEntry
        return isUsed ? .alreadyUsed : .ok
    }

    /// What a scanner shows.
    private func answer(_ question: ModelAtDoor) -> (ModelBearer?, Usher_Admission_V1_ScanBarcodeResponse) {
        let code = hall.codes[question.text]
        let admission = code?.bearer.admission(to: question.performance)
        var response = Usher_Admission_V1_ScanBarcodeResponse()
        response.verdict = verdict(question, code, admission)
        guard let bearer = code?.bearer else { return (nil, response) }
        if let ticket = bearer as? ModelTicket { response.ticketID = ticket.id }
        if let pass = bearer as? ModelPass { response.passID = pass.id }
        if response.verdict == .cancelled {
            response.reason = admission?.cancelled != nil ? admission?.reason ?? "" : bearer.reason
        }
        if response.verdict == .alreadyUsed, let entry = hall.lastEntry(bearer, question.performance) {
            response.usedTime = entry.scanned.timestamp
            (response.usedGate, response.usedDeviceID) = (entry.request.gate, entry.request.deviceID)
        }
        guard let admission else { return (bearer, response) }
        response.number = (bearer as? ModelTicket)?.number ?? 0
        (response.zone, response.seat) = (admission.place.zone, admission.place.seat)
        response.holderName = bearer.holder
        return (bearer, response)
    }

    // MARK: Scans

    func scan(
        _ request: Usher_Admission_V1_ScanBarcodeRequest, _ context: Context,
        _ made: Usher_Admission_V1_ScanBarcodeResponse?
    ) throws -> Usher_Admission_V1_ScanBarcodeResponse {
        var mistakes = Mistakes()
        mistakes.require(!request.deviceID.isEmpty, "device_id")
        mistakes.requireID(request.deviceID, "device_id")
        mistakes.requireText(request.nonce, 0...64, "nonce")
        let time = mistakes.moment(request.scanTime, request.hasScanTime, "scan_time")
        mistakes.require(!request.hasScanTime || request.force, "scan_time")
        mistakes.require(time.map { $0 <= context.now } ?? true, "scan_time")
        let question = try question(
            request.barcode, request.performanceID, request.gate, request.direction, isForced: request.force,
            time ?? context.now, &mistakes)
        let same = hall.scans.filter { scan in
            !request.nonce.isEmpty && scan.request.nonce == request.nonce
                && scan.request.deviceID == request.deviceID
                && (!request.force || scan.request.force || scan.told.verdict == .ok)
        }
        if let before = same.first(where: \.request.force) ?? same.first {
            guard before.text == question.text, before.performance == question.performance,
                before.direction == question.direction
            else { throw Expected.precondition("NONCE_REUSED") }
            return before.told
        }
        var (bearer, response) = answer(question)
        response.scanID = try adopt(made?.scanID, "scn")
        hall.scans.append(ModelScan(question, bearer, request, response, at: context.now))
        context.record(response.verdict == .ok ? "scan.passed" : "scan.refused", response.scanID)
        return response
    }

    /// What a scan would say, and nothing happens.
    func check(
        _ request: Usher_Admission_V1_CheckBarcodeRequest, _ context: Context
    ) throws -> Usher_Admission_V1_CheckBarcodeResponse {
        var mistakes = Mistakes()
        let moment = mistakes.moment(request.at, request.hasAt, "at") ?? context.now
        let (_, told) = answer(
            try question(
                request.barcode, request.performanceID, request.gate, request.direction, isForced: false, moment,
                &mistakes))
        return .with { response in
            (response.verdict, response.reason) = (told.verdict, told.reason)
            if told.hasUsedTime { response.usedTime = told.usedTime }
            (response.usedGate, response.usedDeviceID) = (told.usedGate, told.usedDeviceID)
            (response.ticketID, response.passID, response.number) = (told.ticketID, told.passID, told.number)
            (response.zone, response.seat, response.holderName) = (told.zone, told.seat, told.holderName)
        }
    }

    func annul(
        _ request: Usher_Admission_V1_AnnulScanRequest, _ context: Context
    ) throws -> Usher_Admission_V1_Scan {
        var mistakes = Mistakes()
        mistakes.require(!request.deviceID.isEmpty, "device_id")
        try mistakes.refuse()
        guard let scan = hall.scans.first(where: { $0.id == request.scanID }) else {
            throw Expected.notFound("SCAN_NOT_FOUND")
        }
        guard scan.request.deviceID == request.deviceID else { throw Expected.precondition("SCAN_OF_OTHER_DEVICE") }
        if scan.annulled != nil { return message(scan) }
        guard let bearer = scan.bearer, scan.verdict == .ok else { throw Expected.precondition("SCAN_REFUSED") }
        guard context.now <= scan.created + .seconds(15 * 60) else { throw Expected.precondition("ANNUL_TOO_LATE") }
        guard hall.lastPassage(bearer, scan.performance) === scan else {
            throw Expected.precondition("SCAN_NOT_LATEST")
        }
        scan.annulled = context.now
        context.record("scan.annulled", scan.id)
        return message(scan)
    }

    func listed(_ request: Usher_Admission_V1_ListScansRequest) throws -> [Usher_Admission_V1_Scan] {
        var mistakes = Mistakes()
        let from = mistakes.moment(request.receivedFrom, request.hasReceivedFrom, "received_from")
        let until = mistakes.moment(request.receivedUntil, request.hasReceivedUntil, "received_until")
        try mistakes.refuse()
        let performance = request.performanceID.isEmpty ? nil : try performance(request.performanceID)
        let text = CodeText.trimmed(request.barcode)
        let bearer = hall.codes[text]?.bearer
        return hall.scans.filter { scan in
            (request.barcode.isEmpty || bearer != nil && scan.bearer === bearer)
                && (performance.map { $0 == scan.performance } ?? true)
                && (request.deviceID.isEmpty || request.deviceID == scan.request.deviceID)
                && (request.verdict == .unspecified || request.verdict == scan.verdict)
                && (from.map { scan.created >= $0 } ?? true) && (until.map { scan.created < $0 } ?? true)
        }.map(message)
    }

    // MARK: The feed

    func listed(
        _ request: Usher_Admission_V1_ListAccessControlRecordsRequest
    ) -> [Usher_Admission_V1_AccessControlRecord] {
        hall.records.filter { request.includeAcknowledged || $0.acknowledged == nil }.map(message)
    }

    func acknowledge(
        _ request: Usher_Admission_V1_AcknowledgeAccessControlRecordRequest, _ context: Context
    ) throws -> Usher_Admission_V1_AccessControlRecord {
        guard let record = hall.records.first(where: { !$0.id.isEmpty && $0.id == request.recordID }) else {
            throw Expected.notFound("RECORD_NOT_FOUND")
        }
        if record.acknowledged == nil {
            record.acknowledged = context.now
            context.record("access_control_record.acknowledged", record.id)
        }
        return message(record)
    }
}
