import ArgumentParser
import Foundation
import Fuzzing

/// Feeds random and mutated inputs to the parsers that strangers' bytes reach first.
@main
struct Fuzzer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usher-fuzz",
        abstract: "Feeds random and mutated bytes to the parsers that face strangers.",
        discussion: "The same seed gives the same inputs. The first wrong answer is printed with its input.")

    @Argument(help: "frames, envelope, key, csv or http2; all of them where none is named.")
    var targets: [String] = []

    @Option(help: "How many inputs each gets.")
    var inputs = FuzzLimits.inputs

    @Option(help: "Where the random numbers begin.")
    var seed: UInt64 = 1

    @Option(help: "A file with one input to check instead, as libFuzzer leaves it.")
    var replay: String?

    static func allTargets() throws -> [any FuzzTarget] {
        [FrameTarget(), EnvelopeTarget(), try KeyTarget(), CSVTarget(), try HTTP2Target()]
    }

    func run() throws {
        let all = try Self.allTargets()
        for name in targets where !all.contains(where: { $0.name == name }) {
            throw ValidationError("There is no target \(name): \(all.map(\.name).joined(separator: ", ")).")
        }
        let chosen = targets.isEmpty ? all : all.filter { targets.contains($0.name) }
        for target in chosen {
            if let replay {
                let input = try Data(contentsOf: URL(fileURLWithPath: replay))
                print("\(target.name): \(try target.check(Array(input)))")
            } else {
                let report = try FuzzRun.run(target, inputs: inputs, seed: seed)
                print("\(target.name): \(report.inputs) inputs, \(report.accepted) accepted, \(report.refused) refused")
            }
        }
    }
}
