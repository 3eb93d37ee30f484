import SwiftProtobuf
import UsherContract
import UsherStorage

extension Transaction {
    /// The organisation whose database this is.
    var organisationID: String {
        get throws {
            guard let id = caller.organisationID else {
                preconditionFailure("the dispatcher lets no caller without an organisation into one's database")
            }
            return id
        }
    }
}

extension SQLRow {
    /// A column that holds a state of the domain.
    func state<State: RawRepresentable<Int64>>(_ column: Int) throws -> State {
        let value = try int64(column)
        guard let state = State(rawValue: value) else {
            throw StorageError.typeMismatch("column \(column) holds \(value), which is no \(State.self)")
        }
        return state
    }
}

extension Message {
    /// A changed copy.
    func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}
