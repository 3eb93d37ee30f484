import ArgumentParser
import UsherAPI
import UsherClient

struct ContactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contact", abstract: "Contacts: those who hold and distribute tickets.",
        subcommands: [Create.self, List.self, Show.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a contact.",
            discussion: "Example:\n  usher contact create desk@sponsor.example --kind relay --structure Sponsor")

        @Argument(help: "The e-mail address.")
        var email: String
        @Option(help: "The name.")
        var name = ""
        @Option(help: "relay or individual; default individual.")
        var kind: EnumArgument<Usher_Distribution_V1_ContactKind>?
        @Option(help: "The sponsor, club or agency.")
        var structure = ""
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let made = try await DistributionClient(transport: client).createContact(
                    .with {
                        ($0.contact.email, $0.contact.name, $0.contact.structure) = (email, name, structure)
                        $0.contact.kind = kind?.value ?? .unspecified
                    })
                try options.print(made, "created \(made.contactID)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List contacts.", discussion: "Example:\n  usher contact list --structure Sponsor --kind relay")

        @Option(help: "Only of this sponsor, club or agency.")
        var structure = ""
        @Option(help: "Only relay or individual ones.")
        var kind: EnumArgument<Usher_Distribution_V1_ContactKind>?
        @OptionGroup var list: ListOptions
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                try await Listing<Usher_Distribution_V1_Contact>(
                    noun: "contacts", header: ["ID", "E-MAIL", "NAME", "KIND", "STRUCTURE"], list: list,
                    json: options.json
                ).print { size, token in
                    let page = try await DistributionClient(transport: client).listContacts(
                        .with {
                            ($0.structure, $0.kind) = (structure, kind?.value ?? .unspecified)
                            ($0.pageSize, $0.pageToken) = (size, token)
                        })
                    return (page.contacts, page.nextPageToken)
                } cells: { contact in
                    [
                        contact.contactID, contact.email, contact.name.orDash, "\(contact.kind)",
                        contact.structure.orDash,
                    ]
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a contact.", discussion: "Example:\n  usher contact show desk@sponsor.example")

        @Argument(help: "Its id or its e-mail address.")
        var contact: ContactArgument
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let id = try await contact.id(client)
                let found = try await DistributionClient(transport: client).getContact(.with { $0.contactID = id })
                if options.json { return print(try Readable.json(found)) }
                var table = Table("FIELD", "VALUE")
                table.add("id", found.contactID)
                table.add("e-mail", found.email)
                table.add("name", found.name.orDash)
                table.add("kind", "\(found.kind)")
                table.add("structure", found.structure.orDash)
                table.add("created", Readable.time(found.createTime, found.hasCreateTime))
                table.print()
            }
        }
    }
}
