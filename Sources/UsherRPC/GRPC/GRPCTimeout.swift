import NIOCore

/// The value of `grpc-timeout`: at most eight digits and a unit. Source: gRPC `PROTOCOL-HTTP2.md`.
enum GRPCTimeout {
    private static let nanoseconds: [UInt8: Int64] = [
        UInt8(ascii: "H"): 3_600_000_000_000, UInt8(ascii: "M"): 60_000_000_000, UInt8(ascii: "S"): 1_000_000_000,
        UInt8(ascii: "m"): 1_000_000, UInt8(ascii: "u"): 1_000, UInt8(ascii: "n"): 1,
    ]

    /// How long the caller waits, at most ``RPCLimits/longestWait``; nil where the text is no timeout.
    static func parse(_ text: String) -> TimeAmount? {
        let utf8 = text.utf8
        guard (2...9).contains(utf8.count), let unit = utf8.last.flatMap({ nanoseconds[$0] }) else { return nil }
        var count: Int64 = 0
        for digit in utf8.dropLast() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            count = 10 * count + Int64(digit - UInt8(ascii: "0"))
        }
        let longest = TimeAmount(RPCLimits.longestWait)
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? longest : min(.nanoseconds(product), longest)
    }
}
