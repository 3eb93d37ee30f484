import UsherContract

/// A tenant of the platform.
struct Organisation: Hashable, Sendable {
    enum State: Int64, Sendable {
        case active = 1
    }

    var id: String
    var name: String
    var state: State
    var createTime: Instant
    var updateTime: Instant
    var version: Int64

    static let nameLengths = 1...200
}
