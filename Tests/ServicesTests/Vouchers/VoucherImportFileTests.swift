import Foundation
import Testing
import UsherAPI
import UsherContract

@testable import UsherServices

@Suite struct VoucherImportFileTests {
    private func request(
        _ csv: String, _ change: (inout Usher_Vouchers_V1_ImportVouchersRequest) -> Void = { _ in }
    ) -> Usher_Vouchers_V1_ImportVouchersRequest {
        .with { request in
            request.csv = Data(csv.utf8)
            (request.template.name, request.template.orderID) = ("Press", "ORD-1")
            change(&request)
        }
    }

    @Test func rowsMayHaveNamesAndOrdersOfTheirOwn() async throws {
        let harness = try await Harness.withOpening()
        let reply = try await harness.call(
            Vouchers.importVouchers,
            request("\u{FEFF}Code,note,NAME,order_id\r\nA-1,x,\"Anna, \"\"the\"\" one\",ORD-9\r\n\r\nA-2,x,,\r\n"))
        #expect(reply.createdCount == 2 && reply.errors.isEmpty)
        func find(_ query: String) async throws -> [Usher_Vouchers_V1_Voucher] {
            try await harness.call(Vouchers.searchVouchers, .with { $0.query = query }).vouchers
        }
        let (own, other) = (try await find("ord-9"), try await find("ord-1"))
        #expect(own.map(\.code) == ["A-1"] && own.map(\.name) == ["Anna, \"the\" one"])
        #expect(other.map(\.code) == ["A-2"] && other.map(\.name) == ["Press"])
        #expect(own.map(\.batchID) == [reply.batchID] && own.map(\.usageLimit) == [1])
    }

    private static let long = String(repeating: "x", count: 201)

    /// Rows are counted as in a spreadsheet: the header is 1, blank lines count.
    @Test func everyBadRowIsReported() async throws {
        let harness = try await Harness.withOpening()
        _ = try await harness.createVoucher("TAKEN")
        let csv = """
            code,name,order_id
            GOOD,,
            B"AD,,

            ,,
            good,,
            taken,,
            N,\(Self.long),
            O,,\(Self.long)
            SHORT
            LAST,,
            "OPEN,,
            """
        let expected = [
            "3 CSV_QUOTE_INVALID", "5 CODE_INVALID", "6 CODE_REPEATED", "7 CODE_TAKEN", "8 NAME_INVALID",
            "9 ORDER_ID_INVALID", "10 CSV_FIELDS_MISSING", "12 CSV_QUOTE_UNCLOSED",
        ]
        let plan = try await harness.call(Vouchers.importVouchers, request(csv) { $0.validateOnly = true })
        #expect(plan.createdCount == 2 && plan.errors.map { "\($0.row) \($0.reason)" } == expected)
        let refusal = try await harness.refusal(Vouchers.importVouchers, request(csv))
        #expect(refusal?.code == .invalidArgument && refusal?.reason == "CSV_QUOTE_INVALID")
        #expect(refusal?.metadata["row"] == "3")
        let done = try await harness.call(Vouchers.importVouchers, request(csv) { $0.mode = .perRow })
        #expect(done.createdCount == 2 && done.errors == plan.errors)
    }

    @Test(arguments: [
        ("name\nx\n", "CSV_COLUMN_MISSING", "csv"), ("code,CODE\nx,y\n", "CSV_COLUMN_REPEATED", "csv"),
        ("\n\n", "CSV_HEADER_MISSING", "csv"), ("code\n", "FIELD_INVALID", "csv"),
        ("code\n" + String(repeating: "x\n", count: 10_001), "FIELD_INVALID", "csv"),
    ])
    func filesThatCannotBeTaken(csv: String, reason: String, field: String) async throws {
        let harness = try await Harness.withOpening()
        let refusal = try await harness.refusal(Vouchers.importVouchers, request(csv) { $0.mode = .perRow })
        #expect(refusal?.reason == reason && refusal?.violations.map(\.field) == [field])
    }

    @Test func codesAndAFileAreNotGivenTogether() async throws {
        let harness = try await Harness.withOpening()
        let refusal = try await harness.refusal(Vouchers.importVouchers, request("code\nx\n") { $0.codes = ["y"] })
        #expect(refusal?.violations.map(\.field) == ["codes"])
        var violations = Violations()
        let tooMany = "code\n" + String(repeating: "x\n", count: 20_000)
        #expect(try VoucherImportRows(request(tooMany), &violations).count == 10_001, "what is beyond is not kept")
        let most = "code\n" + (1...10_000).map { "C-\($0)\n" }.joined()
        #expect(try await harness.call(Vouchers.importVouchers, request(most)).createdCount == 10_000)
    }
}
