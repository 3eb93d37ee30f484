import ArgumentParser
import UsherAPI
import UsherClient

struct ViewerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "viewer", abstract: "Viewers: those who may come in, or not.",
        subcommands: [List.self, Show.self, Deactivate.self, Reactivate.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List viewers, oldest first.",
            discussion: """
                Examples:
                  usher viewer list --email anna@example.org
                  usher viewer list --email example.org
                """.prose)

        @Option(help: "Only with this address, or all before its @, or all after it.")
        var email = ""
        @OptionGroup var list: ListOptions
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                try await Listing<Usher_Catalog_V1_Viewer>(
                    noun: "viewers", header: ["ID", "E-MAIL", "STATUS", "CREATED"], list: list, json: options.json
                ).print { size, token in
                    let page = try await CatalogClient(transport: client).listViewers(
                        .with { ($0.email, $0.pageSize, $0.pageToken) = (email, size, token) })
                    return (page.viewers, page.nextPageToken)
                } cells: { viewer in
                    [
                        viewer.viewerID, viewer.email.orDash, "\(viewer.status)",
                        Readable.time(viewer.createTime, viewer.hasCreateTime),
                    ]
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a viewer and what opens.", discussion: "Example:\n  usher viewer show anna")

        @Argument(help: "The viewer's id.")
        var viewerID: String
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let viewer = try await CatalogClient(transport: client).getViewer(.with { $0.viewerID = viewerID })
                if options.json { return print(try Readable.json(viewer)) }
                var table = Table("FIELD", "VALUE")
                table.add("id", viewer.viewerID)
                table.add("e-mail", viewer.email.orDash)
                table.add("status", "\(viewer.status)")
                table.add("created", Readable.time(viewer.createTime, viewer.hasCreateTime))
                table.add("changed", Readable.time(viewer.updateTime, viewer.hasUpdateTime))
                table.print()
                print("usher access list --viewer \(viewerID) shows what opens.")
            }
        }
    }

    struct Deactivate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shut a viewer out: access and subscriptions end until the viewer is reactivated.",
            discussion: "Example:\n  usher viewer deactivate anna --reason fraud --yes")

        @Argument(help: "The viewer's id.")
        var viewerID: String
        @Option(help: "Why, for the audit.")
        var reason = ""
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let catalog = CatalogClient(transport: client)
                let viewer = try await catalog.getViewer(.with { $0.viewerID = viewerID })
                guard confirmation.isGiven(for: "shut out \(viewerID), who is \(viewer.status)") else { return }
                let after = try await catalog.deactivateViewer(
                    .with { ($0.viewerID, $0.reason) = (viewerID, reason) })
                try options.print(after, "deactivated \(viewerID)")
            }
        }
    }

    struct Reactivate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a viewer in again, as before.", discussion: "Example:\n  usher viewer reactivate anna")

        @Argument(help: "The viewer's id.")
        var viewerID: String
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let after = try await CatalogClient(transport: client).reactivateViewer(
                    .with { $0.viewerID = viewerID })
                try options.print(after, "reactivated \(viewerID)")
            }
        }
    }
}
