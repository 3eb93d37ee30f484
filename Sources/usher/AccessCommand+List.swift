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
                """)

        @Option(help: "Only this viewer's.")
        var viewer = ""
        @Option(help: "Only to this asset.")
        var asset = ""
        @Option(help: "Only to this package.")
        var package = ""
        @OptionGroup var activity: ActivityOptions
        @Option(help: "At most so many; 0 is all.")
        var limit = 100
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                try await AccessPages(limit: limit, json: options.json).print { size, token in
                    let page = try await AccessClient(transport: client).listAccess(
                        .with {
                            ($0.viewerID, $0.assetID, $0.packageID) = (viewer, asset, package)
                            ($0.activity, $0.pageSize, $0.pageToken) = (activity.value, size, token)
                        })
                    return (page.accesses, page.nextPageToken)
                }
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
                """)

        enum Field: String, ExpressibleByArgument, CaseIterable {
            case email, id, title, type, viewer, asset
        }

        @Argument(help: "What is known.")
        var query: String
        @Option(help: "What that is: email, id, title (or its beginning), type, viewer or asset.")
        var by = Field.email
        @OptionGroup var activity: ActivityOptions
        @Option(help: "At most so many; 0 is all.")
        var limit = 100
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
                try await AccessPages(limit: limit, json: options.json).print { size, token in
                    let page = try await AccessClient(transport: client).searchAccess(
                        .with {
                            ($0.field, $0.query, $0.activity) = (field, query, activity.value)
                            ($0.pageSize, $0.pageToken) = (size, token)
                        })
                    return (page.accesses, page.nextPageToken)
                }
            }
        }
    }

    struct Extend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set another end of an access; one that has expired opens again.",
            discussion: "Example:\n  usher access extend acc_0s9xtvr6x1t9f --until 2026-12-31T23:59:59Z")

        @Argument(help: "The access's id, acc_….")
        var accessID: String
        @Option(name: .customLong("until"), help: "Until when, as 2026-12-31T23:59:59Z.")
        var end: TimeArgument
        @Option(help: "Why, for the audit.")
        var reason = ""
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let access = try await AccessClient(transport: client).extendAccess(
                    .with { ($0.accessID, $0.expireTime, $0.reason) = (accessID, end.timestamp, reason) })
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

/// Prints pages of access records until there are no more, or enough.
private struct AccessPages {
    let limit: Int
    let json: Bool

    func print(
        _ next: (_ size: Int32, _ token: String) async throws -> (accesses: [Usher_Access_V1_Access], token: String)
    ) async throws {
        var table = Table("ID", "VIEWER", "TO", "TYPE", "STATE", "FROM", "UNTIL")
        var (left, token) = (limit == 0 ? Int.max : limit, "")
        repeat {
            let page = try await next(Int32(min(left, 1_000)), token)
            for access in page.accesses {
                if json { Swift.print(try Readable.json(access)) } else { access.add(to: &table) }
            }
            left -= page.accesses.count
            token = page.token
        } while !token.isEmpty && left > 0
        table.print()
    }
}

extension Usher_Access_V1_Access {
    fileprivate func add(to table: inout Table) {
        let target = packageID.isEmpty ? assetID.isEmpty ? "everything" : assetID : "package \(packageID)"
        table.add(
            accessID, viewerID.isEmpty ? "-" : viewerID, target, "\(type)", "\(state)", Readable.time(startTime, true),
            expireTime == .init() && !hasExpireTime ? "for ever" : Readable.time(expireTime, hasExpireTime))
    }
}
