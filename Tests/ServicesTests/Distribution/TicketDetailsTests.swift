import Foundation
import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct TicketDetailsTests {
    /// The file of a contact's tickets, page by page.
    private func export(
        _ harness: Harness, _ acting: String, pageSize: Int32 = 0, performance: String = ""
    ) async throws -> String {
        var request = Usher_Distribution_V1_ExportTicketDetailsRequest()
        (request.actingContactID, request.pageSize, request.performanceID) = (acting, pageSize, performance)
        var csv = ""
        repeat {
            let page = try await harness.call(Distributions.exportTicketDetails, request)
            csv += page.csv
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        return csv
    }

    private func rows(_ csv: String) -> [[String]] {
        var (reader, rows) = (CSVReader(), [[String]]())
        func take(_ result: Result<CSVRow, CSVProblem>) {
            if case .success(let row) = result { rows.append(row.fields) }
        }
        reader.feed(Array(csv.utf8), take)
        reader.finish(take)
        return rows
    }

    /// The file with new addresses, by ticket.
    private func edited(_ csv: String, _ addresses: [String: String]) -> String {
        var writer = CSVWriter()
        for row in rows(csv) { writer.write(row.dropLast() + [addresses[row[0]] ?? row[row.count - 1]]) }
        return String(decoding: writer.take(), as: UTF8.self)
    }

    @Test func aFileGoesOutIsEditedAndComesBack() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales()
        let relay = try await harness.contact("relay", .relay)
        let (anna, bob) = (try await harness.contact("anna"), try await harness.contact("bob"))
        let ids = try await harness.tickets(5, for: relay) { $0.tickets[4].holderName = "=1+1, \"x\"" }
        try await harness.distribute([ids[0], ids[1]], from: relay, to: anna)
        try await harness.enter(try await harness.ticket(ids[1]).barcode)
        let csv = try await export(harness, relay)
        #expect(csv == (try await export(harness, relay, pageSize: 2)))
        let exported = rows(csv)
        #expect(exported[0] == TicketDetails.allCases.map(\.rawValue) && exported[0].last == "[NEW] CC Email")
        #expect(exported.dropFirst().map(\.[0]) == ids)
        #expect(exported[1][5] == "anna@example.org" && exported[1][7...] == ["INJECTED", "yes", "no", "no", ""])
        #expect(exported[2][9] == "yes" && exported[3][5] == "relay@example.org" && exported[5][6] == "'=1+1, \"x\"")

        var request = Usher_Distribution_V1_ImportTicketDetailsRequest()
        (request.actingContactID, request.reason) = (relay, "by file")
        request.csv = edited(
            csv,
            [
                ids[0]: "Bob@Example.org", ids[1]: "bob@example.org", ids[2]: " anna@example.org",
                ids[3]: "nobody@example.org", ids[4]: "relay@example.org",
            ])
        request.atomic = true
        let refusal = try await harness.refusal(Distributions.importTicketDetails, request)
        #expect(refusal?.reason == "TICKET_CONTROLLED" && refusal?.metadata["row"] == "3")
        (request.atomic, request.validateOnly) = (false, true)
        let planned = try await harness.call(Distributions.importTicketDetails, request)
        #expect(planned.rowCount == 5 && planned.distributedCount == 1 && planned.takenBackCount == 1)
        #expect(planned.unchangedCount == 1)
        #expect(planned.refusedRows.map(\.row) == [3, 5])
        #expect(planned.refusedRows.map(\.reason) == ["TICKET_CONTROLLED", "CONTACT_NOT_FOUND"])
        #expect(try await export(harness, relay) == csv)
        request.validateOnly = false
        #expect(try await harness.call(Distributions.importTicketDetails, request) == planned)
        let (first, third) = (try await harness.ticket(ids[0]), try await harness.ticket(ids[2]))
        #expect(first.ownerContactID == bob && first.distributorContactID == relay)
        #expect(first.moves.last?.kind == .takenBack && first.moves.last?.reason == "by file")
        #expect(third.ownerContactID == anna && third.holderName == "anna" && third.delivery == .injected)
        // What has been done is not done again: the file tells of owners that are none any more.
        let again = try await harness.call(Distributions.importTicketDetails, request)
        #expect(
            again.refusedRows.map(\.reason) == ["ROW_STALE", "TICKET_CONTROLLED", "ROW_STALE", "CONTACT_NOT_FOUND"])
    }

    @Test func rowsThatAreNone() async throws {
        let harness = try await Harness.withMatches()
        let (relay, anna) = (try await harness.contact("relay", .relay), try await harness.contact("anna"))
        let ids = try await harness.tickets(1, for: relay)
        let others = try await harness.tickets(1, for: anna)
        var request = Usher_Distribution_V1_ImportTicketDetailsRequest()
        (request.actingContactID, request.reason) = (relay, "by file")
        request.csv = """
            [new] cc email,Ticket ID,Note,CC EMAIL
            anna@example.org,tkt_0000000000001,,relay@example.org
            anna@example.org,\(ids[0]),x,relay@example.org
            anna@example.org,\(ids[0]),x,relay@example.org
            relay@example.org,\(others[0]),x,anna@example.org
            anna@example.org,"x"y
            ,nothing,,

            """
        let done = try await harness.call(Distributions.importTicketDetails, request)
        #expect(done.distributedCount == 1 && done.unchangedCount == 1 && done.rowCount == 6)
        #expect(done.refusedRows.map(\.row) == [2, 4, 5, 6])
        #expect(
            done.refusedRows.map(\.reason) == ["TICKET_NOT_FOUND", "ROW_REPEATED", "NOT_OWNER", "CSV_QUOTE_INVALID"])
        for (csv, reason) in [
            ("", "FIELD_INVALID"), ("Ticket ID,CC Email\n", "CSV_COLUMN_MISSING"),
            ("Ticket ID,CC Email,[NEW] CC Email\n" + String(repeating: ",,\n", count: 10_001), "TOO_MANY_ROWS"),
        ] {
            request.csv = csv
            let refusal = try await harness.refusal(Distributions.importTicketDetails, request)
            #expect(refusal?.reason == reason && refusal?.code == .invalidArgument)
        }
        (request.csv, request.reason) = ("x", "")
        #expect(
            try await harness.refusal(Distributions.importTicketDetails, request)?.violations.map(\.field)
                == ["reason"])
    }

    @Test func aFileTakesBackNoMoreThanADayAllows() async throws {
        let harness = try await Harness.withMatches()
        try await harness.pointOfSales(perDay: 2)
        let relay = try await harness.contact("relay", .relay)
        let (anna, _) = (try await harness.contact("anna"), try await harness.contact("bob"))
        let ids = try await harness.tickets(4, for: relay)
        try await harness.distribute(ids, from: relay, to: anna)
        let csv = try await export(harness, relay)
        var request = Usher_Distribution_V1_ImportTicketDetailsRequest()
        (request.actingContactID, request.reason) = (relay, "by file")
        request.csv = edited(csv, Dictionary(uniqueKeysWithValues: ids.map { ($0, "bob@example.org") }))
        let done = try await harness.call(Distributions.importTicketDetails, request)
        #expect(done.takenBackCount == 2)
        #expect(done.refusedRows.map(\.reason) == ["TAKE_BACK_LIMIT_REACHED", "TAKE_BACK_LIMIT_REACHED"])
    }
}
