import UsherAPI
import UsherContract
import UsherStorage

extension AdmissionService {
    func scanBarcode(_ request: Usher_Admission_V1_ScanBarcodeRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_ScanBarcodeResponse
    {
        var violations = Violations()
        violations.require(!request.deviceID.isEmpty, "device_id", "must be given")
        violations.requireCallerID(request.deviceID, "device_id")
        violations.requireText(request.nonce, "nonce", Scan.nonceLengths)
        let scanTime = violations.instant(request.scanTime, isSet: request.hasScanTime, "scan_time")
        violations.require(
            scanTime == nil || request.force, "scan_time", "must be left out where force is not set")
        violations.require(scanTime.map { $0 <= tx.now } ?? true, "scan_time", "must not be in the future")
        let question = try question(
            request.barcode, request.performanceID, request.gate, request.direction, isForced: request.force,
            at: scanTime ?? tx.now, &violations, in: tx)
        if !request.nonce.isEmpty,
            let scan = try ScanStore.find(
                nonce: request.nonce, deviceID: request.deviceID, isForced: request.force, in: tx)
        {
            guard scan.barcode == question.barcode, scan.performanceKey == question.performanceKey,
                scan.direction == question.direction
            else { throw AdmissionRefusal.nonceReused }
            return .init(scan.id, try Scanning.recall(scan, in: tx))
        }
        let (scan, outcome) = try Scanning.apply(
            question, deviceID: request.deviceID, nonce: request.nonce, in: tx)
        return .init(scan.id, outcome)
    }

    func checkBarcode(_ request: Usher_Admission_V1_CheckBarcodeRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_CheckBarcodeResponse
    {
        var violations = Violations()
        let moment = violations.instant(request.at, isSet: request.hasAt, "at") ?? tx.now
        let question = try question(
            request.barcode, request.performanceID, request.gate, request.direction, isForced: false, at: moment,
            &violations, in: tx)
        return .init(try Scanning.judge(question, in: tx))
    }

    private func question(
        _ barcode: String, _ performanceID: String, _ gate: String, _ direction: Usher_Admission_V1_ScanDirection,
        isForced: Bool, at moment: Instant, _ violations: inout Violations, in tx: Transaction
    ) throws -> ScanQuestion {
        // Anything that a scanner can read may be scanned, and is on record; only a ticket's own has to be text.
        let text = Barcode.trimmed(barcode)
        violations.require(
            Barcode.lengths.contains(text.unicodeScalars.count), "barcode",
            "must have 1 to \(Barcode.lengths.upperBound) characters")
        violations.require(!performanceID.isEmpty, "performance_id", "must be given")
        violations.requireCallerID(gate, "gate")
        let direction = Scan.Direction(direction)
        violations.require(direction != nil, "direction", "is not a direction")
        try violations.refuse()
        return ScanQuestion(
            barcode: text, performanceKey: try PerformanceStore.key(of: performanceID, in: tx), gate: gate,
            direction: direction ?? .entry, isForced: isForced, moment: moment)
    }

    func annulScan(_ request: Usher_Admission_V1_AnnulScanRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_Scan
    {
        var violations = Violations()
        violations.require(!request.deviceID.isEmpty, "device_id", "must be given")
        try violations.refuse()
        guard let id = ResourceID(request.scanID, prefix: Scan.prefix),
            let scan = try ScanStore.find(id.number, in: tx)
        else { throw AdmissionRefusal.scanNotFound }
        guard scan.deviceID == request.deviceID else { throw AdmissionRefusal.scanOfOtherDevice }
        var presenter = AdmissionPresenter(tx)
        return try presenter.message(scan.annulTime == nil ? try Scanning.annul(scan, in: tx) : scan)
    }

    /// Rows that one call looks at, at most: a filter that hardly anything passes gives short pages, not long calls.
    private static let scanLimit = 5_000

    func listScans(_ request: Usher_Admission_V1_ListScansRequest, _ tx: Transaction) throws
        -> Usher_Admission_V1_ListScansResponse
    {
        let page = try Page(of: request, in: tx)
        var violations = Violations()
        let from = violations.instant(request.receivedFrom, isSet: request.hasReceivedFrom, "received_from")
        let until = violations.instant(request.receivedUntil, isSet: request.hasReceivedUntil, "received_until")
        if case .UNRECOGNIZED = request.verdict { violations.require(false, "verdict", "is not a verdict") }
        try violations.refuse()
        let performanceKey =
            request.performanceID.isEmpty ? nil : try PerformanceStore.key(of: request.performanceID, in: tx)
        var response = Usher_Admission_V1_ListScansResponse()
        var bearerKey: Int64?
        if !request.barcode.isEmpty {
            bearerKey = try AdmissionStore.bearerKey(of: Barcode.trimmed(request.barcode), in: tx)
            if bearerKey == nil { return response }
        }
        var presenter = AdmissionPresenter(tx)
        var (last, scanned, bytes) = (try page.afterNumber(), 0, 0)
        // An id begins with its time: what was received before need not be looked at.
        if let from { last = max(last, ResourceID.lowestNumber(at: from) - 1) }
        while true {
            let chunk = min(page.size + 1, Self.scanLimit - scanned)
            let rows = try ScanStore.list(bearerKey: bearerKey, after: last, limit: chunk, in: tx)
            for scan in rows {
                if response.scans.count == page.size || bytes >= Page.maximumBytes {
                    response.nextPageToken = page.token(after: String(last))
                    return response
                }
                last = scan.id.number
                // Of the times alone: behind a later one may be an earlier one, where the clock was set back.
                guard from.map({ scan.createTime >= $0 }) ?? true, until.map({ scan.createTime < $0 }) ?? true,
                    performanceKey.map({ $0 == scan.performanceKey }) ?? true,
                    request.deviceID.isEmpty || request.deviceID == scan.deviceID,
                    request.verdict == .unspecified || request.verdict == scan.verdict.message
                else { continue }
                let message = try presenter.message(scan)
                bytes += try (message.serializedBytes() as [UInt8]).count
                response.scans.append(message)
            }
            scanned += rows.count
            if rows.count < chunk { return response }
            if scanned >= Self.scanLimit {
                response.nextPageToken = page.token(after: String(last))
                return response
            }
        }
    }
}

extension Usher_Admission_V1_ScanBarcodeResponse {
    fileprivate init(_ id: ResourceID, _ outcome: Scanning.Outcome) {
        self.init(outcome)
        scanID = id.description
    }
}
