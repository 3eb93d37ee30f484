import Foundation
import Testing
import UsherAPI
import UsherClient
import UsherContract

/// The doors of a theatre, over TCP.
///
/// USHER_DOOR_SCANS says how many people come; 2,000 in the test run, 20,000 in the scenario.
@Suite struct DoorTests {
    private static let people = ProcessInfo.processInfo.environment["USHER_DOOR_SCANS"].flatMap(Int.init) ?? 2_000
    private static let gates = 8
    /// Every hundredth ticket was let in by another gate too, while that was offline.
    private static let duplicateStep = 100

    /// Scenario 9, the pass: 12 performances, a 13th one, a new card, a cancelled evening.
    @Test func aSeasonAtTheTheatre() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("theatre")
            let nights = try await client.createNights(13)
            _ = try await client.admissions.createPassProduct(
                .with {
                    ($0.passProduct.passProductID, $0.passProduct.kind) = ("season", .bundle)
                    ($0.passProduct.title, $0.passProduct.performanceIds) = ("Season ticket", Array(nights.prefix(12)))
                    $0.passProduct.eligiblePerformanceIds = [nights[12]]
                })
            let order = try await client.admissions.createOrder(.with { $0.passProductIds = ["season"] })
            let card = try #require(
                try await client.admissions.printOrder(.with { $0.orderID = order.orderID }).passes.first)
            var expected = Array(repeating: Usher_Admission_V1_ScanVerdict.ok, count: 12) + [.wrongPerformance]
            #expect(try await client.verdicts(card.barcode, nights) == expected)

            let extra = try await client.admissions.createOrder(
                .with { ($0.performanceIds, $0.passID) = ([nights[12]], card.passID) })
            expected[12] = .notPrinted
            #expect(try await client.verdicts(card.barcode, nights) == expected)
            _ = try await client.admissions.printOrder(.with { $0.orderID = extra.orderID })
            expected[12] = .ok
            #expect(try await client.verdicts(card.barcode, nights) == expected)

            let reprint = try await client.admissions.reprintPass(
                .with { ($0.passID, $0.reason) = (card.passID, "lost") })
            #expect(try await client.verdicts(card.barcode, nights).allSatisfy { $0 == .superseded })
            #expect(try await client.verdicts(reprint.barcode, nights) == expected)
            _ = try await client.admissions.cancelAdmissions(
                .with { ($0.passID, $0.performanceIds, $0.reason) = (card.passID, [nights[4]], "returned") })
            expected[4] = .cancelled
            for (night, verdict) in zip(nights, expected) {
                let scan = try await client.admissions.scanBarcode(
                    .with { ($0.barcode, $0.performanceID, $0.deviceID) = (reprint.barcode, night, "door-1") })
                #expect(scan.verdict == verdict)
            }
            let records = try await client.admissions.listAccessControlRecords(.init()).records
            #expect(records.map(\.action) == [.print, .update, .reprint, .update])
            #expect(records.map(\.performanceIds.count) == [12, 13, 13, 12])
            await client.close()
        }
    }

    /// Scenario 9, the evening: everybody comes through 8 gates at once, and some tickets twice.
    @Test func everybodyComesInOnce() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("theatre")
            let night = try await client.createNights(1)[0]
            let barcodes = try await client.printTickets(Self.people, for: night)
            let outcomes = try await withThrowingTaskGroup(of: [(String, Usher_Admission_V1_ScanVerdict)].self) {
                group in
                for gate in 0..<Self.gates {
                    let key = try await client.organisations.createApiKey(
                        .with { ($0.apiKey.name, $0.apiKey.scopes) = ("gate", ["admission:scan"]) })
                    let scanner = server.client(key: key.secret)
                    group.addTask {
                        let found = try await Self.scan(barcodes, night, gate: gate, scanner)
                        await scanner.close()
                        return found
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let duplicates = (Self.people - 1) / Self.duplicateStep + 1
            let passed = outcomes.filter { $0.1 == .ok }.map(\.0)
            #expect(outcomes.count == Self.people + duplicates)
            #expect(passed.count == Self.people && Set(passed) == Set(barcodes))
            #expect(outcomes.filter { $0.1 == .alreadyUsed }.count == duplicates)
            let log = try await client.scans(at: night)
            #expect(log.count == outcomes.count && log.filter(\.forced).count == duplicates)
            #expect(Set(log.filter { $0.verdict == .ok }.map(\.barcode)).count == Self.people)
            await client.close()
        }
    }

    /// What one gate's scanner sees: its share of the people, and what it let in while it was offline.
    private static func scan(
        _ barcodes: [String], _ night: String, gate: Int, _ client: UsherClient
    ) async throws -> [(String, Usher_Admission_V1_ScanVerdict)] {
        var found: [(String, Usher_Admission_V1_ScanVerdict)] = []
        for (number, barcode) in barcodes.enumerated() {
            let isOwn = number % gates == gate
            let isDuplicate = number % duplicateStep == 0 && (number / duplicateStep + 1) % gates == gate
            for isOffline in [false, true] where isOffline ? isDuplicate : isOwn {
                let reply = try await client.admissions.scanBarcode(
                    .with {
                        ($0.barcode, $0.performanceID) = (barcode, night)
                        ($0.gate, $0.deviceID) = ("gate-\(gate)", "scanner-\(gate)")
                        ($0.nonce, $0.force) = ("\(number)-\(isOffline)", isOffline)
                        if isOffline { $0.scanTime.seconds = RunningServer.start.microseconds / 1_000_000 - 600 }
                    })
                found.append((barcode, reply.verdict))
            }
        }
        return found
    }

    /// 64 scanners and one barcode: one lets somebody in. With one nonce and one device, all are told the same.
    @Test(arguments: [false, true]) func oneBarcodeAt64Scanners(withOneNonce: Bool) async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("theatre")
            let night = try await client.createNights(1)[0]
            let barcode = try await client.printTickets(1, for: night)[0]
            let replies = try await withThrowingTaskGroup(of: Usher_Admission_V1_ScanBarcodeResponse.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        try await client.admissions.scanBarcode(
                            .with {
                                ($0.barcode, $0.performanceID) = (barcode, night)
                                $0.deviceID = withOneNonce ? "scanner" : "scanner-\(number)"
                                if withOneNonce { $0.nonce = "same" }
                            })
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(replies.map(\.scanID)).count == (withOneNonce ? 1 : 64))
            #expect(replies.filter { $0.verdict == .ok }.count == (withOneNonce ? 64 : 1))
            #expect(try await client.scans(at: night).filter { $0.verdict == .ok }.count == 1)
            await client.close()
        }
    }
}

