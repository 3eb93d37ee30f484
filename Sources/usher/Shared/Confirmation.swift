import ArgumentParser

/// What every command has that ends or takes away something: without --yes it says what it would do.
struct Confirmation: ParsableArguments {
    @Flag(help: "Do it; without this the command says what it would do, and does nothing.")
    var yes = false

    /// - Parameter plan: what would be done: `revoke acc_… of anna`.
    /// - Returns: whether to do it.
    func isGiven(for plan: String) -> Bool {
        if !yes { print("would \(plan): --yes does it") }
        return yes
    }
}
