import ArgumentParser
import UsherAPI
import UsherClient

struct OrganisationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "org", abstract: "Organisations, the tenants of the server.",
        subcommands: [Create.self, List.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an organisation.",
            discussion: "Example:\n  usher org create nordfilm --name 'Nord Film'")

        @Argument(help: "Its id: at most 63 characters of [A-Za-z0-9._-].")
        var id: String
        @Option(help: "Its name for people; default the id.")
        var name: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { client in
                let organisations = Usher_Organisations_V1_OrganisationServiceClient(transport: client)
                let made = try await organisations.createOrganisation(
                    .with {
                        $0.organisation.organisationID = id
                        $0.organisation.name = name ?? id
                    })
                print("created \(made.organisationID)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the organisations: id, when they were created, name.")

        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { client in
                let organisations = Usher_Organisations_V1_OrganisationServiceClient(transport: client)
                var token = ""
                repeat {
                    let page = try await organisations.listOrganisations(
                        .with {
                            $0.pageSize = 1_000
                            $0.pageToken = token
                        })
                    for organisation in page.organisations {
                        let created = organisation.createTime.date.formatted(.iso8601)
                        print("\(organisation.organisationID)\t\(created)\t\(organisation.name)")
                    }
                    token = page.nextPageToken
                } while !token.isEmpty
            }
        }
    }
}
