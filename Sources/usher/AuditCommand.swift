import ArgumentParser
import UsherAPI
import UsherClient

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "List who did what, the newest first.",
        discussion: """
            Examples:
              usher audit --limit 20
              usher audit --of vch_0s9xtvqwwh7qg
              usher audit --by key_01j8q3k5m7t2x --type 'voucher.*'
            """.prose)

    @Option(name: .customLong("of"), help: "Only what happened to this: an id.")
    var resource = ""
    @Option(name: .customLong("by"), help: "Only what this key did: key_….")
    var key = ""
    @Option(name: .customLong("type"), help: "Only events of this type: voucher.redeemed, or voucher.*; several times.")
    var types: [String] = []
    @OptionGroup var list: ListOptions
    @OptionGroup var options: OrganisationCallOptions

    func run() async throws {
        try await options.withClient { client in
            let events = Usher_Events_V1_EventServiceClient(transport: client)
            try await Listing<Usher_Events_V1_AuditEntry>(
                noun: "entries", header: ["TIME", "WHAT", "TO", "WHO", "METHOD"], list: list, json: options.json
            ).print { size, token in
                let page = try await events.listAuditEntries(
                    .with {
                        ($0.resourceID, $0.keyID, $0.types) = (resource, key, types)
                        ($0.pageSize, $0.pageToken) = (size, token)
                    })
                return (page.auditEntries, page.nextPageToken)
            } cells: { entry in
                let method = entry.method.split(separator: "/").last.map(String.init) ?? ""
                return [
                    Readable.time(entry.event.createTime, true), entry.event.type, entry.event.resourceID.orDash,
                    entry.keyID.isEmpty ? "the server" : entry.keyID, method.orDash,
                ]
            }
        }
    }
}
