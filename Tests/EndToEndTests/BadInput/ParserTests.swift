import Foundation
import Fuzzing
import Testing

/// Random and mutated inputs to the parsers that face strangers. A debug run makes a share of them, USHER_FUZZ_SCALE
/// percent; `make fuzz-random` makes all of them in release.
@Suite struct ParserTests {
    private static var inputs: Int {
        let scale = ProcessInfo.processInfo.environment["USHER_FUZZ_SCALE"].flatMap { Int($0) }
        return FuzzLimits.inputs / 100 * (scale ?? FuzzLimits.defaultScale)
    }

    @Test func frames() throws { try run(FrameTarget()) }

    /// A connection for each input: a tenth of them is what takes as long as the others.
    @Test func http2() throws { try run(HTTP2Target(), share: 10) }

    @Test func envelopes() throws { try run(EnvelopeTarget()) }

    @Test func keys() throws { try run(KeyTarget()) }

    @Test func csv() throws { try run(CSVTarget()) }

    private func run(_ target: any FuzzTarget, share: Int = 1) throws {
        let report = try FuzzRun.run(target, inputs: Self.inputs / share, seed: 1)
        print("\(target.name): \(report.inputs) inputs, \(report.accepted) accepted, \(report.refused) refused")
        // A run whose inputs are all of one kind has tested one branch only.
        #expect(report.accepted > report.inputs / 100 && report.refused > report.inputs / 100)
    }

    /// The control: a parser that takes whatever begins well is found out.
    @Test func aWrongParserIsFound() {
        #expect(throws: FuzzViolation.self) { try FuzzRun.run(Gullible(), inputs: 10_000, seed: 1) }
    }

    private struct Gullible: FuzzTarget {
        let name = "gullible"
        let seeds = EnvelopeTarget().seeds

        func check(_ input: [UInt8]) throws -> FuzzOutcome {
            let isTaken = input.first == 0x0a
            let isRight = try EnvelopeTarget().check(input) == .accepted
            guard isTaken == isRight || !isTaken else {
                throw FuzzViolation(target: name, what: "accepted, and is none", input: input)
            }
            return isTaken ? .accepted : .refused
        }
    }
}
