import Testing
import UsherAPI
import UsherContract

/// A performance that does not take place, or is no more, is shut at our doors and in the third party's system alike.
@Suite struct PerformanceCancellationTests {
    @Test func deletingAPerformanceShutsItsDoorsAtTheThirdPartysToo() async throws {
        let harness = try await Harness.withNights(2)
        try await harness.call(
            Admissions.createPassProduct,
            .with {
                ($0.passProduct.passProductID, $0.passProduct.title, $0.passProduct.kind) = ("all", "All", .bundle)
                $0.passProduct.performanceIds = ["night-1", "night-2"]
            })
        let pass = try await harness.season(2)
        let ticket = try await harness.printed(1)[0]
        _ = try await harness.issue()
        let before = try await harness.records().count
        try await harness.call(Catalog.deleteAsset, .with { $0.assetID = "night-1" })
        let records = try await harness.records().dropFirst(before)
        #expect(records.map(\.action) == [.update, .cancel])
        #expect(records.first?.performanceIds == ["night-2"] && records.last?.barcode == ticket.barcode)
        // No record names what is gone, whatever is done to the pass from now on.
        let new = try await harness.call(
            Admissions.reprintPass, .with { ($0.passID, $0.reason) = (pass.passID, "lost") })
        #expect(try await harness.records().last?.performanceIds == ["night-2"])
        #expect(try await harness.scan(new.barcode, at: "night-2").verdict == .ok)
        // Created anew it is another performance, which the old pass does not open.
        try await harness.createAsset("night-1") { $0.type = .performance }
        #expect(try await harness.scan(new.barcode, at: "night-1").verdict == .wrongPerformance)
        let order = try await harness.buy()
        let next = try await harness.call(
            Admissions.assignPass, .with { ($0.orderID, $0.passProductID) = (order.orderID, "all") })
        #expect(next.admissions.map(\.performanceID) == ["night-2"])
    }

    @Test func aBoxOfficeCancelsAPerformance() async throws {
        let harness = try await Harness.withNights(2)
        let pass = try await harness.season(2)
        let tickets = try await harness.printed(3)
        var request = Usher_Admission_V1_CancelPerformanceRequest()
        (request.performanceID, request.reason, request.validateOnly) = ("night-1", "the singer is ill", true)
        let before = try await harness.records().count
        let planned = try await harness.call(Admissions.cancelPerformance, request)
        #expect(planned.cancelledTicketCount == 3 && planned.cancelledPassAdmissionCount == 1 && !planned.more)
        #expect(try await harness.records().count == before)
        #expect(try await harness.peek(tickets[0].barcode).verdict == .ok)
        request.validateOnly = false
        #expect(try await harness.call(Admissions.cancelPerformance, request) == planned)
        let scan = try await harness.scan(tickets[0].barcode)
        #expect(scan.verdict == .cancelled && scan.reason == "the singer is ill")
        #expect(try await harness.scan(pass.barcode).verdict == .cancelled)
        #expect(try await harness.scan(pass.barcode, at: "night-2").verdict == .ok)
        #expect(try await harness.records().count == before + 4)
        let again = try await harness.call(Admissions.cancelPerformance, request)
        #expect(again.cancelledTicketCount == 0 && again.cancelledPassAdmissionCount == 0)
        request.performanceID = "opening"
        let refusal = try await harness.refusal(Admissions.cancelPerformance, request)
        #expect(refusal?.reason == "PERFORMANCE_NOT_FOUND")
    }
}
