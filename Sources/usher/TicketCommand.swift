import ArgumentParser
import Foundation
import UsherAPI
import UsherClient
import UsherContract

typealias DistributionClient = Usher_Distribution_V1_DistributionServiceClient

struct TicketCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ticket", abstract: "Tickets: who has which, and how to take them back.",
        subcommands: [List.self, Show.self, TakeBack.self, Export.self, Import.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List tickets, by performance and then oldest first.",
            discussion: """
                Without --as the organisation itself is looking, and sees all tickets. Contacts are named by their id or
                their e-mail address.

                Examples:
                  usher ticket list --performance final --zone A
                  usher ticket list --as desk@sponsor.example --distributed --take-back-possible
                """.prose)

        @Option(name: .customLong("as"), help: "The contact that looks.")
        var acting: ContactArgument?
        @Option(name: .customLong("of"), help: "Whose tickets, where not those of --as.")
        var contact: ContactArgument?
        @Option(help: "Only of this performance.")
        var performance = ""
        @Option(help: "Only in this zone.")
        var zone = ""
        @Flag(help: "Only what the contact distributed.")
        var distributed = false
        @Flag(help: "Only what the contact has.")
        var remaining = false
        @Flag(help: "Only what --as could take back now.")
        var takeBackPossible = false
        @OptionGroup var list: ListOptions
        @OptionGroup var options: OrganisationCallOptions

        func validate() throws {
            guard !distributed || !remaining else { throw ValidationError("--distributed or --remaining, not both") }
        }

        func run() async throws {
            try await options.withClient { client in
                var request = Usher_Distribution_V1_ListTicketsRequest()
                request.actingContactID = try await acting?.id(client) ?? ""
                request.contactID = try await contact?.id(client) ?? ""
                (request.performanceID, request.zone) = (performance, zone)
                request.distribution = distributed ? .distributed : remaining ? .remaining : .unspecified
                request.takeBackPossible = takeBackPossible
                let filter = request
                let addresses = ContactAddresses(client)
                try await Listing<Usher_Distribution_V1_Ticket>(
                    noun: "tickets",
                    header: ["ID", "NUMBER", "PERFORMANCE", "ZONE", "SEAT", "OWNER", "DELIVERY", "STATE"], list: list,
                    json: options.json
                ).print { size, token in
                    var request = filter
                    (request.pageSize, request.pageToken) = (size, token)
                    let page = try await DistributionClient(transport: client).listTickets(request)
                    return (page.tickets, page.nextPageToken)
                } cells: {
                    $0.cells(owner: await addresses.text(of: $0.ownerContactID))
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a ticket and what became of it.",
            discussion: "Example:\n  usher ticket show tkt_0s9xtvqwwh7qg")

        @Argument(help: "Its id, tkt_….")
        var ticketID: String
        @Option(name: .customLong("as"), help: "The contact that looks.")
        var acting: ContactArgument?
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let actingID = try await acting?.id(client) ?? ""
                let ticket = try await DistributionClient(transport: client).getTicket(
                    .with { ($0.ticketID, $0.actingContactID) = (ticketID, actingID) })
                if options.json { return print(try Readable.json(ticket)) }
                await ticket.show(ContactAddresses(client))
            }
        }
    }

    struct TakeBack: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take distributed tickets back.",
            discussion: """
                Name the tickets, or a performance for all that can be taken back. Without --yes it says what would be
                taken back, and does nothing.

                Examples:
                  usher ticket take-back tkt_0s9xtvqwwh7qg --as desk@sponsor.example --reason 'cannot come' --yes
                  usher ticket take-back --performance final --as desk@sponsor.example --reason rain
                """.prose)

        @Argument(help: ArgumentHelp("The tickets' ids, tkt_….", valueName: "ticket-id"))
        var ticketIDs: [String] = []
        @Option(
            name: .customLong("as"), help: "The contact that takes them back; without it the organisation itself does.")
        var acting: ContactArgument?
        @Option(help: "All of this performance.")
        var performance = ""
        @Option(help: "With --performance: only in this zone.")
        var zone = ""
        @Option(name: .customLong("to"), help: "Who is to have them; without it their distributor.")
        var recipient: ContactArgument?
        @Option(help: "Why, for the audit.")
        var reason: String
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: OrganisationCallOptions

        func validate() throws {
            guard ticketIDs.isEmpty != performance.isEmpty else {
                throw ValidationError("name tickets, or else --performance")
            }
        }

        func run() async throws {
            try await options.withClient { client in
                var request = Usher_Distribution_V1_TakeBackTicketsRequest()
                request.actingContactID = try await acting?.id(client) ?? ""
                request.toContactID = try await recipient?.id(client) ?? ""
                (request.ticketIds, request.performanceID, request.zone) = (ticketIDs, performance, zone)
                (request.reason, request.validateOnly) = (reason, !confirmation.yes)
                var (count, more) = (0, false)
                repeat {
                    let reply = try await DistributionClient(transport: client).takeBackTickets(request)
                    for id in reply.ticketIds { print(options.json ? #"{"ticketId":"\#(id)"}"# : id) }
                    (count, more) = (count + Int(reply.takenBackCount), reply.more)
                } while confirmation.yes && more
                let summary =
                    confirmation.yes
                    ? "took back \(count)" : "would take back \(count)\(more ? " and more" : ""): --yes does it"
                StandardError.print(summary)
            }
        }
    }
}

