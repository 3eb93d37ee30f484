import Testing
import UsherContract

@testable import UsherServices

/// What a scan comes to, without a database: one row for each verdict, in its order.
@Suite struct ScanRuleTests {
    private static let now = Instant(microseconds: 1_795_197_600_000_000)

    /// Everything that is wrong with this ticket at this door, so that what is judged first is seen.
    private static let worst = ScanFacts(
        bearerKey: 1, isPass: false, barcodeState: .cancelled,
        admission: .init(
            number: 1, zone: "", seat: "", gates: ["north"], holderName: "", isPrinted: false, isCancelled: true,
            presence: .inside, openTime: now + .hours(1), closeTime: now, singleEntry: true))

    private static func question(_ change: (inout ScanQuestion) -> Void = { _ in }) -> ScanQuestion {
        var question = ScanQuestion(
            barcode: "A", performanceKey: 1, gate: "south", direction: .entry, isForced: false, moment: now)
        change(&question)
        return question
    }

    /// Each row mends what the rows before it found: what it comes to then is the next in the documented order.
    private static let ladder: [(expected: ScanVerdict, repair: @Sendable (inout ScanFacts) -> Void)] = [
        (.cancelled, { _ in }),
        (.cancelled, { $0.barcodeState = .superseded }),
        (.superseded, { $0.admission?.isCancelled = false }),
        (.notPrinted, { $0.barcodeState = .notPrinted }),
        (.notPrinted, { $0.barcodeState = .printed }),
        (.wrongGate, { $0.admission?.isPrinted = true }),
        (.notYetOpen, { $0.admission?.gates = [] }),
        (.closed, { $0.admission?.openTime = now }),
        (.alreadyUsed, { $0.admission?.closeTime = nil }),
        (.alreadyUsed, { $0.admission?.presence = .outside }),
        (.ok, { $0.admission?.singleEntry = false }),
    ]

    @Test func verdictsComeInTheDocumentedOrder() {
        var facts = Self.worst
        for (number, row) in Self.ladder.enumerated() {
            row.repair(&facts)
            #expect(facts.judge(Self.question()) == row.expected, "row \(number)")
        }
        facts.admission?.presence = .neverIn
        #expect(facts.judge(Self.question()) == .ok)
    }

    /// Of another performance there is no admission: what is wrong with the barcode itself comes first all the same.
    @Test(arguments: [
        (Barcode.State.cancelled, ScanVerdict.cancelled), (.superseded, .superseded), (.notPrinted, .notPrinted),
        (.printed, .wrongPerformance),
    ])
    func anotherPerformance(_ state: Barcode.State, _ expected: ScanVerdict) {
        let facts = ScanFacts(bearerKey: 1, isPass: false, barcodeState: state, admission: nil)
        #expect(facts.judge(Self.question()) == expected)
        #expect(facts.judge(Self.question { $0.direction = .exit }) == expected)
    }

    @Test(arguments: [
        (Admission.Presence.neverIn, ScanVerdict.alreadyOut), (.inside, .ok), (.outside, .alreadyOut),
    ])
    func anExitKnowsNoGatesAndNoHours(_ presence: Admission.Presence, _ expected: ScanVerdict) {
        var facts = Self.worst
        facts.barcodeState = .printed
        facts.admission?.isCancelled = false
        facts.admission?.isPrinted = true
        facts.admission?.presence = presence
        #expect(facts.judge(Self.question { $0.direction = .exit }) == expected)
    }

    /// Whoever an offline scanner let in is in: gate and hours are over, and nothing else is.
    @Test func forceSkipsGateAndHoursOnly() {
        var facts = Self.worst
        let forced = Self.question { $0.isForced = true }
        for row in Self.ladder {
            row.repair(&facts)
            let skipped: [ScanVerdict] = [.wrongGate, .notYetOpen, .closed]
            #expect(facts.judge(forced) == (skipped.contains(row.expected) ? .alreadyUsed : row.expected))
        }
    }

    @Test func hoursBeginAtTheirStartAndEndBeforeTheirEnd() {
        var facts = Self.worst
        facts.barcodeState = .printed
        facts.admission = .init(
            number: 1, zone: "", seat: "", gates: [], holderName: "", isPrinted: true, isCancelled: false,
            presence: .neverIn, openTime: Self.now, closeTime: Self.now + .hours(1), singleEntry: false)
        let cases: [(microseconds: Int, verdict: ScanVerdict)] = [
            (-1, .notYetOpen), (0, .ok), (3_599_999_999, .ok), (3_600_000_000, .closed),
        ]
        for (microseconds, verdict) in cases {
            let moment = Self.now + .microseconds(microseconds)
            #expect(facts.judge(Self.question { $0.moment = moment }) == verdict, "\(microseconds)")
        }
    }
}
