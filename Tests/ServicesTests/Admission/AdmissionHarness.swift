import Testing
import UsherAPI
import UsherContract

typealias Admissions = Usher_Admission_V1_AdmissionService

extension Harness {
    /// An organisation `nordfilm` with so many performances, `night-1` and on.
    static func withNights(_ count: Int) async throws -> Harness {
        let harness = try await Harness.withOpening()
        for number in 1...count {
            try await harness.createAsset("night-\(number)") { ($0.type, $0.title) = (.performance, "Night \(number)") }
        }
        return harness
    }

    func issue(
        _ count: Int = 1, for performance: String = "night-1",
        _ change: (inout Usher_Admission_V1_IssueTicketsRequest) -> Void = { _ in }
    ) async throws -> [Usher_Admission_V1_Ticket] {
        var request = Usher_Admission_V1_IssueTicketsRequest()
        (request.performanceID, request.count) = (performance, Int32(count))
        change(&request)
        if !request.seats.isEmpty { request.count = 0 }
        return try await call(Admissions.issueTickets, request).tickets
    }

    func printTickets(_ tickets: [Usher_Admission_V1_Ticket]) async throws {
        try await call(Admissions.printTickets, .with { $0.ticketIds = tickets.map(\.ticketID) })
    }

    /// Tickets that open their doors.
    func printed(
        _ count: Int = 1, for performance: String = "night-1",
        _ change: (inout Usher_Admission_V1_IssueTicketsRequest) -> Void = { _ in }
    ) async throws -> [Usher_Admission_V1_Ticket] {
        let tickets = try await issue(count, for: performance, change)
        try await printTickets(tickets)
        return tickets
    }

    @discardableResult
    func scan(
        _ barcode: String, at performance: String = "night-1",
        _ change: (inout Usher_Admission_V1_ScanBarcodeRequest) -> Void = { _ in }
    ) async throws -> Usher_Admission_V1_ScanBarcodeResponse {
        var request = Usher_Admission_V1_ScanBarcodeRequest()
        (request.barcode, request.performanceID, request.deviceID) = (barcode, performance, "door-1")
        change(&request)
        return try await call(Admissions.scanBarcode, request)
    }

    func peek(
        _ barcode: String, at performance: String = "night-1"
    ) async throws -> Usher_Admission_V1_CheckBarcodeResponse {
        try await call(
            Admissions.checkBarcode, .with { ($0.barcode, $0.performanceID) = (barcode, performance) })
    }

    /// Every record for the third party's system that is open.
    func records() async throws -> [Usher_Admission_V1_AccessControlRecord] {
        try await call(Admissions.listAccessControlRecords, .with { $0.pageSize = 1_000 }).records
    }
}
