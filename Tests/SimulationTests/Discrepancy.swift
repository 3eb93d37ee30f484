/// The services do not do what they should.
struct Discrepancy: Error, CustomStringConvertible {
    enum Source {
        /// An answer is not the model's.
        case answer
        /// What was recorded is not what happened.
        case journal
        /// What an organisation holds breaks a rule that always holds.
        case invariant
    }

    var source: Source
    var what: String

    var description: String { "\(source): \(what)" }
}
