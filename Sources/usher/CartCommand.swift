import ArgumentParser
import UsherAPI
import UsherClient

struct CartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cart", abstract: "Carts: the tickets that contacts are about to distribute.",
        subcommands: [Show.self, Validate.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what is in a contact's cart, and for whom.",
            discussion: "Example:\n  usher cart show --as desk@sponsor.example")

        @Option(name: .customLong("as"), help: "The contact whose cart it is: its id or its e-mail address.")
        var acting: ContactArgument
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                let actingID = try await acting.id(client)
                let cart = try await DistributionClient(transport: client).getCart(
                    .with { $0.actingContactID = actingID })
                if options.json { return print(try Readable.json(cart)) }
                let addresses = ContactAddresses(client)
                var table = Table("TICKET", "PERFORMANCE", "ZONE", "SEAT", "GUEST", "NAME", "IS WITH")
                for item in cart.items {
                    table.add(
                        item.ticketID, item.performanceID, item.zone.orDash, item.seat.orDash,
                        await addresses.text(of: item.guestContactID), item.holderName.orDash,
                        item.distributed ? "someone else" : "the cart's owner")
                }
                table.print()
                if cart.items.isEmpty { print("\(cart.cartID) is empty") }
            }
        }
    }

    struct Validate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give guests the tickets that a cart has for them, all or none.",
            discussion: """
                Without --yes it says what would be distributed, and does nothing.

                Examples:
                  usher cart validate anna@example.org bob@example.org --as desk@sponsor.example --yes
                  usher cart validate --all --as desk@sponsor.example
                """.prose)

        @Argument(help: "The guests: their ids or e-mail addresses.")
        var guests: [ContactArgument] = []
        @Flag(help: "Every guest that has tickets in the cart.")
        var all = false
        @Option(name: .customLong("as"), help: "The contact whose cart it is.")
        var acting: ContactArgument
        @Option(help: "Why tickets are taken back, where some are.")
        var reason = ""
        @Flag(help: "Leave the tickets out of the guests' apps for now.")
        var deferDelivery = false
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: OrganisationCallOptions

        func validate() throws {
            guard guests.isEmpty == all else { throw ValidationError("name guests, or else --all") }
        }

        func run() async throws {
            try await options.withClient { client in
                let distribution = DistributionClient(transport: client)
                var request = Usher_Distribution_V1_ValidateCartRequest()
                request.actingContactID = try await acting.id(client)
                for guest in guests { request.guestContactIds.append(try await guest.id(client)) }
                if all {
                    let cart = try await distribution.getCart(.with { $0.actingContactID = request.actingContactID })
                    request.guestContactIds = Set(cart.items.map(\.guestContactID).filter { !$0.isEmpty }).sorted()
                    guard !request.guestContactIds.isEmpty else { throw Failure("nothing in it is for anybody", .no) }
                }
                (request.reason, request.deferDelivery, request.validateOnly) = (
                    reason, deferDelivery, !confirmation.yes
                )
                let reply = try await distribution.validateCart(request)
                if options.json { return print(try Readable.json(reply)) }
                let back = reply.takenBackCount > 0 ? ", \(reply.takenBackCount) of them taken back" : ""
                let count = reply.distributedCount + reply.takenBackCount
                let verb = confirmation.yes ? "distributed" : "would distribute"
                print(
                    "\(verb) \(count)\(back); \(reply.remainingCount) left in the cart"
                        + (confirmation.yes ? "" : ": --yes does it")
                )
            }
        }
    }
}
