import ArgumentParser
import UsherAPI
import UsherClient

private typealias AccessClient = Usher_Access_V1_AccessServiceClient

struct AccessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access", abstract: "Access: who may see what.",
        subcommands: [Grant.self, Check.self, List.self, Show.self, Search.self, Extend.self, Revoke.self])

    struct Grant: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a viewer access by hand.",
            discussion: """
                Examples:
                  usher access grant anna --asset opening-night --until 2026-12-31
                  usher access grant anna --asset opening-night --until 2d
                  usher access grant anna --package digital
                  usher access grant anna
                """.prose)

        @Argument(help: "The viewer.")
        var viewer: String
        @Option(help: "The asset; without it and --package everything.")
        var asset = ""
        @Option(help: "The package.")
        var package = ""
        @Option(
            name: .customLong("from"),
            help: "From when on: 2026-12-31 (that day's beginning), tomorrow, 2h, 2026-12-31T20:00:00Z; default now.")
        var start: WhenArgument?
        @Option(
            name: .customLong("until"),
            help: "Until when: 2026-12-31 (that day's end), tomorrow, 2d, 2026-12-31T23:59:59Z; default for ever.")
        var end: WhenArgument?
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let from = try await start?.timestamp(.beginning, client)
                let until = try await end?.timestamp(.end, client)
                let access = try await AccessClient(transport: client).grantAccess(
                    .with {
                        ($0.viewerID, $0.assetID, $0.packageID) = (viewer, asset, package)
                        if let from { $0.startTime = from }
                        if let until { $0.expireTime = until }
                    })
                try options.print(access, "granted \(access.accessID)")
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask whether somebody may come in; exits 1 where not.",
            discussion: """
                Examples:
                  usher access check --viewer anna --asset opening-night
                  usher access check --code 123456789 --asset opening-night --country SE
                """.prose)

        @Option(help: "The viewer.")
        var viewer = ""
        @Option(help: "A voucher's code.")
        var code = ""
        @Option(help: "The asset.")
        var asset: String
        @Option(help: "Where the viewer is: an ISO 3166-1 alpha-2 code.")
        var country = ""
        @OptionGroup var options: OrganisationCallOptions

        func validate() throws {
            guard !viewer.isEmpty || !code.isEmpty else { throw ValidationError("say who: --viewer or --code") }
        }

        func run() async throws {
            let verdict = try await options.withClient { client in
                try await AccessClient(transport: client).checkAccess(
                    .with { ($0.viewerID, $0.code, $0.assetID, $0.country) = (viewer, code, asset, country) })
            }
            if options.json {
                print(try Readable.json(verdict))
            } else if verdict.allowed {
                let until = verdict.hasExpireTime ? " until \(Readable.time(verdict.expireTime, true))" : ""
                print("yes\(until)")
            } else {
                print("no: \(verdict.reason)")
            }
            if !verdict.allowed { throw ExitCode(1) }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End an access at once.",
            discussion: "Example:\n  usher access revoke acc_0s9xtvr6x1t9f --reason chargeback --yes")

        @Argument(help: "The access's id, acc_….")
        var accessID: String
        @Option(help: "Why, for the audit.")
        var reason = ""
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let accesses = AccessClient(transport: client)
                let found = try await accesses.getAccess(.with { $0.accessID = accessID })
                let plan = "end the access of \(found.viewerID.isEmpty ? "a code" : found.viewerID) to \(found.target)"
                guard confirmation.isGiven(for: "\(plan), which is \(found.state)") else { return }
                let access = try await accesses.revokeAccess(
                    .with { ($0.accessID, $0.reason) = (accessID, reason) })
                try options.print(access, "revoked \(access.accessID)")
            }
        }
    }
}
