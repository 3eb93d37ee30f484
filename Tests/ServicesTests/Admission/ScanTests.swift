import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct ScanTests {
    @Test func inOutAndInAgain() async throws {
        let harness = try await Harness.withNights(1)
        let ticket = try await harness.printed { $0.seats = [.with { ($0.seat, $0.holderName) = ("12", "Anna") }] }[0]
        #expect(try await harness.scan(ticket.barcode) { $0.direction = .exit }.verdict == .alreadyOut)
        let first = try await harness.scan(" \(ticket.barcode)\n") { ($0.gate, $0.deviceID) = ("north", "door-7") }
        #expect(first.verdict == .ok && first.ticketID == ticket.ticketID && first.passID.isEmpty)
        #expect(first.seat == "12" && first.holderName == "Anna" && first.number == ticket.number)
        harness.now = harness.now + .seconds(60)
        let second = try await harness.scan(ticket.barcode)
        #expect(second.verdict == .alreadyUsed && second.usedGate == "north" && second.usedDeviceID == "door-7")
        #expect(second.usedTime.seconds == Harness.start.microseconds / 1_000_000)
        #expect(try await harness.scan(ticket.barcode) { $0.direction = .exit }.verdict == .ok)
        #expect(try await harness.scan(ticket.barcode) { $0.direction = .exit }.verdict == .alreadyOut)
        #expect(try await harness.scan(ticket.barcode).verdict == .ok)
        let scans = try await harness.call(Admissions.listScans, .with { $0.barcode = ticket.barcode }).scans
        #expect(scans.map(\.verdict) == [.alreadyOut, .ok, .alreadyUsed, .ok, .alreadyOut, .ok])
        #expect(scans.map(\.direction) == [.exit, .entry, .entry, .exit, .exit, .entry])
    }

    @Test func aSingleEntryIsUsedUpByGoingOut() async throws {
        let harness = try await Harness.withNights(1)
        _ = try await harness.call(
            Admissions.updateDoors, .with { ($0.doors.performanceID, $0.doors.singleEntry) = ("night-1", true) })
        let ticket = try await harness.printed()[0]
        let entry = try await harness.scan(ticket.barcode) { $0.gate = "north" }
        #expect(try await harness.scan(ticket.barcode) { ($0.direction, $0.gate) = (.exit, "south") }.verdict == .ok)
        let again = try await harness.scan(ticket.barcode)
        #expect(entry.verdict == .ok && again.verdict == .alreadyUsed && again.usedGate == "north")
    }

    @Test func gatesAndHours() async throws {
        let harness = try await Harness.withNights(2)
        let ticket = try await harness.printed { $0.gates = ["north", "east"] }[0]
        var doors = Usher_Admission_V1_Doors()
        doors.performanceID = "night-1"
        doors.openTime.seconds = Harness.start.microseconds / 1_000_000 + 60
        doors.closeTime.seconds = Harness.start.microseconds / 1_000_000 + 120
        doors.ticketTemplate = "A5"
        let set = try await harness.call(Admissions.updateDoors, .with { $0.doors = doors })
        #expect(try await harness.call(Admissions.getDoors, .with { $0.performanceID = "night-1" }) == set)
        #expect(try await harness.scan(ticket.barcode, at: "night-2").verdict == .wrongPerformance)
        #expect(try await harness.scan(ticket.barcode).verdict == .wrongGate)
        #expect(try await harness.scan(ticket.barcode) { $0.gate = "east" }.verdict == .notYetOpen)
        #expect(try await harness.peek(ticket.barcode).verdict == .wrongGate)
        harness.now = Harness.start + .seconds(120)
        #expect(try await harness.scan(ticket.barcode) { $0.gate = "east" }.verdict == .closed)
        // An offline scanner let them in at the wrong gate: they are in, and nobody else comes in with it.
        let forced = try await harness.scan(ticket.barcode) { ($0.force, $0.gate) = (true, "south") }
        #expect(forced.verdict == .ok)
        #expect(try await harness.scan(ticket.barcode) { $0.force = true }.verdict == .alreadyUsed)
        #expect(try await harness.issue()[0].ticketTemplate == "A5")
    }

    @Test func doorsAreCheckedAndVersioned() async throws {
        let harness = try await Harness.withNights(1)
        let fresh = try await harness.call(Admissions.getDoors, .with { $0.performanceID = "night-1" })
        #expect(!fresh.hasOpenTime && !fresh.hasCloseTime && !fresh.singleEntry)
        let change = Usher_Admission_V1_UpdateDoorsRequest.with {
            ($0.doors.performanceID, $0.doors.openTime.seconds, $0.doors.etag) = ("night-1", 1_000, fresh.etag)
            $0.updateMask.paths = ["open_time"]
        }
        let set = try await harness.call(Admissions.updateDoors, change)
        #expect(set.openTime.seconds == 1_000 && set.etag != fresh.etag)
        #expect(try await harness.refusal(Admissions.updateDoors, change)?.reason == "ETAG_MISMATCH")
        for paths in [["close_time"], ["open_time", "close_time"], ["nothing"]] {
            let refusal = try await harness.refusal(
                Admissions.updateDoors,
                .with {
                    ($0.doors.performanceID, $0.updateMask.paths) = ("night-1", paths)
                    ($0.doors.openTime.seconds, $0.doors.closeTime.seconds) = (1_000, 1_000)
                })
            #expect(refusal?.code == .invalidArgument, "\(paths)")
        }
    }

    /// Checking says what scanning would, and marks nothing.
    @Test func aCheckMarksNothing() async throws {
        let harness = try await Harness.withNights(1)
        let ticket = try await harness.printed()[0]
        for _ in 0..<3 { #expect(try await harness.peek(ticket.barcode).verdict == .ok) }
        #expect(try await harness.call(Admissions.listScans, .init()).scans.isEmpty)
        let scan = try await harness.scan(ticket.barcode)
        let check = try await harness.peek(ticket.barcode)
        #expect(scan.verdict == .ok && check.verdict == .alreadyUsed && check.usedDeviceID == "door-1")
        #expect(try await harness.peek("none").verdict == .notFound)
    }

    @Test func aNonceIsAnsweredAsBefore() async throws {
        let harness = try await Harness.withNights(2)
        let tickets = try await harness.printed(2)
        let first = try await harness.scan(tickets[0].barcode) { $0.nonce = "n-1" }
        #expect(try await harness.scan(tickets[0].barcode) { $0.nonce = "n-1" } == first)
        let refused = try await harness.scan(tickets[0].barcode) { $0.nonce = "n-2" }
        #expect(refused.verdict == .alreadyUsed)
        _ = try await harness.scan(tickets[0].barcode) { $0.direction = .exit }
        _ = try await harness.scan(tickets[0].barcode) { $0.gate = "later" }
        // What it said then, not what it would say now.
        #expect(try await harness.scan(tickets[0].barcode) { $0.nonce = "n-2" } == refused)
        #expect(try await harness.scan(tickets[0].barcode) { ($0.nonce, $0.deviceID) = ("n-1", "door-2") } != first)
        for change: @Sendable (inout Usher_Admission_V1_ScanBarcodeRequest) -> Void in [
            { $0.barcode = tickets[1].barcode }, { $0.performanceID = "night-2" }, { $0.direction = .exit },
        ] {
            var request = Usher_Admission_V1_ScanBarcodeRequest()
            (request.barcode, request.performanceID) = (tickets[0].barcode, "night-1")
            (request.deviceID, request.nonce) = ("door-1", "n-1")
            change(&request)
            #expect(try await harness.refusal(Admissions.scanBarcode, request)?.reason == "NONCE_REUSED")
        }
        // The ticket has another number by now, and another holder's name would stand on it.
        _ = try await harness.call(Admissions.reprintTicket, .with { $0.ticketID = tickets[0].ticketID })
        #expect(try await harness.scan(tickets[0].barcode) { $0.nonce = "n-1" } == first)
        _ = try await harness.call(
            Admissions.cancelTicket, .with { ($0.ticketID, $0.reason) = (tickets[1].ticketID, "ill") })
        let cancelled = try await harness.scan(tickets[1].barcode) { $0.nonce = "n-4" }
        #expect(cancelled.verdict == .cancelled && cancelled.reason == "ill" && cancelled.number == 2)
        #expect(try await harness.scan(tickets[1].barcode) { $0.nonce = "n-4" } == cancelled)
        let unknown = try await harness.scan("none") { $0.nonce = "n-3" }
        #expect(unknown.verdict == .notFound)
        #expect(try await harness.scan("none") { $0.nonce = "n-3" } == unknown)
    }

    /// A scanner that was refused, went offline and let the guest in anyway reports that under the same nonce.
    @Test func aForcedScanIsNotAnsweredWithTheRefusalBefore() async throws {
        let harness = try await Harness.withNights(1)
        let ticket = try await harness.printed(1)[0]
        var doors = Usher_Admission_V1_Doors()
        doors.performanceID = "night-1"
        doors.openTime.seconds = Harness.start.microseconds / 1_000_000 + 60
        _ = try await harness.call(Admissions.updateDoors, .with { $0.doors = doors })
        let early = try await harness.scan(ticket.barcode) { $0.nonce = "o-1" }
        #expect(early.verdict == .notYetOpen)
        let forced = try await harness.scan(ticket.barcode) { ($0.nonce, $0.force) = ("o-1", true) }
        #expect(forced.verdict == .ok && forced.scanID != early.scanID)
        #expect(try await harness.scan(ticket.barcode) { ($0.nonce, $0.force) = ("o-1", true) } == forced)
        let scans = try await harness.call(Admissions.listScans, .init()).scans
        #expect(scans.map(\.forced) == [false, true])
        // What went through unforced went through once, also where it is reported as forced later.
        harness.now = Harness.start + .seconds(61)
        let other = try await harness.printed(1)[0]
        let passed = try await harness.scan(other.barcode) { $0.nonce = "o-2" }
        #expect(passed.verdict == .ok)
        #expect(try await harness.scan(other.barcode) { ($0.nonce, $0.force) = ("o-2", true) } == passed)
    }

    @Test func anOfflineUploadCountsFromWhenItWas() async throws {
        let harness = try await Harness.withNights(1)
        let tickets = try await harness.printed(2)
        let earlier = Harness.start.microseconds / 1_000_000 - 600
        let upload: @Sendable (inout Usher_Admission_V1_ScanBarcodeRequest) -> Void = {
            ($0.force, $0.gate, $0.scanTime.seconds) = (true, "north", earlier)
        }
        #expect(try await harness.scan(tickets[0].barcode, upload).verdict == .ok)
        // The same ticket went in by another offline gate: one entry, and the other one is on record.
        let double = try await harness.scan(tickets[0].barcode) { ($0.force, $0.gate) = (true, "south") }
        #expect(double.verdict == .alreadyUsed && double.usedTime.seconds == earlier && double.usedGate == "north")
        let scans = try await harness.call(Admissions.listScans, .with { $0.barcode = tickets[0].barcode }).scans
        #expect(scans.map(\.forced) == [true, true] && scans[0].scanTime.seconds == earlier)
        #expect(scans[0].createTime.seconds == Harness.start.microseconds / 1_000_000)
        for request: Usher_Admission_V1_ScanBarcodeRequest in [
            .with { $0.scanTime.seconds = earlier },
            .with { ($0.force, $0.scanTime.seconds) = (true, earlier + 601) },
        ] {
            let refusal = try await harness.refusal(
                Admissions.scanBarcode,
                request.with {
                    ($0.barcode, $0.performanceID, $0.deviceID) = (tickets[1].barcode, "night-1", "door-1")
                })
            #expect(refusal?.violations.map(\.field) == ["scan_time"])
        }
        // Force makes nothing valid that is not.
        let unprinted = try await harness.issue()[0]
        #expect(try await harness.scan(unprinted.barcode) { $0.force = true }.verdict == .notPrinted)
    }

    @Test func aScanIsAnnulledByItsDeviceWithin15Minutes() async throws {
        let harness = try await Harness.withNights(1)
        let ticket = try await harness.printed()[0]
        let entry = try await harness.scan(ticket.barcode)
        let refused = try await harness.scan(ticket.barcode)
        func annul(_ id: String, _ device: String = "door-1") async throws -> String? {
            try await harness.refusal(Admissions.annulScan, .with { ($0.scanID, $0.deviceID) = (id, device) })?.reason
        }
        #expect(try await annul(entry.scanID, "door-2") == "SCAN_OF_OTHER_DEVICE")
        #expect(try await annul(refused.scanID) == "SCAN_REFUSED")
        harness.now = harness.now + Scan.annulWindow + .microseconds(1)
        #expect(try await annul(entry.scanID) == "ANNUL_TOO_LATE")
        harness.now = Harness.start + Scan.annulWindow
        #expect(try await annul(entry.scanID) == nil)
        #expect(try await annul(entry.scanID) == nil)
        #expect(try await harness.scan(ticket.barcode) { $0.direction = .exit }.verdict == .alreadyOut)
        let second = try await harness.scan(ticket.barcode)
        #expect(second.verdict == .ok)
        let exit = try await harness.scan(ticket.barcode) { $0.direction = .exit }
        #expect(try await annul(second.scanID) == "SCAN_NOT_LATEST")
        // An annulled exit leaves them inside.
        #expect(try await annul(exit.scanID) == nil)
        #expect(try await harness.scan(ticket.barcode).verdict == .alreadyUsed)
        #expect(try await annul(second.scanID) == nil)
        #expect(try await harness.peek(ticket.barcode).verdict == .ok)
        let passed = try await harness.call(Admissions.listScans, .with { $0.verdict = .ok }).scans
        #expect(passed.count == 3 && passed.allSatisfy(\.hasAnnulTime))
    }

    @Test func everyAttemptIsOnRecord() async throws {
        let harness = try await Harness.withNights(2)
        let ticket = try await harness.printed()[0]
        _ = try await harness.scan("none")
        _ = try await harness.scan(ticket.barcode, at: "night-2") { $0.deviceID = "door-2" }
        harness.now = harness.now + .seconds(1)
        _ = try await harness.scan(ticket.barcode)
        _ = try await harness.scan(ticket.barcode) { $0.nonce = "n" }
        func list(_ change: (inout Usher_Admission_V1_ListScansRequest) -> Void) async throws
            -> [Usher_Admission_V1_ScanVerdict]
        {
            var request = Usher_Admission_V1_ListScansRequest()
            change(&request)
            return try await harness.call(Admissions.listScans, request).scans.map(\.verdict)
        }
        let second = Harness.start.microseconds / 1_000_000 + 1
        #expect(try await list { _ in } == [.notFound, .wrongPerformance, .ok, .alreadyUsed])
        #expect(try await list { $0.performanceID = "night-1" } == [.notFound, .ok, .alreadyUsed])
        #expect(try await list { $0.barcode = ticket.barcode } == [.wrongPerformance, .ok, .alreadyUsed])
        #expect(try await list { $0.barcode = "none" } == [])
        #expect(try await list { $0.deviceID = "door-2" } == [.wrongPerformance])
        #expect(try await list { $0.verdict = .ok } == [.ok])
        #expect(try await list { $0.receivedFrom.seconds = second } == [.ok, .alreadyUsed])
        #expect(try await list { $0.receivedUntil.seconds = second } == [.notFound, .wrongPerformance])
        let page = try await harness.call(Admissions.listScans, .with { $0.pageSize = 3 })
        let rest = try await harness.call(
            Admissions.listScans, .with { ($0.pageSize, $0.pageToken) = (3, page.nextPageToken) })
        #expect(page.scans.count == 3 && rest.scans.map(\.nonce) == ["n"] && rest.nextPageToken.isEmpty)
    }

    /// Ids go on from where they were, times do not.
    @Test func scansAreListedByTheirTimeAfterTheClockWasSetBack() async throws {
        let harness = try await Harness.withNights(1)
        for (code, seconds) in [("a", 0), ("b", 3_600), ("c", 60), ("d", 7_200)] {
            harness.now = Harness.start + .seconds(seconds)
            _ = try await harness.scan(code)
        }
        func list(from: Int64?, until: Int64?, _ size: Int32) async throws -> [String] {
            var request = Usher_Admission_V1_ListScansRequest()
            let start = Harness.start.microseconds / 1_000_000
            if let from { request.receivedFrom.seconds = start + from }
            if let until { request.receivedUntil.seconds = start + until }
            request.pageSize = size
            var found: [String] = []
            repeat {
                let page = try await harness.call(Admissions.listScans, request)
                found += page.scans.map(\.barcode)
                request.pageToken = page.nextPageToken
            } while !request.pageToken.isEmpty
            return found
        }
        for size in [1, 2, 100] as [Int32] {
            #expect(try await list(from: nil, until: 3_600, size) == ["a", "c"])
            #expect(try await list(from: 60, until: nil, size) == ["b", "c", "d"])
            #expect(try await list(from: 30, until: 3_600, size) == ["c"])
        }
    }

    @Test func scansThatAreNone() async throws {
        let harness = try await Harness.withNights(1)
        let good = Usher_Admission_V1_ScanBarcodeRequest.with {
            ($0.barcode, $0.performanceID, $0.deviceID) = ("A", "night-1", "door-1")
        }
        for (field, request) in [
            ("barcode", good.with { $0.barcode = " " }),
            ("barcode", good.with { $0.barcode = String(repeating: "A", count: 2_000) }),
            ("barcode", good.with { $0.barcode = String(repeating: "A", count: 201) }),
            ("performance_id", good.with { $0.performanceID = "" }), ("device_id", good.with { $0.deviceID = "" }),
            ("gate", good.with { $0.gate = "no gate" }),
            ("nonce", good.with { $0.nonce = String(repeating: "n", count: 65) }),
            ("direction", good.with { $0.direction = .UNRECOGNIZED(9) }),
        ] {
            let refusal = try await harness.refusal(Admissions.scanBarcode, request)
            #expect(refusal?.violations.map(\.field) == [field])
        }
        let long = try await harness.scan(" \(String(repeating: "A", count: 200)) ")
        #expect(long.verdict == .notFound)
        let unknown = try await harness.refusal(Admissions.scanBarcode, good.with { $0.performanceID = "none" })
        #expect(unknown?.reason == "PERFORMANCE_NOT_FOUND")
    }

    /// While a ticket is printed again and again, scanners try every barcode that it has had: one lets somebody in.
    @Test func oneEntryWhileTheTicketIsReprinted() async throws {
        let harness = try await Harness.withNights(1)
        let ticket = try await harness.printed()[0]
        let barcodes = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var barcodes: [String] = []
                    for _ in 0..<10 {
                        let printed = try await harness.call(
                            Admissions.reprintTicket, .with { $0.ticketID = ticket.ticketID })
                        barcodes.append(printed.barcode)
                        _ = try await harness.scan(printed.barcode)
                        _ = try await harness.scan(ticket.barcode)
                    }
                    return barcodes
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(barcodes).count == 40)
        for barcode in barcodes { _ = try await harness.scan(barcode) }
        let scans = try await harness.call(
            Admissions.listScans, .with { ($0.barcode, $0.pageSize) = (ticket.barcode, 1_000) }
        ).scans
        #expect(scans.count == 120 && scans.filter { $0.verdict == .ok }.count == 1)
        // Of all that it has had, one barcode is live.
        var live: [String] = []
        for barcode in barcodes where try await harness.peek(barcode).verdict == .alreadyUsed { live.append(barcode) }
        #expect(live.count == 1)
    }

    /// 64 scanners, one barcode: one of them lets somebody in. With one nonce, all of them are told so.
    @Test(arguments: [false, true]) func oneEntryUnderConcurrency(withOneNonce: Bool) async throws {
        let harness = try await Harness.withNights(1)
        let ticket = try await harness.printed()[0]
        let verdicts = try await withThrowingTaskGroup(of: Usher_Admission_V1_ScanBarcodeResponse.self) { group in
            for number in 0..<64 {
                group.addTask {
                    try await harness.scan(ticket.barcode) {
                        if withOneNonce { $0.nonce = "same" } else { $0.deviceID = "door-\(number)" }
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(verdicts.filter { $0.verdict == .ok }.count == (withOneNonce ? 64 : 1))
        #expect(Set(verdicts.map(\.scanID)).count == (withOneNonce ? 1 : 64))
        let passed = try await harness.call(
            Admissions.listScans, .with { ($0.verdict, $0.barcode) = (.ok, ticket.barcode) })
        #expect(passed.scans.count == 1)
    }
}