extension UsherClient {
    /// Performances `night-1` and on; returns their ids.
    func createNights(_ count: Int) async throws -> [String] {
        var nights: [String] = []
        for number in 1...count {
            nights.append(
                try await catalog.createAsset(
                    .with {
                        $0.asset = .with { ($0.assetID, $0.type, $0.title) = ("night-\(number)", .performance, "N") }
                    }
                ).assetID)
        }
        return nights
    }

    /// Tickets that open the door; returns their barcodes.
    func printTickets(_ count: Int, for night: String) async throws -> [String] {
        var barcodes: [String] = []
        while barcodes.count < count {
            let tickets = try await admissions.issueTickets(
                .with { ($0.performanceID, $0.count) = (night, Int32(min(1_000, count - barcodes.count))) }
            ).tickets
            barcodes += try await admissions.printTickets(.with { $0.ticketIds = tickets.map(\.ticketID) })
                .tickets.map(\.barcode)
        }
        return barcodes
    }

    /// What a barcode would come to at each performance's door.
    fileprivate func verdicts(
        _ barcode: String, _ nights: [String]
    ) async throws -> [Usher_Admission_V1_ScanVerdict] {
        var verdicts: [Usher_Admission_V1_ScanVerdict] = []
        for night in nights {
            verdicts.append(
                try await admissions.checkBarcode(.with { ($0.barcode, $0.performanceID) = (barcode, night) }).verdict)
        }
        return verdicts
    }

    /// The whole log of a performance's doors.
    func scans(at night: String) async throws -> [Usher_Admission_V1_Scan] {
        var (scans, token) = ([Usher_Admission_V1_Scan](), "")
        repeat {
            let page = try await admissions.listScans(
                .with { ($0.performanceID, $0.pageSize, $0.pageToken) = (night, 1_000, token) })
            scans += page.scans
            token = page.nextPageToken
        } while !token.isEmpty
        return scans
    }
}
