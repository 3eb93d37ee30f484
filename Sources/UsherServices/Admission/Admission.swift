import UsherContract

/// The right of one person to go through the doors of one performance, on a ticket of its own or with others on a pass.
struct Admission: Hashable, Sendable {
    /// The number of the ticket or pass that it stands on. Ids are unique in a database whatever they name.
    var bearerKey: Int64
    var performanceKey: Int64
    var orderKey: Int64?
    /// The ticket's number; nil on a pass.
    var number: Int64?
    var zone: String
    var seat: String
    /// Empty for any gate.
    var gates: [String]
    var holderName: String
    var template: String
    /// Nil until it is printed: it opens nothing before.
    var printTime: Instant?
    var cancelTime: Instant?
    var cancelReason: String
    var presence: Presence
    var createTime: Instant
    var updateTime: Instant

    enum Presence: Int64, Sendable {
        case neverIn = 0, inside, outside
    }

    enum State: Hashable {
        case notPrinted, printed, cancelled
    }

    var state: State {
        if cancelTime != nil { return .cancelled }
        return printTime == nil ? .notPrinted : .printed
    }

    static let gateLimit = 20
    static let placeLengths = 0...100
    static let nameLengths = 0...200
    static let templateLengths = 0...100
    static let reasonLengths = 0...1_000
}
