/// One measurement held against another of the same round.
struct Ratio: Sendable {
    let name: String
    /// As the design has it; nil where it has none.
    let target: String?
    /// The value in one round; nil where something was not measured.
    let value: @Sendable ([String: Sample]) -> Double?

    static let all = [
        throughput("CheckAccess / echo, 4x16", "check 4x16", over: "echo 4x16", target: ">= 0.35"),
        throughput("CheckAccess / echo, 64x1", "check 64x1", over: "echo 64x1"),
        throughput("CheckAccess 4x16 / read lane 64", "check 4x16", over: "check lane 64"),
        throughput(
            "gRPC echo / grpc-swift-2's echo, 4x16", "gRPC echo 4x16", over: "grpc-swift echo 4x16", target: ">= 3"),
        throughput("gRPC CheckAccess / grpc-swift-2's echo, 4x16", "gRPC check 4x16", over: "grpc-swift echo 4x16"),
        throughput("gRPC CheckAccess / gRPC echo, 4x16", "gRPC check 4x16", over: "gRPC echo 4x16"),
        throughput("Redeem 64x1 / commits of 256", "redeem 64x1", over: "redeem commits of 256", target: ">= 0.6"),
        throughput("Redeem 4x16 / commits of 256", "redeem 4x16", over: "redeem commits of 256", target: ">= 0.6"),
        throughput("Redeem write lane 64 / commits of 256", "redeem lane 64", over: "redeem commits of 256"),
        throughput(
            "Redeem subscription 4x16 / commits of 256", "redeem subscription 4x16",
            over: "redeem subscription commits of 256", target: ">= 0.6"),
        throughput(
            "Purchase at a discount 4x16 / commits of 256", "redeem discount 4x16",
            over: "redeem discount commits of 256", target: ">= 0.6"),
        throughput("Redeem hot voucher / many, 4x16", "redeem hot 4x16", over: "redeem 4x16", target: ">= 1"),
        throughput("Scan / redeem, write lane 64", "scan lane 64", over: "redeem lane 64", target: ">= 1"),
        throughput("Scan / redeem, 64x1", "scan 64x1", over: "redeem 64x1", target: ">= 1"),
        throughput("Scan / redeem, 4x16", "scan 4x16", over: "redeem 4x16", target: ">= 1"),
        Ratio(name: "CheckAccess 1x1 p50 / echo 1x1 p50", target: "<= 1.5") { round in
            quotient(p50("check 1x1", round), p50("echo 1x1", round))
        },
        Ratio(name: "Redeem 1x1 p50 / (echo p50 + 1.5 fdatasync)", target: "<= 1") { round in
            guard let echo = p50("echo 1x1", round), let sync = p50("fdatasync", round) else { return nil }
            return quotient(p50("redeem 1x1", round), echo + 1.5 * sync)
        },
        Ratio(name: "generated rows/s, in thousands", target: ">= 100") { round in
            round["generate"].map { $0.perSecond / 1_000 }
        },
        Ratio(name: "imported rows/s, in thousands", target: ">= 100") { round in
            round["import"].map { $0.perSecond / 1_000 }
        },
    ]

    private static func throughput(_ name: String, _ one: String, over other: String, target: String? = nil) -> Ratio {
        Ratio(name: name, target: target) { quotient($0[one]?.perSecond, $0[other]?.perSecond) }
    }

    private static func p50(_ name: String, _ round: [String: Sample]) -> Double? {
        round[name]?.microseconds(percentile: 50)
    }

    private static func quotient(_ one: Double?, _ other: Double?) -> Double? {
        guard let one, let other, other > 0 else { return nil }
        return one / other
    }
}
