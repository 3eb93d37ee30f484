import ArgumentParser
import UsherAPI
import UsherClient

private typealias AccessClient = Usher_Access_V1_AccessServiceClient

extension AccessCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List access records, oldest first.",
            discussion: """
                Examples:
                  usher access list --viewer anna
                  usher access list --package digital --active --limit 20
                """.prose)

        @Option(help: "Only this viewer's.")
        var viewer = ""
        @Option(help: "Only to this asset.")
        var asset = ""
        @Option(help: "Only to this package.")
        var package = ""
        @OptionGroup var activity: ActivityOptions
        @OptionGroup var list: ListOptions
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                try await Listing<Usher_Access_V1_Access>(
                    noun: "accesses", header: Usher_Access_V1_Access.header, list: list, json: options.json
                ).print { size, token in
                    let page = try await AccessClient(transport: client).listAccess(
                        .with {
                            ($0.viewerID, $0.assetID, $0.packageID) = (viewer, asset, package)
                            ($0.activity, $0.pageSize, $0.pageToken) = (activity.value, size, token)
                        })
                    return (page.accesses, page.nextPageToken)
                } cells: {
                    $0.cells
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an access record.", discussion: "Example:\n  usher access show acc_0s9xtvr6x1t9f")

        @Argument(help: "The access's id, acc_….")
        var accessID: String
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let found = try await AccessClient(transport: client).getAccess(.with { $0.accessID = accessID })
                if options.json { print(try Readable.json(found)) } else { found.show() }
            }
        }
    }

    struct Search: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find access records by one thing that is known of them.",
            discussion: """
                An e-mail address is found by all of it, by all that is before the @, and by all that is after it.

                Examples:
                  usher access search derby@mail.com
                  usher access search mail.com --active
                  usher access search 'Opening Night' --by title
                  usher access search purchased --by type
                """.prose)

        enum Field: String, ExpressibleByArgument, CaseIterable {
            case email, id, title, type, viewer, asset
        }

        @Argument(help: "What is known.")
        var query: String
        @Option(help: "What that is: email, id, title (or its beginning), type, viewer or asset.")
        var by = Field.email
        @OptionGroup var activity: ActivityOptions
        @OptionGroup var list: ListOptions
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            let field: Usher_Access_V1_AccessSearchField =
                switch by {
                case .email: .email
                case .id: .accessID
                case .title: .assetTitle
                case .type: .type
                case .viewer: .viewerID
                case .asset: .assetID
                }
            try await options.withClient { client in
                try await Listing<Usher_Access_V1_Access>(
                    noun: "accesses", header: Usher_Access_V1_Access.header, list: list, json: options.json
                ).print { size, token in
                    let page = try await AccessClient(transport: client).searchAccess(
                        .with {
                            ($0.field, $0.query, $0.activity) = (field, query, activity.value)
                            ($0.pageSize, $0.pageToken) = (size, token)
                        })
                    return (page.accesses, page.nextPageToken)
                } cells: {
                    $0.cells
                }
            }
        }
    }

    struct Extend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set another end of an access; one that has expired opens again.",
            discussion: "Example:\n  usher access extend acc_0s9xtvr6x1t9f --until 2026-12-31")

        @Argument(help: "The access's id, acc_….")
        var accessID: String
        @Option(
            name: .customLong("until"),
            help: "Until when: 2026-12-31 (the end of that day), tomorrow, 2d, 2026-12-31T20:00:00+01:00.")
        var end: WhenArgument
        @Option(help: "Why, for the audit.")
        var reason = ""
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let time = try await end.timestamp(.end, client)
                let access = try await AccessClient(transport: client).extendAccess(
                    .with { ($0.accessID, $0.expireTime, $0.reason) = (accessID, time, reason) })
                let until = Readable.time(access.expireTime, access.hasExpireTime)
                print(options.json ? try Readable.json(access) : "extended \(access.accessID) until \(until)")
            }
        }
    }
}

/// Which accesses, by whether they open.
struct ActivityOptions: ParsableArguments {
    @Flag(help: "Only those that open now.")
    var active = false
    @Flag(help: "Only those that do not.")
    var inactive = false

    var value: Usher_Access_V1_AccessActivity {
        active == inactive ? .unspecified : active ? .active : .inactive
    }

    func validate() throws {
        guard !(active && inactive) else { throw ValidationError("either --active or --inactive") }
    }
}

extension Usher_Access_V1_Access {
    fileprivate static let header = ["ID", "VIEWER", "TO", "TYPE", "STATE", "FROM", "UNTIL"]

    /// What it opens, for people.
    var target: String {
        if !packageID.isEmpty { return "package \(packageID)" }
        return assetID.isEmpty ? "everything" : assetID
    }

    private var end: String { hasExpireTime ? Readable.time(expireTime, true) : "for ever" }

    fileprivate var cells: [String] {
        [accessID, viewerID.orDash, target, "\(type)", "\(state)", Readable.time(startTime, true), end]
    }

    fileprivate func show() {
        var table = Table("FIELD", "VALUE")
        table.add("id", accessID)
        table.add("viewer", viewerID.orDash)
        table.add("to", target)
        table.add("type", "\(type)")
        table.add("state", "\(state)")
        table.add("from", Readable.time(startTime, hasStartTime))
        table.add("until", end)
        table.add("until, at first", Readable.time(originalExpireTime, hasOriginalExpireTime))
        table.add("first played", Readable.time(firstPlayTime, hasFirstPlayTime))
        for (name, value) in [
            ("bound to", boundIp), ("voucher", voucherID), ("price", priceOptionID), ("subscription", subscriptionID),
        ] where !value.isEmpty {
            table.add(name, value)
        }
        table.add("created", Readable.time(createTime, hasCreateTime))
        table.print()
    }
}
