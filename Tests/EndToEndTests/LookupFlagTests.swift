import Foundation
import Testing

/// The operator decides how often codes may be guessed wrong.
@Suite struct LookupFlagTests {
    @Test(arguments: [("per-key", "2/60m", "3/60m"), ("per-address", "3/60m", "2/60m")])
    func whatTheFlagsSayHolds(narrow: String, key: String, address: String) throws {
        let server = ServerProcess()
        try server.start("--failed-lookups-per-key", key, "--failed-lookups-per-address", address)
        let usher = try server.makeOrganisation("nordfilm")
        func look() throws -> String {
            try usher("call", "usher.vouchers.v1.VoucherService/LookupVoucher", #"{"code": "missing"}"#).errors
        }
        for _ in 0..<2 { #expect(try look().contains("VOUCHER_NOT_FOUND")) }
        #expect(try look().contains("RESOURCE_EXHAUSTED TOO_MANY_FAILED_LOOKUPS"), "\(narrow)")
        #expect(server.terminate() == 0)
    }

    @Test func theFlagForPortalsHolds() throws {
        let server = ServerProcess()
        try server.start("--failed-lookups-per-proxy", "1/60m")
        let usher = try server.makeOrganisation("nordfilm")
        func look(_ viewer: String) throws -> String {
            try usher(
                "call", "usher.vouchers.v1.VoucherService/LookupVoucher", #"{"code": "missing"}"#, "--viewer-address",
                viewer
            ).errors
        }
        #expect(try look("192.0.2.1").contains("VOUCHER_NOT_FOUND"))
        #expect(try look("192.0.2.2").contains("RESOURCE_EXHAUSTED TOO_MANY_FAILED_LOOKUPS"))
        #expect(try look("somewhere").contains("INVALID_ARGUMENT VIEWER_ADDRESS_INVALID"))
        #expect(server.terminate() == 0)
    }

    @Test func aFileMaySayThem() throws {
        let server = ServerProcess()
        let file = "\(NSTemporaryDirectory())usher-\(UUID().uuidString).json"
        try #"{"failedLookups": {"perKey": "1/60m"}}"#.write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        try server.start("--config", file)
        let usher = try server.makeOrganisation("nordfilm")
        let call = ["call", "usher.vouchers.v1.VoucherService/LookupVoucher", #"{"code": "missing"}"#]
        #expect(try usher(call[0], call[1], call[2]).errors.contains("VOUCHER_NOT_FOUND"))
        #expect(try usher(call[0], call[1], call[2]).errors.contains("TOO_MANY_FAILED_LOOKUPS"))
        #expect(server.terminate() == 0)
    }

    @Test(arguments: ["300", "300/", "/1s", "0/1s", "-1/1s", "1000001/1s", "5/0s", "5/61m", "5/2d", "5/1s/1s"])
    func whatIsNoAllowance(text: String) throws {
        for option in ["--failed-lookups-per-key", "--failed-lookups-per-proxy", "--failed-lookups-per-address"] {
            let ended = try ServerProcess().usher(
                "serve", "--data", "\(NSTemporaryDirectory())usher-\(UUID().uuidString)", "\(option)=\(text)")
            #expect(ended.status != 0 && ended.errors.contains("\(option) must be COUNT/TIME"), "\(text)")
        }
    }
}
