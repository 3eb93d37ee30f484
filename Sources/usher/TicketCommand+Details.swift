import ArgumentParser
import Foundation
import UsherAPI
import UsherClient

extension TicketCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a contact's tickets as CSV, to be edited and imported.",
            discussion: """
                The column '[NEW] CC Email' is empty: fill in who is to have a ticket.

                Example:
                  usher ticket export --as desk@sponsor.example --performance final > tickets.csv
                """.prose)

        @Option(name: .customLong("as"), help: "The contact whose tickets they are, and those that it distributed.")
        var acting: ContactArgument
        @Option(help: "Only of this performance.")
        var performance = ""
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            try await options.withClient { client in
                var request = Usher_Distribution_V1_ExportTicketDetailsRequest()
                request.actingContactID = try await acting.id(client)
                (request.performanceID, request.pageSize) = (performance, 1_000)
                repeat {
                    let page = try await DistributionClient(transport: client).exportTicketDetails(request)
                    FileHandle.standardOutput.write(Data(page.csv.utf8))
                    request.pageToken = page.nextPageToken
                } while !request.pageToken.isEmpty
            }
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give tickets to whom a CSV file's '[NEW] CC Email' names.",
            discussion: """
                Without --yes it says what would be done, and does nothing. Rows that cannot be done are reported and
                the others done, unless --atomic. Exits 1 where any row was refused.

                Example:
                  usher ticket import tickets.csv --as desk@sponsor.example --reason 'guest list of May 4' --yes
                """.prose)

        @Argument(help: ArgumentHelp("The file; '-' is standard input.", valueName: "file"))
        var file: String
        @Option(name: .customLong("as"), help: "The contact that acts.")
        var acting: ContactArgument
        @Option(help: "Why tickets are taken back, for the audit.")
        var reason: String
        @Flag(help: "All rows or none.")
        var atomic = false
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: OrganisationCallOptions

        func run() async throws {
            let csv = try read()
            let reply = try await options.withClient { client in
                let actingID = try await acting.id(client)
                return try await DistributionClient(transport: client).importTicketDetails(
                    .with {
                        ($0.actingContactID, $0.csv, $0.reason) = (actingID, csv, reason)
                        ($0.atomic, $0.validateOnly) = (atomic, !confirmation.yes)
                    })
            }
            for row in reply.refusedRows { StandardError.print("row \(row.row): \(row.reason): \(row.message)") }
            if options.json {
                print(try Readable.json(reply))
            } else {
                let verb = confirmation.yes ? "" : "would be "
                print(
                    """
                    \(verb)distributed \(reply.distributedCount), \(verb)taken back \(reply.takenBackCount), \
                    unchanged \(reply.unchangedCount), refused \(reply.refusedRows.count)\
                    \(confirmation.yes ? "" : ": --yes does it")
                    """)
            }
            if !reply.refusedRows.isEmpty { throw ExitCode(1) }
        }

        private func read() throws -> String {
            do {
                let data =
                    file == "-"
                    ? FileHandle.standardInput.readDataToEndOfFile() : try Data(contentsOf: URL(fileURLWithPath: file))
                return String(decoding: data, as: UTF8.self)
            } catch {
                throw Failure("cannot read \(file): \(error.localizedDescription)")
            }
        }
    }
}
