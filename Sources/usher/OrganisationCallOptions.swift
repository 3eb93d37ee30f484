import ArgumentParser
import UsherClient

/// What the commands share that work in an organisation.
struct OrganisationCallOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The organisation to act in, for an operator's key.", valueName: "id"))
    var organisation: String?
    @Flag(help: "Print JSON, a message a line, for scripts.")
    var json = false
    @OptionGroup var connection: ConnectionOptions

    func withClient<Result>(_ work: (UsherClient) async throws -> Result) async throws -> Result {
        try await connection.withClient(organisation: organisation, work)
    }
}
