import UsherContract

/// One admission on paper or on a phone, and the barcode that is scanned now.
struct Ticket: Hashable, Sendable {
    var id: ResourceID
    var admission: Admission
    /// Unique for the performance, and never given again.
    var number: Int64
    /// Nil once cancelled.
    var barcode: Barcode?

    static let prefix = "tkt"
    static let numbers: ClosedRange<Int64> = 1...999_999_999_999_999
    /// Tickets that one call makes or prints.
    static let callLimit = 1_000

    /// Whether its holder has come in; going out again does not undo that.
    var isControlled: Bool { admission.presence != .neverIn }
}

/// What a new ticket is made of.
struct TicketDraft {
    var performanceKey: Int64
    /// Nil for the performance's next.
    var number: Int64?
    var zone = ""
    var seat = ""
    var holderName = ""
    /// Empty for any gate.
    var gates: [String] = []
    /// Empty for the one that is set for the performance.
    var template = ""
    var orderKey: Int64?
    /// Whether it opens the door at once.
    var isPrinted: Bool
}
