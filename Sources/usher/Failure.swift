/// What went wrong, for the person at the terminal: one line that says what to do.
struct Failure: Error, CustomStringConvertible {
    let description: String
    let status: ExitStatus

    init(_ description: String, _ status: ExitStatus = .wrongUse) {
        (self.description, self.status) = (description, status)
    }
}
