import ArgumentParser
import UsherAPI
import UsherClient

struct WhoAmICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Say whose key this is, and what it may do.",
        discussion: "Example:\n  usher whoami")

    @OptionGroup var options: OrganisationCallOptions

    func run() async throws {
        try await options.withClient { client in
            let identity = try await Usher_Session_V1_SessionServiceClient(transport: client).whoAmI(.init())
            if options.json { return print(try Readable.json(identity)) }
            var table = Table("FIELD", "VALUE")
            table.add("key", identity.keyID)
            table.add("operator", identity.platformOperator ? "yes" : "no")
            table.add("organisation", identity.organisationID.orDash)
            table.add("scopes", identity.platformOperator ? "all" : identity.scopes.joined(separator: ", "))
            table.print()
        }
    }
}
