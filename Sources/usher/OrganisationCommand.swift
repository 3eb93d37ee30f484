import ArgumentParser
import UsherAPI
import UsherClient

struct OrganisationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "org", abstract: "Organisations, the tenants of the server.",
        subcommands: [Create.self, List.self, Show.self, Suspend.self, Resume.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an organisation.",
            discussion: "Example:\n  usher org create nordfilm --name 'Nord Film'")

        @Argument(help: "Its id: at most 63 characters of [A-Za-z0-9._-].")
        var id: String
        @Option(help: "Its name for people; default the id.")
        var name: String?
        @OptionGroup var options: PlatformCallOptions

        func run() async throws {
            try await options.withClient { client in
                let made = try await OrganisationClient(transport: client).createOrganisation(
                    .with {
                        $0.organisation.organisationID = id
                        $0.organisation.name = name ?? id
                    })
                try options.print(made, "created \(made.organisationID)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the organisations.", discussion: "Example:\n  usher org list --all")

        @OptionGroup var list: ListOptions
        @OptionGroup var options: PlatformCallOptions

        func run() async throws {
            try await options.withClient { client in
                try await Listing<Usher_Organisations_V1_Organisation>(
                    noun: "organisations", header: ["ID", "STATE", "CREATED", "NAME"], list: list, json: options.json
                ).print { size, token in
                    let page = try await OrganisationClient(transport: client).listOrganisations(
                        .with { ($0.pageSize, $0.pageToken) = (size, token) })
                    return (page.organisations, page.nextPageToken)
                } cells: { organisation in
                    [
                        organisation.organisationID, "\(organisation.state)",
                        Readable.time(organisation.createTime, organisation.hasCreateTime), organisation.name,
                    ]
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an organisation.", discussion: "Example:\n  usher org show nordfilm")

        @Argument(help: "Its id.")
        var id: String
        @OptionGroup var options: PlatformCallOptions

        func run() async throws {
            try await options.withClient { client in
                let found = try await OrganisationClient(transport: client).getOrganisation(
                    .with { $0.organisationID = id })
                if options.json { return print(try Readable.json(found)) }
                var table = Table("FIELD", "VALUE")
                table.add("id", found.organisationID)
                table.add("name", found.name)
                table.add("state", "\(found.state)")
                table.add("created", Readable.time(found.createTime, found.hasCreateTime))
                table.add("changed", Readable.time(found.updateTime, found.hasUpdateTime))
                table.print()
            }
        }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuse every call of an organisation; nothing of it is lost.",
            discussion: "Example:\n  usher org suspend nordfilm --reason 'unpaid' --yes")

        @Argument(help: "Its id.")
        var id: String
        @Option(help: "Why, for the audit.")
        var reason = ""
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: PlatformCallOptions

        func run() async throws {
            try await options.withClient { client in
                let organisations = OrganisationClient(transport: client)
                let found = try await organisations.getOrganisation(.with { $0.organisationID = id })
                guard confirmation.isGiven(for: "refuse every call of \(id) ('\(found.name)')") else { return }
                let after = try await organisations.suspendOrganisation(
                    .with { ($0.organisationID, $0.reason) = (id, reason) })
                try options.print(after, "suspended \(id)")
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Serve a suspended organisation again.", discussion: "Example:\n  usher org resume nordfilm")

        @Argument(help: "Its id.")
        var id: String
        @OptionGroup var options: PlatformCallOptions

        func run() async throws {
            try await options.withClient { client in
                let after = try await OrganisationClient(transport: client).resumeOrganisation(
                    .with { $0.organisationID = id })
                try options.print(after, "resumed \(id)")
            }
        }
    }
}
