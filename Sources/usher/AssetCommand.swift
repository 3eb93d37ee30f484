import ArgumentParser
import UsherAPI
import UsherClient

struct AssetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "asset", abstract: "Assets: what is seen or visited.",
        subcommands: [Create.self, List.self, Show.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an asset.",
            discussion: "Example:\n  usher asset create opening-night --type live_event --title 'Opening Night'")

        @Argument(help: "Its id: at most 63 characters of [A-Za-z0-9._-].")
        var assetID: String
        @Option(help: "video, live_event, series, playlist or performance.")
        var type: EnumArgument<Usher_Catalog_V1_AssetType>
        @Option(help: "Its title; default the id.")
        var title: String?
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let made = try await CatalogClient(transport: client).createAsset(
                    .with {
                        ($0.asset.assetID, $0.asset.type, $0.asset.title) = (assetID, type.value, title ?? assetID)
                    })
                try options.print(made, "created \(made.assetID)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List assets.", discussion: "Example:\n  usher asset list --type performance")

        @Option(help: "Only of this type.")
        var type: EnumArgument<Usher_Catalog_V1_AssetType>?
        @OptionGroup var list: ListOptions
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                try await Listing<Usher_Catalog_V1_Asset>(
                    noun: "assets", header: ["ID", "TYPE", "TITLE", "MEMBERS", "CREATED"], list: list,
                    json: options.json
                ).print { size, token in
                    let page = try await CatalogClient(transport: client).listAssets(
                        .with { ($0.type, $0.pageSize, $0.pageToken) = (type?.value ?? .unspecified, size, token) })
                    return (page.assets, page.nextPageToken)
                } cells: { asset in
                    [
                        asset.assetID, "\(asset.type)", asset.title.orDash, String(asset.memberAssetIds.count),
                        Readable.time(asset.createTime, asset.hasCreateTime),
                    ]
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an asset.", discussion: "Example:\n  usher asset show opening-night")

        @Argument(help: "Its id.")
        var assetID: String
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let asset = try await CatalogClient(transport: client).getAsset(.with { $0.assetID = assetID })
                if options.json { return print(try Readable.json(asset)) }
                var table = Table("FIELD", "VALUE")
                table.add("id", asset.assetID)
                table.add("type", "\(asset.type)")
                table.add("title", asset.title.orDash)
                if !asset.memberAssetIds.isEmpty { table.add("members", asset.memberAssetIds.joined(separator: ", ")) }
                if asset.hasGeoPolicy {
                    table.add("\(asset.geoPolicy.mode)", asset.geoPolicy.countryCodes.joined(separator: ", "))
                }
                table.add("created", Readable.time(asset.createTime, asset.hasCreateTime))
                table.add("changed", Readable.time(asset.updateTime, asset.hasUpdateTime))
                table.print()
            }
        }
    }
}

typealias CatalogClient = Usher_Catalog_V1_CatalogServiceClient
