import ArgumentParser
import UsherAPI
import UsherClient

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Keys that systems call with.", subcommands: [Create.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a key, and print it on the last line. It is shown once.",
            discussion: """
                Examples:
                  usher key create --organisation nordfilm
                  usher key create --organisation nordfilm --name 'door 1' --scopes vouchers:redeem,access:check
                """)

        @Option(help: ArgumentHelp("The organisation it is for; without it, an operator's key.", valueName: "id"))
        var organisation: String?
        @Option(help: "What it is for, for people.")
        var name = ""
        @Option(help: "What it may do, separated by commas; default everything that the calling key may.")
        var scopes = ""
        @Flag(help: "Make it say 'test' instead of 'live'.")
        var test = false
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient(organisation: organisation) { client in
                let organisations = Usher_Organisations_V1_OrganisationServiceClient(transport: client)
                let key = try await organisations.createApiKey(
                    .with {
                        $0.apiKey.name = name
                        $0.apiKey.scopes = scopes.split(separator: ",").map(String.init)
                        $0.apiKey.test = test
                    })
                print("created \(key.keyID)")
                print(key.secret)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a key, at once and for ever.",
            discussion: "Example:\n  usher key revoke key_01j8q3k5m7t2x --organisation nordfilm")

        @Argument(help: "The key's id, key_….")
        var keyID: String
        @Option(help: ArgumentHelp("The organisation it belongs to, for an operator.", valueName: "id"))
        var organisation: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient(organisation: organisation) { client in
                let organisations = Usher_Organisations_V1_OrganisationServiceClient(transport: client)
                let key = try await organisations.revokeApiKey(.with { $0.keyID = keyID })
                print("revoked \(key.keyID)")
            }
        }
    }
}
