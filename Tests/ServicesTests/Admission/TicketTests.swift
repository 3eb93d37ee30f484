import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct TicketTests {
    @Test func numberAndBarcodeAreTwoThings() async throws {
        let harness = try await Harness.withNights(2)
        let first = try await harness.issue(3)
        let second = try await harness.issue(2, for: "night-2")
        #expect(first.map(\.number) == [1, 2, 3] && second.map(\.number) == [1, 2])
        let barcodes = (first + second).map(\.barcode)
        #expect(Set(barcodes).count == 5 && barcodes.allSatisfy { $0.count == 16 })
        // A ticket's number is not scanned.
        #expect(try await harness.scan("1").verdict == .notFound)
        #expect(first.allSatisfy { $0.state == .notPrinted && $0.presence == .neverIn && !$0.hasPrintTime })
    }

    @Test func aNumberIsUniqueForItsPerformanceForEver() async throws {
        let harness = try await Harness.withNights(2)
        let given = try await harness.printed { $0.seats = [.with { $0.number = 77 }] }
        #expect(given[0].number == 77)
        for performance in ["night-1", "night-2"] {
            let refusal = try await harness.refusal(
                Admissions.issueTickets,
                .with { ($0.performanceID, $0.seats) = (performance, [.with { $0.number = 77 }]) })
            #expect(refusal?.reason == (performance == "night-1" ? "TICKET_NUMBER_TAKEN" : nil))
        }
        #expect(try await harness.issue().map(\.number) == [78])
        let again = try await harness.call(Admissions.reprintTicket, .with { $0.ticketID = given[0].ticketID })
        #expect(again.number == 79)
        // Dead numbers stay taken.
        let refusal = try await harness.refusal(
            Admissions.issueTickets, .with { ($0.performanceID, $0.seats) = ("night-1", [.with { $0.number = 77 }]) })
        #expect(refusal?.reason == "TICKET_NUMBER_TAKEN")
    }

    @Test func theLastNumberIsTheLast() async throws {
        let harness = try await Harness.withNights(1)
        let last = Ticket.numbers.upperBound
        _ = try await harness.issue { $0.seats = [.with { $0.number = last }] }
        let issue = Usher_Admission_V1_IssueTicketsRequest.with { ($0.performanceID, $0.count) = ("night-1", 1) }
        #expect(try await harness.refusal(Admissions.issueTickets, issue)?.reason == "TICKET_NUMBERS_EXHAUSTED")
        let given = try await harness.issue { $0.seats = [.with { $0.number = last - 1 }] }
        #expect(given.map(\.number) == [last - 1])
    }

    @Test func numbersAreGivenOnceUnderConcurrency() async throws {
        let harness = try await Harness.withNights(1)
        let numbers = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for _ in 0..<8 { group.addTask { try await harness.issue(50).map(\.number) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(numbers.sorted() == Array(1...400))
    }

    @Test func onlyPrintedTicketsOpen() async throws {
        let harness = try await Harness.withNights(1)
        let tickets = try await harness.issue(3)
        #expect(try await harness.scan(tickets[0].barcode).verdict == .notPrinted)
        #expect(try await harness.records().isEmpty)
        try await harness.printTickets([tickets[0]])
        #expect(try await harness.scan(tickets[0].barcode).verdict == .ok)
        // The rest is printed, and what was printed stays as it is.
        let rest = try await harness.call(
            Admissions.printTickets, .with { $0.ticketIds = tickets.map(\.ticketID) })
        #expect(rest.printedCount == 2 && rest.tickets.map(\.barcode) == tickets.map(\.barcode))
        #expect(rest.tickets.allSatisfy { $0.state == .printed })
        let records = try await harness.records()
        #expect(records.map(\.action) == [.print, .print, .print])
        #expect(records.map(\.ticketID) == tickets.map(\.ticketID))
        #expect(records.allSatisfy { $0.performanceIds == ["night-1"] && $0.number > 0 && $0.passID.isEmpty })
    }

    @Test func printingIsAllOrNothing() async throws {
        let harness = try await Harness.withNights(1)
        let tickets = try await harness.issue(2)
        _ = try await harness.call(Admissions.cancelTicket, .with { $0.ticketID = tickets[1].ticketID })
        let refusal = try await harness.refusal(
            Admissions.printTickets, .with { $0.ticketIds = tickets.map(\.ticketID) })
        #expect(refusal?.reason == "TICKET_CANCELLED")
        #expect(try await harness.scan(tickets[0].barcode).verdict == .notPrinted)
        #expect(try await harness.records().isEmpty)
    }

    @Test func aReprintKillsBarcodeAndNumber() async throws {
        let harness = try await Harness.withNights(1)
        let before = try await harness.printed()[0]
        let after = try await harness.call(
            Admissions.reprintTicket, .with { ($0.ticketID, $0.reason) = (before.ticketID, "lost") })
        #expect(after.ticketID == before.ticketID && after.barcode != before.barcode && after.number != before.number)
        #expect(try await harness.scan(before.barcode).verdict == .superseded)
        #expect(try await harness.scan(after.barcode).verdict == .ok)
        #expect(try await harness.scan(after.barcode).verdict == .alreadyUsed)
        let record = try #require(try await harness.records().last)
        #expect(record.action == .reprint && record.previousBarcode == before.barcode)
        #expect(record.barcode == after.barcode && record.number == after.number)
        // Whoever is in is in, by whatever paper.
        let third = try await harness.call(Admissions.reprintTicket, .with { $0.ticketID = before.ticketID })
        #expect(third.presence == .inside)
        #expect(try await harness.scan(third.barcode).verdict == .alreadyUsed)
    }

    @Test func aCancelledTicketSaysWhy() async throws {
        let harness = try await Harness.withNights(2)
        let before = try await harness.printed()[0]
        let after = try await harness.call(Admissions.reprintTicket, .with { $0.ticketID = before.ticketID })
        let cancel = Usher_Admission_V1_CancelTicketRequest.with {
            ($0.ticketID, $0.reason) = (before.ticketID, "returned")
        }
        let asked = try await harness.call(Admissions.cancelTicket, cancel.with { $0.validateOnly = true })
        #expect(asked.state == .printed && !asked.barcode.isEmpty)
        let gone = try await harness.call(Admissions.cancelTicket, cancel)
        #expect(gone.state == .cancelled && gone.barcode.isEmpty && gone.cancelReason == "returned")
        #expect(try await harness.call(Admissions.cancelTicket, cancel) == gone)
        for (barcode, performance) in [
            (after.barcode, "night-1"), (before.barcode, "night-1"), (after.barcode, "night-2"),
        ] {
            let verdict = try await harness.scan(barcode, at: performance)
            #expect(verdict.verdict == .cancelled && verdict.reason == "returned")
        }
        let records = try await harness.records()
        #expect(records.map(\.action) == [.print, .reprint, .cancel])
        #expect(records.last?.barcode == after.barcode && records.last?.performanceIds == [])
        for refusal in [
            try await harness.refusal(Admissions.printTickets, .with { $0.ticketIds = [gone.ticketID] }),
            try await harness.refusal(Admissions.reprintTicket, .with { $0.ticketID = gone.ticketID }),
            try await harness.refusal(
                Admissions.attachExternalBarcode, .with { ($0.ticketID, $0.barcode) = (gone.ticketID, "EXT") }),
        ] {
            #expect(refusal?.reason == "TICKET_CANCELLED")
        }
    }

    @Test func aThirdPartysBarcodeScansAndOursDoesNot() async throws {
        let harness = try await Harness.withNights(1)
        let tickets = try await harness.printed(2)
        let attach = Usher_Admission_V1_AttachExternalBarcodeRequest.with {
            ($0.ticketID, $0.barcode) = (tickets[0].ticketID, " EXT-0815 ")
        }
        let attached = try await harness.call(Admissions.attachExternalBarcode, attach)
        #expect(attached.barcode == "EXT-0815" && attached.barcodeIsExternal && attached.number == tickets[0].number)
        #expect(try await harness.call(Admissions.attachExternalBarcode, attach) == attached)
        #expect(try await harness.scan(tickets[0].barcode).verdict == .superseded)
        #expect(try await harness.scan("EXT-0815").verdict == .ok)
        #expect(try await harness.scan("ext-0815").verdict == .notFound)
        for barcode in ["EXT-0815", tickets[0].barcode, tickets[1].barcode] {
            let refusal = try await harness.refusal(
                Admissions.attachExternalBarcode,
                .with { ($0.ticketID, $0.barcode) = (tickets[1].ticketID, barcode) })
            #expect(refusal?.reason == (barcode == tickets[1].barcode ? nil : "BARCODE_TAKEN"))
        }
        // Before it is printed it opens nothing, whoever made the barcode.
        let unprinted = try await harness.issue()[0]
        try await harness.call(
            Admissions.attachExternalBarcode, .with { ($0.ticketID, $0.barcode) = (unprinted.ticketID, "EXT-1") })
        #expect(try await harness.scan("EXT-1").verdict == .notPrinted)
        try await harness.printTickets([unprinted])
        #expect(try await harness.scan("EXT-1").verdict == .ok)
    }

    @Test func anOrderHoldsItsTickets() async throws {
        let harness = try await Harness.withNights(3)
        let order = try await harness.call(
            Admissions.createOrder,
            .with {
                ($0.orderNumber, $0.customerName) = ("TIX-1", "Anna")
                $0.performanceIds = ["night-1", "night-2", "night-2"]
            })
        #expect(order.tickets.map(\.performanceID) == ["night-1", "night-2", "night-2"])
        #expect(order.unprintedCount == 3 && order.tickets.allSatisfy { $0.orderID == order.orderID })
        let more = try await harness.issue(1, for: "night-3") { $0.orderID = order.orderID }
        try await harness.printTickets(more)
        let byID = try await harness.call(Admissions.getOrder, .with { $0.orderID = order.orderID })
        #expect(byID.tickets.count == 4 && byID.unprintedCount == 3)
        #expect(try await harness.call(Admissions.getOrder, .with { $0.orderNumber = "TIX-1" }) == byID)
        let taken = try await harness.refusal(Admissions.createOrder, .with { $0.orderNumber = "TIX-1" })
        #expect(taken?.reason == "ORDER_NUMBER_TAKEN")
        let tooMany = try await harness.refusal(
            Admissions.issueTickets,
            .with { ($0.performanceID, $0.orderID, $0.count) = ("night-1", order.orderID, 997) })
        #expect(tooMany?.reason == "ORDER_TOO_LARGE")
    }

    @Test func whatDoesNotExistIsNotFound() async throws {
        let harness = try await Harness.withNights(1)
        let nobody = "tkt_0000000000001"
        let refusals = [
            try await harness.refusal(Admissions.printTickets, .with { $0.ticketIds = [nobody] }),
            try await harness.refusal(Admissions.reprintTicket, .with { $0.ticketID = nobody }),
            try await harness.refusal(Admissions.cancelTicket, .with { $0.ticketID = "x" }),
            try await harness.refusal(
                Admissions.attachExternalBarcode, .with { ($0.ticketID, $0.barcode) = (nobody, "A") }),
            try await harness.refusal(Admissions.getOrder, .with { $0.orderID = "ord_0000000000001" }),
            try await harness.refusal(Admissions.getOrder, .init()),
            try await harness.refusal(
                Admissions.issueTickets,
                .with { ($0.performanceID, $0.orderID, $0.count) = ("night-1", "ord_0000000000001", 1) }),
            // An asset of another type is no performance.
            try await harness.refusal(Admissions.issueTickets, .with { ($0.performanceID, $0.count) = ("opening", 1) }),
            try await harness.refusal(Admissions.createOrder, .with { $0.performanceIds = ["opening"] }),
            try await harness.refusal(Admissions.getDoors, .with { $0.performanceID = "none" }),
            try await harness.refusal(Admissions.annulScan, .with { ($0.scanID, $0.deviceID) = ("scn_1", "door-1") }),
            try await harness.refusal(Admissions.acknowledgeAccessControlRecord, .with { $0.recordID = "acr_1" }),
        ]
        #expect(
            refusals.map { $0?.reason } == [
                "TICKET_NOT_FOUND", "TICKET_NOT_FOUND", "TICKET_NOT_FOUND", "TICKET_NOT_FOUND", "ORDER_NOT_FOUND",
                "ORDER_NOT_FOUND", "ORDER_NOT_FOUND", "PERFORMANCE_NOT_FOUND", "PERFORMANCE_NOT_FOUND",
                "PERFORMANCE_NOT_FOUND", "SCAN_NOT_FOUND", "RECORD_NOT_FOUND",
            ])
        let unprinted = try await harness.issue()[0]
        let early = try await harness.refusal(Admissions.reprintTicket, .with { $0.ticketID = unprinted.ticketID })
        #expect(early?.reason == "TICKET_NOT_PRINTED")
    }

    @Test func requestsThatAreNone() async throws {
        let harness = try await Harness.withNights(1)
        for request: Usher_Admission_V1_IssueTicketsRequest in [
            .with { $0.performanceID = "night-1" }, .with { ($0.performanceID, $0.count) = ("night-1", 1_001) },
            .with { ($0.performanceID, $0.count, $0.seats) = ("night-1", 1, [.init()]) },
            .with { ($0.performanceID, $0.count, $0.gates) = ("night-1", 1, ["not a gate"]) },
            .with { ($0.performanceID, $0.seats) = ("night-1", [.with { $0.number = -1 }]) },
        ] {
            #expect(try await harness.refusal(Admissions.issueTickets, request)?.code == .invalidArgument)
        }
        #expect(try await harness.refusal(Admissions.printTickets, .init())?.code == .invalidArgument)
    }

    @Test func theFeedIsAcknowledgedRecordByRecord() async throws {
        let harness = try await Harness.withNights(1)
        _ = try await harness.printed(3)
        let records = try await harness.records()
        let taken = try await harness.call(
            Admissions.acknowledgeAccessControlRecord, .with { $0.recordID = records[1].recordID })
        #expect(taken.hasAcknowledgeTime)
        let again = try await harness.call(
            Admissions.acknowledgeAccessControlRecord, .with { $0.recordID = records[1].recordID })
        #expect(again == taken)
        #expect(try await harness.records() == [records[0], records[2]])
        let all = try await harness.call(Admissions.listAccessControlRecords, .with { $0.includeAcknowledged = true })
        #expect(all.records == [records[0], taken, records[2]])
        let page = try await harness.call(Admissions.listAccessControlRecords, .with { $0.pageSize = 1 })
        let next = try await harness.call(
            Admissions.listAccessControlRecords, .with { ($0.pageSize, $0.pageToken) = (1, page.nextPageToken) })
        #expect(page.records + next.records == [records[0], records[2]] && next.nextPageToken.isEmpty)
    }
}
