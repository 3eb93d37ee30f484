import UsherContract

/// One attempt at a door.
struct Scan: Hashable, Sendable {
    enum Direction: Int64, Sendable {
        case entry = 1, exit
    }

    var id: ResourceID
    /// The ticket or pass; nil for what was not found.
    var bearerKey: Int64?
    var isPass: Bool
    var performanceKey: Int64
    var barcode: String
    var gate: String
    var deviceID: String
    var direction: Direction
    var verdict: ScanVerdict
    var details: ScanDetails
    /// ALREADY_USED: the entry that used it.
    var usedBy: Int64?
    /// Whether the scanner was offline and had let them through.
    var isForced: Bool
    /// Empty for none.
    var nonce: String
    /// As the scanner says.
    var scanTime: Instant
    var createTime: Instant
    var annulTime: Instant?

    static let prefix = "scn"
    static let nonceLengths = 0...64
    /// How long a scan can be taken back.
    static let annulWindow = Duration.seconds(15 * 60)
}

/// What a scanner shows besides the verdict. It is kept as it was then: a scanner that asks again is told the same.
struct ScanDetails: Hashable, Sendable {
    /// CANCELLED: why.
    var reason = ""
    /// The ticket's; nil for a pass, and for what is not found.
    var number: Int64?
    var zone = ""
    var seat = ""
    var holderName = ""
}

/// What a scan comes to. The numbers are those of the protocol and of the table.
enum ScanVerdict: Int64, Sendable, CaseIterable {
    case ok = 1, notFound, cancelled, superseded, notPrinted, wrongPerformance, wrongGate, notYetOpen, closed
    case alreadyUsed, alreadyOut
}

/// What is asked at a door.
struct ScanQuestion: Hashable {
    var barcode: String
    var performanceKey: Int64
    /// Empty for a door that has no name.
    var gate: String
    var direction: Scan.Direction
    /// Whether they were let through already, by a scanner that was offline.
    var isForced: Bool
    var moment: Instant
}

/// What a scan is judged by.
struct ScanFacts: Hashable {
    struct Admission: Hashable {
        var number: Int64?
        var zone: String
        var seat: String
        var gates: [String]
        var holderName: String
        var isPrinted: Bool
        var isCancelled: Bool
        var presence: UsherServices.Admission.Presence
        var openTime: Instant?
        var closeTime: Instant?
        var singleEntry: Bool
    }

    var bearerKey: Int64
    var isPass: Bool
    var barcodeState: Barcode.State
    /// The one to the performance that the door is for; nil where there is none.
    var admission: Admission?

    /// The first verdict that applies, in the documented order: whether it is valid at all, then whether it is used.
    func judge(_ question: ScanQuestion) -> ScanVerdict {
        if barcodeState == .cancelled || admission?.isCancelled == true { return .cancelled }
        if barcodeState == .superseded { return .superseded }
        if barcodeState == .notPrinted || admission?.isPrinted == false { return .notPrinted }
        guard let admission else { return .wrongPerformance }
        switch question.direction {
        case .entry: return admission.judgeEntry(question)
        case .exit: return admission.presence == .inside ? .ok : .alreadyOut
        }
    }
}

extension ScanFacts.Admission {
    fileprivate func judgeEntry(_ question: ScanQuestion) -> ScanVerdict {
        // Where an offline scanner has let them in, it is too late to send them to another gate or to another time.
        if !question.isForced {
            if !gates.isEmpty, !gates.contains(question.gate) { return .wrongGate }
            if let openTime, question.moment < openTime { return .notYetOpen }
            if let closeTime, question.moment >= closeTime { return .closed }
        }
        switch presence {
        case .neverIn: return .ok
        case .inside: return .alreadyUsed
        case .outside: return singleEntry ? .alreadyUsed : .ok
        }
    }
}
