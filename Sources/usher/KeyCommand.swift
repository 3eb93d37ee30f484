import ArgumentParser
import Foundation
import UsherAPI
import UsherClient

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Keys that systems call with.",
        subcommands: [Create.self, List.self, Show.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a key, and print it on the last line. It is shown once.",
            discussion: """
                Say what the key may do: a door needs little, and what it has can be stolen.

                Examples:
                  usher key create --organisation nordfilm --name 'door 1' --scopes vouchers:redeem,access:check
                  usher key create --organisation nordfilm --all-scopes
                """.prose)

        @Flag(name: .customLong("operator"), help: "Make an operator's key, which may do everything, instead.")
        var forOperator = false
        @Option(help: "What it is for, for people.")
        var name = ""
        @Option(help: "What it may do, separated by commas.")
        var scopes = ""
        @Flag(help: "Let it do everything that the calling key may.")
        var allScopes = false
        @Flag(help: "Make it say 'test' instead of 'live'.")
        var test = false
        @OptionGroup var options: OrganisationCallOptions

        func validate() throws {
            guard [!scopes.isEmpty, allScopes, forOperator].filter(\.self).count == 1 else {
                throw ValidationError(
                    "say what it may do: --scopes vouchers:redeem,access:check, or --all-scopes (or --operator)")
            }
        }

        func run() async throws {
            try await options.withClient { client in
                try await checkOperator(client)
                let key = try await OrganisationClient(transport: client).createApiKey(
                    .with {
                        $0.apiKey.name = name
                        $0.apiKey.scopes = scopes.split(separator: ",").map(String.init)
                        $0.apiKey.test = test
                    })
                guard !key.secret.isEmpty else {
                    throw Failure("the key \(key.keyID) was made and its answer lost: revoke it, and make another")
                }
                try options.print(key, "created \(key.keyID)\n\(key.secret)")
            }
        }

        /// An operator who forgets --organisation must not hand out the platform.
        private func checkOperator(_ client: UsherClient) async throws {
            let identity = try await Usher_Session_V1_SessionServiceClient(transport: client).whoAmI(.init())
            let isForPlatform = identity.platformOperator && identity.organisationID.isEmpty
            guard isForPlatform != forOperator else { return }
            throw Failure(
                forOperator
                    ? "only an operator's key, without --organisation, makes an operator's key"
                    : "say which organisation the key is for: --organisation ID, or --operator for an operator's key")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List keys, newest first, revoked ones included.",
            discussion: "Example:\n  usher key list --organisation nordfilm")

        @OptionGroup var list: ListOptions
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                try await Listing<Usher_Organisations_V1_ApiKey>(
                    noun: "keys", header: ["ID", "NAME", "STATE", "CREATED", "SCOPES"], list: list, json: options.json
                ).print { size, token in
                    let page = try await OrganisationClient(transport: client).listApiKeys(
                        .with { ($0.pageSize, $0.pageToken) = (size, token) })
                    return (page.apiKeys, page.nextPageToken)
                } cells: { key in
                    [
                        key.keyID, key.name.orDash, key.stateText, Readable.time(key.createTime, key.hasCreateTime),
                        key.scopesText,
                    ]
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a key, without its secret.",
            discussion: "Example:\n  usher key show key_01j8q3k5m7t2x --organisation nordfilm")

        @Argument(help: "The key's id, key_….")
        var keyID: String
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let key = try await keyID.findKey(client)
                if options.json { return print(try Readable.json(key)) }
                var table = Table("FIELD", "VALUE")
                table.add("id", key.keyID)
                table.add("organisation", key.organisationID.orDash)
                table.add("name", key.name.orDash)
                table.add("state", key.stateText)
                table.add("scopes", key.scopesText)
                table.add("certificate", key.certificateUri.orDash)
                table.add("created", Readable.time(key.createTime, key.hasCreateTime))
                table.add("expires", Readable.time(key.expireTime, key.hasExpireTime))
                table.print()
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a key, at once and for ever.",
            discussion: "Example:\n  usher key revoke key_01j8q3k5m7t2x --organisation nordfilm --yes")

        @Argument(help: "The key's id, key_….")
        var keyID: String
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                guard confirmation.yes else {
                    let key = try await keyID.findKey(client)
                    _ = confirmation.isGiven(for: "revoke \(key.keyID) '\(key.name)', which is \(key.stateText)")
                    return
                }
                let key = try await OrganisationClient(transport: client).revokeApiKey(.with { $0.keyID = keyID })
                try options.print(key, "revoked \(key.keyID)")
            }
        }
    }
}

extension String {
    /// The key with this id.
    fileprivate func findKey(_ client: UsherClient) async throws -> Usher_Organisations_V1_ApiKey {
        var token = ""
        repeat {
            let page = try await OrganisationClient(transport: client).listApiKeys(
                .with { ($0.pageSize, $0.pageToken) = (1_000, token) })
            if let key = page.apiKeys.first(where: { $0.keyID == self }) { return key }
            token = page.nextPageToken
        } while !token.isEmpty
        throw Failure("there is no key \(self); 'usher key list' shows them", .no)
    }
}

extension Usher_Organisations_V1_ApiKey {
    fileprivate var stateText: String {
        if hasRevokeTime { return "revoked" }
        return hasExpireTime && expireTime.date <= .current ? "expired" : "live"
    }

    fileprivate var scopesText: String { organisationID.isEmpty ? "all" : scopes.joined(separator: ",") }
}
