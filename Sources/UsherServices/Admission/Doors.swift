import UsherContract

/// What is set for the doors of a performance; one that nothing was set for lets in at any time.
struct Doors: Hashable, Sendable {
    var performanceKey: Int64
    var openTime: Instant?
    var closeTime: Instant?
    /// Whether an admission is used up by its first entry.
    var singleEntry: Bool
    var template: String
    var version: Int64

    init(performanceKey: Int64) {
        self.performanceKey = performanceKey
        (singleEntry, template, version) = (false, "", 0)
    }

    enum Field: String, CaseIterable {
        case openTime = "open_time"
        case closeTime = "close_time"
        case singleEntry = "single_entry"
        case template = "ticket_template"
    }
}
