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

        @Option(help: ArgumentHelp("The organisation it is for.", valueName: "id"))
        var organisation: String?
        @Flag(name: .customLong("operator"), help: "Make an operator's key, which may do everything, instead.")
        var forOperator = false
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
                try await checkOperator(client)
                let key = try await organisations.createApiKey(
                    .with {
                        $0.apiKey.name = name
                        $0.apiKey.scopes = scopes.split(separator: ",").map(String.init)
                        $0.apiKey.test = test
                    })
                guard !key.secret.isEmpty else {
                    throw Failure("the key \(key.keyID) was made and its answer lost: revoke it, and make another")
                }
                print("created \(key.keyID)")
                print(key.secret)
            }
        }

        /// An operator who forgets --organisation must not hand out the platform.
        private func checkOperator(_ client: UsherClient) async throws {
            guard organisation == nil else { return }
            let identity = try await Usher_Session_V1_SessionServiceClient(transport: client).whoAmI(.init())
            guard identity.platformOperator != forOperator else { return }
            throw Failure(
                forOperator
                    ? "only an operator's key makes an operator's key"
                    : "say which organisation the key is for: --organisation ID, or --operator for an operator's key")
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