/// A contact on the command line: its id or its e-mail address.
struct ContactArgument: ExpressibleByArgument {
    let text: String

    init?(argument: String) { text = argument }

    func id(_ client: UsherClient) async throws -> String {
        guard text.contains("@") else { return text }
        let found = try await DistributionClient(transport: client).listContacts(.with { $0.email = text })
        guard let contact = found.contacts.first else { throw Failure("there is no contact \(text)", .no) }
        return contact.contactID
    }
}

/// The addresses of contacts, which say more to people than ids; each is asked for once.
final class ContactAddresses {
    private let client: UsherClient
    private var known: [String: String] = [:]

    init(_ client: UsherClient) { self.client = client }

    /// The contact's address; its id where it cannot be asked for, and `-` for none.
    func text(of id: String) async -> String {
        guard !id.isEmpty else { return "-" }
        if let email = known[id] { return email }
        let contact = try? await DistributionClient(transport: client).getContact(.with { $0.contactID = id })
        let text = contact.map(\.email) ?? id
        known[id] = text
        return text
    }
}

extension Usher_Distribution_V1_Ticket {
    private var state: String {
        if cancelled { return "cancelled" }
        if controlled { return "controlled" }
        if !pendingTransferID.isEmpty { return "offered" }
        if !cartID.isEmpty { return "in a cart" }
        return distributed ? "distributed" : "remaining"
    }

    fileprivate func cells(owner: String) -> [String] {
        [ticketID, String(number), performanceID, zone.orDash, seat.orDash, owner, "\(delivery)", state]
    }

    fileprivate func show(_ addresses: ContactAddresses) async {
        var table = Table("FIELD", "VALUE")
        table.add("id", ticketID)
        table.add("number", String(number))
        table.add("performance", performanceID)
        table.add("zone", zone.orDash)
        table.add("seat", seat.orDash)
        table.add("owner", await addresses.text(of: ownerContactID))
        table.add("first owner", await addresses.text(of: initialOwnerContactID))
        table.add("distributed by", await addresses.text(of: distributorContactID))
        table.add("name", holderName.orDash)
        table.add("delivery", "\(delivery)")
        table.add("state", state)
        table.add("transfers", "\(transferLevel) of \(transferLimit)")
        table.add("barcode", barcode.orDash)
        table.print()
        var history = Table("TIME", "WHAT", "FROM", "TO", "BY", "REASON")
        for move in moves {
            history.add(
                Readable.time(move.moveTime, move.hasMoveTime), "\(move.kind)",
                await addresses.text(of: move.fromContactID), await addresses.text(of: move.toContactID),
                await addresses.text(of: move.actingContactID), move.reason.orDash)
        }
        history.print()
    }
}
