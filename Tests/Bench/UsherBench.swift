import ArgumentParser
import Foundation

@main
struct UsherBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usher-bench",
        abstract: "Measure Usher against baselines that run on the same machine in the same run.",
        discussion: """
            Nothing is asserted: machines differ and are noisy, so what counts are the ratios. Every round runs every
            measurement once, so that what is compared is measured close together; medians of the rounds are shown.

            1x1, 64x1 and 4x16 are connections x calls in flight on each. The load is a closed loop: a caller makes its
            next call when the last one was answered. Its percentiles are therefore those of patient callers; an open
            loop, which keeps its rate whatever the answers do, is not here yet.

            'echo' is a bare frame server with protobuf decoded and encoded. Against 'usher serve' in a process of its
            own: 'check', 'redeem' and 'scan' are CheckAccess, RedeemVoucher and ScanBarcode; 'batch' is
            BatchCheckAccess with 1,000 questions a call, 'play' is StartPlayback; 'redeem subscription' begins a
            subscription by its voucher, 'redeem discount' is RecordPurchase with a discount voucher; 'generate' and
            'import' make 10,000 vouchers a call; 'take back' gives distributed tickets to somebody else, each under a
            new barcode, 1,000 of 10,000 a call. 'lane 64' is the same function with 64 callers without a wire; 'commits
            of 256' are the same statements with nothing around them; 'fdatasync' writes a page in place and syncs it.
            'CPU' is processor time of the answering process, per call.

            'gRPC' is over gRPC, by one client that hardly costs anything: 'gRPC echo' is the echo on Usher's
            transport, 'grpc-swift echo' the same on grpc-swift-2, which is there where --grpc-baseline names it.

            Examples:
              usher-bench
              usher-bench --seconds 0.5 --rounds 1 --only check --only echo
              usher-bench --json bench.json
            """,
        subcommands: [EchoServerCommand.self, GRPCEchoServerCommand.self])

    @Option(help: "How long each measurement runs in each round, in seconds.")
    var seconds = BenchLimits.seconds
    @Option(help: "How often everything is measured.")
    var rounds = BenchLimits.rounds
    @Option(help: ArgumentHelp("Measure only what has this in its name; may be repeated.", valueName: "text"))
    var only: [String] = []
    @Option(help: "How many viewers have access, each one; more than the default takes long to fill.")
    var viewers = BenchLimits.viewers
    @Option(help: ArgumentHelp("Write the results as JSON.", valueName: "file"))
    var json: String?
    @Option(
        help: ArgumentHelp(
            "Where the temporary data is made, and thus which disk is measured; default beside this executable.",
            valueName: "dir"))
    var data: String?
    @Option(help: ArgumentHelp("The usher executable; default beside this one.", valueName: "file"))
    var usher: String?
    @Option(
        help: ArgumentHelp(
            "The executable of Tests/Bench/GRPCBaseline; without it nothing of it is measured.", valueName: "file"))
    var grpcBaseline: String?

    func validate() throws {
        guard BenchLimits.secondsRange.contains(seconds) else {
            throw ValidationError("--seconds must be in \(BenchLimits.secondsRange)")
        }
        guard BenchLimits.roundsRange.contains(rounds) else {
            throw ValidationError("--rounds must be in \(BenchLimits.roundsRange)")
        }
        guard BenchLimits.viewersRange.contains(viewers) else {
            throw ValidationError("--viewers must be in \(BenchLimits.viewersRange)")
        }
        guard !selected.isEmpty else {
            throw ValidationError("no measurement has that in its name: \(Measurement.all.map(\.name))")
        }
    }

    private var selected: [Measurement] {
        Measurement.all.filter { measurement in
            (only.isEmpty || only.contains(where: measurement.name.contains))
                && (grpcBaseline != nil || !measurement.needs.contains(.grpcBaseline))
        }
    }

    func run() async throws {
        let bench = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let folder = URL(fileURLWithPath: bench).deletingLastPathComponent().path
        let server = usher ?? "\(folder)/usher"
        let needs = selected.reduce(into: Measurement.Needs()) { $0.formUnion($1.needs) }
        guard !needs.contains(.server) || FileManager.default.isExecutableFile(atPath: server) else {
            throw BenchFailure("there is no executable \(server): build the product usher, or name it with --usher")
        }
        let scratch = try Scratch(in: data ?? folder)
        defer { scratch.clear() }
        let equipment = try await Equipment(
            needs, scratch, bench: bench, usher: server, grpcBaseline: grpcBaseline, viewers: viewers)
        defer { equipment.close() }
        var found: [[String: Sample]] = []
        for round in 1...rounds {
            var samples: [String: Sample] = [:]
            for measurement in selected {
                progress("round \(round) of \(rounds): \(measurement.name)")
                samples[measurement.name] = try await measurement.run(equipment, .seconds(seconds))
            }
            found.append(samples)
        }
        let report = Report(selected, found, seconds: seconds)
        print(report.text, terminator: "")
        if let json { try report.write(to: json) }
    }

    /// On standard error: what is on standard output are the results.
    private func progress(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}

struct EchoServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo-server", abstract: "Serve the baseline of the measurements.", shouldDisplay: false)

    func run() async throws {
        print("echo: \(ServingLine.prefix)\(try await EchoServer.start())")
        fflush(nil)
        while true { try await Task.sleep(for: .seconds(3_600)) }
    }
}

struct GRPCEchoServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grpc-echo-server", abstract: "Serve the echo on Usher's transport.", shouldDisplay: false)

    func run() async throws {
        print("echo: \(ServingLine.prefix)\(try await GRPCEchoServer.start())")
        fflush(nil)
        while true { try await Task.sleep(for: .seconds(3_600)) }
    }
}
