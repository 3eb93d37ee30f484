import Foundation
import Testing
import UsherAPI
import UsherContract

/// Every field of every method's request × values that nobody means: the answer is a refusal that says so, or a
/// success, and never a failure of the server.
@Suite struct HostileValueTests {
    @Test(arguments: 0..<4) func everyFieldOfEveryMethod(quarter: Int) async throws {
        try await RunningServer.with { server in
            var (calls, fields, successes) = (0, 0, 0)
            var bystander = try await Tenant("bystander", on: server)
            let methods = UsherAPI.methods.enumerated().filter { $0.offset % 4 == quarter }
            for (number, method) in methods {
                let tenant = try await Tenant("tenant-\(100 + number)", on: server)
                let shape = try RequestShape(method)
                let socket = try RawSocket(port: server.port)
                for leaf in shape.leaves {
                    fields += 1
                    for value in Self.values(like: leaf.value) {
                        let usual = try tenant.usual(shape)
                        // Some texts are no field mask in JSON, and cannot be sent from there.
                        guard let payload = try? shape.payload(usual, replacing: (leaf.path, value)) else { continue }
                        for metadata in [
                            bearer(tenant.key),
                            bearer(server.operatorKey) + [("organisation", tenant.organisation)],
                        ] {
                            let frame = try #require(
                                socket.call(
                                    method.descriptor, payload, metadata: metadata, streamTimeout: .milliseconds(100)))
                            let refusal = try frame.refusal
                            let isHonest = ![.internalError, .unknown, .dataLoss].contains(refusal?.code ?? .ok)
                            let field = "\(method.descriptor.fullName) \(leaf.path)"
                            #expect(isHonest, "\(field) = \(String(describing: value).prefix(80))")
                            if refusal == nil { successes += 1 }
                            calls += 1
                        }
                    }
                }
                // The tenant may have revoked its key or been suspended; others are served.
                try await bystander.renew(10 + number)
                await tenant.client.close()
            }
            print(
                "hostile values: \(methods.count) methods, \(fields) fields, \(calls) calls, \(successes) OK")
            #expect(successes > 0 && successes < calls)
        }
    }

    /// - Parameter example: the field's default in protobuf's JSON.
    private static func values(like example: Any) -> [Any] {
        switch example {
        case let list as [Any]:
            guard let element = list.first else { return [] }
            let several = values(like: element)
            let many = [Any](repeating: element, count: BadInputLimits.hostileList)
            return several.map { [$0] } + [many, several]
        case is [String: Any]:
            return [
                ["": ""], ["k": texts[0]], [texts[0]: "v"],
                Dictionary(uniqueKeysWithValues: (0..<BadInputLimits.hostileList).map { ("k\($0)", "v") }),
            ]
        case let text as String:
            if text.hasPrefix("1970-") { return times }
            // Enums take numbers in JSON, and so do 64-bit integers.
            if text.hasSuffix("_UNSPECIFIED") { return [-1, 1, 2, 99, Int(Int32.max), Int(Int32.min)] }
            if text == "0" { return ["-1", "1", "\(Int64.max)", "\(Int64.min)"] }
            return texts
        // "c" is how Foundation marks the numbers that were true or false.
        case let number as NSNumber where String(cString: number.objCType) == "c":
            return [true, false]
        default:
            return [-1, 1, 2, 10_001, Int(Int32.max), Int(Int32.min)]
        }
    }

    private static let times = [
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999999Z",
        "2026-11-20T18:00:00Z", "2026-11-20T18:00:00.000000001Z",
    ]

    private static let texts = [
        String(repeating: "x", count: BadInputLimits.hostileLength), "\u{0}", "a\u{0}b", " ",
        "'; DROP TABLE vouchers;--",
        "%", "_", "../../platform", "\u{202e}\u{1f3ad}", "ﬁ\u{301}İ", "-1", "name,name,no_such_field", "*",
        "usher.sqlite", "AAAAAAAAAAAAMTIz", "9223372036854775808", "::1", "Europe/Nowhere", "\n\r\t",
    ]
}
