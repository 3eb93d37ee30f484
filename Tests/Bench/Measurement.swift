/// Something that is measured, the same in every round.
struct Measurement: Sendable {
    /// Names it in tables, in JSON and after `--only`: `redeem 4x16`.
    let name: String
    let unit: String
    /// What it needs to be there.
    let needs: Needs
    let run: @Sendable (Equipment, Duration) async throws -> Sample

    struct Needs: OptionSet, Sendable {
        let rawValue: UInt8
        static let echo = Needs(rawValue: 1)
        static let server = Needs(rawValue: 2)
        static let lanes = Needs(rawValue: 4)
        static let grpcEcho = Needs(rawValue: 8)
        static let grpcBaseline = Needs(rawValue: 16)
    }

    /// In the order in which a round runs them: what is compared stands close together, what one caller waits for comes
    /// before anything has filled the disk's queue, and codes are generated before many are redeemed.
    static let all = [
        echo(.single), check(.single), fdatasync, redeem(.single),
        echo(.wide), check(.wide), echo(.deep), check(.deep),
        grpcEcho(.deep), grpcBaselineEcho(.deep), grpcCheck(.deep),
        lanes("check lane 64") { try await $0.bed.checkAccess(Shape(1, BenchLimits.callers), for: $1) },
        server("batch 1x1", "questions") { try await $0.checkBatches(.single, for: $1) },
        lanes("batch lane 4", "questions") { try await $0.bed.checkBatches(Shape(1, 4), for: $1) },
        server("play 4x16") { try await $0.play(.deep, for: $1) },
        lanes("play lane 64") { try await $0.bed.play(Shape(1, BenchLimits.callers), for: $1) },
        server("generate", "rows") { try await $0.generate(for: $1) },
        server("import", "rows") { try await $0.importCodes(for: $1) },
        server("take back", "tickets") { try await $0.takeBack(for: $1) },
        redeem(.wide), redeem(.deep),
        scan(.wide), scan(.deep),
        server("redeem hot 4x16") { try await $0.redeemHot(.deep, for: $1) },
        lanes("redeem lane 64") { try await $0.bed.redeem(.access, Shape(1, BenchLimits.callers), for: $1) },
        lanes("scan lane 64") { try await $0.bed.scan(Shape(1, BenchLimits.callers), for: $1) },
        commits(.access),
        redeem(.deep, .subscription), commits(.subscription),
        redeem(.deep, .discount), commits(.discount),
    ]

    private static func echo(_ shape: Shape) -> Measurement {
        Measurement(name: "echo \(shape)", unit: "calls", needs: .echo) { try await $0.echo(shape, for: $1) }
    }

    private static func check(_ shape: Shape) -> Measurement {
        server("check \(shape)") { try await $0.checkAccess(shape, for: $1) }
    }

    private static func grpcEcho(_ shape: Shape) -> Measurement {
        Measurement(name: "gRPC echo \(shape)", unit: "calls", needs: .grpcEcho) {
            try await $0.grpcEcho(shape, for: $1)
        }
    }

    private static func grpcBaselineEcho(_ shape: Shape) -> Measurement {
        Measurement(name: "grpc-swift echo \(shape)", unit: "calls", needs: .grpcBaseline) {
            try await $0.grpcBaselineEcho(shape, for: $1)
        }
    }

    private static func grpcCheck(_ shape: Shape) -> Measurement {
        server("gRPC check \(shape)") { try await $0.checkAccessOverGRPC(shape, for: $1) }
    }

    private static func redeem(_ shape: Shape, _ effect: Effect = .access) -> Measurement {
        server("\(name(effect)) \(shape)") { try await $0.redeem(effect, shape, for: $1) }
    }

    private static func commits(_ effect: Effect) -> Measurement {
        lanes("\(name(effect)) commits of 256") { lanes, duration in
            try await GroupCommits.run(
                lanes.path, effect.method, lanes.bed.stock(of: effect, for: .deep, duration), for: duration)
        }
    }

    private static func name(_ effect: Effect) -> String {
        effect == .access ? "redeem" : "redeem \(effect)"
    }

    private static func scan(_ shape: Shape) -> Measurement {
        server("scan \(shape)") { try await $0.scan(shape, for: $1) }
    }

    private static let fdatasync = Measurement(name: "fdatasync", unit: "syncs", needs: []) {
        try DiskProbe.run(in: $0.scratch.directory, for: min($1, .seconds(1)))
    }

    private static func server(
        _ name: String, _ unit: String = "calls",
        _ run: @escaping @Sendable (TestBed, Duration) async throws -> Sample
    ) -> Measurement {
        Measurement(name: name, unit: unit, needs: .server) { try await run($0.server(), $1) }
    }

    private static func lanes(
        _ name: String, _ unit: String = "calls",
        _ run: @escaping @Sendable (Equipment.Lanes, Duration) async throws -> Sample
    ) -> Measurement {
        Measurement(name: name, unit: unit, needs: .lanes) { try await run($0.lanes(), $1) }
    }
}
